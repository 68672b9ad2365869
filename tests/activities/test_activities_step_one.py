"""Priorities, reflection and knowledge check as activities: what is kept, what finishes them, what is said."""

import re
from datetime import date
from typing import Any

import pytest
from needs_examples import ALL_ANSWERED, answer
from shipped import WORKSHOP
from werkzeug.datastructures import MultiDict

from lti_tool.activities import KINDS
from lti_tool.activities.base import BadAnswer, Incomplete, Value, Work
from lti_tool.activities.knowledge_check import QuizOutcome
from lti_tool.mentoring.needs import priorities_of

PRIORITIES = WORKSHOP.activity("m1.priorities")
REFLECTION = WORKSHOP.activity("m1.reflect")
CHECK = WORKSHOP.activity("m1.check")
TODAY = date(2026, 11, 25)
WORK = Work(today=TODAY)
RATED = Work(today=TODAY, answers={"needs_assessment": answer(ALL_ANSWERED)})
RIGHT = {"kc1.q1": "b", "kc1.q2": "c", "kc1.q3": "a", "kc1.q4": "b"}


def kept(activity: Any, fields: dict[str, Any], before: Value | None = None, work: Work = WORK) -> Value:
    return KINDS[activity.kind].keep(activity, fields, before or {}, work)


def done(activity: Any, fields: dict[str, Any], work: Work = WORK) -> Value:
    return KINDS[activity.kind].finish(activity, kept(activity, fields, work=work), {}, work)


def errors(activity: Any, fields: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Incomplete) as refused:
        done(activity, fields)
    return refused.value.errors


# Priorities


def test_what_the_ratings_suggest_is_chosen_beforehand():
    form = KINDS["priorities"].form(PRIORITIES, {}, RATED)

    assert [field.data for field in form] == ["visibility", "direction", "scholarship", ""]


def test_without_ratings_priorities_are_chosen_by_hand():
    form = KINDS["priorities"].form(PRIORITIES, {}, WORK)

    assert [field.data for field in form] == ["", "", "", ""]
    assert priorities_of(done(PRIORITIES, {"p1": "support"})) == ("support",)


def test_the_learner_decides_and_both_lists_are_kept():
    value = done(PRIORITIES, {"p1": "belonging", "p2": "", "p3": "other", "other": " A quiet room "}, RATED)

    assert value == {
        "chosen": ["belonging", "other"],
        "suggested": ["visibility", "direction", "scholarship"],
        "other": "A quiet room",
    }
    assert [row[1] for row in KINDS["priorities"].readable(PRIORITIES, value, WORK)] == [
        "Identity and belonging",
        "A quiet room",
    ]


