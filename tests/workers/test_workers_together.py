"""Workers at work: several at once, a platform that hangs, an outage of days, a stop in the middle."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from desk import Desk
from outbox import platform, rows
from sqlalchemy import func, select
from stage import make_settings, until

from lti_tool.jobs import runner
from lti_tool.lti.http import Outbound
from lti_tool.models import DeliveryState, GradeDelivery, Platform, PlatformPace, Worker


@pytest.fixture
def desk(database_url):
    made = Desk(database_url)
    yield made
    made.tool.http.close()
    made.database.engine.dispose()


def connect(desk, gradebook, name, **values):
    """Add a platform whose gradebook is the counting one."""
    with desk.database.transaction() as session:
        session.query(Platform).update({"token_endpoint": f"http://{gradebook.host}/{name}/token"})
    return platform(desk, name, url=f"http://{gradebook.host}/{name}/item", **values)


def settings(desk, gradebook):
    url = desk.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    return make_settings(url, private_hosts=gradebook.host, work_threads=8)


@contextmanager
def working(desk, gradebook, workers=1):
    """Run workers, and end them."""
    stop = threading.Event()
    chosen = settings(desk, gradebook)
    threads = [threading.Thread(target=runner.work, args=(chosen, stop)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        gradebook.go_on.set()
        for thread in threads:
            thread.join()


def count(desk, state, platform_id=None):
    found = select(func.count()).select_from(GradeDelivery).filter_by(state=state)
    found = found if platform_id is None else found.filter_by(platform_id=platform_id)
    with desk.database.reading() as session:
        return session.scalar(found)


@pytest.mark.parametrize("scores", [150, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_two_workers_deliver_every_score_once(desk, gradebook, scores):
    connect(desk, gradebook, "a", learners=scores // 3)
    connect(desk, gradebook, "b", learners=scores // 3, family="moodle")
    connect(desk, gradebook, "c", learners=scores // 3, family="canvas")

    with working(desk, gradebook, workers=2):
        until(lambda: count(desk, DeliveryState.SENT) == scores // 3 * 3, seconds=1500 if scores > 1000 else 100)

    assert len(gradebook.posts) == scores // 3 * 3
    assert set(gradebook.posts.values()) == {1}
    assert gradebook.most_at_once["c"] == 1
    assert max(gradebook.most_at_once["a"], gradebook.most_at_once["b"]) <= 4
    assert sum(gradebook.tokens.values()) <= 6


def test_a_platform_that_hangs_keeps_its_own_lanes_busy_and_nobody_elses(desk, gradebook):
    gradebook.hanging.add("slow")
    slow = connect(desk, gradebook, "slow", learners=40)
    quick = connect(desk, gradebook, "quick", learners=40)

    with working(desk, gradebook):
        until(lambda: count(desk, DeliveryState.SENT, quick) == 40, seconds=100)
        while_it_hangs = count(desk, DeliveryState.SENT, slow)

    assert while_it_hangs == 0
    assert gradebook.most_at_once["slow"] <= 4


@pytest.mark.parametrize("scores", [60, pytest.param(1_000, marks=pytest.mark.long)])
def test_after_three_days_of_outage_every_learner_costs_one_post(desk, gradebook, scores):
    start = datetime(2026, 11, 22, 12, tzinfo=UTC)
    gradebook.down.add("a")
    http = Outbound(frozenset({gradebook.host}))
    with time_machine.travel(start, tick=False) as clock:
        connect(desk, gradebook, "a", learners=scores)
        courier = runner.courier(settings(desk, gradebook), desk.database, http)
        for hour in range(72):
            clock.move_to(start + timedelta(hours=hour))
            deliver(courier)
        during = tries(desk)
        gradebook.down.clear()
        clock.move_to(start + timedelta(hours=72, minutes=5))
        deliver(courier)

    http.close()
    # Two rounds of four lanes until the breaker opens, then one probe an hour.
    assert during <= 2 * 4 + 72
    assert set(gradebook.posts.values()) == {1}
    assert len(gradebook.posts) == count(desk, DeliveryState.SENT) == scores


def deliver(courier):
    """Deliver everything that is due."""
    while lanes := courier.take(threads=4):
        for lane in lanes:
            courier.carry(lane)


def tries(desk):
    return sum(row.tries for row in rows(desk))


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_in_hand_and_puts_back_the_rest(desk, gradebook):
    gradebook.hanging.add("a")
    connect(desk, gradebook, "a", learners=8, family="canvas")

    with working(desk, gradebook) as stop:
        until(lambda: gradebook.most_at_once["a"] == 1, seconds=100)
        with desk.database.reading() as session:
            seen = session.scalars(select(Worker)).all()
        stop.set()
        gradebook.go_on.set()

    with desk.database.reading() as session:
        left = session.scalars(select(Worker)).all()
    assert [len(each) for each in (seen, left)] == [1, 0]
    assert count(desk, DeliveryState.SENT) == len(gradebook.posts) >= 1
    assert count(desk, DeliveryState.SENDING) == 0
    assert count(desk, DeliveryState.WAITING) == 8 - len(gradebook.posts)


def test_a_platform_that_comes_back_gets_everything_by_itself(desk, gradebook):
    gradebook.down.add("a")
    platform_id = connect(desk, gradebook, "a", learners=20)

    with working(desk, gradebook):
        until(lambda: opened(desk, platform_id), seconds=100)
        gradebook.down.clear()
        until(lambda: count(desk, DeliveryState.SENT) == 20, seconds=100)

    assert set(gradebook.posts.values()) == {1}
    assert not opened(desk, platform_id)


def opened(desk, platform_id):
    with desk.database.reading() as session:
        return session.scalar(select(PlatformPace.opened_at).filter_by(platform_id=platform_id)) is not None
