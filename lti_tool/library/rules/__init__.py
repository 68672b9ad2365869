"""The rules of a content pack, each a function from pack to problems."""

from collections.abc import Callable, Iterator

from lti_tool.library.pack import Pack
from lti_tool.library.problems import Problem
from lti_tool.library.rules import (
    builders,
    completeness,
    evaluations,
    exercises,
    needs,
    people,
    promises,
    stories,
    structure,
    texts,
    versions,
)

Rule = Callable[[Pack], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    structure.ids_are_good,
    structure.weights_make_a_whole,
    structure.points_make_the_weight,
    structure.minutes_make_the_length,
    structure.objectives_are_served,
    structure.few_people_stay_hidden,
    texts.sources_are_listed,
    texts.placeholders_survive_translation,
    texts.markup_is_safe,
    exercises.instruments_can_be_rated,
    exercises.bands_cover_the_scale,
    exercises.checks_can_be_passed,
    exercises.sorts_can_be_solved,
    needs.needs_can_be_scored,
    stories.stories_can_be_walked,
    promises.nobody_must_disclose,
    promises.sessions_last_as_long_as_they_say,
    completeness.nothing_is_missing,
    people.people_can_be_drawn_and_compared,
    builders.documents_can_be_written,
    evaluations.evaluations_can_be_sent,
    versions.released_work_keeps_its_meaning,
)
"""What the tool looks at before it loads a pack; an error keeps it from loading, a warning does not."""

ADVICE: tuple[Rule, ...] = (texts.texts_are_readable,)
"""What only ever warns: looked at where authors check their pack, and not by every server that starts."""
