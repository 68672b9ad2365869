"""Taking part in a discussion: what finishes it, what goes to the group, and what stays a draft."""

from datetime import date

import pytest
from shipped import WORKSHOP

from lti_tool.activities import KINDS
from lti_tool.activities.base import BadAnswer, Incomplete, Work

ACTIVITY = WORKSHOP.activity("m2.discuss")
WORK = Work(today=date(2026, 11, 25))
KIND = KINDS["discussion"]
TWENTY = " ".join(f"word{number}" for number in range(20))
NINETEEN = " ".join(f"word{number}" for number in range(19))


def keep(before=None, **fields):
    """Return the draft after these fields."""
    return KIND.keep(ACTIVITY, fields, before or {}, WORK)


def finish(before=None, **fields):
    """Keep and finish."""
    return KIND.finish(ACTIVITY, keep(before, **fields), before or {}, WORK)


@pytest.mark.parametrize("how", ["named", "unnamed"])
def test_twenty_words_are_posted_the_way_that_was_chosen(how):
    value = finish(prompt="d2", text=TWENTY, how=how)

    assert value["posted"] == {"prompt": "d2", "text": TWENTY, "how": how}
    assert KIND.outcome(ACTIVITY, value, WORK).posted.is_named == (how == "named")


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({}, "how"),
        ({"text": TWENTY}, "how"),
        ({"text": NINETEEN, "how": "named"}, "text"),
        ({"text": "", "how": "unnamed"}, "text"),
        ({"text": NINETEEN, "how": "named", "offline": "yes"}, "text"),
        ({"text": TWENTY, "how": "live"}, "offline"),
    ],
)
def test_what_is_not_enough_is_kept_and_not_finished(fields, blamed):
    value = keep(**fields)

    with pytest.raises(Incomplete) as refused:
        KIND.finish(ACTIVITY, value, {}, WORK)

    assert set(refused.value.errors) == {blamed}
    assert KIND.outcome(ACTIVITY, value, WORK) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"offline": "yes"},
        {"offline": "yes", "how": "live", "text": "My notes."},
        {"offline": "yes", "how": "named", "text": " "},
        {"offline": "yes", "text": NINETEEN},
    ],
)
def test_a_talk_elsewhere_finishes_and_posts_nothing(fields):
    value = finish(**fields)

    assert "posted" not in value
    assert KIND.outcome(ACTIVITY, value, WORK).posted is None


def test_without_a_choice_it_answers_the_first_question():
    assert finish(text=TWENTY, how="named")["posted"]["prompt"] == "d1"
    assert KIND.form(ACTIVITY, {}, WORK)["prompt"].data == "d1"


def test_a_draft_changes_nothing_for_the_group_until_it_is_posted_again():
    posted = finish(text=TWENTY, how="named")

    draft = keep(posted, text="Another thought.", how="named")
    again = finish(draft, text=f"{TWENTY} more", how="unnamed")

    assert draft["posted"]["text"] == TWENTY
    assert (again["posted"]["text"], again["posted"]["how"]) == (f"{TWENTY} more", "unnamed")


def test_a_post_can_be_taken_back_and_its_text_stays_a_draft():
    posted = finish(text=TWENTY, how="named")

    step = KIND.act(ACTIVITY, "take_back", posted, WORK)
    again = KIND.act(ACTIVITY, "take_back", step.value, WORK)

    assert "posted" not in step.value
    assert (step.value["text"], again) == (TWENTY, step)


def test_who_posted_and_then_only_wants_to_talk_has_no_post_any_more():
    posted = finish(text=TWENTY, how="named")

    value = finish(posted, text=TWENTY, how="live", offline="yes")

    assert "posted" not in value


def test_nobody_can_send_a_post_as_a_draft():
    with pytest.raises(BadAnswer):
        keep(posted="x")
    with pytest.raises(BadAnswer):
        KIND.act(ACTIVITY, "post", {}, WORK)


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "x" * 4_001), ("text", 3), ("how", "loud"), ("prompt", "d9"), ("offline", "true"), ("name", "x")],
)
def test_what_is_not_offered_is_refused_by_name(field, value):
    with pytest.raises(BadAnswer) as refused:
        keep(**{field: value})

    assert set(refused.value.errors) == {field}


def test_an_answer_comes_back_as_it_was_sent():
    fields = {"prompt": "d3", "text": "First line.\nSecond line.", "how": "live", "offline": "yes"}

    assert KIND.fields(ACTIVITY, keep(**fields)) == fields


def test_the_author_reads_what_the_group_reads():
    posted = finish(prompt="d3", text=TWENTY, how="unnamed")

    rows = KIND.readable(ACTIVITY, keep(posted, prompt="d3", text="New draft", offline="yes"), WORK)

    assert rows == [
        ("Who helps people here without being called a mentor?", "New draft"),
        ("Posted without your name", TWENTY),
        ("Discussed with someone", "Yes"),
    ]
