"""A class that begins at the same moment: one column is made, and everybody's score is in it."""

import threading

from sqlalchemy import func, select, update
from stage import until

from lti_tool.demo_lms.people import cast
from lti_tool.jobs import runner
from lti_tool.jobs.dispatcher import Dispatcher
from lti_tool.models import DeliveryState, GradeDelivery

LEARNERS = 8


def test_eight_first_learners_at_once_make_one_column_that_holds_eight_scores(stage):
    course = stage.lms.courses["moodle-m101"]
    course.links["by-hand"].custom["send"] = "as_they_go"
    course.people = dict(course.people) | cast(extra_learners=LEARNERS)
    before = set(course.columns)
    people = [f"extra{number}" for number in range(1, LEARNERS + 1)]
    for person in people:
        browser = stage.browser()
        browser.launch(person, link="by-hand")
        browser.finish("m0.welcome")
    with stage.database.transaction() as session:
        due = session.execute(update(GradeDelivery).values(next_at=GradeDelivery.changed_at))
        assert due.rowcount == LEARNERS
    stage.lms.fail("columns", times=100, delay=0.3)

    two_workers_of_four_threads(stage)

    made = [entry for entry in stage.lms.calls("columns") if entry.method == "POST"]
    assert len(made) == 1
    (column,) = set(course.columns) - before
    sent = [[each["scoreGiven"] for each in course.grade(column, person).accepted] for person in people]
    assert sent == [[2]] * LEARNERS


def two_workers_of_four_threads(stage) -> None:
    """Let them deliver until nothing waits."""
    stop = threading.Event()
    couriers = [runner.courier(stage.settings, stage.database, stage.tool.http) for _ in range(2)]
    workers = [threading.Thread(target=Dispatcher(courier=each, threads=4, stop=stop).run) for each in couriers]
    for worker in workers:
        worker.start()
    unsent = select(func.count()).select_from(GradeDelivery).filter(GradeDelivery.state != DeliveryState.SENT)

    def is_done() -> bool:
        with stage.database.reading() as session:
            return session.scalar(unsent) == 0

    try:
        until(is_done)
    finally:
        stop.set()
        for worker in workers:
            worker.join()
