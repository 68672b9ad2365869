"""Stories: every way through every story that we ship, and what its choices add up to."""

from collections.abc import Iterator, Mapping

import pytest
from shipped import WORKSHOP

from lti_tool.mentoring.scenario import Moment, WrongWay, add_up, first_ending, follow, word_for

STORIES = {
    activity.id: activity.content
    for activity in WORKSHOP.activities
    if activity.kind == "scenario" and not activity.opens_later
}
WORKED_EXAMPLES = [
    ("m2.scenario", "b a", (2, 2, 2), "e_net"),
    ("m2.scenario", "a c", (2, -2, -1), "e_strain"),
    ("m3.scen_b", "a b", (-2, -1, -1), "e_fade"),
    ("m3.scen_c", "a a a", (1, 1, 0), "e_bridge"),
]
ENDINGS = {
    "m2.scenario": {"e_net": 3, "e_stuck": 3, "e_strain": 3},
    "m3.scen_b": {"e_reset": 3, "e_fade": 1, "e_tense": 2},
    "m3.scen_c": {"e_bridge": 3, "e_copy": 2, "e_alone": 2},
}
"""How many ways lead to each ending."""


def ways(moments: Mapping[str, Moment], here: str) -> Iterator[list[str]]:
    """Yield every path of choices from a moment to an ending."""
    if moments[here].is_ending:
        yield []
    for choice in moments[here].choices:
        for rest in ways(moments, choice.to):
            yield [choice.id, *rest]


@pytest.mark.parametrize(("activity", "path", "signals", "ending"), WORKED_EXAMPLES)
def test_the_worked_examples_add_up(activity, path, signals, ending):
    story = STORIES[activity]

    trail = follow(story.moments, story.start, path.split())

    assert tuple(trail.signals[name] for name in ("own", "clear", "trust")) == signals
    assert (trail.here.id, trail.here.is_ending) == (ending, True)


@pytest.mark.parametrize("activity", STORIES)
def test_every_way_leads_to_one_of_the_endings(activity):
    story = STORIES[activity]

    reached: dict[str, int] = {}
    for path in ways(story.moments, story.start):
        trail = follow(story.moments, story.start, path)
        assert [each.choice.id for each in trail.taken] == path
        assert set(trail.signals) <= set(story.signals)
        reached[trail.here.id] = reached.get(trail.here.id, 0) + 1

    assert reached == ENDINGS[activity]


@pytest.mark.parametrize("path", [["d"], ["a", "a", "a"], ["a", "x"]])
def test_a_way_that_the_story_does_not_offer_is_refused(path):
    story = STORIES["m2.scenario"]

    with pytest.raises(WrongWay):
        follow(story.moments, story.start, path)


@pytest.mark.parametrize(
    ("count", "word"),
    [(4, "strong"), (2, "strong"), (1, "some"), (0, "neutral"), (-1, "costly"), (-3, "costly")],
)
def test_a_counter_has_a_word(count, word):
    assert word_for(count) == word


def test_counters_start_at_nothing():
    total = add_up([])

    assert (total["own"], word_for(total["own"])) == (0, "neutral")


def test_the_first_ending_is_none_until_there_is_one():
    assert first_ending({"path": ["a"]}) is None
    assert first_ending({"path": [], "first": "e_net"}) == "e_net"
