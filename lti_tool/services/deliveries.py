"""The outbox at work: scores are claimed for a lane, and what came of each is recorded by whoever holds it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import table
from lti_tool.log import log
from lti_tool.lti.grades import Outcome, OutcomeKind
from lti_tool.lti.messages import PlatformConfig
from lti_tool.models import (
    Assignment,
    Course,
    DeliveryState,
    GradebookColumn,
    GradeDelivery,
    Member,
    Person,
    Platform,
    PlatformPace,
)
from lti_tool.prepared import Door, Prepared
from lti_tool.services import pacing, platforms
from lti_tool.services.grading import WHOLE, resource_id
from lti_tool.services.pacing import NOW

BATCH = 40
"""How many scores a lane takes at a time."""
SHARES_KEPT = 100

_MODELS = (GradeDelivery, GradebookColumn, Assignment, Course, Member, Person, Platform, PlatformPace)
_delivery, _column, _assignment, _course, _member, _person, _platform, _pace = map(table, _MODELS)
# A worker asks these for every few scores.
_THEIRS = _delivery.c.platform_id == bindparam("platform")
_IS_WAITING = and_(_delivery.c.state == DeliveryState.WAITING, _delivery.c.next_at <= NOW)
_IS_ORPHAN = and_(_delivery.c.state == DeliveryState.SENDING, _delivery.c.lease_until <= NOW)
_PLATFORMS = Prepared(
    select(_platform.c.id)
    .outerjoin(_pace)
    .where(
        pacing.READY,
        or_(
            *(exists().where(_delivery.c.platform_id == _platform.c.id, is_due) for is_due in (_IS_WAITING, _IS_ORPHAN))
        ),
    )
    .order_by(_pace.c.served_at.nulls_first(), _platform.c.id)
)
_PLATFORM = Prepared(
    select(*(_platform.c[name] for name in (*platforms.CONFIG, "sends_at_once"))).where(
        _platform.c.id == bindparam("platform")
    )
)
_other = _delivery.alias()
_HAS_ITS_COLUMN = or_(
    exists().where(_column.c.id == _delivery.c.column_id, _column.c.url.is_not(None)),
    ~exists().where(
        _other.c.column_id == _delivery.c.column_id,
        _other.c.state == DeliveryState.SENDING,
        _other.c.lease_until > NOW,
    ),
)
"""What keeps a column from being made twice: it is there, or nobody else is at work for it."""
_ROWS = select(_delivery, _person.c.sub).join_from(_delivery, _member).join(_person)
_ONE = _ROWS.where(_delivery.c.id == bindparam("row"))
_LOCKED = _ROWS.where(_THEIRS, _HAS_ITS_COLUMN).limit(bindparam("count"))
_LOCKED = _LOCKED.with_for_update(skip_locked=True, of=_delivery)
_ORPHANS = _LOCKED.where(_IS_ORPHAN).order_by(_delivery.c.id)
_LONGEST_DUE = _LOCKED.where(_IS_WAITING).order_by(_delivery.c.next_at)
_PROBES = _LOCKED.where(_IS_WAITING).order_by(_delivery.c.tries, _delivery.c.next_at)
_READ = {query: Prepared(query) for query in (_ORPHANS, _LONGEST_DUE, _PROBES)}
CHANGE = update(_delivery).where(_delivery.c.id == bindparam("row"))
"""Writes the given columns of one ``row``, or of many at once."""
_COLUMN = Prepared(
    select(_column, _course.c.lineitems_url, _course.c.grade_scopes)
    .add_columns(*(_assignment.c[name] for name in ("title", "workshop_id", "resource_link_id")))
    .add_columns(_assignment.c.part.label("own_part"))
    .join_from(_column, _assignment)
    .join(_course)
    .where(_column.c.id == bindparam("column"))
)


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
    waiting = [row["id"] for row in _PLATFORMS.rows(session, pacing.moments(clock.now()))]
    for turn, platform_id in enumerate(waiting):
        if len(found) < threads:
            # Every platform that waits gets a lane before one gets a second.
            share = max(1, (threads - len(found)) // (len(waiting) - turn))
            found += _claim_of(session, platform_id, owner, lease, share, batch)
    return found


def is_due(door: Door) -> bool:
    """Say whether there may be something to claim."""
    return _PLATFORMS.first(door, pacing.moments(clock.now())) is not None


def let_go(session: Session, owner: str) -> None:
    """Let others take over at once what a worker holds that ends; what it sent meanwhile is asked for first."""
    held = update(GradeDelivery).filter(GradeDelivery.lease_owner.startswith(f"{owner}/", autoescape=True))
    session.execute(held.filter_by(state=DeliveryState.SENDING).values(lease_until=clock.now()))


def _claim_of(session: Session, platform_id: int, owner: str, lease: timedelta, threads: int, batch: int) -> list[Lane]:
    """Take up to ``threads`` lanes of one platform."""
    now = clock.now()
    pace = pacing.take(session, platform_id)
    if pace is None:
        return []
    [found] = _PLATFORM.rows(session, {"platform": platform_id})
    platform = SimpleNamespace(**found)
    free = min(threads, pacing.lanes(session, platform, pace, now))
    is_probe = pace.opened_at is not None
    rows = _pick(session, platform_id, now, 1 if is_probe else free * batch, is_probe=is_probe) if free else []
    if not rows:
        return []
    pacing.serve(session, pace, now, lease)
    columns = {column_id: _place(session, column_id) for column_id in {row.column_id for row in rows}}
    rows = _one_for_each_unmade(rows, columns)
    config = platforms.config(platform)
    heaps = [heap for lane in range(free) if (heap := rows[lane::free])]
    return [_lane(session, config, f"{owner}/{secrets.token_hex(3)}", heap, columns, now + lease) for heap in heaps]


def _pick(session: Session, platform_id: int, now: datetime, count: int, *, is_probe: bool) -> list[Any]:
    """Lock deliveries that are due: orphans first, then those due longest; a probe is one that has failed least."""
    which = {"platform": platform_id, "now": now}
    rows = _read(session, _ORPHANS, which | {"count": count})
    if len(rows) < count:
        rows += _read(session, _PROBES if is_probe else _LONGEST_DUE, which | {"count": count - len(rows)})
    return rows


def _one_for_each_unmade(rows: list[Any], columns: dict[int, ColumnPlace]) -> list[Any]:
    """Leave one delivery for each column that has yet to be found or made; the others come when it is there."""
    first: dict[int, int] = {}
    return [row for row in rows if columns[row.column_id].lineitem or first.setdefault(row.column_id, row.id) == row.id]


def _read(session: Session, query: Select[Any], which: dict[str, Any]) -> list[Any]:
    """Read rows; one that cannot be read is held, so that it blocks none of the others."""
    try:
        return _rows(session, query, which)
    except (ArithmeticError, ValueError) as error:
        log.fault(error)
    for row_id in session.scalars(query.with_only_columns(_delivery.c.id), which).all():
        try:
            session.execute(_ONE, {"row": row_id}).one()
        except (ArithmeticError, ValueError):
            log.alert("delivery unreadable", delivery=row_id)
            broken = {"state": DeliveryState.HELD, "reason": OutcomeKind.OUR_FAULT}
            session.execute(CHANGE, {"row": row_id, **broken})
    return _rows(session, query, which)


def _rows(session: Session, query: Select[Any], which: dict[str, Any]) -> list[Any]:
    return [SimpleNamespace(**row) for row in _READ[query].rows(session, which)]


def _lane(
    session: Session,
    platform: PlatformConfig,
    owner: str,
    rows: list[Any],
    columns: dict[int, ColumnPlace],
    lease_until: datetime,
) -> Lane:
    """Put a lease on deliveries, and note that from here on they may reach the platform, known to us or not."""
    session.execute(CHANGE, [_leased(row, owner, lease_until) for row in rows])
    claimed = [_claimed(row, columns[row.column_id], owner, lease_until) for row in rows]
    return Lane(platform=platform, owner=owner, claimed=tuple(claimed))


def _leased(row: Any, owner: str, lease_until: datetime) -> dict[str, Any]:
    share = share_of(row.given, row.maximum)
    return {
        "row": row.id,
        "state": DeliveryState.SENDING,
        "lease_owner": owner,
        "lease_until": lease_until,
        "sent_version": row.version,
        "tries": row.tries + 1,
        "shares": [*(each for each in row.shares if each != share), share][-SHARES_KEPT:],
    }


def _claimed(row: Any, column: ColumnPlace, owner: str, lease_until: datetime) -> Claimed:
    return Claimed(
        delivery_id=row.id,
        owner=owner,
        lease_until=lease_until,
        version=row.version,
        column=column,
        member_id=row.member_id,
        user_id=row.sub,
        given=row.given,
        maximum=row.maximum,
        timestamp=row.changed_at,
        complete=row.given == row.maximum,
        completed_at=row.completed_at,
        submission_known=row.submission_known,
        insists=row.insists,
        shares=tuple(row.shares),
        tries=row.tries + 1,
        is_repeat=row.sent_version == row.version,
    )


def share_of(given: Decimal, maximum: Decimal) -> str:
    """Return a share of the maximum as it is kept: exact digits, comparable as text."""
    return f"{given:f}/{maximum:f}"


def _place(session: Session, column_id: int) -> ColumnPlace:
    [row] = _COLUMN.rows(session, {"column": column_id})
    found = SimpleNamespace(**row)
    return ColumnPlace(
        id=column_id,
        lineitem=found.url,
        lineitems=found.lineitems_url,
        scopes=frozenset(found.grade_scopes),
        taken=frozenset() if found.url else taken(session, column_id),
        label=found.label or found.title,
        resource_id=resource_id(found.workshop_id, found.part),
        maximum=found.maximum,
        link_id=found.resource_link_id,
        is_extra=found.part != found.own_part,
        # The whole is always sent as 0 to 100 of 100; platforms scale it to the column.
        asks_points=found.part != WHOLE and found.url is not None and not found.points_known,
    )


def taken(session: Session, column_id: int) -> frozenset[str]:
    """Return the line items that other columns of the same course use."""
    course = select(Assignment.course_id).join(GradebookColumn).filter(GradebookColumn.id == column_id)
    others = select(GradebookColumn.url).join(Assignment).filter(Assignment.course_id == course.scalar_subquery())
    urls = session.scalars(others.filter(GradebookColumn.id != column_id, GradebookColumn.url.is_not(None)))
    return frozenset(url for url in urls if url)
