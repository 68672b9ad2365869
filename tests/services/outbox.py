"""An outbox to try on: scores of many learners, of several platforms, without a platform."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from lti_tool import clock
from lti_tool.db import upsert
from lti_tool.lti.grades import SCOPE_SCORE, Outcome, OutcomeKind
from lti_tool.lti.messages import Role
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
)
from lti_tool.services import deliveries, reports
from lti_tool.services.deliveries import Finding, Report

LEASE = timedelta(seconds=60)


def platform(desk, name: str, *, family: str = "", learners: int = 0, url: str | None = "https://lms.test/i") -> int:
    """Add a platform with one course and one column, and a waiting score for each of its learners."""
    now = clock.now()
    with desk.database.transaction() as session:
        model = session.scalars(select(Platform)).first()
        row = {c.name: getattr(model, c.name) for c in Platform.__table__.columns if c.name not in ("id", "client_id")}
        key = {"issuer": row.pop("issuer"), "client_id": name}
        platform_id = upsert(session, Platform, key, **row | {"family": family})
        deployment = upsert(session, Deployment, {"platform_id": platform_id, "deployment_id": "1"})
        course = {"deployment_id": deployment, "kind": "context", "context_id": "2"}
        course_id = upsert(session, Course, course, once={"created_at": now}, title="C", grade_scopes=[SCOPE_SCORE])
        link = {"course_id": course_id, "resource_link_id": "1"}
        about = {"title": "W", "workshop_id": desk.workshop.id, "part": "workshop", "send_when": "as_they_go"}
        assignment = upsert(session, Assignment, link, once={"created_at": now}, **about)
        key = {"assignment_id": assignment, "part": "workshop"}
        column_id = upsert(session, GradebookColumn, key, url=url, maximum=100)
        for number in range(learners):
            _score(session, platform_id, course_id, column_id, f"{name}-{number}", number)
    return platform_id


def _score(session, platform_id, course_id, column_id, sub, number):
    now = clock.now()
    person = upsert(session, Person, {"platform_id": platform_id, "sub": sub}, once={"created_at": now}, name=None)
    member = {"course_id": course_id, "person_id": person}
    member_id = upsert(session, Member, member, once={"created_at": now}, role=Role.LEARNER, is_test=False)
    session.add(
        GradeDelivery(
            column_id=column_id,
            member_id=member_id,
            platform_id=platform_id,
            version=1,
            given=Decimal(10),
            maximum=Decimal(100),
            changed_at=now.replace(microsecond=0),
            state=DeliveryState.WAITING,
            delivered_version=0,
            sent_version=0,
            shares=[],
            next_at=now - timedelta(seconds=60 - number % 60),
            tries=0,
        )
    )


def claim(desk, owner: str = "worker", *, threads: int = 1, batch: int = 10):
    """Claim as a worker does."""
    with desk.database.transaction() as session:
        return deliveries.claim(session, owner, LEASE, threads=threads, batch=batch)


def answer(desk, lane, kind: OutcomeKind, *, retry_after: int | None = None, finding: Finding = Finding.LATER):
    """Record that the platform answered each score of a lane in this way."""
    outcome = Outcome(kind=kind, retry_after=retry_after)
    with desk.database.transaction() as session:
        reason = None if finding is Finding.SENT else kind
        found = [Report(claimed=one, finding=finding, reason=reason, outcome=outcome) for one in lane.claimed]
        reports.record(session, lane, found)


def accept(desk, lane):
    """Record that the platform took each score of a lane."""
    answer(desk, lane, OutcomeKind.ACCEPTED, finding=Finding.SENT)


def rows(desk) -> list[GradeDelivery]:
    """Return all deliveries."""
    with desk.database.reading() as session:
        return list(session.scalars(select(GradeDelivery).order_by(GradeDelivery.id)))
