"""A first message: put together from its parts, and looked at before it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lti_tool.mentoring.blanks import Blank, day_of, fault_of, is_empty
from lti_tool.mentoring.phrases import fill, long_day, sentence_part
from lti_tool.mentoring.words import count_words

FEWEST_WORDS: Final = 60
MOST_WORDS: Final = 180
WITHOUT_DATES: Final = frozenset({"feedback"})
"""What can be asked for without meeting."""
CHECKS: Final = ("who", "why", "one_ask", "limit", "dates", "easy", "length")
"""What a message is looked at for, in order."""
ADVICE: Final = frozenset({"easy"})
"""What is good to have; no message needs it."""

_BLANKS: Final[Mapping[str, tuple[str, ...]]] = {
    "who": ("about_me",),
    "why": ("why_you",),
    "one_ask": ("ask_type", "ask_detail"),
    "limit": ("ask_type",),
}
"""The blanks that a check looks at; the others have rules of their own."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One look at the message."""

    id: str
    passed: bool

    @property
    def is_advice(self) -> bool:
        """Whether the message may go without it."""
        return self.id in ADVICE


@dataclass(frozen=True, kw_only=True)
class Message:
    """The text as it would go, its words, and what was found."""

    text: str
    words: int
    checks: tuple[Check, ...]


def message_of(
    value: Mapping[str, Any], templates: Mapping[str, str], blanks: Sequence[Blank], today: date, locale: str
) -> Message:
    """Put a message together and look at it."""
    text = text_of(value, templates, locale)
    words = count_words(text)
    return Message(text=text, words=words, checks=checks_of(value, blanks, words, today))


def text_of(value: Mapping[str, Any], templates: Mapping[str, str], locale: str) -> str:
    """Return the text; where something is missing, so is its sentence, and nothing is made up."""
    part = {name: sentence_part(given) for name, given in value.items() if isinstance(given, str)}
    sentences = {
        "link_sentence": _by_choice(templates, "link", part, detail="link_detail"),
        "about_sentence": _sentence(templates, "about", part, "about_me"),
        "why_sentence": _sentence(templates, "why", part, "why_you"),
        "ask_sentence": _by_choice(templates, "ask", part, detail="ask_detail", key="ask_type"),
        "slots_sentence": _slots(templates, value, locale),
        "easy_out_sentence": templates["easy_out"] if value.get("easy_out") else "",
        "thanks": str(value.get("thanks", "")).strip(),
        "greeting": _sentence(templates, "greeting", part, "to"),
    }
    lines = (fill(line, locale, **sentences).split() for line in templates["message"].split("\n"))
    return "\n".join(" ".join(line) for line in lines if line)


def checks_of(value: Mapping[str, Any], blanks: Sequence[Blank], words: int, today: date) -> tuple[Check, ...]:
    """Return what was found in a message of so many words."""
    sound = {blank.id: not fault_of(blank, value.get(blank.id), today) for blank in blanks}
    found = {check: all(sound[name] for name in names) for check, names in _BLANKS.items()}
    found |= {
        "dates": value.get("ask_type") in WITHOUT_DATES or _two_days(value, today),
        "easy": bool(value.get("easy_out")),
        "length": FEWEST_WORDS <= words <= MOST_WORDS,
    }
    return tuple(Check(id=name, passed=found[name]) for name in CHECKS)


def message_faults(value: Mapping[str, Any], blanks: Sequence[Blank], words: int, today: date) -> dict[str, str]:
    """Return what keeps a message from going, by blank."""
    found = {blank.id: fault for blank in blanks if (fault := fault_of(blank, value.get(blank.id), today))}
    without_dates = value.get("ask_type") in WITHOUT_DATES
    for name in ("slot_1", "slot_2"):
        if without_dates:
            found.pop(name, None)
        elif is_empty(value.get(name)):
            found[name] = "needed"
    if not without_dates and "slot_2" not in found and day_of(value.get("slot_1")) == day_of(value.get("slot_2")):
        found["slot_2"] = "same"
    if not found and words < FEWEST_WORDS:
        found["ask_detail"] = "words_few"
    if not found and words > MOST_WORDS:
        found["ask_detail"] = "words_many"
    return found


def _sentence(templates: Mapping[str, str], name: str, part: Mapping[str, str], blank: str) -> str:
    return fill(templates[name], **{blank: part[blank]}) if part.get(blank) else ""


def _by_choice(templates: Mapping[str, str], name: str, part: Mapping[str, str], *, detail: str, key: str = "") -> str:
    template = templates.get(f"{name}.{part.get(key or name, '')}")
    return fill(template, detail=part[detail]) if template and part.get(detail) else ""


def _slots(templates: Mapping[str, str], value: Mapping[str, Any], locale: str) -> str:
    days = [day for name in ("slot_1", "slot_2") if (day := day_of(value.get(name)))]
    if len(days) < 2 or value.get("ask_type") in WITHOUT_DATES:
        return ""
    first, second = (long_day(day, locale) for day in days)
    return fill(templates["slots"], locale, slot_1=first, slot_2=second)


def _two_days(value: Mapping[str, Any], today: date) -> bool:
    days = {day_of(value.get(name)) for name in ("slot_1", "slot_2")}
    return len(days) == 2 and all(day is not None and day > today for day in days)
