"""What may stand in a blank of a form that makes a document: lengths, choices, figures, days.

Nothing here has words: a fault is a short name, and the workshop has the sentence for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from lti_tool.mentoring.words import count_words

YES: Final = "yes"
"""What a ticked box is called."""


@dataclass(frozen=True, kw_only=True)
class Blank:
    """A blank to fill in. What ``min`` and ``max`` count depends on its type.

    Of a text they count characters, of a list its entries, of a date the days from today; a number lies between them.
    """

    id: str
    type: str
    """``text``, ``choice``, ``list``, ``number``, ``date`` or ``flag``."""
    required: bool = False
    min: int | None = None
    max: int | None = None
    min_words: int | None = None
    options: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Return every fault that it can have."""
        low, high = _LIMITS[self.type]
        every = {
            "empty": self.required and self.type != "flag",
            "wrong": self.type in ("choice", "list", "number", "date"),
            low: self.min is not None,
            high: self.max is not None,
            "words": self.min_words is not None,
        }
        return tuple(name for name, can_be in every.items() if can_be)


_LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("short", "long"),
    "list": ("few", "many"),
    "number": ("low", "high"),
    "date": ("soon", "far"),
    "choice": ("", ""),
    "flag": ("", ""),
}


def is_empty(given: Any) -> bool:
    """Say whether nothing was filled in; spaces are nothing."""
    return not (given.strip() if isinstance(given, str) else given)


def fault_of(blank: Blank, given: Any, today: date) -> str | None:
    """Return what is wrong with what was filled in, or None."""
    if blank.type == "flag":
        return None
    if is_empty(given):
        return "empty" if blank.required else None
    if blank.type == "choice":
        return None if given in blank.options else "wrong"
    if blank.type == "list":
        return "wrong" if set(given) - set(blank.options) else _beyond(blank, len(given))
    if blank.type == "text":
        return _beyond(blank, len(given.strip())) or _few_words(blank, given)
    figure = number_of(given) if blank.type == "number" else _days_ahead(given, today)
    return "wrong" if figure is None else _beyond(blank, figure)


def faults_of(blanks: Sequence[Blank], given: Mapping[str, Any], today: date) -> dict[str, str]:
    """Return the fault of each blank that has one, by the blank's id."""
    found = {blank.id: fault_of(blank, given.get(blank.id), today) for blank in blanks}
    return {name: fault for name, fault in found.items() if fault}


def day_of(given: Any) -> date | None:
    """Return the day that a date's blank holds, or None if it holds none."""
    text = str(given or "").strip()
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-25") else None
    except ValueError:
        return None


def number_of(given: Any) -> int | None:
    """Return the whole number that a blank holds, or None if it holds none."""
    text = str(given or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _days_ahead(given: Any, today: date) -> int | None:
    day = day_of(given)
    return None if day is None else (day - today) // timedelta(days=1)


def _beyond(blank: Blank, figure: int) -> str | None:
    low, high = _LIMITS[blank.type]
    if blank.min is not None and figure < blank.min:
        return low
    return high if blank.max is not None and figure > blank.max else None


def _few_words(blank: Blank, given: str) -> str | None:
    return "words" if blank.min_words is not None and count_words(given) < blank.min_words else None
