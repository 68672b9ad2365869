"""Scenario: a story in which the learner chooses, sees at once what comes of it, and may try again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from markupsafe import Markup
from wtforms import HiddenField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    NO_SUCH_BUTTON,
    Activity,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Passage,
    Source,
    Step,
    Value,
    Work,
    content_of,
    fill_form,
    refuse_unknown,
)
from lti_tool.language import gettext as _
from lti_tool.language import mark
from lti_tool.mentoring.scenario import FIRST, PATH, Choice, Moment, Trail, WrongWay, follow, word_for

Text = TypeVar("Text", str, Markup)

RESTART = "restart"
NO_SUCH_WAY = mark("The story has no such way. Load the page again, then choose.")


SUPPORT_CONTACTS = "{support_contacts}"
"""Stands in a text where the institution's contacts go."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """A story, what its counters and their states are called, and what research says beside it."""

    start: str
    moments: Mapping[str, Moment]
    signals: Mapping[str, str]
    words: Mapping[str, str]
    research: Passage
    no_contacts: str
    """What stands for the contacts where an institution names none."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a walk ended: in a text, in each counter by name and word, and beside it what research says."""

    text: str
    signals: tuple[tuple[str, str], ...]
    research: Passage


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What the page shows: the walk so far, how it ended once it is over, and the ending that was first."""

    trail: Trail
    ending: Ending | None
    first: str | None


class Scenario(Kind):
    """Complete at any ending. On the wire the walk is one field: the ids of its choices, with a space between."""

    name = "scenario"

    def read(self, source: Source) -> Story:
        """Return the story that the activity names."""
        document = source.document("scenarios", source.options["scenario"])
        return Story(
            start=document["start"],
            moments=MappingProxyType({name: _moment(name, node) for name, node in document["nodes"].items()}),
            signals=MappingProxyType(dict(document["signals"])),
            words=MappingProxyType(dict(document["words"])),
            research=source.cited(document["research"]),
            no_contacts=document["no_contacts"] or "",
        )

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the walk as a hidden field; the choices are buttons."""
        return fill_form({PATH: HiddenField()}, self.fields(activity, value), formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return the walk so far."""
        return {PATH: " ".join(value.get(PATH, ()))}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return where the learner is now; the first ending, once recorded, stays as it was.

        :raise BadAnswer: the story has no such way.
        """
        given = fields.get(PATH, self.fields(activity, before)[PATH])
        refuse_unknown(fields, {PATH: (given,)})
        path = given.split()
        try:
            _trail(activity, path)
        except WrongWay:
            raise BadAnswer({PATH: _(NO_SUCH_WAY)}) from None
        if " ".join(path) != given:
            raise BadAnswer({PATH: _(NO_SUCH_WAY)})
        return _at(path, before)

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Take a choice (``choose:<moment>.<choice>``) or go back to the start (``restart``).

        A choice that is the walk's last step already is taken once: a form may be sent twice.
        """
        if do == RESTART:
            return Step(value=_at([], value))
        trail = _trail(activity, value.get(PATH, []))
        last = [_button(each.moment, each.choice) for each in trail.taken[-1:]]
        offered = {_button(trail.here, choice): choice.id for choice in trail.here.choices}
        if do not in [*last, *offered]:
            raise BadAnswer({"do": _(NO_SUCH_BUTTON)})
        path = [each.choice.id for each in trail.taken] + ([offered[do]] if do in offered else [])
        here = _trail(activity, path).here
        return Step(value=_at(path, value, here), completes=here.is_ending)

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value with the first ending in it.

        :raise Incomplete: the story is not over.
        """
        path = value.get(PATH, [])
        here = _trail(activity, path).here
        if not here.is_ending:
            raise Incomplete({PATH: _("Choose what you would do until the story ends.")})
        return _at(path, value, here)

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each moment with what was chosen, then the ending with its counters, and the first ending."""
        walked = self.outcome(activity, value, work)
        rows = [(each.moment.text, each.choice.text) for each in walked.trail.taken]
        if walked.ending:
            rows += [(_("How it ended"), walked.ending.text), *walked.ending.signals]
        if walked.first and (walked.ending is None or walked.first != walked.ending.text):
            rows.append((_("How it ended the first time"), walked.first))
        return rows

    def outcome(self, activity: Activity, value: Value, work: Work) -> Walked:
        """Return the walk so far, for the page that tells the story."""
        story = content_of(activity, Story)
        trail = _trail(activity, value.get(PATH, []))
        first = story.moments.get(value.get(FIRST, ""))
        return Walked(
            trail=trail,
            ending=_ending(story, trail, work) if trail.here.is_ending else None,
            first=_filled(first.text, story, work) if first else None,
        )


def _moment(name: str, node: Mapping[str, Any]) -> Moment:
    choices = tuple(
        Choice(
            id=choice["id"],
            text=choice["text"],
            to=choice["to"],
            note=choice["note"],
            signals=MappingProxyType(dict(choice["signals"])),
        )
        for choice in node["choices"]
    )
    return Moment(id=name, text=node["text"], choices=choices)


def _trail(activity: Activity, path: Sequence[str]) -> Trail:
    story = content_of(activity, Story)
    return follow(story.moments, story.start, path)


def _at(path: list[str], before: Value, here: Moment | None = None) -> Value:
    """Return the value of a walk; the ending ``here`` is recorded unless another one was first."""
    first = before.get(FIRST) or (here.id if here and here.is_ending else None)
    return {PATH: path} | ({FIRST: first} if first else {})


def _button(moment: Moment, choice: Choice) -> str:
    return f"choose:{moment.id}.{choice.id}"


def _ending(story: Story, trail: Trail, work: Work) -> Ending:
    totals = trail.signals
    return Ending(
        text=_filled(trail.here.text, story, work),
        signals=tuple((label, story.words[word_for(totals[name])]) for name, label in story.signals.items()),
        research=replace(story.research, html=_filled(story.research.html, story, work)),
    )


def _filled(text: Text, story: Story, work: Work) -> Text:
    """Return a text with the contacts in it; in HTML they are escaped."""
    return text.replace(SUPPORT_CONTACTS, work.support_contacts or story.no_contacts)
