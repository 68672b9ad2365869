"""A document that is written blank by blank: its words, as a workshop has them, and how an answer travels.

On the wire a blank of a line is named with the line's place (``what_2``), a box of a list with its option
(``topics_in.skills``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from lti_tool.activities.base import Source, Value
from lti_tool.language import gettext as _
from lti_tool.mentoring.blanks import YES, Blank, day_of, is_empty
from lti_tool.mentoring.needs import OTHER
from lti_tool.mentoring.phrases import fill, short_day
from lti_tool.mentoring.plan import Line, written

OFFLINE = "offline"
"""The box for those who made the document on paper: then nothing else is needed."""
LINES = "lines"
"""The field that says how many lines a page showed."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A blank with its words. ``default`` is what stands there at first."""

    blank: Blank
    label: str
    hint: str
    options: Mapping[str, str]
    default: str


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Questions that are asked several times: for each goal, for each item of an agenda."""

    label: str
    add: str
    remove: str
    min: int
    max: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A document to write: its questions and every sentence that goes with it."""

    id: str
    title: str
    intro: str
    offline: str
    locale: str
    lines: Lines | None
    questions: tuple[Question, ...]
    templates: Mapping[str, str]
    errors: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    areas: Mapping[str, str]
    """What the workshop's areas are called."""

    @property
    def blanks(self) -> list[Blank]:
        """Return the blanks that stand outside lines."""
        return [each.blank for each in self.questions]

    @property
    def line_blanks(self) -> list[Blank]:
        """Return the blanks of each line."""
        return [each.blank for each in self.lines.questions] if self.lines else []

    def asked(self, lines: int) -> dict[str, Question]:
        """Return each question by its name on the wire, for so many lines, in the order of the page."""
        inside = self.lines.questions if self.lines else ()
        named = {f"{each.blank.id}_{place}": each for place in range(1, lines + 1) for each in inside}
        return {each.blank.id: each for each in self.questions} | named

    def say(self, template: str, **given: str | int) -> str:
        """Return one of the document's own sentences, filled."""
        return fill(self.templates[template], self.locale, **given)

    def error(self, name: str, fault: str, **given: str | int) -> str:
        """Return the sentence for a fault of a blank: its own, or the one for all blanks."""
        bare = name.rpartition("_")[0] if name.rpartition("_")[2].isdigit() else name
        question = self.asked(1).get(name) or self.asked(1).get(f"{bare}_1")
        blank = question.blank if question else Blank(id=name, type="flag")
        limits = {"min": blank.min or 0, "max": blank.max or 0, "min_words": blank.min_words or 0}
        own = self.errors.get(f"{name}.{fault}") or self.errors.get(f"{bare}.{fault}")
        return fill(own or self.errors[fault], self.locale, **{**limits, **given})


def read_builder(source: Source) -> Builder:
    """Return the document that an activity names."""
    file = source.file("builders.yaml")
    found = next(each for each in file["builders"] if each["id"] == source.options["builder"])
    return Builder(
        id=found["id"],
        title=found["title"] or "",
        intro=found["intro"] or "",
        offline=file["offline"] or "",
        locale=source.locale,
        lines=_lines(found["lines"], source) if found["lines"] else None,
        questions=tuple(_question(each, source) for each in found["fields"]),
        templates=MappingProxyType(dict(found["templates"])),
        errors=MappingProxyType({**file["errors"], **found["errors"]}),
        words=MappingProxyType({name: tuple(words) for name, words in found["words"].items()}),
        areas=MappingProxyType({area.id: area.label for area in source.areas}),
    )


def with_own_area(builder: Builder, label: str) -> Builder:
    """Return the document with a need that the learner named offered wherever it offers the areas."""

    def more(question: Question) -> Question:
        if not question.options or [*question.options] != [*builder.areas]:
            return question
        options = MappingProxyType({**question.options, OTHER: label})
        return replace(question, blank=replace(question.blank, options=tuple(options)), options=options)

    lines = builder.lines
    return replace(
        builder,
        lines=replace(lines, questions=tuple(map(more, lines.questions))) if lines else None,
        questions=tuple(map(more, builder.questions)),
        areas=MappingProxyType({**builder.areas, OTHER: label}),
    )


