"""The outbox as an operator looks through it: ids, states and times, never a name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.models import Assignment, Course, DeliveryState, Deployment, GradebookColumn, GradeDelivery
from lti_tool.services import grading


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which deliveries an operator means; what is None is left open."""

    platform_id: int | None = None
    course_id: int | None = None
    state: DeliveryState | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it means everything."""
        return self == Filter()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One score on its way."""

    id: int
    platform: int
    course: int
    column: int
    member: int
    score: str
    state: str
    reason: str | None
    tries: int
    changed_at: datetime
    delivered_at: datetime | None
    next_at: datetime | None
    """When the next try follows; None where none does by itself."""


def listing(session: Session, wanted: Filter, limit: int) -> list[Delivery]:
    """Return what is meant, oldest first, up to ``limit``."""
    columns = GradeDelivery, Deployment.platform_id, Course.id
    rows = session.execute(_filtered(select(*columns), wanted).order_by(GradeDelivery.id).limit(limit))
    return [_delivery(row, platform, course) for row, platform, course in rows]


def chosen(session: Session, wanted: Filter) -> list[int]:
    """Return the ids of what is meant."""
    return list(session.scalars(_filtered(select(GradeDelivery.id), wanted).order_by(GradeDelivery.id)))


def _filtered(query: Select[*tuple[Any, ...]], wanted: Filter) -> Select[*tuple[Any, ...]]:
    query = query.select_from(GradeDelivery).join(GradebookColumn, GradebookColumn.id == GradeDelivery.column_id)
    query = query.join(Assignment).join(Course).join(Deployment)
    if wanted.course_id is not None:
        query = query.filter(Course.id == wanted.course_id)
    if wanted.platform_id is not None:
        query = query.filter(Deployment.platform_id == wanted.platform_id)
    if wanted.state is not None:
        query = query.filter(GradeDelivery.state == wanted.state)
    return query if wanted.reason is None else query.filter(GradeDelivery.reason == wanted.reason)


def _delivery(row: GradeDelivery, platform: int, course: int) -> Delivery:
    return Delivery(
        id=row.id,
        platform=platform,
        course=course,
        column=row.column_id,
        member=row.member_id,
        score=grading.in_words(row.given, row.maximum),
        state=str(row.state),
        reason=row.reason,
        tries=row.tries,
        changed_at=row.changed_at,
        delivered_at=row.delivered_at,
        next_at=row.next_at if row.state == DeliveryState.WAITING else None,
    )
