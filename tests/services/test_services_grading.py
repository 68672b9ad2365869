"""The outbox: what is queued, claimed and recorded."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from lti_tool import clock
from lti_tool.demo_lms.results import set_by_person
from lti_tool.models import DeliveryState, GradeDelivery

NOON = "2026-11-22T12:00:00.900Z"


def delivery(stage) -> GradeDelivery:
    with stage.database.reading() as session:
        return session.scalars(select(GradeDelivery)).one()


def queued(stage) -> list[GradeDelivery]:
    with stage.database.reading() as session:
        return list(session.scalars(select(GradeDelivery)))


def test_the_timestamp_is_a_whole_second_and_grows_with_every_change(stage, learner):
    stamps = []
    for activity_id, answer in (("m0.welcome", {}), ("m0.privacy", {"agreed": "yes"})):
        learner.finish(activity_id, **answer)
        stamps.append(delivery(stage).changed_at)

    assert all(stamp.microsecond == 0 for stamp in stamps)
    assert stamps[1] - stamps[0] >= timedelta(seconds=1)


def test_a_newer_score_replaces_one_that_waits(stage, learner):
    learner.finish("m0.welcome")
    learner.finish("m0.privacy", agreed="yes")

    assert stage.deliver() == 1
    (sent,) = stage.grade("moodle-m101", "as-they-go", "mai").accepted
    assert (sent["scoreGiven"], sent["scoreMaximum"]) == (4, 100)
    assert sent["gradingProgress"] == "FullyGraded"


def test_the_same_score_is_not_sent_twice(stage, learner):
    learner.finish("m0.welcome")
    stage.deliver()

    learner.finish("m0.welcome")

    assert stage.deliver() == 0


def test_a_retry_repeats_the_same_timestamp(stage, learner):
    learner.finish("m0.welcome")
    stage.lms.fail("score", status=503, times=2)
    with time_machine.travel("2027-01-01T00:00:00Z", tick=True):
        pass  # the clock of the process is free again: only waiting makes a retry due

    tries = sum(stage.deliver() for _ in _until_sent(stage))

    assert tries == 3
    bodies = [entry.body for entry in stage.lms.calls("score") if entry.client_id]
    assert len({body["timestamp"] for body in bodies}) == 1
    assert delivery(stage).state == DeliveryState.SENT


def test_trouble_waits_and_says_so_and_a_lasting_refusal_is_held(stage, learner):
    learner.finish("m0.welcome")
    stage.lms.courses["moodle-m101"].people.pop("mai")

    stage.deliver()

    assert (delivery(stage).state, delivery(stage).reason) == (DeliveryState.HELD, "refused")


def test_a_grade_that_a_person_set_later_is_left_alone_also_by_later_scores(stage):
    learner = stage.browser()
    learner.launch("mai", course="canvas-m101")
    learner.finish("m0.welcome")
    stage.deliver()
    grade = stage.grade("canvas-m101", "as-they-go", "mai")
    stage.lms.skew = timedelta(hours=1)
    set_by_person(grade, Decimal(55), stage.lms.now())
    stage.lms.skew = timedelta()

    learner.finish("m0.privacy", agreed="yes")
    stage.deliver()
    assert delivery(stage).state == DeliveryState.CHANGED
    learner.finish("m0.start", st1="3", st2="3", st3="3")

    assert stage.deliver() == 0
    assert stage.grade("canvas-m101", "as-they-go", "mai").final == 55
    assert "changed" in learner.open(learner.home).get_text().lower()


@pytest.mark.parametrize("person", ["ines", "teo", "test"])
def test_teachers_and_test_students_are_never_graded(stage, person):
    browser = stage.browser()
    browser.launch(person, course="canvas-m101")
    browser.home = f"{browser.visit}/"
    if person == "test":
        browser.finish_first_module()
    else:
        browser.post(f"{browser.visit}/activities/m0.welcome", {"do": "finish", "version": "0"})

    assert queued(stage) == []


def test_a_link_to_one_module_fills_its_own_column(stage):
    browser = stage.browser()
    browser.launch("mai", link="module")

    browser.finish_first_module()
    stage.deliver()

    grade = stage.grade("moodle-m101", "module", "mai")
    assert grade.final == 20  # the column's own maximum: all of the module


def test_one_activity_updates_every_column_of_the_course_that_contains_it(stage):
    whole, module = stage.browser(), stage.browser()
    whole.launch("mai")
    module.launch("mai", link="module")

    module.finish_first_module()
    stage.deliver()

    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 10
    assert stage.grade("moodle-m101", "module", "mai").final == 20


def test_a_link_added_by_hand_gets_a_column_made_once(stage):
    course = stage.lms.courses["moodle-m101"]
    course.links["by-hand"].custom["send"] = "as_they_go"
    before = set(course.columns)
    for person in ("mai", "amara"):
        browser = stage.browser()
        browser.launch(person, link="by-hand")
        browser.finish_first_module()
    with stage.database.transaction() as session:
        for each in session.scalars(select(GradeDelivery)):
            each.next_at = clock.now()

    assert stage.deliver() == 2

    assert len([entry for entry in stage.lms.calls("columns") if entry.method == "POST"]) == 1
    (column,) = set(course.columns) - before
    assert [course.grade(column, person).final for person in ("mai", "amara")] == [10, 10]


def test_without_a_column_the_pages_say_that_no_grade_is_collected(stage):
    learner, teacher = stage.browser(), stage.browser()

    page = learner.launch("mai", link="ungraded")
    learner.finish_first_module()

    assert "does not collect a grade" in page.get_text()
    assert queued(stage) == [] or stage.deliver() >= 0
    assert "gradebook" in teacher.launch("ines", link="ungraded").get_text().lower()


def _until_sent(stage):
    """Yield until the delivery is sent; the scaled waits are milliseconds."""
    for attempt in range(200):
        if delivery(stage).state == DeliveryState.SENT:
            return
        yield attempt
