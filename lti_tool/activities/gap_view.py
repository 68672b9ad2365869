"""The gaps between needs and people, and one action to choose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from wtforms import Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    Activity,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Source,
    Value,
    Work,
    content_of,
    fill_form,
    refuse_unknown,
)
from lti_tool.activities.network_content import MapContent, read_map
from lti_tool.activities.network_outcome import READS, AreaLine, area_line, standing_of
from lti_tool.language import day
from lti_tool.mentoring import chain
from lti_tool.mentoring.gaps import Status, gaps_of
from lti_tool.mentoring.needs import OTHER
from lti_tool.mentoring.network import Network, network_of

FIELDS: Final = ("action", "area", "person", "candidate", "place", "reason", "on")
SAYS: Final = "says"
"""An action with a day as a sentence, as it was when it was saved: the next step until a plan has one."""
ASKS_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "ask": ("person", "on"),
    "introduction": ("person", "candidate", "on"),
    "look": ("place", "on"),
    "deepen": ("person", "on"),
    "leave": ("reason",),
}
"""What belongs to each action; the candidate of an introduction and a reason may stay open."""
MAY_STAY_OPEN: Final = frozenset({"candidate", "reason"})
LONGEST_TEXT: Final = 300
LAST_DAY: Final = timedelta(days=90)
USUAL_DAY: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class GapOutcome:
    """The gaps as lines of the page, the other areas, and the action in a sentence once one is chosen."""

    gaps: tuple[AreaLine, ...]
    others: tuple[AreaLine, ...]
    knows_needs: bool
    action: str
    on: date | None


class GapView(Kind):
    """Complete when one action is saved; leaving it for now is one."""

    name = "gap_view"
    reads = (*READS, "network_map")

    def read(self, source: Source) -> MapContent:
        """Return what the map says, and the actions."""
        return read_map(source)

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the action, its area, and what an action may need: a person, a place, a day."""
        content, network = content_of(activity, MapContent), _network(work)
        words = content.action_words
        menus = {
            "area": _areas(content, work),
            "person": {person.id: person.label for person in network.current},
            "candidate": {person.id: person.label for person in network.candidates},
        }
        questions: dict[str, Field] = {
            "action": RadioField(words["question"], choices=_actions(content, network), validate_choice=False),
            **{
                name: SelectField(words[name], choices={"": "", **choices}, validate_choice=False)
                for name, choices in menus.items()
            },
            "place": StringField(words["place"]),
            "reason": TextAreaField(words["reason"]),
            "on": StringField(words["on"]),
        }
        filled = self.fields(activity, value)
        return fill_form(questions, filled if value else filled | _to_begin_with(content, work), formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return every field."""
        return {name: str(value.get(name, "")) for name in FIELDS}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the choice so far."""
        content, network = content_of(activity, MapContent), _network(work)
        offered: dict[str, Collection[str]] = {
            "action": ("", *ASKS_FOR),
            "area": ("", *_areas(content, work), str(before.get("area", ""))),
            "person": ("", *(person.id for person in network.current), str(before.get("person", ""))),
            "candidate": ("", *(person.id for person in network.candidates), str(before.get("candidate", ""))),
        }
        typed = ("place", "reason", "on")
        refuse_unknown({name: given for name, given in fields.items() if name not in typed}, offered)
        errors = {name: content.action_words["err_long"] for name in ("place", "reason") if _too_long(fields, name)}
        if "on" in fields and fields["on"] != "" and _day(fields["on"]) is None:
            errors["on"] = content.action_words["err_on"]
        if errors:
            raise BadAnswer(errors)
        after = {**self.fields(activity, before), **fields}
        return {name: after[name].strip() for name in FIELDS}

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the action with what belongs to it, and nothing else.

        :raise Incomplete: no action, no area, or something the action needs is missing.
        """
        content, action = content_of(activity, MapContent), value.get("action", "")
        needed = [name for name in ASKS_FOR.get(action, ()) if name not in MAY_STAY_OPEN]
        missing = [name for name in ("action", "area", *needed) if not value.get(name)]
        on = _day(value.get("on", ""))
        if "on" in needed and (on is None or not work.today <= on <= work.today + LAST_DAY):
            missing.append("on")
        if missing:
            raise Incomplete({name: content.action_words[f"err_{name}"] for name in missing})
        belongs = {"action", "area", *ASKS_FOR[action]}
        done = {name: value[name] if name in belongs else "" for name in FIELDS}
        return {**done, SAYS: action_sentence(content, done, work) if done["on"] else ""}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return the action as a sentence, the day, and the reason."""
        content = content_of(activity, MapContent)
        words = content.action_words
        rows = [(words["question"], action_sentence(content, value, work))]
        if on := _day(value.get("on", "")):
            rows.append((words["on"], day(on, "long")))
        if value.get("reason"):
            rows.append((words["reason"], value["reason"]))
        return [(label, text) for label, text in rows if text]

    def outcome(self, activity: Activity, value: Value, work: Work) -> GapOutcome:
        """Return the gaps, the learner's priorities first, and what was chosen."""
        content, network = content_of(activity, MapContent), _network(work)
        at = standing_of(content, network, work)
        gaps = gaps_of(at.views, at.priorities)
        return GapOutcome(
            gaps=tuple(area_line(content, network, view) for view in gaps),
            others=tuple(area_line(content, network, view) for view in at.views if not view.asks),
            knows_needs=bool(at.priorities) or any(view.band for view in at.views),
            action=action_sentence(content, value, work),
            on=_day(value.get("on", "")) if value.get("action") != "leave" else None,
        )


def action_sentence(content: MapContent, value: Value, work: Work) -> str:
    """Return the chosen action in a sentence; empty while none is chosen."""
    action = next((action for action in content.actions if action.id == value.get("action")), None)
    if action is None:
        return ""
    network, somebody = _network(work), content.action_words["somebody"]
    labels = {person.id: person.label for person in network.persons}
    return action.text.format(
        person=labels.get(value.get("person", ""), somebody),
        candidate=labels.get(value.get("candidate", ""), somebody),
        area=_areas(content, work).get(value.get("area", ""), "…"),
        place=value.get("place") or "…",
    )


def _network(work: Work) -> Network:
    return network_of(work.of("network_map"))


def _actions(content: MapContent, network: Network) -> dict[str, str]:
    """Return the actions that can be taken with the people there are."""
    return {
        action.id: action.label for action in content.actions if network.current or "person" not in ASKS_FOR[action.id]
    }


def _areas(content: MapContent, work: Work) -> dict[str, str]:
    """Return the areas, and the need that the learner named beside them."""
    own = chain.own_need_in(work.answers)
    return {area.id: area.label for area in content.areas} | ({OTHER: own} if own else {})


def _to_begin_with(content: MapContent, work: Work) -> dict[str, str]:
    """Return what stands in an empty form: the first priority that is not covered, and a day next week."""
    at = standing_of(content, _network(work), work)
    covered = {view.area for view in at.views if view.status is Status.COVERED}
    first = next((area for area in at.priorities if area not in covered and area in _areas(content, work)), "")
    gaps = gaps_of(at.views, at.priorities)
    return {"area": first or (gaps[0].area if gaps else ""), "on": (work.today + USUAL_DAY).isoformat()}


def _too_long(fields: Mapping[str, str], name: str) -> bool:
    given = fields.get(name, "")
    return not isinstance(given, str) or len(given.strip()) > LONGEST_TEXT


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
