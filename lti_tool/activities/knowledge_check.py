"""Knowledge check: one question per screen, a word on every answer, any number of tries."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from wtforms import HiddenField, RadioField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    CHOOSE_AN_OFFERED_ANSWER,
    Activity,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Source,
    Step,
    Value,
    Work,
    answered,
    content_of,
    fill_form,
    refuse_unknown,
)
from lti_tool.language import gettext as _
from lti_tool.language import mark
from lti_tool.mentoring.mastery import needed, right

RESULT = "result"
"""The last screen; no question may have this id."""
ORDER = "order"
"""The field that carries the seed of the order of options: random, so that it says nothing about anybody."""
CHECKED = "checked-"
"""Begins the field that says which answer to a question was checked last: a page that stores nothing carries it."""
CHOOSE_AN_ANSWER = mark("Choose an answer.")
NOT_ENOUGH_YET = mark("Not enough right answers yet. Look at the questions again; you may try as often as you like.")
_SEED = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True)
class Option:
    """An answer to choose, and what is said to whoever chooses it."""

    id: str
    text: str
    note: str
    correct: bool


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with one right answer."""

    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def key(self) -> str:
        """Return the right answer."""
        return next(option.id for option in self.options if option.correct)

    def says(self, option_id: str) -> str:
        """Return the text of an option, empty if there is none."""
        return next((option.text for option in self.options if option.id == option_id), "")


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """The questions, and how many right answers are enough."""

    questions: tuple[Question, ...]
    needed: int

    @property
    def keys(self) -> dict[str, str]:
        """Return the right answer to each question."""
        return {question.id: question.key for question in self.questions}


@dataclass(frozen=True, kw_only=True)
class QuizOutcome:
    """How it stands: right answers now and at best, and what was chosen and checked per question."""

    right: int
    best: int
    total: int
    needed: int
    checked: Mapping[str, Option]

    @property
    def passed(self) -> bool:
        """Whether the best try is enough."""
        return self.best >= self.needed