def speaks_of_own_area(value: Value, lines_key: str) -> bool:
    """Say whether a need of the learner's own is among the areas that a document holds."""
    said = [*value.values(), *(each for line in value.get(lines_key, ()) for each in line.values())]
    return any(each == OTHER or (isinstance(each, list) and OTHER in each) for each in said)


def rows_of(builder: Builder, value: Value) -> list[tuple[str, str]]:
    """Return what was filled in outside lines, as rows of label and text."""
    return _rows(builder.questions, value, builder.locale)


def lines_of(builder: Builder, value: Value, lines_key: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each line in which something stands: its label, and its rows."""
    if builder.lines is None:
        return []
    label, questions = builder.lines.label, builder.lines.questions
    return [
        (fill(label, builder.locale, n=place), _rows(questions, line, builder.locale))
        for place, line in written(value.get(lines_key, []))
    ]


def text_in(question: Question, given: Any, locale: str) -> str:
    """Return what was filled into a blank as people read it."""
    blank = question.blank
    if blank.type == "list":
        return ", ".join(question.options[each] for each in given if each in question.options)
    if blank.type == "flag":
        return _("Yes") if given else _("No")
    if blank.type == "choice":
        return question.options.get(given, str(given))
    day = day_of(given) if blank.type == "date" else None
    return short_day(day, locale) if day else str(given).strip()


def _rows(questions: Iterable[Question], given: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    filled = [(each, given[each.blank.id]) for each in questions if not is_empty(given.get(each.blank.id))]
    return [(each.label, text_in(each, answer, locale)) for each, answer in filled]


def _question(found: Mapping[str, Any], source: Source) -> Question:
    options = {each["id"]: each["text"] for each in found["options"]}
    if found["options_from"] == "areas":
        options = {area.id: area.label for area in source.areas}
    kept = {name: found[name] for name in ("id", "type", "required", "min", "max", "min_words")}
    return Question(
        blank=Blank(**kept, options=tuple(options)),
        label=found["label"],
        hint=found["hint"] or "",
        options=MappingProxyType(options),
        default=found["chosen"] or found["default"] or "",
    )


def _lines(found: Mapping[str, Any], source: Source) -> Lines:
    words = {name: found[name] for name in ("label", "add", "remove", "min", "max")}
    return Lines(**words, questions=tuple(_question(each, source) for each in found["fields"]))


def names_of(name: str, question: Question) -> list[str]:
    """Return the names of a question's controls; each box of a list has one."""
    return [f"{name}.{each}" for each in question.options] if question.blank.type == "list" else [name]


def wire_of(builder: Builder, value: Value, lines_key: str) -> dict[str, str]:
    """Return what was said as flat fields; what was never touched, or is not asked any more, is not among them."""
    lines: Sequence[Line] = value.get(lines_key, []) if lines_key else []
    asked = builder.asked(len(lines))
    said = {f"{name}_{place}": each for place, line in enumerate(lines, 1) for name, each in line.items()}
    given = {name: each for name, each in {**value, **said}.items() if name in asked or name == OFFLINE}
    wire = {LINES: str(len(lines))} if lines else {}
    for name, each in given.items():
        if isinstance(each, list):
            wire |= {f"{name}.{option}": YES if option in each else "" for option in asked[name].options}
        else:
            wire[name] = (YES if each else "") if isinstance(each, bool) else str(each)
    return wire


def value_of(wire: Mapping[str, str], builder: Builder, lines_key: str) -> Value:
    """Return flat fields in the shape that is kept."""
    value: Value = _part(builder.questions, wire, "")
    if wire.get(OFFLINE):
        value[OFFLINE] = True
    if builder.lines is None:
        return value
    lines = [_part(builder.lines.questions, wire, f"_{place}") for place in range(1, builder.lines.max + 1)]
    last = max((place for place, line in enumerate(lines, 1) if line), default=0)
    count = max(last, int(wire.get(LINES) or 0))
    return {**value, lines_key: lines[:count]} if count else value


def _part(questions: Iterable[Question], wire: Mapping[str, str], ending: str) -> Value:
    part: Value = {}
    for question in questions:
        blank, name = question.blank, question.blank.id + ending
        if blank.type == "list":
            boxes = {each: wire[f"{name}.{each}"] for each in blank.options if f"{name}.{each}" in wire}
            if boxes:
                part[blank.id] = [each for each, ticked in boxes.items() if ticked]
        elif name in wire:
            part[blank.id] = bool(wire[name]) if blank.type == "flag" else wire[name]
    return part
