"""Visits: opened by a launch, found again on every request, ended by time or by a lesser role."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import table
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.messages import PlatformConfig, Role
from lti_tool.lti.refusals import PlatformUnknown
from lti_tool.models import (
    Assignment,
    Course,
    Deployment,
    Institution,
    Member,
    Platform,
    PlatformState,
    UsedAttempt,
    Visit,
)
from lti_tool.prepared import Door, Prepared, Row
from lti_tool.services import platforms

TOUCH_EVERY = timedelta(minutes=1)
ATTEMPTS_KEPT_FOR = timedelta(hours=24)
VISITS_KEPT_FOR = timedelta(days=90)


def is_teacher(role: Role) -> bool:
    """Say whether a role may see who has done what."""
    return role in (Role.INSTRUCTOR, Role.ASSISTANT)


class VisitOver(ToolError):
    """The visit is unknown in this browser, or it has ended."""

    status = 401
    code = "visit-over"
    message = mark("This visit has ended, or it was opened in another browser.")
    remedy = mark("Your work is saved. Open the workshop from your course page again.")


@dataclass(frozen=True, kw_only=True)
class CurrentVisit:
    """Who is here, from where, and what they may do: read once per request."""

    row_id: int
    id: str
    """The public id that stands in the address."""
    institution_id: int
    support_contacts: str
    platform: PlatformConfig
    member_id: int
    course_id: int
    course_title: str
    assignment_id: int
    """0 while this person chooses content: there is no link yet."""
    reviewed_id: int | None
    """Whose work the gradebook asked to see; None in every other visit."""
    workshop_id: str
    part: str
    send_when: str
    role: Role
    is_test: bool
    locale: str | None
    return_url: str | None
    frame_origins: tuple[str, ...]
    message_token: str | None
    timezone: str | None
    last_seen_at: datetime
    csrf_token: str

    @property
    def chooses(self) -> bool:
        """Whether this visit shows the picker: no workshop, no learners, nothing else."""
        return self.assignment_id == 0

    @property
    def works(self) -> bool:
        """Whether what this person does is stored: only learners work, all others look."""
        return self.role is Role.LEARNER and not self.chooses

    @property
    def is_teacher(self) -> bool:
        """Whether this person may see who has done what."""
        return is_teacher(self.role) and not self.chooses

    @property
    def instructs(self) -> bool:
        """Whether this person may decide things for the course; assistants only look."""
        return self.role is Role.INSTRUCTOR and not self.chooses

    @property
    def mode(self) -> str:
        """``learner``; ``preview`` for those who teach or design; ``visitor`` for anybody else."""
        if self.works:
            return "learner"
        return "preview" if self.is_teacher or self.role is Role.DESIGNER else "visitor"


_visit, _member, _course, _deployment, _platform, _institution, _assignment = (
    table(each) for each in (Visit, Member, Course, Deployment, Platform, Institution, Assignment)
)
_SHOWN = {
    "row_id": _visit.c.id,
    "id": _visit.c.public_id,
    "institution_id": _platform.c.institution_id,
    "support_contacts": _institution.c.support_contacts,
    "member_id": _visit.c.member_id,
    "course_id": _member.c.course_id,
    "course_title": _course.c.title,
    "assignment_id": func.coalesce(_visit.c.assignment_id, 0),
    "reviewed_id": _visit.c.reviewed_id,
    "workshop_id": func.coalesce(_assignment.c.workshop_id, ""),
    "part": func.coalesce(_assignment.c.part, ""),
    "send_when": func.coalesce(_assignment.c.send_when, ""),
    "is_test": _visit.c.is_test,
    "locale": _visit.c.locale,
    "return_url": _visit.c.return_url,
    "message_token": _visit.c.message_token,
    "timezone": _visit.c.timezone,
    "last_seen_at": _visit.c.last_seen_at,
}
"""The fields of a ``CurrentVisit`` that stand in our tables as they are."""
FOUND = (
    select(*(column.label(name) for name, column in _SHOWN.items()))
    .add_columns(*(_visit.c[name] for name in ("secret_hash", "ended_at", "expires_at", "role", "frame_origins")))
    .add_columns(*(_platform.c[name].label(f"platform_{name}") for name in (*platforms.CONFIG, "state")))
    .join_from(_visit, _member, _member.c.id == _visit.c.member_id)
    .join(_course, _course.c.id == _member.c.course_id)
    .join(_deployment, _deployment.c.id == _course.c.deployment_id)
    .join(_platform, _platform.c.id == _deployment.c.platform_id)
    .join(_institution, _institution.c.id == _platform.c.institution_id)
    .outerjoin(_assignment, _assignment.c.id == _visit.c.assignment_id)
    .where(_visit.c.public_id == bindparam("public_id"))
)
"""The look for a visit by its public id, to which a page may add what else it needs."""
_FOUND = Prepared(FOUND)


Finder = Callable[[Door, str, str, timedelta], CurrentVisit]
"""How a page looks for its visit: ``find``, or one that finds more with it."""


def find(door: Door, public_id: str, secret: str, idle: timedelta) -> CurrentVisit:
    """Return the visit with this id, if the secret is its own and it has not ended.

    :raise PlatformUnknown: its platform was paused since.
    :raise VisitOver: in every other case, without saying which.
    """
    return CurrentVisit(**fields(look(door, _FOUND, public_id, secret, idle), secret))


def look(door: Door, statement: Prepared, public_id: str, secret: str, idle: timedelta) -> Row:
    """Return the row that ``FOUND`` finds, with whatever else the statement looks for.

    :raise PlatformUnknown, VisitOver: as ``find`` does.
    """
    found = statement.first(door, {"public_id": public_id})
    if found is None or not hmac.compare_digest(found["secret_hash"], hash_secret(secret)):
        raise VisitOver
    now = clock.now()
    if found["ended_at"] or found["expires_at"] <= now or found["last_seen_at"] + idle <= now:
        raise VisitOver
    if found["platform_state"] != PlatformState.ACTIVE:
        raise PlatformUnknown(f"platform {found['platform_id']}")
    return found


def fields(found: Row, secret: str) -> dict[str, Any]:
    """Return the fields of the ``CurrentVisit`` in a row."""
    return {name: found[name] for name in _SHOWN} | {
        "platform": PlatformConfig(**{name: found[f"platform_{name}"] for name in platforms.CONFIG}),
        "role": Role(found["role"]),
        "frame_origins": tuple(found["frame_origins"]),
        "csrf_token": hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest(),
    }


def touch(session: Session, visit: CurrentVisit) -> None:
    """Note that the visit is in use."""
    session.execute(update(Visit).filter_by(id=visit.row_id).values(last_seen_at=clock.now()))


def needs_touch(visit: CurrentVisit) -> bool:
    """Say whether it is time to note that the visit is in use; once a minute is enough."""
    return visit.last_seen_at + TOUCH_EVERY <= clock.now()


def forget_used_attempts(session: Session) -> int:
    """Delete sign-ins that were used up more than a day ago: their signed state has long expired."""
    old = delete(UsedAttempt).filter(UsedAttempt.used_at < clock.now() - ATTEMPTS_KEPT_FOR)
    return len(session.scalars(old.returning(UsedAttempt.id)).all())


def forget_old_visits(session: Session) -> int:
    """Delete visits that ended more than 90 days ago."""
    old = delete(Visit).filter(Visit.expires_at < clock.now() - VISITS_KEPT_FOR)
    return len(session.scalars(old.returning(Visit.id)).all())


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a visit's secret."""
    return hashlib.sha256(secret.encode()).digest()