class KnowledgeCheck(Kind):
    """Complete as soon as enough answers are right. The first answer to each question is recorded for good."""

    name = "knowledge_check"

    def read(self, source: Source) -> Quiz:
        """Return the check that the activity names."""
        document = source.document("checks", source.options["check"])
        questions = tuple(_question(entry) for entry in document["questions"])
        return Quiz(questions=questions, needed=needed(len(questions), source.pass_share))

    def screens(self, activity: Activity, value: Value, work: Work) -> tuple[str, ...]:
        """Return a screen per question, and the result once every question was checked."""
        ids = _ids(activity)
        return (*ids, RESULT) if _all_checked(activity, value) else ids

    def resume(self, activity: Activity, value: Value, work: Work) -> str:
        """Return the first question that was never checked, or the result."""
        return next((each for each in _ids(activity) if each not in value.get("checked", {})), RESULT)

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return one question, its options in the order of this answer; no option is chosen beforehand."""
        questions: dict[str, Any] = {ORDER: HiddenField()}
        filled = {ORDER: value.get(ORDER) or _seed_of(formdata)}
        for question in content_of(activity, Quiz).questions:
            if question.id == screen:
                options = _shuffled(question, filled[ORDER])
                rules = [answered([option.id for option in options], CHOOSE_AN_ANSWER)]
                choices = {option.id: option.text for option in options}
                questions[screen] = RadioField(question.text, rules, choices=choices, validate_choice=False)
                filled[screen] = value.get("answers", {}).get(screen)
        return fill_form(questions, filled, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return the seed, and each question with the option chosen and the option checked last."""
        chosen, checked = value.get("answers", {}), value.get("checked", {})
        answers = {each: str(chosen.get(each, "")) for each in _ids(activity)}
        looked_at = {f"{CHECKED}{each}": str(checked.get(each, "")) for each in _ids(activity)}
        return {ORDER: str(value.get(ORDER, "")), **answers, **looked_at}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return what is chosen now; the first tries, the best one and the order stay as they were."""
        given = dict(fields)
        seed = given.pop(ORDER, "")
        if not isinstance(seed, str) or (seed and not _SEED.fullmatch(seed)):
            raise BadAnswer({ORDER: _(CHOOSE_AN_OFFERED_ANSWER)})
        offered = {each.id: {"", *(option.id for option in each.options)} for each in _questions(activity)}
        refuse_unknown(given, offered | {f"{CHECKED}{each}": allowed for each, allowed in offered.items()})
        after = {**self.fields(activity, before), **given}
        kept: Value = {key: before[key] for key in ("first", "best") if key in before}
        if order := before.get(ORDER) or seed:
            kept[ORDER] = order
        for key, prefix in (("answers", ""), ("checked", CHECKED)):
            if chosen := {each: after[f"{prefix}{each}"] for each in offered if after[f"{prefix}{each}"]}:
                kept[key] = chosen
        return kept

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Check one question (``check:<question>``): say something about the answer, and count.

        :raise Incomplete: nothing is chosen.
        """
        verb, _colon, name = do.partition(":")
        if verb != "check" or name not in _ids(activity):
            return super().act(activity, do, value, work)
        chosen = value.get("answers", {}).get(name)
        if not chosen:
            raise Incomplete({name: _(CHOOSE_AN_ANSWER)})
        quiz = content_of(activity, Quiz)
        checked = {**value.get("checked", {}), name: chosen}
        best = max(value.get("best", 0), right(checked, quiz.keys))
        first = {name: chosen, **value.get("first", {})}
        after = {**value, "checked": checked, "first": first, "best": best}
        return Step(value=after, completes=best >= quiz.needed, screen=name)

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value unchanged if the best try is enough.

        :raise Incomplete: it is not.
        """
        if value.get("best", 0) < content_of(activity, Quiz).needed:
            raise Incomplete({RESULT: _(NOT_ENOUGH_YET)})
        return dict(value)

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each question with the answer that is chosen."""
        chosen = value.get("answers", {})
        return [(each.text, each.says(chosen.get(each.id, "")) or _("Not answered")) for each in _questions(activity)]

    def outcome(self, activity: Activity, value: Value, work: Work) -> QuizOutcome | None:
        """Return what was checked so far; None before the first."""
        checked = value.get("checked", {})
        if not checked:
            return None
        quiz = content_of(activity, Quiz)
        options = {(question.id, option.id): option for question in quiz.questions for option in question.options}
        now = right(checked, quiz.keys)
        return QuizOutcome(
            right=now,
            best=max(value.get("best", 0), now),
            total=len(quiz.questions),
            needed=quiz.needed,
            checked={each: options[each, chosen] for each, chosen in checked.items() if (each, chosen) in options},
        )


def _question(entry: Mapping[str, Any]) -> Question:
    options = tuple(
        Option(id=option["id"], text=option["text"], note=option["note"], correct=option["correct"])
        for option in entry["options"]
    )
    return Question(id=entry["id"], text=entry["text"], options=options)


def _questions(activity: Activity) -> tuple[Question, ...]:
    return content_of(activity, Quiz).questions


def _ids(activity: Activity) -> tuple[str, ...]:
    return tuple(question.id for question in _questions(activity))


def _all_checked(activity: Activity, value: Value) -> bool:
    return set(_ids(activity)) <= set(value.get("checked", {}))


def _seed_of(formdata: FormData) -> str:
    """Return the seed that came with a form, or a new one."""
    given = formdata.get(ORDER, "") if formdata else ""
    return given if _SEED.fullmatch(given) else secrets.token_hex(4)


def _shuffled(question: Question, seed: str) -> list[Option]:
    """Return the options in an order that depends on the seed alone."""
    return sorted(question.options, key=lambda option: sha256(f"{seed} {question.id} {option.id}".encode()).digest())
