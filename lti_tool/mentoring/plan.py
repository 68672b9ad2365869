"""What makes a goal, an agenda, an agreement and a follow-up plan complete, beyond each blank by itself.

A fault is (blank, name). The blank of a line is named with the line's place: ``measure_2``.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from lti_tool.mentoring.blanks import Blank, day_of, faults_of, is_empty, number_of

Line = Mapping[str, Any]
"""What one line of a document holds, by blank."""
Faults = dict[str, str]

LINE: Final = "line"
"""Where a line keeps its own number: it is no blank, and no page shows it."""
ASKING: Final = frozenset({"question", "feedback", "decision"})
"""What a meeting needs one of."""
NEXT_STEPS: Final = "next_steps"
SHORTEST_END: Final = 3
"""Minutes: a meeting that ends in less leaves nothing to do."""
SHORTEST_MEETING: Final = 15
_DRAFT: Final = (("check_in", 10), ("update", 15), ("question", 0), ("feedback", 10), (NEXT_STEPS, 15))
"""Kinds and their share of the meeting in percent; the question gets the rest, about half."""
_SHORT_DRAFT: Final = (("question", 9), ("feedback", 3), (NEXT_STEPS, 3))
_LEAST: Final = 3


def written(lines: Sequence[Line]) -> list[tuple[int, Line]]:
    """Return the lines in which something stands, each with its place, from 1."""
    return [(place, line) for place, line in enumerate(lines, 1) if any(_said(line))]


def _said(line: Line) -> list[bool]:
    return [not is_empty(given) for name, given in line.items() if name != LINE]


def numbered(lines: Sequence[Line], before: Sequence[Line], last: int) -> tuple[list[dict[str, Any]], int]:
    """Return the lines with the numbers that they had at their places before, new ones for the others; and the last.

    A number stays with its line when others are removed, and is never given again.
    """
    known = [line.get(LINE) for line in before] + [None] * len(lines)
    kept: list[dict[str, Any]] = []
    for line, number in zip(lines, known, strict=False):
        last += number is None
        kept.append({**line, LINE: last if number is None else number})
    return kept, last


def line_faults(blanks: Sequence[Blank], lines: Sequence[Line], today: date) -> Faults:
    """Return what is wrong with each blank of each line that was begun."""
    return {
        f"{name}_{place}": fault
        for place, line in written(lines)
        for name, fault in faults_of(blanks, line, today).items()
    }


# Goals


def goal_faults(blanks: Sequence[Blank], goals: Sequence[Line], today: date) -> Faults:
    """Return what keeps goals from being specific, measured, within reach, relevant and timed."""
    if not written(goals):
        return {"what_1": "none"}
    uncounted = {
        f"measure_{place}": "nodigit"
        for place, goal in written(goals)
        if goal.get("measure_type") == "count" and not any(map(str.isdigit, str(goal.get("measure", ""))))
    }
    return uncounted | line_faults(blanks, goals, today)


def vague_words(text: str, vague: Collection[str]) -> tuple[str, ...]:
    """Return the words of a text that say little about what others would see."""
    there = set(re.findall(r"\w+", text.casefold()))
    return tuple(word for word in vague if word.casefold() in there)


# Agenda


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """How the time of a meeting is used; ``over`` or ``spare`` is 0."""

    used: int
    length: int | None

    @property
    def over(self) -> int:
        """How many minutes too long the items are."""
        return max(0, self.used - self.length) if self.length else 0

    @property
    def spare(self) -> int:
        """How many minutes nothing is planned for."""
        return max(0, self.length - self.used) if self.length else 0


def minutes_of(length: Any, items: Sequence[Line]) -> Minutes:
    """Add up the minutes of the items."""
    return Minutes(used=sum(number_of(item.get("minutes")) or 0 for item in items), length=number_of(length))


def agenda_faults(blanks: Sequence[Blank], length: Any, items: Sequence[Line], fewest: int, today: date) -> Faults:
    """Return what keeps an agenda from fitting its meeting and from leading somewhere."""
    begun = written(items)
    faults: Faults = {}
    if minutes_of(length, items).over:
        faults["length"] = "over"
    if not ASKING & {item.get("kind") for _, item in begun}:
        faults["kind_1"] = "noask"
    last, end = begun[-1] if begun else (1, {})
    if end.get("kind") != NEXT_STEPS or (number_of(end.get("minutes")) or 0) < SHORTEST_END:
        faults[f"kind_{last}"] = "nonext"
    if len(begun) < fewest:
        faults[f"title_{len(begun) + 1}"] = "few"
    return faults | line_faults(blanks, items, today)


def agenda_draft(length: int) -> tuple[tuple[str, int], ...]:
    """Return the kinds and minutes of a ready-made agenda that fills a meeting of this length."""
    if length <= SHORTEST_MEETING:
        return _SHORT_DRAFT
    fixed = {kind: max(_LEAST, length * share // 100) for kind, share in _DRAFT if share}
    rest = length - sum(fixed.values())
    return tuple((kind, fixed.get(kind, rest)) for kind, _ in _DRAFT)


# Agreement


def agreement_faults(blanks: Sequence[Blank], value: Mapping[str, Any], *, assesses: str, today: date) -> Faults:
    """Return what an agreement still needs; ``assesses`` says whether the other person judges the learner."""
    needed = {
        "credit": "scholarship" in (value.get("topics_in") or ()),
        "conflict": assesses in ("yes", "unsure"),
        "privacy_own": value.get("privacy") == "own",
    }
    missing = {name: "needed" for name, is_needed in needed.items() if is_needed and is_empty(value.get(name))}
    return missing | faults_of(blanks, value, today)


# Follow-up

REMINDERS: Final = ("w2", "w6", "w12", "m6")
"""When a calendar may remind: after weeks, or after months."""
CHECK_IN_AFTER: Final = 42
"""Days after which somebody may be asked how it went."""


@dataclass(frozen=True, kw_only=True)
class NextAction:
    """The first thing to do, and by when."""

    what: str
    by: date


def next_action(actions: Sequence[Line]) -> NextAction | None:
    """Return the earliest action; of two on one day the one that stands first."""
    dated = [(day, str(action.get("what", "")).strip()) for action in actions if (day := day_of(action.get("by")))]
    named = [(day, what) for day, what in dated if what]
    first = min(named, key=lambda each: each[0], default=None)
    return None if first is None else NextAction(what=first[1], by=first[0])


def follow_up_faults(blanks: Sequence[Blank], actions: Sequence[Line], today: date) -> Faults:
    """Return what keeps a plan from having a next step with a day."""
    return line_faults(blanks, actions, today) if written(actions) else {"what_1": "none"}


def reminder_on(name: str, made: date) -> date:
    """Return the day of a reminder (``w6``, ``m6``) of a plan that was made on a day.

    A month that is too short for the day gives its last one.
    """
    count = int(name[1:])
    if name[0] == "w":
        return made + timedelta(weeks=count)
    months = made.month - 1 + count
    year, month = made.year + months // 12, months % 12 + 1
    return date(year, month, min(made.day, monthrange(year, month)[1]))
