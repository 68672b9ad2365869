"""What came of scores that a worker held: recorded by whoever holds the lease, for the version that was sent."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace as Row
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import table
from lti_tool.lti.grades import OutcomeKind
from lti_tool.models import DeliveryState, GradeDelivery, Member, Platform, PlatformState
from lti_tool.prepared import Prepared
from lti_tool.services import pacing, rosters
from lti_tool.services.deliveries import CHANGE, Claimed, Finding, Lane, Report

WAITS = (5, 15, 60, 300, 900, 3600)
"""Seconds before the next try; the last one goes on until ``GIVE_UP_AFTER``."""
SLOW_WAITS = {OutcomeKind.FORBIDDEN: 6 * 3600, OutcomeKind.MISDIRECTED: 3600}
"""Seconds where somebody at the platform must act first."""
GIVE_UP_AFTER = timedelta(days=14)
NOT_ENROLLED, TEST_LEARNER = "not-enrolled", "test-learner"
NOT_TAKEN = frozenset(OutcomeKind) - {OutcomeKind.ACCEPTED, OutcomeKind.CONFLICT, OutcomeKind.TROUBLE}
"""Answers that say for certain that the platform did not take the score."""

_delivery, _platform = map(table, (GradeDelivery, Platform))
# Of columns alone, and written all at once: this is done for every few scores.
_WRITTEN = (
    *("state", "reason", "tries", "next_at", "lease_owner", "lease_until"),
    *("sent_version", "delivered_version", "delivered_at", "submission_known", "insists"),
)
_READ = ("id", "member_id", "version", "changed_at", "waiting_since", *_WRITTEN)
_HELD = (
    select(*(_delivery.c[name] for name in _READ))
    .where(_delivery.c.state == DeliveryState.SENDING, _delivery.c.id.in_(bindparam("rows", expanding=True)))
    .order_by(_delivery.c.id)
    .with_for_update()
)
_STATE = Prepared(select(_platform.c.state).where(_platform.c.id == bindparam("platform")))


def record(session: Session, lane: Lane, reports: Sequence[Report], *, scale: float = 1.0) -> bool:
    """Record what came of deliveries; say whether their platform may be sent more.

    ``scale`` shortens our own waits between tries, never one that the platform asks for.
    """
    rows = _still_ours(session, [report.claimed for report in reports])
    for report in reports:
        if row := rows.get(report.claimed.delivery_id):
            _write(session, row, report, scale)
    if rows:
        session.execute(CHANGE, [_written(row) for row in rows.values()])
    # One lane meets many good answers and at most one bad one.
    for outcome in {report.outcome.kind: report.outcome for report in reports if report.outcome}.values():
        pacing.note(session, lane.platform.id, outcome, scale)
    platform = _STATE.first(session, {"platform": lane.platform.id})
    return platform is not None and platform["state"] == PlatformState.ACTIVE


def _still_ours(session: Session, claimed: Sequence[Claimed]) -> dict[int, Row]:
    """Return the rows that this worker still holds: after the lease, another may have taken over."""
    found = session.execute(_HELD, {"rows": [each.delivery_id for each in claimed]})
    leases = {each.delivery_id: (each.owner, each.lease_until) for each in claimed}
    held = (Row(**row) for row in found.mappings())
    return {row.id: row for row in held if (row.lease_owner, row.lease_until) == leases[row.id]}


def _write(session: Session, row: Row, report: Report, scale: float) -> None:
    row.lease_owner = row.lease_until = None
    row.reason = report.reason
    if _was_not_taken(report) and not report.claimed.is_repeat:
        row.sent_version = 0
    if report.finding is Finding.SENT:
        _sent(row, report.claimed)
    elif report.finding is Finding.CHANGED:
        row.state, row.tries = DeliveryState.CHANGED, 0
    elif report.finding is Finding.HELD:
        _hold(session, row, report)
    else:
        _wait(row, report, scale)


def _written(row: Row) -> dict[str, Any]:
    return {"row": row.id} | {name: vars(row)[name] for name in _WRITTEN}


def _was_not_taken(report: Report) -> bool:
    if report.outcome is None:
        return report.finding in (Finding.UNTOUCHED, Finding.ANEW)
    return report.outcome.kind in NOT_TAKEN


def _sent(row: Row, claimed: Claimed) -> None:
    """Acknowledge the version that was sent; a newer one waits its turn."""
    row.delivered_version, row.delivered_at = claimed.version, clock.now()
    row.submission_known = row.submission_known or claimed.completed_at is not None
    is_newest = row.version == claimed.version
    row.state, row.tries = DeliveryState.SENT if is_newest else DeliveryState.WAITING, 0
    row.insists = row.insists and not is_newest


def _hold(session: Session, row: Row, report: Report) -> None:
    """Stop trying; a newer score than the one that was refused gets its own try."""
    row.tries = 0
    if row.version > report.claimed.version:
        row.state, row.reason = DeliveryState.WAITING, None
        return
    row.state = DeliveryState.HELD
    if report.outcome is not None and report.outcome.kind is OutcomeKind.REFUSED:
        _ask_why(session, row)


def _ask_why(session: Session, row: Row) -> None:
    """Tell a test learner, and one who has left, from a refusal; have the course's list read if that is not clear."""
    member = session.get_one(Member, row.member_id)
    if member.is_test:
        row.state, row.reason = DeliveryState.CANCELLED, TEST_LEARNER
    elif member.unlisted_since is not None:
        row.reason = NOT_ENROLLED
    else:
        rosters.ask_again(session, member.course_id)


def _wait(row: Row, report: Report, scale: float) -> None:
    now = clock.now()
    row.state = DeliveryState.WAITING
    kind = report.outcome.kind if report.outcome else None
    counts = report.finding is Finding.LATER and kind is not OutcomeKind.THROTTLED
    if not counts:
        row.tries = max(0, row.tries - 1)
    if row.version > report.claimed.version:
        row.reason = None
    elif report.finding is Finding.LATER and now - (row.waiting_since or row.changed_at) > GIVE_UP_AFTER:
        row.state, row.tries = DeliveryState.HELD, 0
    elif counts:
        own = SLOW_WAITS.get(kind, 0) if kind else 0
        row.next_at = now + pacing.jittered(own or WAITS[min(row.tries, len(WAITS)) - 1], scale)
    elif report.finding is Finding.ANEW:
        row.next_at = now
