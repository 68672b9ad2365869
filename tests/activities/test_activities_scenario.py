"""A story on the page: choices as buttons, trying again, and the ending that stays the first."""

from datetime import date

import pytest
from shipped import WORKSHOP

from lti_tool.activities import KINDS
from lti_tool.activities.base import BadAnswer, Incomplete, Work

CONTACTS = "Student counselling, room <12>"
WORK = Work(today=date(2026, 11, 25), support_contacts=CONTACTS)
NOBODY = Work(today=date(2026, 11, 25))
STAR = WORKSHOP.activity("m2.scenario")
MEETINGS = WORKSHOP.activity("m3.scen_b")
LIKE_US = WORKSHOP.activity("m3.scen_c")
KIND = KINDS["scenario"]


def walk(activity, *choices, value=None, work=WORK):
    """Press these buttons one after another; return the last step."""
    step = None
    for choice in choices:
        step = KIND.act(activity, choice if choice == "restart" else f"choose:{choice}", value or {}, work)
        value = step.value
    return step


def test_a_choice_leads_on_and_says_at_once_what_comes_of_it():
    step = walk(STAR, "a0.b")

    outcome = KIND.outcome(STAR, step.value, WORK)

    assert (step.completes, step.value) == (False, {"path": ["b"]})
    assert outcome.trail.taken[-1].choice.note == "A warm start and a small ask."
    assert outcome.trail.here.text.startswith("She offers fifteen minutes")
    assert outcome.ending is None


def test_any_ending_completes_and_says_the_counters_in_words():
    step = walk(STAR, "a0.a", "a1.c")

    ending = KIND.outcome(STAR, step.value, WORK).ending

    assert (step.completes, step.value) == (True, {"path": ["a", "c"], "first": "e_strain"})
    assert ending.signals == (("Ownership", "strong"), ("Clarity", "costly"), ("Trust", "costly"))
    assert [reference.key for reference in ending.research.references] == ["sambunjak2010", "zerzan2009"]


def test_the_first_ending_stays_however_often_the_story_is_tried():
    first = walk(STAR, "a0.a", "a1.c").value

    again = walk(STAR, "restart", "a0.b", "a2.a", value=first)

    assert again.value == {"path": ["b", "a"], "first": "e_strain"}
    outcome = KIND.outcome(STAR, again.value, WORK)
    assert outcome.ending.text.startswith("You have a contact")
    assert outcome.first.startswith("You acted, and it cost some goodwill")


def test_going_back_to_the_start_is_possible_everywhere():
    assert walk(STAR, "restart").value == {"path": []}
    assert walk(STAR, "a0.a", "restart").value == {"path": []}
    assert walk(STAR, "a0.a", "a1.a", "restart").value == {"path": [], "first": "e_net"}


def test_a_button_that_is_pressed_twice_counts_once():
    once = walk(STAR, "a0.b", "a2.a")

    twice = walk(STAR, "a2.a", value=once.value)

    assert twice == once


@pytest.mark.parametrize("button", ["choose:a1.a", "choose:a0.z", "choose:", "choose", "jump:a1", "choose:a0"])
def test_a_button_that_is_not_there_is_refused(button):
    with pytest.raises(BadAnswer) as refused:
        KIND.act(STAR, button, {}, WORK)

    assert set(refused.value.errors) == {"do"}


@pytest.mark.parametrize("path", ["z", "a a a", "a  c", " a", ["a"], 1, "a0.a"])
def test_a_way_that_does_not_exist_is_refused(path):
    with pytest.raises(BadAnswer) as refused:
        KIND.keep(STAR, {"path": path}, {}, WORK)

    assert set(refused.value.errors) == {"path"}


def test_the_walk_travels_as_one_field():
    value = walk(LIKE_US, "c0.a", "c1.a").value

    fields = KIND.fields(LIKE_US, value)

    assert fields == {"path": "a a"}
    assert KIND.keep(LIKE_US, fields, {}, WORK) == value
    assert KIND.keep(LIKE_US, {}, value, WORK) == value
    assert KIND.form(LIKE_US, value, WORK)["path"].data == "a a"


def test_a_draft_does_not_forget_the_first_ending():
    ended = walk(STAR, "a0.a", "a1.c").value

    assert KIND.keep(STAR, {"path": "b"}, ended, WORK) == {"path": ["b"], "first": "e_strain"}


def test_finishing_needs_an_ending():
    with pytest.raises(Incomplete):
        KIND.finish(STAR, {"path": ["a"]}, {}, WORK)

    assert KIND.finish(STAR, {"path": ["a", "a"]}, {}, WORK) == {"path": ["a", "a"], "first": "e_net"}


def test_support_contacts_stand_where_somebody_may_need_them():
    alone = KIND.outcome(LIKE_US, {"path": ["c", "b"]}, WORK).ending
    harmful = KIND.outcome(MEETINGS, {"path": ["a", "b"]}, WORK).ending

    assert alone.text.endswith(f"unfair treatment: {CONTACTS}.")
    assert "tell someone you trust: Student counselling, room &lt;12&gt;." in harmful.research.html


def test_where_an_institution_names_nobody_the_text_still_says_where_to_go():
    alone = KIND.outcome(LIKE_US, {"path": ["c", "b"]}, NOBODY).ending

    assert alone.text.endswith("unfair treatment: a friend, a teacher or the counselling service of your institution.")


def test_a_learner_reads_back_what_they_chose():
    ended = walk(STAR, "a0.a", "a1.c", "restart", "a0.b").value

    rows = KIND.readable(STAR, ended, WORK)

    assert rows[0][1].startswith("Ask a senior resident")
    assert rows[-1] == (
        "How it ended the first time",
        "You acted, and it cost some goodwill. It can be repaired: a short apology and a smaller ask.",
    )
    assert KIND.readable(STAR, {}, WORK) == []


def test_no_ending_is_worth_more_than_another():
    steps = [walk(STAR, "a0.a", "a1.c"), walk(STAR, "a0.b", "a2.a"), walk(STAR, "a0.c", "a3.b")]

    assert [step.completes for step in steps] == [True, True, True]
    assert {step.value["first"] for step in steps} == {"e_strain", "e_net", "e_stuck"}
