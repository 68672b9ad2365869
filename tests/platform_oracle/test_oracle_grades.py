"""Grades on Open edX: our token, its line items, our worker's scores in its gradebook, its results read back."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import requests
from sqlalchemy import select

from lti_tool import clock
from lti_tool.lti.grades import (
    SCOPE_LINEITEM,
    SCOPE_LINEITEM_READONLY,
    SCOPE_RESULT,
    SCOPE_SCORE,
    LineItem,
    OutcomeKind,
    Score,
)
from lti_tool.lti.tokens import TokenRefused
from lti_tool.models import Assignment, GradebookColumn

ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"


@pytest.fixture(params=[0, 1], ids=["its-line-item", "our-line-item"])
def mode(request):
    """Both ways that Open edX knows: the course's own line item, or line items that the tool makes."""
    return ("declarative", "programmatic")[request.param]


def line_items(course):
    """Return the line items of the course, as Open edX lists them."""
    return course.get(f"{course.shown['services']}/lti-ags", SCOPE_LINEITEM_READONLY, ITEMS).json()


def result(course, person):
    """Return what our own client reads back of a person's grade."""
    (item,) = line_items(course)
    return course.grades.result(course.platform, lineitem=item["id"], user_id=course.shown["ids"][person])


def score(course, person, given, timestamp):
    """Return a score for a person, out of 100."""
    user_id = course.shown["ids"][person]
    return Score(user_id=user_id, given=Decimal(given), maximum=Decimal(100), timestamp=timestamp, complete=False)


def settled(course, learner):
    """Return the learner's first page once the worker has tried again and nothing waits any more."""
    end = time.monotonic() + 20
    while "Waiting for your LMS" in (page := learner.open(learner.home).get_text()):
        assert time.monotonic() < end, "it still waits"
        time.sleep(0.1)
        course.stage.deliver()
    return page


def test_open_edx_takes_our_signature_and_gives_a_token_for_every_scope_of_ours(arrange_once):
    course = arrange_once()

    for scope in (SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY, SCOPE_RESULT, SCOPE_SCORE):
        assert course.tokens.token(course.platform, [scope])


def test_open_edx_gives_no_token_to_a_tool_whose_keys_it_cannot_read(arrange_once):
    course = arrange_once(lti_1p3_tool_keyset_url="http://127.0.0.1:9/none")

    with pytest.raises(TokenRefused) as caught:
        course.tokens.token(course.platform, [SCOPE_SCORE])

    assert caught.value.outcome.kind is OutcomeKind.UNAUTHORIZED


def test_a_token_for_one_service_is_not_taken_by_another(arrange_once):
    course = arrange_once()

    answer = course.get(f"{course.shown['services']}/lti-ags", SCOPE_SCORE, ITEMS)

    assert answer.status_code == 403


def test_a_finished_first_module_is_ten_points_of_a_hundred_in_open_edx_s_gradebook(arrange):
    course = arrange()
    learner = course.launch("mai")

    learner.finish_first_module()
    course.stage.deliver()

    assert course.gradebook("mai") == [(10.0, 100.0)]
    assert course.gradebook("amara") == []
    assert "Sent to the gradebook at" in learner.open(learner.home).get_text()


def test_our_share_counts_whatever_the_activity_weighs_in_open_edx(arrange):
    course = arrange(weight=4.0)
    learner = course.launch("mai")

    learner.finish_first_module()
    course.stage.deliver()

    assert course.gradebook("mai") == [(0.4, 4.0)]


def test_the_result_is_read_back_as_it_was_sent(arrange, mode):
    course = arrange(lti_advantage_ags_mode=mode)
    learner = course.launch("mai")
    learner.finish_first_module()
    course.stage.deliver()

    held = result(course, "mai")

    assert (held.score, held.maximum) == (Decimal(10), Decimal(100))
    assert result(course, "amara") is None


def test_where_tools_make_line_items_ours_is_made_once_for_all_learners(arrange):
    course = arrange(lti_advantage_ags_mode="programmatic")
    for person in ("mai", "amara"):
        course.launch(person).finish_first_module()

    course.stage.deliver()

    (item,) = line_items(course)
    assert (item["scoreMaximum"], item["tag"]) == (100, "completion")
    assert [result(course, person).score for person in ("mai", "amara")] == [10, 10]


