"""The kinds of activity: what can be kept, what is needed to finish, and what nobody may send."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import WORKSHOP
from werkzeug.datastructures import MultiDict

from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, BadAnswer, Incomplete, Work, content_of
from lti_tool.activities.sort import Deck, SortOutcome

WORK = Work(today=date(2026, 11, 25))
READING = WORKSHOP.activity("m0.welcome")
ACKNOWLEDGEMENT = WORKSHOP.activity("m0.privacy")
RATING = WORKSHOP.activity("m0.start")
SORT = WORKSHOP.activity("m0.what")
EXPECTED = {card.id: card.pile for card in SORT.content.cards}

FULL: list[tuple[Activity, dict[str, str]]] = [
    (READING, {}),
    (ACKNOWLEDGEMENT, {"agreed": "yes"}),
    (RATING, {"st1": "1", "st2": "skip", "st3": "5"}),
    (SORT, EXPECTED),
]
OPEN: list[tuple[Activity, dict[str, str]]] = [
    (ACKNOWLEDGEMENT, {}),
    (ACKNOWLEDGEMENT, {"agreed": ""}),
    (RATING, {"st1": "1", "st3": "5"}),
    (RATING, {"st1": "1", "st2": "", "st3": "5"}),
    (SORT, {name: pile for name, pile in EXPECTED.items() if name != "w8"}),
]
REFUSED: list[tuple[Activity, dict[str, object], str]] = [
    (READING, {"note": "x"}, "note"),
    (ACKNOWLEDGEMENT, {"agreed": "true"}, "agreed"),
    (ACKNOWLEDGEMENT, {"agree": "yes"}, "agree"),
    (RATING, {"st1": "6"}, "st1"),
    (RATING, {"st1": "0"}, "st1"),
    (RATING, {"st1": "1.0"}, "st1"),
    (RATING, {"st1": " 1"}, "st1"),
    (RATING, {"st1": "١"}, "st1"),  # a digit, but not one of ours
    (RATING, {"st1": 3}, "st1"),
    (RATING, {"st1": ["3"]}, "st1"),
    (RATING, {"st4": "3"}, "st4"),
    (SORT, {"w1": "friend"}, "w1"),
    (SORT, {"w9": "mentor"}, "w9"),
    (SORT, {"first": "mentor"}, "first"),
    (SORT, {"version": "1"}, "version"),
]


@pytest.mark.parametrize(("activity", "fields"), FULL, ids=lambda value: getattr(value, "id", ""))
def test_a_full_answer_finishes_and_comes_back_as_it_was_sent(activity: Activity, fields: dict[str, str]):
    kind = KINDS[activity.kind]

    value = kind.finish(activity, kind.keep(activity, fields, {}, WORK), {}, WORK)

    assert kind.fields(activity, value) == fields


@pytest.mark.parametrize(("activity", "fields"), FULL, ids=lambda value: getattr(value, "id", ""))
def test_the_form_agrees_that_a_full_answer_is_full(activity: Activity, fields: dict[str, str]):
    form = KINDS[activity.kind].form(activity, {}, WORK, formdata=MultiDict(fields))

    assert form.validate()
    assert {field.name for field in form} == set(fields)


@pytest.mark.parametrize(("activity", "fields"), OPEN, ids=lambda value: getattr(value, "id", ""))
def test_an_open_answer_is_kept_and_not_finished(activity: Activity, fields: dict[str, str]):
    kind = KINDS[activity.kind]

    value = kind.keep(activity, fields, {}, WORK)

    with pytest.raises(Incomplete) as refused:
        kind.finish(activity, value, {}, WORK)
    form = kind.form(activity, {}, WORK, formdata=MultiDict(fields))
    assert not form.validate()
    assert {name: [sentence] for name, sentence in refused.value.errors.items()} == dict(form.errors)


@pytest.mark.parametrize(("activity", "fields", "blamed"), REFUSED, ids=lambda value: str(getattr(value, "id", value)))
def test_what_is_not_offered_is_refused_by_name(activity: Activity, fields: dict[str, str], blamed: str):
    with pytest.raises(BadAnswer) as refused:
        KINDS[activity.kind].keep(activity, fields, {}, WORK)

    assert set(refused.value.errors) == {blamed}


def test_a_refusal_names_fields_and_never_what_was_typed_into_them():
    with pytest.raises(BadAnswer) as refused:
        KINDS["rating_set"].keep(RATING, {"st1": "my secret"}, {}, WORK)

    assert "secret" not in str(refused.value)
    assert "secret" not in repr(refused.value.errors)


def test_a_field_of_any_length_comes_back_short():
    with pytest.raises(BadAnswer) as refused:
        KINDS["rating_set"].keep(RATING, {"x" * 10_000: "1"}, {}, WORK)

    assert [len(name) for name in refused.value.errors] == [64]


def test_a_value_the_form_does_not_offer_is_answered_with_what_to_do():
    form = KINDS["rating_set"].form(RATING, {}, WORK, formdata=MultiDict({"st1": "6", "st2": "1", "st3": "1"}))

    assert not form.validate()
    assert dict(form.errors) == {"st1": ["Choose one of the answers offered."]}


def test_fields_that_were_not_sent_stay_as_they_were():
    kind = KINDS["rating_set"]

    value = kind.keep(RATING, {"st2": "skip"}, {"st1": 4}, WORK)

    assert value == {"st1": 4, "st2": "skip"}


def test_a_field_sent_empty_is_open_again():
    assert KINDS["rating_set"].keep(RATING, {"st1": ""}, {"st1": 4, "st2": 2}, WORK) == {"st2": 2}
    assert KINDS["sort"].keep(SORT, {"w1": ""}, {"w1": "coach"}, WORK) == {}


def test_ratings_are_kept_as_figures_and_a_skip_as_a_skip():
    assert KINDS["rating_set"].keep(RATING, {"st1": "5", "st2": "skip", "st3": ""}, {}, WORK) == {
        "st1": 5,
        "st2": "skip",
    }


def test_a_tick_can_be_taken_back_because_browsers_send_nothing_for_it():
    assert KINDS["choice_ack"].keep(ACKNOWLEDGEMENT, {}, {"agreed": True}, WORK) == {}


def test_nothing_is_chosen_beforehand():
    for activity, _ in FULL:
        page = "".join(str(field()) for field in KINDS[activity.kind].form(activity, {}, WORK))

        assert "checked" not in page
        assert "selected" not in page.replace('<option selected value="">', "")


def test_a_form_shows_what_is_kept():
    rated = str(KINDS["rating_set"].form(RATING, {"st1": 3, "st2": "skip"}, WORK)["st1"]())
    sorted_ = str(KINDS["sort"].form(SORT, {"w1": "coach"}, WORK)["w1"]())
    ticked = str(KINDS["choice_ack"].form(ACKNOWLEDGEMENT, {"agreed": True}, WORK)["agreed"]())

    assert 'checked id="st1-2" name="st1" type="radio" value="3"' in rated
    assert '<option selected value="coach">' in sorted_
    assert "checked" in ticked
    assert 'value="yes"' in ticked


def test_no_browser_stops_a_person_who_only_wants_to_save():
    for activity, _ in FULL:
        assert "required" not in "".join(str(field()) for field in KINDS[activity.kind].form(activity, {}, WORK))


# Sorting: the first try


def test_the_first_check_records_the_first_try():
    kind = KINDS["sort"]
    first = {**EXPECTED, "w1": "coach"}

    value = kind.finish(SORT, kind.keep(SORT, first, {}, WORK), {}, WORK)

    assert value == {**first, "first": first}


def test_a_draft_records_no_try():
    assert "first" not in KINDS["sort"].keep(SORT, EXPECTED, {}, WORK)


def test_a_later_check_keeps_the_first_try():
    kind = KINDS["sort"]
    first = {**EXPECTED, "w1": "coach"}
    checked = kind.finish(SORT, kind.keep(SORT, first, {}, WORK), {}, WORK)

    draft = kind.keep(SORT, {"w1": "mentor"}, checked, WORK)
    again = kind.finish(SORT, draft, checked, WORK)

    assert (again["w1"], again["first"]["w1"]) == ("mentor", "coach")
    assert draft["first"] == first


def test_the_first_try_cannot_be_sent():
    kind = KINDS["sort"]
    checked = kind.finish(SORT, kind.keep(SORT, EXPECTED, {}, WORK), {}, WORK)

    with pytest.raises(BadAnswer):
        kind.keep(SORT, {**EXPECTED, "first": "{}"}, checked, WORK)


def check(fields: dict[str, str]) -> SortOutcome:
    """Put the cards where they go, press "Check", and return what the page says."""
    kind = KINDS["sort"]
    outcome = kind.outcome(SORT, kind.finish(SORT, kind.keep(SORT, fields, {}, WORK), {}, WORK), WORK)
    assert isinstance(outcome, SortOutcome)
    return outcome


def test_the_outcome_speaks_of_every_card():
    outcome = check({**EXPECTED, "w1": "coach", "w5": "coach"})

    verdicts = {card.card.id: card.verdict.value for card in outcome.cards}
    assert (outcome.expected, outcome.total) == (6, 8)
    assert verdicts == {**dict.fromkeys(EXPECTED, "expected"), "w1": "again", "w5": "accepted"}
    assert outcome.cards[0].pile.label == "Coach"


def test_nothing_is_said_before_the_first_check():
    kind = KINDS["sort"]

    assert kind.outcome(SORT, kind.keep(SORT, EXPECTED, {}, WORK), WORK) is None


def test_the_outcome_leaves_out_cards_that_are_in_the_hand_again():
    kind = KINDS["sort"]
    checked = kind.finish(SORT, kind.keep(SORT, EXPECTED, {}, WORK), {}, WORK)

    outcome = kind.outcome(SORT, kind.keep(SORT, {"w1": ""}, checked, WORK), WORK)

    assert isinstance(outcome, SortOutcome)
    assert (outcome.expected, outcome.total, len(outcome.cards)) == (7, 8, 7)


def test_only_sorting_has_something_to_say_about_finished_work():
    spoken = {
        activity.kind
        for activity, fields in FULL
        if (kind := KINDS[activity.kind]).outcome(
            activity, kind.finish(activity, kind.keep(activity, fields, {}, WORK), {}, WORK), WORK
        )
    }

    assert spoken == {"sort"}


# What the learner reads of it


def test_answers_are_readable():
    assert KINDS["reading"].readable(READING, {}, WORK) == []
    assert KINDS["choice_ack"].readable(ACKNOWLEDGEMENT, {"agreed": True}, WORK) == [("I have read this.", "Yes")]
    assert KINDS["choice_ack"].readable(ACKNOWLEDGEMENT, {}, WORK) == [("I have read this.", "Not yet")]
    assert [row[1] for row in KINDS["rating_set"].readable(RATING, {"st1": 2, "st2": "skip"}, WORK)] == [
        "2 – a little",
        "Skipped",
        "Not answered",
    ]
    assert KINDS["sort"].readable(SORT, {"w1": "mentor"}, WORK)[:2] == [
        ("Meets you over years and cares where your life and work are heading.", "Mentor"),
        ("Watches you do one task and helps you do it better next time.", "Not placed"),
    ]


def test_an_activity_of_another_kind_has_nothing_to_show_here():
    with pytest.raises(TypeError, match=r"m4\.smart has no Deck"):
        content_of(WORKSHOP.activity("m4.smart"), Deck)


# What must hold whatever is sent


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
def test_whatever_is_sent_is_kept_whole_or_refused(fields: dict[str, str]):
    for activity, _ in FULL:
        kind = KINDS[activity.kind]
        try:
            value = kind.keep(activity, fields, {}, WORK)
        except BadAnswer:
            continue
        kept = kind.fields(activity, value)
        assert {name: kept[name] for name in fields} == fields


ratings = st.sampled_from(["1", "2", "3", "4", "5", "skip", ""])


@given(st.fixed_dictionaries({"st1": ratings, "st2": ratings, "st3": ratings}))
def test_a_rating_comes_back_as_sent_and_finishes_when_none_is_open(fields: dict[str, str]):
    kind = KINDS["rating_set"]
    value = kind.keep(RATING, fields, {}, WORK)

    try:
        kind.finish(RATING, value, {}, WORK)
        still_open: set[str] = set()
    except Incomplete as refused:
        still_open = set(refused.errors)

    assert kind.fields(RATING, value) == fields
    assert still_open == {name for name, given in fields.items() if not given}


def test_kinds_import_no_flask_and_no_database():
    sources = Path(content_of.__code__.co_filename).parent.glob("*.py")

    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert "import flask" not in text
        assert "from flask" not in text
        assert "sqlalchemy" not in text
