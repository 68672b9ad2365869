"""Comparing the gradebook with what we sent: what is missing or older is sent again, what a person changed is noted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.log import log
from lti_tool.lti.grades import SCOPE_RESULT, Outcome, OutcomeKind, Result
from lti_tool.lti.messages import PlatformConfig
from lti_tool.models import (
    Assignment,
    Course,
    DeliveryState,
    Deployment,
    GradebookColumn,
    GradeDelivery,
    Member,
    Person,
    Platform,
    PlatformPace,
)
from lti_tool.services import pacing, platforms

LEASE = timedelta(minutes=15)
"""How long a comparison may take before another worker begins it anew."""
TRY_AGAIN_AFTER = 3600
"""Seconds before the next try where something stood in the way that may pass."""
NIGHTLY_WHILE = timedelta(days=60)
"""A column is compared every night for this long after the last score went there."""
NOT_AGAIN = timedelta(hours=20)
NIGHT_HOURS = 3
NEARLY = Decimal("0.005")
"""Points that rounding on the platform's side may make of a difference."""
_DUE = (
    select(GradebookColumn)
    .join(Assignment)
    .join(Course)
    .join(Deployment)
    .join(Platform)
    .outerjoin(PlatformPace)
    .filter(pacing.READY, GradebookColumn.compare_at <= pacing.NOW, GradebookColumn.url.is_not(None))
)
_IS_DUE = _DUE.with_only_columns(GradebookColumn.id).limit(1)


