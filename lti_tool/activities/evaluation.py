"""What people think of the workshop. The answers go without a name, and nothing of them is a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    CHOOSE_AN_OFFERED_ANSWER,
    MOST_ERRORS,
    NO_SUCH_QUESTION,
    SHOWN_OF_A_FIELD,
    Activity,
    BadAnswer,
    FormData,
    Kind,
    Source,
    Value,
    Work,
    content_of,
    fill_form,
)
from lti_tool.language import gettext as _
from lti_tool.mentoring.blanks import YES, number_of
from lti_tool.mentoring.chain import closing_in
from lti_tool.mentoring.phrases import fill, long_day, sentence_part
from lti_tool.mentoring.plan import NextAction

SKIP: Final = "skip"
SENT: Final = "sent"
"""All that the learner's own record says: that something was sent."""
WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "record": frozenset(),
        "thanks": frozenset(),
        "done": frozenset({"n_priorities", "n_people", "n_goals"}),
        "next": frozenset({"next_action", "next_date"}),
        "later": frozenset(),
        "too_long": frozenset({"max"}),
        "number": frozenset({"max"}),
    }
)
"""Sentences of the page, each with what is filled in."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One way to rate: its question, and its answers from low to high."""

    question: str
    options: tuple[tuple[str, str], ...]
    skip_label: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Sentences that are rated on the same scales: one, or two side by side."""

    label: str
    scales: Mapping[str, Scale]
    items: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question beside ratings: in own words, by ticking, or with a figure."""

    text: str
    options: Mapping[str, str]
    several: bool
    most: int
    """Characters of a text, or the largest figure."""


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """Everything that is asked, and every sentence around it."""

    version: str
    locale: str
    intro: str
    parts: tuple[Part, ...]
    texts: Mapping[str, Asked]
    choices: Mapping[str, Asked]
    numbers: Mapping[str, Asked]
    words: Mapping[str, str]

    @property
    def ratings(self) -> dict[str, tuple[str, Scale]]:
        """Return each rating by its name on the wire: the sentence and the scale."""
        return {
            item if len(part.scales) == 1 else f"{item}.{name}": (text, scale)
            for part in self.parts
            for item, text in part.items.items()
            for name, scale in part.scales.items()
        }


@dataclass(frozen=True, kw_only=True)
class Closing:
    """The last word of the workshop."""

    thanks: str
    done: str
    next: str
    later: str


