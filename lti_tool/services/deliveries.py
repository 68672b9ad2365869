"""The outbox at work: scores are claimed for a lane, and what came of each is recorded by whoever holds it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from lti_tool import clock
from lti_tool.log import log
from lti_tool.lti.grades import Outcome, OutcomeKind
from lti_tool.lti.messages import PlatformConfig
from lti_tool.models import (
    Assignment,
    DeliveryState,
    GradebookColumn,
    GradeDelivery,
    Member,
    Person,
    Platform,
    PlatformPace,
)
from lti_tool.services import pacing, platforms
from lti_tool.services.grading import WHOLE, resource_id

BATCH = 10
"""How many scores a lane takes at a time."""
SHARES_KEPT = 100


@dataclass(frozen=True, kw_only=True)
class ColumnPlace:
    """A gradebook column as a worker needs it to find it, make it, or ask about it."""

    id: int
    lineitem: str | None
    lineitems: str | None
    scopes: frozenset[str]
    taken: frozenset[str]
    """Line items that other columns of this course already use."""
    label: str
    resource_id: str
    maximum: Decimal
    link_id: str
    """The link that the column belongs to: a line item of another link is not ours."""
    is_extra: bool
    """A column beside the link's own one: it must not name the link."""
    asks_points: bool
    """Whether to look first what the column is worth."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One delivery that a worker holds: all it needs to speak to the platform without a transaction."""

    delivery_id: int
    owner: str
    lease_until: datetime
    version: int
    column: ColumnPlace
    member_id: int
    user_id: str
    given: Decimal
    maximum: Decimal
    timestamp: datetime
    complete: bool
    completed_at: datetime | None
    submission_known: bool
    insists: bool
    shares: tuple[str, ...]
    """Every share of the maximum that may have reached the platform before."""
    tries: int
    is_repeat: bool
    """This very version may have reached the platform before."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Deliveries of one platform that are sent one after another."""

    platform: PlatformConfig
    owner: str
    claimed: tuple[Claimed, ...]


class Finding(StrEnum):
    """What is to be done about a delivery."""

    SENT = "sent"
    CHANGED = "changed"
    """The gradebook holds a later value of somebody else's: leave it."""
    HELD = "held"
    """Trying again is of no use until something changes."""
    LATER = "later"
    ANEW = "anew"
    """At once: its score was made anew meanwhile, or its column has another address."""
    UNTOUCHED = "untouched"
    """Nothing was tried."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of one claimed delivery. ``outcome`` is how the platform answered, None if it was not asked."""

    claimed: Claimed
    finding: Finding
    reason: str | None = None
    outcome: Outcome | None = None


