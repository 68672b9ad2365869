"""How one step leads to the next: what earlier answers suggest for a later document.

A suggestion is something that the learner wrote or chose before; nothing is made up. Any answer may be missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.mentoring.needs import OTHER
from lti_tool.mentoring.plan import Line, NextAction, next_action, written

SELF = "self"
"""How a map says that nobody introduced two people."""

Answers = Mapping[str, Mapping[str, Any]]
"""Earlier answers, by kind of activity."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """The person whom the learner may ask."""

    label: str
    introduced_by: str = ""
    assesses: str = ""
    """``yes``, ``unsure``, ``no`` or nothing."""


def priorities_in(answers: Answers) -> tuple[str, ...]:
    """Return the areas that the learner confirmed, in order; ``OTHER`` stands for a need that has a name."""
    chosen = answers.get("priorities", {}).get("chosen", [])
    return tuple(area for area in chosen if area != OTHER or own_need_in(answers))


def own_need_in(answers: Answers) -> str:
    """Return what the learner calls the need that they confirmed beside the areas; empty if there is none."""
    priorities = answers.get("priorities", {})
    return str(priorities.get(OTHER, "")).strip() if OTHER in priorities.get("chosen", []) else ""


def area_in(answers: Answers) -> str:
    """Return the area to begin with: that of the gap that the learner chose, else the first priority."""
    return str(answers.get("gap_view", {}).get("area", "")) or next(iter(priorities_in(answers)), "")


def candidate_in(answers: Answers) -> Candidate | None:
    """Return whom to ask: the first person compared, else the one named with the gap, else a candidate of the map.

    With a gap stand the person to be introduced to and the one who introduces; if only the latter is named, they are
    the one to ask.
    """
    people = _people(answers)
    compared = [each for each in answers.get("fit_check", {}).get("candidates", []) if each.get("label")]
    if compared:
        return _candidate(str(compared[0]["label"]), _find(people, compared[0].get("person")), people)
    gap = answers.get("gap_view", {})
    helper = _find(people, gap.get("person"))
    if wanted := _find(people, gap.get("candidate")):
        through = {"introduced_by": helper["id"]} if helper else {}
        return _candidate(str(wanted["label"]), {**wanted, **through}, people)
    if helper:
        return _candidate(str(helper["label"]), helper, people)
    possible = [each for each in people if each.get("status") == "candidate" and each.get("label")]
    return _candidate(str(possible[0]["label"]), possible[0], people) if possible else None


def partner_in(answers: Answers) -> str:
    """Return whom the meeting is with: the reader of the message, else the candidate."""
    for kind, blank in (("agenda", "with"), ("message", "to")):
        if given := str(answers.get(kind, {}).get(blank, "")).strip():
            return given
    candidate = candidate_in(answers)
    return candidate.label if candidate else ""


def assesses_in(answers: Answers, label: str) -> str:
    """Return whether the person of this label judges the learner, as far as the map says."""
    person = next((each for each in _people(answers) if _folded(each.get("label")) == _folded(label)), None)
    return str(person.get("assesses_me", "")) if person and label.strip() else ""


def goals_in(answers: Answers) -> list[Line]:
    """Return the goals that were begun."""
    return [goal for _, goal in written(answers.get("goals", {}).get("goals", []))]


def gap_action_in(answers: Answers) -> NextAction | None:
    """Return the action that was chosen for a gap; None if there is none, or it was left for now."""
    gap = answers.get("gap_view", {})
    return next_action([{"what": gap.get("says", ""), "by": gap.get("on", "")}])


def closing_in(answers: Answers) -> dict[str, Any]:
    """Return the figures of the closing page, and the next step if there is one."""
    return {
        "n_priorities": len(answers.get("priorities", {}).get("chosen", [])),
        "n_people": sum(bool(each.get("label")) for each in _people(answers)),
        "n_goals": len(goals_in(answers)),
        "next": next_action(answers.get("follow_up", {}).get("actions", [])) or gap_action_in(answers),
    }


def _folded(label: object) -> str:
    return str(label or "").strip().casefold()


def _people(answers: Answers) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = answers.get("network_map", {}).get("people", [])
    return found


def _find(people: Sequence[Mapping[str, Any]], person_id: object) -> Mapping[str, Any] | None:
    return next((each for each in people if person_id and each.get("id") == person_id and each.get("label")), None)


def _candidate(label: str, person: Mapping[str, Any] | None, people: Sequence[Mapping[str, Any]]) -> Candidate:
    if person is None:
        return Candidate(label=label)
    through = person.get("introduced_by")
    introduced = _find(people, through) if through != SELF else None
    return Candidate(
        label=label,
        introduced_by=str(introduced["label"]) if introduced else "",
        assesses=str(person.get("assesses_me", "")),
    )
