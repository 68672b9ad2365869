"""Two transactions at once: no score is lost, nobody is shown an old text, nothing stands still."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from lti_tool.db import DatabaseBusy
from lti_tool.models import Course, GradebookColumn, GradeDelivery
from lti_tool.services import columns, deliveries, grading, progress
from lti_tool.services.progress import AnswerStale


@contextmanager
def held_at(monkeypatch, module, name, thread_name):
    """Let one thread wait before it calls a function, until the block has done its part."""
    arrived, go_on = threading.Event(), threading.Event()
    original = getattr(module, name)

    def waiting(*args, **values):
        if threading.current_thread().name == thread_name:
            arrived.set()
            go_on.wait(5)
        return original(*args, **values)

    monkeypatch.setattr(module, name, waiting)
    yield arrived, go_on


def start(name, work):
    """Run ``work`` in a thread of this name; what it raises is kept on the thread."""
    thread = threading.Thread(target=lambda: _keep(thread, work), name=name)
    thread.error = None
    thread.start()
    return thread


def _keep(thread, work):
    try:
        work()
    except Exception as error:
        thread.error = error


def test_a_column_that_appears_while_a_learner_finishes_something_loses_no_points(desk, monkeypatch):
    with desk.database.transaction() as session:
        session.execute(update(GradebookColumn).values(url=None))
    desk.save({}, expected=0, activity="m0.welcome", complete=True)

    def launch_names_the_column():
        with desk.database.transaction() as session:
            session.scalars(select(GradebookColumn)).one().url = "https://lms.test/items/2"
            grading.queue_course(session, session.scalars(select(Course.id)).one(), desk.workshop)

    with held_at(monkeypatch, grading, "_queue", "launch") as (arrived, go_on):
        launch = start("launch", launch_names_the_column)
        arrived.wait(5)
        learner = start(
            "learner", lambda: desk.save({"agreed": True}, expected=0, activity="m0.privacy", complete=True)
        )
        learner.join(0.5)
        go_on.set()
        launch.join()
        learner.join()

    assert (launch.error, learner.error) == (None, None)
    with desk.database.reading() as session:
        assert session.scalars(select(GradeDelivery.given)).one() == 4


def test_a_worker_does_not_wait_for_a_launch_that_waits_for_it(desk, monkeypatch):
    desk.save({}, expected=0, activity="m0.welcome", complete=True)
    with desk.database.transaction() as session:
        session.execute(update(GradebookColumn).values(url=None))

    def claim():
        with desk.database.transaction() as session:
            deliveries.claim(session, "worker", timedelta(seconds=60))

    def launch_names_the_column():
        with desk.database.transaction() as session:
            session.scalars(select(GradebookColumn)).one().url = "https://lms.test/items/2"
            session.flush()
            locked.set()
            grading.queue_course(session, session.scalars(select(Course.id)).one(), desk.workshop)

    locked = threading.Event()
    with held_at(monkeypatch, deliveries, "_one_for_each_unmade", "worker") as (arrived, go_on):
        worker = start("worker", claim)
        arrived.wait(5)
        launch = start("launch", launch_names_the_column)
        locked.wait(0.5)
        go_on.set()
        worker.join()
        launch.join()

    assert (worker.error, launch.error) == (None, None)


def test_who_is_too_late_is_shown_the_text_that_is_really_stored(desk, monkeypatch):
    desk.save({"st1": 1}, expected=0)

    with held_at(monkeypatch, progress, "_replace", "late") as (arrived, go_on):
        late = start("late", lambda: desk.save({"st1": 3}, expected=1))
        arrived.wait(5)
        early = start("early", lambda: desk.save({"st1": 2}, expected=1))
        early.join(0.5)
        go_on.set()
        late.join()
        early.join()

    (refused,) = (each.error for each in (late, early) if each.error)
    assert isinstance(refused, AnswerStale)
    assert refused.current.value == desk.load().value
    assert refused.current.version == 2


def test_the_address_of_a_column_that_is_known_by_now_stays(desk):
    with desk.database.transaction() as session:
        session.execute(update(GradebookColumn).values(url=None))
    with desk.database.transaction() as session:
        session.execute(update(Course).values(lineitems_url="https://lms.test/items"))
        course = session.scalars(select(Course)).one()
        course.grade_scopes = [*course.grade_scopes, "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]
    desk.save({}, expected=0, activity="m0.welcome", complete=True)
    with desk.database.transaction() as session:
        (lane,) = deliveries.claim(session, "worker", timedelta(seconds=60))
    with desk.database.transaction() as session:
        session.scalars(select(GradebookColumn)).one().url = "https://lms.test/items/by-launch"

    with desk.database.transaction() as session:
        address = columns.name(session, lane.claimed[0].column.id, "https://lms.test/items/by-worker")

    assert address == "https://lms.test/items/by-launch"


def test_a_database_that_does_not_let_us_in_is_busy_and_no_fault(desk):
    limit = "PRAGMA busy_timeout=50" if desk.database.engine.dialect.name == "sqlite" else "SET lock_timeout = 50"
    with desk.database.transaction() as holder:
        holder.execute(update(Course).values(title="held"))
        with pytest.raises(DatabaseBusy), _impatient(desk, limit) as session:
            session.execute(update(Course).values(title="wanted"))


@contextmanager
def _impatient(desk, limit):
    """Open a transaction on a connection that waits only 50 ms for a lock."""

    def hurry(connection, _record, _proxy):
        connection.execute(limit)

    event.listen(desk.database.engine, "checkout", hurry)
    try:
        with desk.database.transaction() as session:
            yield session
    finally:
        event.remove(desk.database.engine, "checkout", hurry)