def claim(session: Session, owner: str, lease: timedelta, *, threads: int = 1, batch: int = BATCH) -> list[Lane]:
    """Take deliveries that are due, or whose worker has vanished, for up to ``threads`` lanes.

    The platform that has waited longest comes first. Two workers never hold the same delivery: one takes for a
    platform at a time, PostgreSQL skips locked rows, SQLite has one writer.
    """
    found: list[Lane] = []
    waiting = _platforms(session, clock.now())
    for turn, platform_id in enumerate(waiting):
        if len(found) < threads:
            # Every platform that waits gets a lane before one gets a second.
            share = max(1, (threads - len(found)) // (len(waiting) - turn))
            found += _claim_of(session, platform_id, owner, lease, share, batch)
    return found


def is_due(session: Session) -> bool:
    """Say whether there may be something to claim."""
    return bool(_platforms(session, clock.now()))


def let_go(session: Session, owner: str) -> None:
    """Let others take over at once what a worker holds that ends; what it sent meanwhile is asked for first."""
    held = update(GradeDelivery).filter(GradeDelivery.lease_owner.startswith(f"{owner}/", autoescape=True))
    session.execute(held.filter_by(state=DeliveryState.SENDING).values(lease_until=clock.now()))


def _platforms(session: Session, now: datetime) -> Sequence[int]:
    theirs = select(GradeDelivery.id).filter(GradeDelivery.platform_id == Platform.id)
    due = or_(*(exists(theirs.filter(condition)) for condition in (_is_waiting(now), _is_orphan(now))))
    found = select(Platform.id).outerjoin(PlatformPace).filter(pacing.ready(now), due)
    return session.scalars(found.order_by(PlatformPace.served_at.nulls_first(), Platform.id)).all()


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    return and_(GradeDelivery.state == DeliveryState.WAITING, GradeDelivery.next_at <= now)


def _is_orphan(now: datetime) -> ColumnElement[bool]:
    return and_(GradeDelivery.state == DeliveryState.SENDING, GradeDelivery.lease_until <= now)


def _claim_of(session: Session, platform_id: int, owner: str, lease: timedelta, threads: int, batch: int) -> list[Lane]:
    """Take up to ``threads`` lanes of one platform."""
    now = clock.now()
    pace = pacing.take(session, platform_id)
    if pace is None:
        return []
    platform = session.get_one(Platform, platform_id)
    free = min(threads, pacing.lanes(session, platform, pace, now))
    is_probe = pace.opened_at is not None
    rows = _pick(session, platform_id, now, 1 if is_probe else free * batch, is_probe=is_probe) if free else []
    if not rows:
        return []
    pace.served_at = now
    if is_probe:
        pace.probe_at = now + lease
    config = platforms.config(platform)
    heaps = [heap for lane in range(free) if (heap := rows[lane::free])]
    return [_lane(session, config, f"{owner}/{secrets.token_hex(3)}", heap, now + lease) for heap in heaps]


def _pick(session: Session, platform_id: int, now: datetime, count: int, *, is_probe: bool) -> list[GradeDelivery]:
    """Lock deliveries that are due: orphans first, then those due longest; a probe is one that has failed least."""
    theirs = select(GradeDelivery).filter_by(platform_id=platform_id).filter(_has_its_column(now))
    theirs = theirs.with_for_update(skip_locked=True)
    order = (GradeDelivery.tries, GradeDelivery.next_at) if is_probe else (GradeDelivery.next_at,)
    rows = _read(session, theirs.filter(_is_orphan(now)).order_by(GradeDelivery.id).limit(count))
    if len(rows) < count:
        rows += _read(session, theirs.filter(_is_waiting(now)).order_by(*order).limit(count - len(rows)))
    return _one_for_each_unmade(session, rows)


def _has_its_column(now: datetime) -> ColumnElement[bool]:
    """Return what keeps a column from being made twice: it is there, or nobody else is at work for it."""
    other = aliased(GradeDelivery)
    at_work = and_(other.state == DeliveryState.SENDING, other.lease_until > now)
    there = select(GradebookColumn.id).filter(GradebookColumn.id == GradeDelivery.column_id)
    return or_(
        exists(there.filter(GradebookColumn.url.is_not(None))),
        ~exists(select(other.id).filter(other.column_id == GradeDelivery.column_id, at_work)),
    )


def _one_for_each_unmade(session: Session, rows: list[GradeDelivery]) -> list[GradeDelivery]:
    """Leave one delivery for each column that has yet to be found or made; the others come when it is there."""
    wanted = {row.column_id for row in rows}
    places = select(GradebookColumn.id).filter(GradebookColumn.id.in_(wanted), GradebookColumn.url.is_(None))
    unmade = set(session.scalars(places))
    first: dict[int, int] = {}
    return [row for row in rows if row.column_id not in unmade or first.setdefault(row.column_id, row.id) == row.id]


def _read(session: Session, query: Select[GradeDelivery]) -> list[GradeDelivery]:
    """Read rows; one that cannot be read is held, so that it blocks none of the others."""
    try:
        return list(session.scalars(query))
    except (ArithmeticError, ValueError) as error:
        log.fault(error)
    for row_id in session.scalars(query.with_only_columns(GradeDelivery.id)).all():
        try:
            session.get_one(GradeDelivery, row_id)
        except (ArithmeticError, ValueError):
            log.alert("delivery unreadable", delivery=row_id)
            broken = update(GradeDelivery).filter_by(id=row_id)
            session.execute(broken.values(state=DeliveryState.HELD, reason=OutcomeKind.OUR_FAULT))
    return list(session.scalars(query))


def _lane(
    session: Session, platform: PlatformConfig, owner: str, rows: list[GradeDelivery], lease_until: datetime
) -> Lane:
    subs = select(Member.id, Person.sub).join(Person).filter(Member.id.in_({row.member_id for row in rows}))
    user_ids: dict[int, str] = dict(iter(session.execute(subs)))
    columns = {column_id: _place(session, column_id) for column_id in {row.column_id for row in rows}}
    claimed = [_claimed(row, columns[row.column_id], user_ids[row.member_id], owner, lease_until) for row in rows]
    return Lane(platform=platform, owner=owner, claimed=tuple(claimed))


def _claimed(row: GradeDelivery, column: ColumnPlace, user_id: str, owner: str, lease_until: datetime) -> Claimed:
    """Put a lease on a delivery, and note that from here on it may reach the platform, known to us or not."""
    is_repeat, shares = row.sent_version == row.version, tuple(row.shares)
    row.state, row.lease_owner, row.lease_until = DeliveryState.SENDING, owner, lease_until
    row.sent_version, row.tries = row.version, row.tries + 1
    share = share_of(row.given, row.maximum)
    row.shares = [*(each for each in shares if each != share), share][-SHARES_KEPT:]
    return Claimed(
        delivery_id=row.id,
        owner=owner,
        lease_until=lease_until,
        version=row.version,
        column=column,
        member_id=row.member_id,
        user_id=user_id,
        given=row.given,
        maximum=row.maximum,
        timestamp=row.changed_at,
        complete=row.given == row.maximum,
        completed_at=row.completed_at,
        submission_known=row.submission_known,
        insists=row.insists,
        shares=shares,
        tries=row.tries,
        is_repeat=is_repeat,
    )


def share_of(given: Decimal, maximum: Decimal) -> str:
    """Return a share of the maximum as it is kept: exact digits, comparable as text."""
    return f"{given:f}/{maximum:f}"


def _place(session: Session, column_id: int) -> ColumnPlace:
    column = session.get_one(GradebookColumn, column_id)
    assignment = column.assignment
    course = assignment.course
    return ColumnPlace(
        id=column.id,
        lineitem=column.url,
        lineitems=course.lineitems_url,
        scopes=frozenset(course.grade_scopes),
        taken=frozenset() if column.url else taken(session, column_id),
        label=column.label or assignment.title,
        resource_id=resource_id(assignment.workshop_id, column.part),
        maximum=column.maximum,
        link_id=assignment.resource_link_id,
        is_extra=column.part != assignment.part,
        # The whole is always sent as 0 to 100 of 100; platforms scale it to the column.
        asks_points=column.part != WHOLE and column.url is not None and not column.points_known,
    )


def taken(session: Session, column_id: int) -> frozenset[str]:
    """Return the line items that other columns of the same course use."""
    course = select(Assignment.course_id).join(GradebookColumn).filter(GradebookColumn.id == column_id)
    others = select(GradebookColumn.url).join(Assignment).filter(Assignment.course_id == course.scalar_subquery())
    urls = session.scalars(others.filter(GradebookColumn.id != column_id, GradebookColumn.url.is_not(None)))
    return frozenset(url for url in urls if url)
