"""A verified launch becomes rows: used up once, then person, course, member, assignment, column and visit."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import add_once, upsert
from lti_tool.library.model import Workshop
from lti_tool.lti.messages import GradeEndpoints, ResourceLaunch, Role
from lti_tool.lti.refusals import DeploymentUnknown, LaunchUsed
from lti_tool.models import Assignment, Course, Deployment, GradebookColumn, Member, Person, Platform, UsedAttempt
from lti_tool.services import grading, rosters

DEFAULT_POINTS = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Where a launch belongs in our tables."""

    member_id: int
    assignment_id: int
    course_id: int


def use_up(session: Session, attempt_id: str) -> None:
    """Mark a sign-in as used.

    :raise LaunchUsed: it was used before: a reload, a double click or a replay.
    """
    if not add_once(session, UsedAttempt, id=attempt_id, used_at=clock.now()):
        raise LaunchUsed


def record(session: Session, launch: ResourceLaunch, workshop: Workshop) -> Recorded:
    """Bring person, course, member, assignment and gradebook column up to what the launch says.

    :raise DeploymentUnknown: the platform does not allow deployments that we have not met.
    """
    deployment_id = _deployment(session, launch)
    course_id = _course(session, launch, deployment_id)
    member_id = _member(session, launch, course_id)
    assignment_id = _assignment(session, launch, course_id, workshop)
    _column(session, launch.grades, assignment_id, course_id, workshop)
    if launch.role in (Role.INSTRUCTOR, Role.ASSISTANT):
        rosters.want(session, course_id)
    return Recorded(member_id=member_id, assignment_id=assignment_id, course_id=course_id)


def _deployment(session: Session, launch: ResourceLaunch) -> int:
    platform = session.get_one(Platform, launch.platform_id)
    if launch.platform_family and not platform.family:
        platform.family = launch.platform_family[:50]
    key = {"platform_id": platform.id, "deployment_id": launch.deployment_id}
    known = session.scalar(select(Deployment.id).filter_by(**key))
    if known is None and not platform.auto_deploy:
        raise DeploymentUnknown(f"deployment id {launch.deployment_id}")
    return known if known is not None else upsert(session, Deployment, key)


def _course(session: Session, launch: ResourceLaunch, deployment_id: int) -> int:
    """Return the course; where the platform named none, one that belongs to the link alone."""
    kind, context_id = ("context", launch.course.id) if launch.course else ("link", launch.link.id)
    endpoints = launch.grades
    said = {
        "title": (launch.course and (launch.course.title or launch.course.label)) or launch.link.title,
        "lineitems_url": endpoints and endpoints.lineitems,
        "grade_scopes": endpoints and sorted(endpoints.scopes),
        "memberships_url": launch.memberships_url,
    }
    # What a launch leaves out (another placement, a guest) says nothing about what the course can do.
    values = {name: value for name, value in said.items() if value}
    once = {"title": "", "grade_scopes": [], "created_at": clock.now()}
    key = {"deployment_id": deployment_id, "kind": kind, "context_id": context_id}
    return upsert(session, Course, key, once={k: v for k, v in once.items() if k not in values}, **values)


def _member(session: Session, launch: ResourceLaunch, course_id: int) -> int:
    person = {"platform_id": launch.platform_id, "sub": launch.person.sub}
    once = {"created_at": clock.now()}
    person_id = upsert(session, Person, person, once=once, name=launch.person.name)
    member = {"course_id": course_id, "person_id": person_id}
    # Who launches is in the course, whatever an older roster said.
    values = {"role": launch.role, "is_test": launch.is_test, "has_launched": True, "unlisted_since": None}
    return upsert(session, Member, member, once=once, **values)


def _assignment(session: Session, launch: ResourceLaunch, course_id: int, workshop: Workshop) -> int:
    module = launch.custom.get("module", "")
    return upsert(
        session,
        Assignment,
        {"course_id": course_id, "resource_link_id": launch.link.id},
        once={"created_at": clock.now()},
        title=launch.link.title or workshop.title,
        workshop_id=workshop.id,
        part=module if any(module == each.id for each in workshop.modules) else grading.WHOLE,
        send_when=_send_when(launch),
    )


def _send_when(launch: ResourceLaunch) -> str:
    """Return the link's own choice, else what suits the platform.

    On Moodle any score switches the "receive a grade" completion on, so there only a finished part is sent.
    """
    chosen = launch.custom.get("send", "")
    if chosen in (grading.AS_THEY_GO, grading.WHEN_COMPLETE):
        return chosen
    return grading.AS_THEY_GO if launch.platform_family == "canvas" else grading.WHEN_COMPLETE


def _column(
    session: Session, endpoints: GradeEndpoints | None, assignment_id: int, course_id: int, workshop: Workshop
) -> None:
    """Keep the assignment's column and its address; queue what was done before the column could be used."""
    assignment = session.get_one(Assignment, assignment_id)
    key = {"assignment_id": assignment_id, "part": assignment.part}
    column = session.get_one(GradebookColumn, upsert(session, GradebookColumn, key, once={"maximum": DEFAULT_POINTS}))
    address = endpoints.lineitem if endpoints else None
    if not address:
        return
    # Canvas names the same line item under several hosts: only another path is another column.
    moved = urlsplit(address).path != urlsplit(column.url or "").path
    column.url = address
    if moved:
        grading.resume_column(session, column.id)
        grading.queue_course(session, course_id, workshop)
