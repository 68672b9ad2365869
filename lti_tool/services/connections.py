"""What we know of a platform's connection from our own tables: for ``platform show`` and ``platform doctor``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import UtcDateTime
from lti_tool.lti.messages import PlatformConfig
from lti_tool.models import (
    Assignment,
    Course,
    DeliveryState,
    Deployment,
    GradebookColumn,
    GradeDelivery,
    Member,
    Platform,
    PlatformPace,
    PlatformState,
    Visit,
)
from lti_tool.services import platforms, workers


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One platform as an operator sees it. Holds no name of a person and no token."""

    platform: PlatformConfig
    name: str
    institution: str
    state: PlatformState
    auto_deploy: bool
    deployment_ids: tuple[str, ...]
    configuration_url: str | None
    granted_scopes: tuple[str, ...] | None
    """None where the platform never said."""
    granted_claims: tuple[str, ...] | None
    seen_scopes: tuple[str, ...]
    """What launches said of the grade services, over all courses."""
    lineitems_url: str | None
    """Of the course that was met last."""
    memberships_url: str | None
    last_launch_at: datetime | None
    deliveries: Mapping[str, int]
    """How many scores are in each state."""
    held: Mapping[str, int]
    """How many scores are held, by reason."""
    down_since: datetime | None
    """Since when the breaker is open: the platform failed too often in a row."""
    rest_until: datetime | None
    """Until when the platform asked to be left alone."""
    oldest_waiting: datetime | None
    """Since when the score waits that has waited longest."""
    workers: int
    """How many workers are alive."""


def of(session: Session, platform_id: int) -> Connection | None:
    """Return the connection of a platform in any state, None if there is no such platform."""
    platform = session.get(Platform, platform_id)
    if platform is None:
        return None
    courses = select(Course).join(Deployment).filter(Deployment.platform_id == platform_id).order_by(Course.id.desc())
    found = session.scalars(courses.limit(200)).all()
    by_state = _count(session, platform_id, GradeDelivery.state)
    held = _count(session, platform_id, GradeDelivery.reason, state=DeliveryState.HELD)
    pace = session.scalars(select(PlatformPace).filter_by(platform_id=platform_id)).first()
    since = func.min(func.coalesce(GradeDelivery.waiting_since, GradeDelivery.changed_at), type_=UtcDateTime())
    waiting = select(since).filter_by(platform_id=platform_id, state=DeliveryState.WAITING)
    return Connection(
        platform=platforms.config(platform),
        name=platform.name,
        institution=platform.institution.name,
        state=PlatformState(platform.state),
        auto_deploy=platform.auto_deploy,
        deployment_ids=tuple(platforms.deployments(session, platform_id)),
        configuration_url=platform.configuration_url,
        granted_scopes=_tuple(platform.granted_scopes),
        granted_claims=_tuple(platform.granted_claims),
        seen_scopes=tuple(sorted({str(scope) for course in found for scope in course.grade_scopes})),
        lineitems_url=next((course.lineitems_url for course in found if course.lineitems_url), None),
        memberships_url=next((course.memberships_url for course in found if course.memberships_url), None),
        last_launch_at=_last_launch(session, platform_id),
        deliveries=by_state,
        held=held,
        down_since=pace.opened_at if pace else None,
        rest_until=pace.rest_until if pace and pace.rest_until and pace.rest_until > clock.now() else None,
        oldest_waiting=session.scalar(waiting),
        workers=workers.alive(session),
    )


def _last_launch(session: Session, platform_id: int) -> datetime | None:
    latest = (
        select(Visit.created_at)
        .join(Member, Member.id == Visit.member_id)
        .join(Course, Course.id == Member.course_id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .filter(Deployment.platform_id == platform_id)
    )
    return session.scalars(latest.order_by(Visit.id.desc()).limit(1)).first()


def _count(session: Session, platform_id: int, column: object, **only: str) -> dict[str, int]:
    found = (
        select(column, func.count())  # type: ignore[call-overload] # a column of GradeDelivery; its type does not matter
        .select_from(GradeDelivery)
        .filter_by(**only)
        .join(GradebookColumn, GradebookColumn.id == GradeDelivery.column_id)
        .join(Assignment, Assignment.id == GradebookColumn.assignment_id)
        .join(Course, Course.id == Assignment.course_id)
        .join(Deployment, Deployment.id == Course.deployment_id)
        .filter(Deployment.platform_id == platform_id)
        .group_by(column)
    )
    return {str(key): int(count) for key, count in session.execute(found)}


def _tuple(values: list[object] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(str(value) for value in values)