def test_what_was_chosen_is_not_overridden_by_a_suggestion():
    form = KINDS["priorities"].form(PRIORITIES, done(PRIORITIES, {"p1": "support"}, RATED), RATED)

    assert [field.data for field in form] == ["support", "", "", ""]


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({}, "p1"),
        ({"p1": "", "p2": "", "p3": ""}, "p1"),
        ({"p1": "skills", "p2": "skills"}, "p2"),
        ({"p1": "other"}, "other"),
        ({"p1": "other", "other": "   "}, "other"),
    ],
)
def test_priorities_need_one_area_each_once_and_a_name(fields: dict[str, str], blamed: str):
    assert set(errors(PRIORITIES, fields)) == {blamed}


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"p1": "money"}, "p1"),
        ({"p4": "skills"}, "p4"),
        ({"other": "x" * 41}, "other"),
        ({"other": ["x"]}, "other"),
        ({"chosen": "skills"}, "chosen"),
    ],
)
def test_priorities_that_are_not_offered_are_refused(fields: dict[str, Any], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        kept(PRIORITIES, fields)

    assert set(refused.value.errors) == {blamed}


def test_a_draft_shows_what_the_menus_showed():
    value = kept(PRIORITIES, {"p1": "skills", "p2": "skills", "p3": "support"})

    assert KINDS["priorities"].fields(PRIORITIES, value)["p2"] == "skills"
    assert priorities_of(value) == ("skills", "support")


# Reflection


def test_thirty_words_finish_a_reflection_and_twenty_nine_do_not():
    assert done(REFLECTION, {"prompt": "r2", "text": "word " * 30})["saved"]
    assert errors(REFLECTION, {"prompt": "r2", "text": "word " * 29}) == {
        "text": "Write at least 30 words (so far 29), or tick the box below."
    }


def test_paper_or_a_talk_finish_a_reflection_as_well():
    value = done(REFLECTION, {"offline": "yes"})

    assert KINDS["reflection"].outcome(REFLECTION, value, WORK)
    assert KINDS["reflection"].readable(REFLECTION, value, WORK) == [("On paper or in a talk", "Yes")]


def test_a_reflection_stays_as_it_was_typed():
    text = "  Two lines,\r\nand a space. "

    value = kept(REFLECTION, {"prompt": "r1", "text": text})

    assert KINDS["reflection"].fields(REFLECTION, value) == {"prompt": "r1", "text": text, "offline": ""}
    ((question, found),) = KINDS["reflection"].readable(REFLECTION, value, WORK)
    assert question == "Look at your biggest gap. When did you last notice it? What did it cost you?"
    assert found == text


def test_a_saved_reflection_says_so_also_after_a_later_draft():
    before = done(REFLECTION, {"offline": "yes"})

    after = kept(REFLECTION, {"text": "new"}, before)

    assert KINDS["reflection"].outcome(REFLECTION, after, WORK)
    assert not KINDS["reflection"].outcome(REFLECTION, kept(REFLECTION, {"text": "new"}), WORK)


@pytest.mark.parametrize("fields", [{"prompt": "r9"}, {"text": "x" * 10_001}, {"text": 3}, {"saved": "yes"}])
def test_a_reflection_that_the_page_cannot_send_is_refused(fields: dict[str, Any]):
    with pytest.raises(BadAnswer) as refused:
        kept(REFLECTION, fields)

    assert set(refused.value.errors) == set(fields)


# Knowledge check


def checked(fields: dict[str, str], *, before: Value | None = None) -> Value:
    """Choose and check these answers, one after another."""
    value = before or {}
    for name, option in fields.items():
        value = KINDS["knowledge_check"].act(CHECK, f"check:{name}", kept(CHECK, {name: option}, value), WORK).value
    return value


def said(value: Value) -> QuizOutcome:
    outcome = KINDS["knowledge_check"].outcome(CHECK, value, WORK)
    assert isinstance(outcome, QuizOutcome)
    return outcome


def test_three_of_four_are_enough():
    kind = KINDS["knowledge_check"]
    two = checked({"kc1.q1": "b", "kc1.q2": "c", "kc1.q3": "b"})

    step = kind.act(CHECK, "check:kc1.q3", kept(CHECK, {"kc1.q3": "a"}, two), WORK)

    assert (said(two).right, said(two).passed) == (2, False)
    assert (step.completes, step.screen, said(step.value).passed) == (True, "kc1.q3", True)


def test_the_first_try_is_recorded_and_the_best_one_counts():
    value = checked({**RIGHT, "kc1.q1": "a"})
    assert (said(value).right, said(value).best) == (3, 3)

    value = checked({"kc1.q1": "b", "kc1.q2": "a", "kc1.q3": "c"}, before=value)

    assert (said(value).right, said(value).best, said(value).passed) == (2, 4, True)
    assert value["first"] == {**RIGHT, "kc1.q1": "a"}


def test_each_answer_gets_its_word():
    outcome = said(checked({"kc1.q1": "c"}))

    assert outcome.checked["kc1.q1"].note == "That is the share who said it matters."
    assert set(outcome.checked) == {"kc1.q1"}


def test_an_answer_is_looked_at_when_it_is_checked_and_not_before():
    draft = kept(CHECK, {"kc1.q1": "b"})

    assert KINDS["knowledge_check"].outcome(CHECK, draft, WORK) is None
    with pytest.raises(Incomplete) as refused:
        KINDS["knowledge_check"].act(CHECK, "check:kc1.q2", draft, WORK)
    assert refused.value.errors == {"kc1.q2": "Choose an answer."}


def test_the_result_stands_after_the_last_question():
    kind = KINDS["knowledge_check"]
    some, every = checked({"kc1.q1": "a"}), checked(dict.fromkeys(RIGHT, "a"))

    assert kind.resume(CHECK, some, WORK) == "kc1.q2"
    assert "result" not in kind.screens(CHECK, some, WORK)
    assert kind.resume(CHECK, every, WORK) == kind.screens(CHECK, every, WORK)[-1] == "result"
    with pytest.raises(Incomplete):
        kind.finish(CHECK, every, {}, WORK)


def options_in(form: Any, name: str) -> list[str]:
    return re.findall(r'value="(\w)"', str(form[name]()))


def test_the_order_of_options_is_shuffled_once_per_answer():
    kind = KINDS["knowledge_check"]
    orders = set()
    for _ in range(40):
        form = kind.form(CHECK, {}, WORK, "kc1.q1")
        value = kept(CHECK, {"order": form["order"].data, "kc1.q1": "a"})
        shown = options_in(form, "kc1.q1")
        assert options_in(kind.form(CHECK, value, WORK, "kc1.q1"), "kc1.q1") == shown
        assert kept(CHECK, {"order": "00000000"}, value)["order"] == value["order"]
        orders.add(tuple(shown))

    assert len(orders) > 1
    assert {"".join(sorted(order)) for order in orders} == {"abc"}


def test_a_refused_page_keeps_its_order():
    kind = KINDS["knowledge_check"]
    form = kind.form(CHECK, {}, WORK, "kc1.q1")

    again = kind.form(CHECK, {}, WORK, "kc1.q1", MultiDict({"order": form["order"].data}))

    assert options_in(again, "kc1.q1") == options_in(form, "kc1.q1")


def test_a_page_that_stores_nothing_can_carry_a_check():
    kind = KINDS["knowledge_check"]
    value = checked(RIGHT, before=kept(CHECK, {"order": "0123abcd"}))

    carried = kept(CHECK, kind.fields(CHECK, value))

    assert said(carried).right == 4
    assert kind.fields(CHECK, carried) == kind.fields(CHECK, value)


@pytest.mark.parametrize(
    "fields",
    [{"kc1.q1": "d"}, {"kc1.q9": "a"}, {"order": "x"}, {"order": 12345678}, {"checked-kc1.q1": "z"}, {"best": "4"}],
)
def test_a_check_that_the_page_cannot_send_is_refused(fields: dict[str, Any]):
    with pytest.raises(BadAnswer) as refused:
        kept(CHECK, fields)

    assert set(refused.value.errors) == set(fields)


def test_the_answers_can_be_read():
    rows = KINDS["knowledge_check"].readable(CHECK, kept(CHECK, {"kc1.q1": "b"}), WORK)

    assert [text for _, text in rows] == ["about half", "Not answered", "Not answered", "Not answered"]
