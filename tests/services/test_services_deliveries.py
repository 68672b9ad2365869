"""The outbox at work: who may hold a score, what is acknowledged, what is held, and what goes on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from outbox import LEASE, accept, answer, claim, platform, rows
from sqlalchemy import text, update

from lti_tool.lti.grades import OutcomeKind
from lti_tool.models import Course, DeliveryState, GradebookColumn, GradeDelivery, Member
from lti_tool.services import deliveries, holding
from lti_tool.services.deliveries import Finding

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def change(desk, **values):
    """Change every delivery behind the back of whoever holds it."""
    with desk.database.transaction() as session:
        session.execute(update(GradeDelivery).values(**values))


def newer_score(desk):
    """Let every learner finish something more."""
    change(desk, version=GradeDelivery.version + 1, given=Decimal(20))


def test_a_lane_takes_ten_scores_and_nobody_else_gets_them(desk):
    platform(desk, "a", family="canvas", learners=12)

    (lane,) = claim(desk)

    assert len(lane.claimed) == 10
    assert claim(desk, "another") == []


def test_what_is_acknowledged_is_the_version_that_was_sent(desk):
    platform(desk, "a", learners=1)
    (lane,) = claim(desk)
    newer_score(desk)

    accept(desk, lane)

    (row,) = rows(desk)
    assert (row.version, row.delivered_version, row.state) == (2, 1, DeliveryState.WAITING)


def test_who_has_lost_the_lease_records_nothing(desk):
    platform(desk, "a", learners=1)
    (slow,) = claim(desk, "slow")
    change(desk, lease_until=NOON - LEASE)
    (quick,) = claim(desk, "quick")

    answer(desk, slow, OutcomeKind.REFUSED, finding=Finding.HELD)
    accept(desk, quick)

    (row,) = rows(desk)
    assert (row.state, row.reason) == (DeliveryState.SENT, None)


def test_the_same_worker_with_an_older_lease_records_nothing_either(desk):
    platform(desk, "a", learners=1)
    (before,) = claim(desk)
    change(desk, lease_until=NOON - LEASE)
    (after,) = claim(desk)

    accept(desk, before)

    assert rows(desk)[0].state == DeliveryState.SENDING
    assert after.owner != before.owner


def test_a_score_whose_fate_is_not_known_is_a_repeat_and_one_that_was_refused_is_not(desk):
    platform(desk, "a", learners=1)
    repeats = []
    for kind in (OutcomeKind.THROTTLED, OutcomeKind.TROUBLE, OutcomeKind.UNAUTHORIZED, OutcomeKind.TROUBLE):
        change(desk, next_at=NOON)
        with time_machine.travel(NOON + timedelta(days=len(repeats)), tick=False):
            (lane,) = claim(desk)
            repeats.append(lane.claimed[0].is_repeat)
            answer(desk, lane, kind)

    assert repeats == [False, False, True, True]


def test_a_score_that_cannot_be_read_blocks_none_of_the_others(desk):
    platform(desk, "a", learners=3)
    with desk.database.transaction() as session:
        session.execute(text("UPDATE grade_delivery SET given = 'ten' WHERE id = (SELECT min(id) FROM grade_delivery)"))

    taken = [one for lane in claim(desk, threads=4) for one in lane.claimed]

    assert len(taken) == 2
    with desk.database.reading() as session:
        held = session.execute(text("SELECT reason FROM grade_delivery WHERE state = 'held'")).scalars().all()
    assert held == ["our-fault"]


def test_a_column_that_is_not_there_yet_is_one_lanes_business(desk):
    platform(desk, "a", learners=5, url=None)

    taken = claim(desk, threads=4)

    assert [len(lane.claimed) for lane in taken] == [1]
    assert claim(desk, "another", threads=4) == []


def test_tries_go_on_for_fourteen_days_and_then_the_score_is_held_never_deleted(desk):
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=1)
        states = []
        for days in (1, 13.9, 14.1):
            clock.move_to(NOON + timedelta(days=days))
            (lane,) = claim(desk)
            answer(desk, lane, OutcomeKind.TROUBLE)
            states.append(rows(desk)[0].state)

    assert states == [DeliveryState.WAITING, DeliveryState.WAITING, DeliveryState.HELD]


def test_waits_grow_and_differ_by_a_fifth(desk):
    usual = (5, 15, 60, 300, 900, 3600, 3600)
    with time_machine.travel(NOON, tick=False) as clock:
        platform(desk, "a", learners=1)
        shares = []
        for number, seconds in enumerate(usual):
            now = NOON + timedelta(hours=2 * number)
            clock.move_to(now)
            (lane,) = claim(desk)
            answer(desk, lane, OutcomeKind.TROUBLE)
            shares.append((rows(desk)[0].next_at - now).total_seconds() / seconds)

    assert all(0.8 <= share <= 1.2 for share in shares)
    assert len(set(shares)) > 1


def test_a_worker_that_ends_lets_others_take_over_at_once(desk):
    platform(desk, "a", learners=1)
    claim(desk, "ending")
    with desk.database.transaction() as session:
        deliveries.let_go(session, "ending")

    (lane,) = claim(desk, "next")

    assert lane.claimed[0].is_repeat


def test_what_an_older_version_queued_is_found(desk):
    platform(desk, "a", learners=1)
    change(desk, platform_id=None)
    assert claim(desk) == []

    with desk.database.transaction() as session:
        holding.tidy(session)

    assert claim(desk)


def test_who_has_left_the_course_gets_nothing_sent_until_they_are_back(desk):
    platform(desk, "a", learners=1)
    with desk.database.transaction() as session:
        course_id = session.query(Course.id).order_by(Course.id.desc()).first()[0]
        session.execute(update(Member).values(unlisted_since=NOON))
        holding.follow_roster(session, course_id)
    left = rows(desk)[0]
    with desk.database.transaction() as session:
        session.execute(update(Member).values(unlisted_since=None))
        holding.follow_roster(session, course_id)

    assert (left.state, left.reason) == (DeliveryState.HELD, "not-enrolled")
    assert rows(desk)[0].state == DeliveryState.WAITING


@pytest.mark.parametrize(
    ("member", "state", "reason"),
    [
        ({"is_test": True}, DeliveryState.CANCELLED, "test-learner"),
        ({"unlisted_since": NOON}, DeliveryState.HELD, "not-enrolled"),
        ({}, DeliveryState.HELD, "refused"),
    ],
)
def test_a_refusal_is_told_apart_by_what_we_know_of_the_learner(desk, member, state, reason):
    platform(desk, "a", learners=1)
    (lane,) = claim(desk)
    if member:
        with desk.database.transaction() as session:
            session.execute(update(Member).values(**member))

    answer(desk, lane, OutcomeKind.REFUSED, finding=Finding.HELD)

    (row,) = rows(desk)
    assert (row.state, row.reason) == (state, reason)


def test_after_ninety_days_the_score_of_who_has_left_is_let_go_and_their_return_brings_it_back(desk):
    platform(desk, "a", learners=1)
    change(desk, state=DeliveryState.HELD, reason="not-enrolled")
    with desk.database.transaction() as session:
        session.execute(update(Member).values(unlisted_since=NOON - timedelta(days=91)))
    with time_machine.travel(NOON, tick=False), desk.database.transaction() as session:
        holding.tidy(session)
    cancelled = rows(desk)[0]

    with desk.database.transaction() as session:
        holding.resume_member(session, cancelled.member_id)

    assert cancelled.state == DeliveryState.CANCELLED
    assert rows(desk)[0].state == DeliveryState.WAITING


def test_another_column_in_the_place_of_one_gets_every_score_anew(desk):
    platform(desk, "a", learners=2)
    for lane in claim(desk, threads=4):
        accept(desk, lane)
    with desk.database.transaction() as session:
        (column_id,) = {row.column_id for row in rows(desk)}
        holding.move_column(session, column_id, "https://lms.test/i", "https://lms.test/j")

    assert {row.state for row in rows(desk)} == {DeliveryState.WAITING}
    assert {one.column.lineitem for lane in claim(desk) for one in lane.claimed} == {"https://lms.test/j"}


def test_a_missing_column_holds_all_its_scores_at_the_price_of_one_question(desk):
    platform(desk, "a", learners=30)
    with desk.database.transaction() as session:
        (column_id,) = {row.column_id for row in rows(desk)}
        holding.hold_column(session, column_id)

    held = {(row.state, row.reason) for row in rows(desk)}
    with desk.database.transaction() as session:
        missing = session.get_one(GradebookColumn, column_id).missing_since
        holding.resume_column(session, column_id)

    assert held == {(DeliveryState.HELD, "column-missing")}
    assert missing is not None
    assert {row.state for row in rows(desk)} == {DeliveryState.WAITING}
