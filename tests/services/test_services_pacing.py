"""How fast scores go to a platform: lanes, fair turns, rests and the breaker, as all workers share them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from outbox import accept, answer, claim, platform, rows
from sqlalchemy import update

from lti_tool.lti.grades import OutcomeKind
from lti_tool.models import DeliveryState, GradeDelivery, Platform, PlatformPace
from lti_tool.services import registrations

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fail(desk, times):
    """Let a platform fail so often that its breaker may open."""
    for _ in range(times):
        (lane,) = claim(desk, batch=1)
        answer(desk, lane, OutcomeKind.TROUBLE)


@pytest.mark.parametrize(("family", "lanes"), [("canvas", 1), ("moodle", 4), ("", 4)])
def test_canvas_gets_one_score_at_a_time_and_others_four(desk, family, lanes):
    platform(desk, "a", family=family, learners=9)

    taken = claim(desk, threads=16, batch=1)

    assert len(taken) == lanes
    assert claim(desk, "another", threads=16) == []


def test_an_operator_says_how_many_scores_a_platform_gets_at_once(desk):
    platform_id = platform(desk, "a", family="canvas", learners=9)
    with desk.database.transaction() as session:
        session.execute(update(Platform).filter_by(id=platform_id).values(sends_at_once=3))

    assert len(claim(desk, threads=16, batch=1)) == 3


def test_every_platform_gets_a_turn_before_one_gets_a_second(desk):
    crowded, quiet = platform(desk, "a", learners=40), platform(desk, "b", learners=1)

    taken = claim(desk, threads=4)

    assert [lane.platform.id for lane in taken] == [crowded, crowded, quiet]


def test_who_was_served_last_waits_behind_the_others(desk):
    first, second = platform(desk, "a", family="canvas", learners=9), platform(desk, "b", family="canvas", learners=9)
    turns = []
    for _ in range(4):
        (lane,) = claim(desk, batch=1)
        turns.append(lane.platform.id)
        accept(desk, lane)

    assert turns == [first, second, first, second]


def test_a_platform_that_throttles_is_left_alone_as_long_as_it_asks(desk):
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=20)
        (lane, *_) = claim(desk, threads=4, batch=1)
        answer(desk, lane, OutcomeKind.THROTTLED, retry_after=120)

        clock.shift(timedelta(seconds=119))
        during = claim(desk, threads=4, batch=1)
        clock.shift(timedelta(seconds=2))
        after = claim(desk, threads=4, batch=1)

    assert (during, len(after)) == ([], 2)


def test_a_throttled_score_has_used_up_no_try(desk):
    platform(desk, "a", learners=1)
    (lane,) = claim(desk)

    answer(desk, lane, OutcomeKind.THROTTLED)

    (row,) = rows(desk)
    assert (row.state, row.tries, row.reason) == (DeliveryState.WAITING, 0, "throttled")


def test_a_platform_that_throttled_gets_twice_as_many_lanes_every_five_minutes(desk):
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=30)
        (lane, *_) = claim(desk, threads=4, batch=1)
        answer(desk, lane, OutcomeKind.THROTTLED, retry_after=1)
        clock.shift(timedelta(seconds=61))
        (lane, *_) = claim(desk, threads=4, batch=1)
        answer(desk, lane, OutcomeKind.THROTTLED, retry_after=1)

        lanes = []
        for _ in range(3):
            clock.shift(timedelta(minutes=5))
            lanes.append(len(claim(desk, threads=16, batch=1)))

    assert lanes == [2, 4, 4]


def test_after_five_failures_one_score_at_a_time_sees_whether_the_platform_is_back(desk):
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=20)
        fail(desk, 5)

        closed = claim(desk, threads=4)
        clock.shift(timedelta(seconds=40))
        (probe,) = claim(desk, threads=4)
        besides = claim(desk, threads=4)
        answer(desk, probe, OutcomeKind.TROUBLE)
        clock.shift(timedelta(seconds=40))
        too_soon = claim(desk, threads=4)
        clock.shift(timedelta(seconds=40))
        (second,) = claim(desk, threads=4)
        accept(desk, second)

        assert (closed, besides, too_soon) == ([], [], [])
        assert [len(lane.claimed) for lane in (probe, second)] == [1, 1]
        assert len(claim(desk, threads=4)) == 4


def test_a_breaker_is_one_platforms_own(desk):
    platform(desk, "a", learners=9)
    fail(desk, 5)
    other = platform(desk, "b", learners=1)

    (lane,) = claim(desk, threads=4)

    assert lane.platform.id == other


def test_one_broken_score_among_good_ones_does_not_open_the_breaker(desk):
    platform(desk, "a", learners=20)
    for _ in range(4):
        fail(desk, 1)
        (lane,) = claim(desk, batch=1)
        accept(desk, lane)
    fail(desk, 4)

    assert claim(desk)


def test_a_probe_is_a_score_that_has_failed_least(desk):
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=6)
        fail(desk, 5)
        tried = {row.id for row in rows(desk) if row.tries}
        clock.shift(timedelta(minutes=10))

        (probe,) = claim(desk)

    assert len(tried) == 5
    assert probe.claimed[0].delivery_id not in tried


def test_after_an_outage_everything_that_failed_with_the_platform_goes_at_once(desk):
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=6)
        fail(desk, 5)
        with desk.database.transaction() as session:
            late = update(GradeDelivery).filter(GradeDelivery.tries > 0)
            session.execute(late.values(next_at=NOON + timedelta(hours=2)))
        clock.shift(timedelta(minutes=6))
        (probe,) = claim(desk)
        accept(desk, probe)

        lanes = claim(desk, threads=4)

    assert sum(len(lane.claimed) for lane in lanes) == 5


def test_a_platform_that_an_operator_paused_gets_nothing(desk):
    platform_id = platform(desk, "a", learners=2)
    (lane,) = claim(desk, batch=1)
    with desk.database.transaction() as session:
        held = registrations.pause(session, platform_id)
    accept(desk, lane)
    paused = claim(desk)
    with desk.database.transaction() as session:
        freed = registrations.resume(session, platform_id)

    assert (held, paused, freed, len(claim(desk))) == (1, [], 1, 1)


def test_a_rest_that_a_wrong_clock_wrote_is_over(desk):
    platform(desk, "a", learners=1)
    (lane,) = claim(desk)
    answer(desk, lane, OutcomeKind.THROTTLED, retry_after=3600)
    with desk.database.transaction() as session:
        session.execute(update(PlatformPace).values(rest_until=NOON + timedelta(days=4000)))

    assert claim(desk)