class Evaluation(Kind):
    """Complete when "Send" is pressed; every answer may be blank."""

    name = "evaluation"
    reads = ("priorities", "network_map", "gap_view", "goals", "follow_up")
    is_anonymous = True

    def read(self, source: Source) -> Questionnaire:
        """Return the questionnaire; a workshop has one."""
        found = source.file("evaluation.yaml")
        scales = {name: _scale(each) for name, each in found["scales"].items()}
        return Questionnaire(
            version=found["version"],
            locale=source.locale,
            intro=found["intro"] or "",
            parts=tuple(_part(facet, scales, found["items"]) for facet in found["facets"]),
            texts={each["id"]: _asked(each, most=each["max_length"] or 1000) for each in found["questions"]},
            choices={each["id"]: _asked(each) for each in found["choices"]},
            numbers={each["id"]: _asked(each, most=each["max"]) for each in found["numbers"]},
            words=MappingProxyType(dict(found["words"])),
        )

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the questions, empty: what was sent is not kept with the learner."""
        asked = content_of(activity, Questionnaire)
        controls: dict[str, Any] = {}
        for name, (text, scale) in asked.ratings.items():
            offered = dict([*scale.options, (SKIP, scale.skip_label)])
            controls[name] = RadioField(f"{text} – {scale.question}", choices=offered, validate_choice=False)
        controls |= {name: TextAreaField(each.text) for name, each in asked.texts.items()}
        for name, each in asked.choices.items():
            if each.several:
                boxes = {f"{name}.{option}": text for option, text in each.options.items()}
                controls |= {box: BooleanField(text, false_values=(False, "")) for box, text in boxes.items()}
            else:
                controls[name] = RadioField(each.text, choices=dict(each.options), validate_choice=False)
        controls |= {name: StringField(each.text) for name, each in asked.numbers.items()}
        return fill_form(controls, {}, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return every question, empty."""
        return {field.name: "" for field in self.form(activity, {}, _NOBODY)}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return what was answered, by the name of each question; a blank is left out.

        :raise BadAnswer: a question is unknown, or its answer is not one that is offered.
        """
        asked = content_of(activity, Questionnaire)
        offered = self.fields(activity, {})
        errors: dict[str, str] = {}
        for name, given in fields.items():
            if name not in offered:
                errors[str(name)[:SHOWN_OF_A_FIELD]] = _(NO_SUCH_QUESTION)
            elif fault := _fault(asked, name, given):
                errors[name] = fault
            if len(errors) == MOST_ERRORS:
                break
        if errors:
            raise BadAnswer(errors)
        return {name: _answer(asked, name, given) for name, given in fields.items() if given.strip()}

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return what is sent, whatever is blank."""
        return dict(value)

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Say that it was sent, and no more: nobody knows which answers are whose."""
        words = content_of(activity, Questionnaire).words
        return [(activity.title, words["record"])] if value.get(SENT) else []

    def outcome(self, activity: Activity, value: Value, work: Work) -> Closing | None:
        """Return the last word once the answers are sent."""
        if not value.get(SENT):
            return None
        asked = content_of(activity, Questionnaire)
        figures = closing_in(work.answers)
        first = figures.pop("next")
        step = _step(first, asked.locale) if first else {}
        return Closing(
            thanks=asked.words["thanks"],
            done=fill(asked.words["done"], asked.locale, **figures),
            next=fill(asked.words["next"], asked.locale, **step) if first else "",
            later=asked.words["later"],
        )


def _step(first: NextAction, locale: str) -> dict[str, str]:
    return {"next_action": sentence_part(first.what), "next_date": long_day(first.by, locale)}


def _scale(found: Mapping[str, Any]) -> Scale:
    values = range(found["min"], found["max"] + 1)
    options = tuple((str(value), anchor) for value, anchor in zip(values, found["anchors"], strict=True))
    return Scale(question=found["question"], options=options, skip_label=found["skip_label"])


def _part(facet: Mapping[str, Any], scales: Mapping[str, Scale], items: list[Mapping[str, Any]]) -> Part:
    return Part(
        label=facet["label"],
        scales={name: scales[name] for name in facet["rated"]},
        items={item["id"]: item["text"] for item in items if item["facet"] == facet["id"]},
    )


def _asked(found: Mapping[str, Any], most: int = 0) -> Asked:
    options = {each["id"]: each["text"] for each in found.get("options", ())}
    return Asked(text=found["text"], options=options, several=bool(found.get("several")), most=most)


def _fault(asked: Questionnaire, name: str, given: object) -> str | None:
    """Return the sentence for an answer that is not offered, or None."""
    if not isinstance(given, str):
        return _(CHOOSE_AN_OFFERED_ANSWER)
    if name in asked.texts:
        most = asked.texts[name].most
        return fill(asked.words["too_long"], asked.locale, max=most) if len(given.strip()) > most else None
    if name in asked.numbers:
        most, figure = asked.numbers[name].most, number_of(given)
        wrong = bool(given.strip()) and (figure is None or figure > most)
        return fill(asked.words["number"], asked.locale, max=most) if wrong else None
    return None if given in _offered(asked, name) else _(CHOOSE_AN_OFFERED_ANSWER)


def _offered(asked: Questionnaire, name: str) -> set[str]:
    if name in asked.ratings:
        return {"", SKIP, *(value for value, _ in asked.ratings[name][1].options)}
    return {"", *asked.choices[name].options} if name in asked.choices else {"", YES}


def _answer(asked: Questionnaire, name: str, given: str) -> str | int:
    is_figure = name in asked.numbers or (name in asked.ratings and given != SKIP)
    return int(given) if is_figure else given.strip()


_NOBODY: Final = Work(today=date.min)
