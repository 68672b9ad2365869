"""A column that becomes usable: the launch only asks, a worker queues everybody, whatever happens meanwhile."""

from datetime import datetime, timedelta

import time_machine
from sqlalchemy import select, update

from lti_tool import clock
from lti_tool.jobs.catching_up import catch_up_one
from lti_tool.models import Course, GradebookColumn, GradeDelivery
from lti_tool.services import columns


def deliveries(stage):
    with stage.database.reading() as session:
        return session.scalars(select(GradeDelivery)).all()


def workshops(stage):
    return {workshop.id: workshop for workshop in [stage.tool.workshop(None)]}


def test_what_was_done_before_there_was_a_column_is_queued_after_the_launch_that_names_one(stage):
    for person in ("mai", "amara", "budi"):
        browser = stage.browser()
        browser.launch(person, link="ungraded")
        browser.finish_first_module()
    before = deliveries(stage)

    stage.browser().launch("mai")
    after_launch = deliveries(stage)
    stage.deliver()

    assert (before, after_launch) == ([], [])
    assert [stage.grade("moodle-m101", "as-they-go", person).final for person in ("mai", "amara", "budi")] == [10] * 3


def test_whoever_finished_before_there_was_a_column_handed_in_when_they_finished(stage):
    with time_machine.travel(clock.now() - timedelta(days=7), tick=True):
        browser = stage.browser()
        browser.launch("mai", course="canvas-m101", link="by-hand")
        browser.finish_first_module()
        finished = clock.now()

    stage.browser().launch("mai", course="canvas-m101", link="module")
    stage.deliver()

    bodies = [entry.body for entry in stage.lms.calls("score")]
    (submission,) = [body["submission"] for body in bodies if "submission" in body]
    assert abs(datetime.fromisoformat(submission["submittedAt"]) - finished) < timedelta(hours=1)


def test_a_course_catches_up_a_few_learners_at_a_time(stage, monkeypatch):
    monkeypatch.setattr(columns, "LEARNERS_AT_ONCE", 2)
    for person in ("mai", "amara", "budi", "lukasz", "kalani"):
        browser = stage.browser()
        browser.launch(person, link="ungraded")
        browser.finish("m0.welcome")
    stage.browser().launch("mai")
    ends, after = [], 0
    while after is not None:
        with stage.database.transaction() as session:
            course_id = session.scalars(select(Course.id)).one()
            after = columns.catch_up(session, course_id, workshops(stage), after)
        ends.append(len(deliveries(stage)))

    assert ends == [2, 4, 5]


def test_a_column_that_becomes_usable_while_a_course_catches_up_is_not_forgotten(stage, learner):
    with stage.database.transaction() as session:
        course_id, until = columns.claim_catch_up(session)
        session.execute(update(Course).values(catch_up_at=until.replace(year=2020)))

    with stage.database.transaction() as session:
        columns.end_catch_up(session, course_id, until)

    assert catch_up_one(stage.database, workshops(stage))
    assert not catch_up_one(stage.database, workshops(stage))


def test_an_unchanged_launch_asks_for_nothing(stage, learner):
    catch_up_one(stage.database, workshops(stage))

    learner.launch("mai")

    assert not catch_up_one(stage.database, workshops(stage))
    with stage.database.reading() as session:
        assert session.scalars(select(GradebookColumn.url)).one()