def test_a_line_item_that_we_make_counts_in_open_edx_s_gradebook(arrange):
    course = arrange(lti_advantage_ags_mode="programmatic")
    course.launch("mai").finish_first_module()

    course.stage.deliver()

    assert course.gradebook("mai") == [(10.0, 100.0)]


def test_a_line_item_that_is_there_is_found_and_not_made_again(arrange_once):
    course = arrange_once(lti_advantage_ags_mode="programmatic")
    wanted = LineItem(label="Three Steps", maximum=Decimal(100), resource_id="fundamentals", tag="completion")
    there = {"lineitems": f"{course.shown['services']}/lti-ags", "scopes": frozenset({SCOPE_LINEITEM})}
    grades = course.grades

    first = grades.find_or_create(course.platform, **there, wanted=wanted, taken=frozenset())
    again = grades.find_or_create(course.platform, **there, wanted=wanted, taken=frozenset())
    other = grades.find_or_create(course.platform, **there, wanted=replace(wanted, tag="m1"), taken=frozenset())

    assert first == again != other
    assert len(line_items(course)) == 2


def test_a_later_launch_names_the_line_item_that_we_made_and_nothing_is_made_twice(arrange):
    course = arrange(lti_advantage_ags_mode="programmatic")
    course.launch("mai").finish_first_module()
    course.stage.deliver()

    course.launch("amara").finish_first_module()
    course.stage.deliver()

    (item,) = line_items(course)
    with course.stage.database.reading() as session:
        link = select(Assignment.id).filter_by(resource_link_id=course.shown["block"])
        columns = select(GradebookColumn.url).filter(GradebookColumn.assignment_id.in_(link))
        assert session.scalars(columns).all() == [item["id"]]


def test_without_grade_services_the_page_says_that_no_grade_is_collected(arrange):
    course = arrange(lti_advantage_ags_mode="disabled")
    learner = course.launch("mai")

    learner.finish_first_module()

    assert "Your course does not collect a grade" in learner.open(learner.home).get_text()
    assert course.gradebook("mai") == []


@pytest.mark.parametrize("seconds", [0, 1, 3600], ids=["same", "a second older", "an hour older"])
def test_a_score_that_is_not_newer_is_refused_by_open_edx_and_changes_nothing(arrange_once, seconds):
    course = arrange_once()
    course.launch("mai")
    (item,) = line_items(course)
    now = clock.now()
    grades = course.grades
    newer = grades.send(course.platform, lineitem=item["id"], score=score(course, "mai", 80, now))
    assert newer.kind is OutcomeKind.ACCEPTED

    moment = now - timedelta(seconds=seconds)
    older = grades.send(course.platform, lineitem=item["id"], score=score(course, "mai", 10, moment))

    assert (older.kind, older.status) == (OutcomeKind.CONFLICT, 400)
    assert result(course, "mai").score == 80
    assert course.gradebook("mai") == [(80.0, 100.0)]


def test_a_newer_score_replaces_the_older_one(arrange_once):
    course = arrange_once()
    course.launch("mai")
    (item,) = line_items(course)
    now = clock.now()
    grades = course.grades

    for given, seconds in ((80, 2), (30, 1)):
        sent = score(course, "mai", given, now - timedelta(seconds=seconds))
        assert grades.send(course.platform, lineitem=item["id"], score=sent).kind is OutcomeKind.ACCEPTED

    assert result(course, "mai").score == 30
    assert course.gradebook("mai")[-1] == (30.0, 100.0)


def test_a_score_whose_answer_was_lost_is_found_again_and_counted_once(arrange):
    course = arrange()
    learner = course.launch("mai")
    learner.finish_first_module()
    course.lose_answer("/scores")

    course.stage.deliver()
    assert course.gradebook("mai") == [(10.0, 100.0)]
    said = settled(course, learner)

    assert "Sent to the gradebook at" in said
    assert course.gradebook("mai") == [(10.0, 100.0)]


def test_scores_need_a_token(arrange_once):
    course = arrange_once()
    course.launch("mai")
    (item,) = line_items(course)

    answer = requests.post(f"{item['id']}/scores", data="{}", headers={"Content-Type": SCORE}, timeout=10)

    assert answer.status_code in (401, 403)
