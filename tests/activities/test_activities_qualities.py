"""The sort of mentor qualities, and the profile of mentee habits: what can be kept, and what the page says."""

from datetime import date

import pytest
from shipped import WORKSHOP
from werkzeug.datastructures import MultiDict

from lti_tool.activities import KINDS
from lti_tool.activities.base import AnswerRefused, BadAnswer, Incomplete, Work

WORK = Work(today=date(2026, 11, 25))
CARDS = WORKSHOP.activity("m3.cards")
HABITS = WORKSHOP.activity("m3.mentee")
SORT = KINDS["sort"]
RATING = KINDS["rating_set"]
PLACED = {card.id: "not" for card in CARDS.content.cards}


def must(*cards: str) -> dict[str, str]:
    """Return all cards placed, these among the must-haves."""
    return PLACED | dict.fromkeys(cards, "must")


def finished(fields, work=WORK):
    """Keep and finish; return what the page says."""
    value = SORT.finish(CARDS, SORT.keep(CARDS, fields, {}, work), {}, work)
    return SORT.outcome(CARDS, value, work)


def chose(*areas, other=""):
    """Return the work of somebody who confirmed these priorities."""
    return Work(today=date(2026, 11, 25), answers={"priorities": {"chosen": list(areas), "other": other}})


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (WORK, "the help you want most"),
        (chose("visibility", "balance"), "Contacts and opportunities"),
        (chose("other", other="a <b>visa</b>"), "a &lt;b&gt;visa&lt;/b&gt;"),
        (chose("other"), "the help you want most"),
        (chose("no-such-area"), "the help you want most"),
    ],
)
def test_the_question_names_the_first_priority(work, words):
    outcome = SORT.outcome(CARDS, {}, work)

    assert f"Think of your top priority: <strong>{words}</strong>." in outcome.question
    assert outcome.note is None


def test_a_finished_list_is_told_its_families_and_how_to_notice_them():
    outcome = finished(must("q01", "q06", "q11"), chose("visibility"))

    assert outcome.counts == (("The person", 1), ("The work", 0), ("Between you", 2))
    assert outcome.note.startswith(
        "Your list is about warmth and trust. For <strong>Contacts and opportunities</strong>"
    )
    assert [card.notice for card in outcome.chosen] == [
        "In a first talk, who speaks more?",
        "Do they ask how you are, and wait?",
        "Do they tell you other people's stories?",
    ]


def test_five_must_haves_are_taken_and_a_sixth_is_refused():
    five = ("q01", "q02", "q03", "q04", "q05")
    SORT.keep(CARDS, must(*five), {}, WORK)

    with pytest.raises(AnswerRefused) as refused:
        SORT.keep(CARDS, {"q16": "must"}, must(*five), WORK)

    assert not isinstance(refused.value, BadAnswer)
    assert refused.value.errors == {"q16": "Five at most. Which one can move down?"}


def test_of_six_at_once_the_last_is_refused():
    with pytest.raises(AnswerRefused) as refused:
        SORT.keep(CARDS, must("q01", "q02", "q03", "q04", "q05", "q09"), {}, WORK)

    assert set(refused.value.errors) == {"q09"}


def test_a_card_may_move_down_and_another_come_up_in_one_save():
    before = must("q01", "q02", "q03", "q04", "q05")

    after = SORT.keep(CARDS, {"q01": "good", "q16": "must"}, before, WORK)

    assert (after["q01"], after["q16"]) == ("good", "must")


def test_a_list_without_a_must_have_is_not_finished():
    with pytest.raises(Incomplete) as refused:
        finished(PLACED)

    assert refused.value.errors == {"must": "Choose at least one must-have."}


def test_a_card_without_a_pile_is_not_finished():
    with pytest.raises(Incomplete) as refused:
        finished({**must("q01"), "q07": ""})

    assert set(refused.value.errors) == {"q07"}


def test_a_deck_of_families_has_no_right_and_no_wrong():
    assert all(not card.pile and not card.feedback for card in CARDS.content.cards)
    assert not hasattr(finished(must("q01")), "expected")


def test_the_list_can_be_read_back():
    rows = SORT.readable(CARDS, must("q01"), WORK)

    assert rows[0] == ("listens before giving advice", "Must have")
    assert rows[1][1] == "Not needed for this"


def test_the_menus_offer_the_three_piles():
    form = SORT.form(CARDS, {}, WORK, formdata=MultiDict(must("q01")))

    assert form.validate()
    assert len(list(form)) == 16


def rated(text: str) -> dict[str, str]:
    """Return the habits' fields from ``4 2 –``, a dash for a skip."""
    given = text.replace("|", " ").split()
    return {f"h{number:02}": "skip" if each == "–" else each for number, each in enumerate(given, 1)}


def told(text: str):
    """Rate the habits, finish, and return what the page says."""
    value = RATING.finish(HABITS, RATING.keep(HABITS, rated(text), {}, WORK), {}, WORK)
    return RATING.outcome(HABITS, value, WORK)


def test_habits_are_summed_up_by_facet_with_one_tip():
    summary = told("4 2 3 | 4 3 – | 5 4 2 | 3 – –")

    lines = [(line.label, str(line.mean), line.is_strongest, line.is_to_grow) for line in summary.lines]
    assert lines == [
        ("Prepare", "3.0", False, True),
        ("Communicate", "3.5", False, False),
        ("Follow through", "3.7", True, False),
        ("Reflect and grow", "None", False, False),
    ]
    assert summary.highest == 5
    assert summary.said == "Before your next talk, write one question on a card."


def test_even_habits_are_said_to_be_even():
    summary = told("3 3 3 | 3 3 3 | 3 3 3 | 3 3 3")

    assert summary.said == "Your habits look even. Pick the one you would enjoy working on."
    assert not any(line.is_strongest or line.is_to_grow for line in summary.lines)


def test_who_skips_everything_finishes_and_is_told_nothing_more():
    summary = told("– – – | – – – | – – – | – – –")

    assert (summary.said, [line.mean for line in summary.lines]) == (None, [None] * 4)


def test_nothing_is_summed_up_before_every_line_is_rated_or_skipped():
    assert RATING.outcome(HABITS, {"h01": 4}, WORK) is None


def test_the_starting_point_is_not_summed_up():
    assert RATING.outcome(WORKSHOP.activity("m0.start"), {"st1": 1, "st2": 2, "st3": 3}, WORK) is None


def test_four_of_five_pass_the_check_of_step_three_and_three_do_not():
    check, kind = WORKSHOP.activity("m3.check"), KINDS["knowledge_check"]
    right = {"kc3.q1": "a", "kc3.q2": "b", "kc3.q3": "c", "kc3.q4": "b", "kc3.q5": "a"}

    def passed(answers):
        value = {}
        for name, option in answers.items():
            value = kind.act(check, f"check:{name}", kind.keep(check, {name: option}, value, WORK), WORK).value
        return kind.outcome(check, value, WORK).passed

    assert passed(right)
    assert passed(right | {"kc3.q1": "c"})
    assert not passed(right | {"kc3.q1": "c", "kc3.q5": "b"})