class Comparison(StrEnum):
    """What became of one score in the gradebook."""

    MATCH = "match"
    MISSING = "missing"
    OLDER = "older"
    """It shows what we sent before."""
    CHANGED = "changed"
    """It shows what we never sent: a person has set it."""
    EXTRA = "extra"
    """Somebody has a grade there to whom we sent none."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One score as we believe that the gradebook shows it."""

    delivery_id: int
    version: int
    user_id: str
    share: Decimal
    earlier: tuple[Decimal, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column that this worker compares: all it needs to read it without a transaction."""

    id: int
    until: datetime
    platform: PlatformConfig
    lineitem: str
    may_read: bool
    sent: tuple[Sent, ...]
    known: frozenset[str]
    """Everybody whose score we keep for this column, sent or not."""


def ask(session: Session, *, course_id: int | None = None, platform_id: int | None = None) -> list[int]:
    """Have columns compared soon: those of a course, of a platform, or all. Return their ids."""
    columns = select(GradebookColumn.id).join(Assignment).join(Course).join(Deployment)
    columns = columns.filter(GradebookColumn.url.is_not(None))
    if course_id is not None:
        columns = columns.filter(Course.id == course_id)
    if platform_id is not None:
        columns = columns.filter(Deployment.platform_id == platform_id)
    wanted = update(GradebookColumn).filter(GradebookColumn.id.in_(columns)).values(compare_at=clock.now())
    return sorted(session.scalars(wanted.returning(GradebookColumn.id)))


def ask_nightly(session: Session, from_hour: int) -> int:
    """In the night, have those columns compared that scores went to of late, one after another; say how many."""
    now = clock.now()
    if (now.hour - from_hour) % 24 >= NIGHT_HOURS:
        return 0
    lately = select(GradeDelivery.column_id).filter(GradeDelivery.delivered_at > now - NIGHTLY_WHILE)
    due = select(GradebookColumn.id).filter(GradebookColumn.id.in_(lately), GradebookColumn.compare_at.is_(None))
    due = due.filter(GradebookColumn.url.is_not(None))
    old = GradebookColumn.compared_at.is_(None) | (GradebookColumn.compared_at < now - NOT_AGAIN)
    wanted = update(GradebookColumn).filter(GradebookColumn.id.in_(due.filter(old))).values(compare_at=now)
    return len(session.scalars(wanted.returning(GradebookColumn.id)).all())


def is_due(session: Session) -> bool:
    """Say whether a column can be compared now."""
    return session.scalar(_IS_DUE, pacing.moments(clock.now())) is not None


def claim(session: Session, *, column_id: int | None = None) -> Column | None:
    """Take the column that is due longest, or a certain one that is due; None if there is none."""
    due = _DUE if column_id is None else _DUE.filter(GradebookColumn.id == column_id)
    oldest = due.order_by(GradebookColumn.compare_at).limit(1).with_for_update(skip_locked=True, of=GradebookColumn)
    column = session.scalars(oldest, pacing.moments(clock.now())).first()
    if column is None:
        return None
    column.compare_at = clock.now() + LEASE
    try:
        return _taken(session, column, column.compare_at)
    except (ArithmeticError, ValueError) as error:
        # One score that cannot be read must not stand before all other columns.
        log.fault(error)
        column.compare_at, column.compare_problem = None, OutcomeKind.OUR_FAULT
        return None


def _taken(session: Session, column: GradebookColumn, until: datetime) -> Column:
    course = column.assignment.course
    theirs = select(GradeDelivery, Person.sub).join(Member, Member.id == GradeDelivery.member_id).join(Person)
    found = session.execute(theirs.filter(GradeDelivery.column_id == column.id)).all()
    settled = (DeliveryState.SENT, DeliveryState.CHANGED)
    return Column(
        id=column.id,
        until=until,
        platform=platforms.config(session.get_one(Platform, course.deployment.platform_id)),
        lineitem=column.url or "",
        may_read=SCOPE_RESULT in course.grade_scopes,
        sent=tuple(_sent(row, sub) for row, sub in found if row.state in settled),
        known=frozenset(sub for _, sub in found),
    )


def _sent(row: GradeDelivery, user_id: str) -> Sent:
    shares = [Decimal(given) / Decimal(maximum) for given, maximum in (each.split("/") for each in row.shares)]
    share = row.given / row.maximum
    earlier = tuple(each for each in shares if each != share)
    return Sent(delivery_id=row.id, version=row.version, user_id=user_id, share=share, earlier=earlier)


def compare(sent: Sent, result: Result | None) -> Comparison:
    """Tell what became of a score that we sent."""
    if result is None:
        return Comparison.MISSING
    if result.maximum <= 0:
        return Comparison.CHANGED
    if _is_nearly(result, sent.share):
        return Comparison.MATCH
    is_older = any(_is_nearly(result, share) for share in sent.earlier)
    return Comparison.OLDER if is_older else Comparison.CHANGED


def _is_nearly(result: Result, share: Decimal) -> bool:
    return abs(result.score - share * result.maximum) <= NEARLY


def record(session: Session, column: Column, results: Mapping[str, Result]) -> dict[str, int]:
    """Send again what is missing or older, note what a person changed; return how many there are of each kind."""
    found = {sent.delivery_id: (sent, compare(sent, results.get(sent.user_id))) for sent in column.sent}
    rows = select(GradeDelivery).filter_by(column_id=column.id).order_by(GradeDelivery.id).with_for_update()
    settled = rows.filter(GradeDelivery.state.in_([DeliveryState.SENT, DeliveryState.CHANGED]))
    counts = Counter(dict.fromkeys(Comparison, 0))
    for row in session.scalars(settled):
        sent, comparison = found.get(row.id, (None, Comparison.MATCH))
        # What was sent, or has changed, since we began to read is for the next time.
        if sent is not None and sent.version == row.version:
            if row.state == DeliveryState.CHANGED and comparison is not Comparison.MATCH:
                comparison = Comparison.CHANGED
            counts[comparison] += 1
            _settle(row, comparison)
    counts[Comparison.EXTRA] = len(set(results) - column.known)
    told = {kind.value: counts[kind] for kind in Comparison}
    _end(session, column, comparison=told, compared_at=clock.now(), compare_problem=None, compare_at=None)
    return told


def _settle(row: GradeDelivery, comparison: Comparison) -> None:
    if comparison is Comparison.MATCH:
        row.state, row.reason = DeliveryState.SENT, None
    elif comparison is Comparison.CHANGED:
        row.state = DeliveryState.CHANGED
    else:
        row.wait_anew(clock.now())
        # The same version with the same time: if a person was later, the platform says so and keeps theirs.
        row.sent_version = 0
        row.submission_known = row.submission_known and comparison is not Comparison.MISSING


def record_trouble(session: Session, column: Column, outcome: Outcome, scale: float = 1.0) -> None:
    """Note that a gradebook could not be read to its end, and when to try again, if that is of any use."""
    passing = outcome.kind in (OutcomeKind.TROUBLE, OutcomeKind.THROTTLED, OutcomeKind.UNAUTHORIZED)
    own = pacing.jittered(TRY_AGAIN_AFTER, scale)
    wait = own if outcome.retry_after is None else timedelta(seconds=outcome.retry_after)
    _end(session, column, compare_problem=outcome.kind, compare_at=clock.now() + wait if passing else None)
    pacing.note(session, column.platform.id, outcome, scale)


def outcome(session: Session, column_id: int) -> dict[str, Any]:
    """Return what came of the last comparison of a column: how many of each kind, and why it broke off, if it did."""
    column = session.get_one(GradebookColumn, column_id)
    problem = column.compare_problem or ("waiting" if column.compare_at else None)
    return {"comparison": column.comparison or {}, "problem": problem}


def _end(session: Session, column: Column, **values: Any) -> None:
    """Write what came of a comparison, unless another worker has begun it anew, or somebody asked again."""
    ours = update(GradebookColumn).filter_by(id=column.id).filter(GradebookColumn.compare_at == column.until)
    session.execute(ours.values(**values))
