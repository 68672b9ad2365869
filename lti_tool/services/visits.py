"""Visits: opened by a launch, found again on every request, ended by time or by a lesser role."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool import clock
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.messages import Launch, PlatformConfig, Role
from lti_tool.models import Course, Member, UsedAttempt, Visit
from lti_tool.services import platforms
from lti_tool.services.launches import Recorded

POWER = {Role.VISITOR: 0, Role.OBSERVER: 0, Role.LEARNER: 1, Role.DESIGNER: 2, Role.ASSISTANT: 3, Role.INSTRUCTOR: 4}
"""How much a role may see of a course; a launch with less ends the visits with more."""
TOUCH_EVERY = timedelta(minutes=1)
ATTEMPTS_KEPT_FOR = timedelta(hours=24)
VISITS_KEPT_FOR = timedelta(days=90)
MESSAGE_TOKEN_LIMIT = 255
ZONE_LIMIT = 64


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


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A fresh visit: its public id, and the secret that only this browser gets."""

    id: str
    secret: str


def open_visit(session: Session, launch: Launch, recorded: Recorded, hours: int) -> Opened:
    """Open a visit for a recorded launch; end this person's visits with a mightier role in this course."""
    now = clock.now()
    opened = Opened(id=secrets.token_hex(16), secret=secrets.token_urlsafe(32))
    mightier = [role for role, power in POWER.items() if recorded.says_role and power > POWER[launch.role]]
    older = update(Visit).filter_by(member_id=recorded.member_id, ended_at=None).filter(Visit.role.in_(mightier))
    session.execute(older.values(ended_at=now))
    session.add(
        Visit(
            public_id=opened.id,
            secret_hash=_hash(opened.secret),
            member_id=recorded.member_id,
            assignment_id=recorded.assignment_id,
            reviewed_id=recorded.reviewed_id,
            role=launch.role,
            is_test=launch.is_test,
            locale=launch.locale,
            return_url=launch.return_url,
            frame_origins=list(launch.frame_origins),
            message_token=_message_token(launch),
            timezone=clock.known_zone(launch.custom.get("timezone", "")[:ZONE_LIMIT]),
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=hours),
            ended_at=None,
        )
    )
    return opened


def find(session: Session, public_id: str, secret: str, idle: timedelta) -> CurrentVisit:
    """Return the visit with this id, if the secret is its own and it has not ended.

    :raise VisitOver: in every other case, without saying which.
    """
    links = (
        joinedload(Visit.member).joinedload(Member.course).joinedload(Course.deployment),
        joinedload(Visit.assignment),
    )
    visit = session.scalars(select(Visit).filter_by(public_id=public_id).options(*links)).first()
    now = clock.now()
    if visit is None or not hmac.compare_digest(visit.secret_hash, _hash(secret)):
        raise VisitOver
    if visit.ended_at or visit.expires_at <= now or visit.last_seen_at + idle <= now:
        raise VisitOver
    return _current(session, visit, secret)


def touch(session: Session, visit: CurrentVisit) -> None:
    """Note that the visit is in use."""
    session.execute(update(Visit).filter_by(id=visit.row_id).values(last_seen_at=clock.now()))


def needs_touch(visit: CurrentVisit) -> bool:
    """Say whether it is time to note that the visit is in use; once a minute is enough."""
    return visit.last_seen_at + TOUCH_EVERY <= clock.now()


def oldest_of(session: Session, public_ids: list[str], keep: int) -> list[str]:
    """Return those of these visits whose cookies the browser can do without: all but the latest ``keep``."""
    found = select(Visit.public_id).filter(Visit.public_id.in_(public_ids)).order_by(Visit.id.desc())
    latest = list(session.scalars(found.limit(keep)))
    return [each for each in public_ids if each not in latest]


def forget_used_attempts(session: Session) -> int:
    """Delete sign-ins that were used up more than a day ago: their signed state has long expired."""
    old = delete(UsedAttempt).filter(UsedAttempt.used_at < clock.now() - ATTEMPTS_KEPT_FOR)
    return len(session.scalars(old.returning(UsedAttempt.id)).all())


def forget_old_visits(session: Session) -> int:
    """Delete visits that ended more than 90 days ago."""
    old = delete(Visit).filter(Visit.expires_at < clock.now() - VISITS_KEPT_FOR)
    return len(session.scalars(old.returning(Visit.id)).all())


def _current(session: Session, visit: Visit, secret: str) -> CurrentVisit:
    course, assignment = visit.member.course, visit.assignment
    platform = platforms.row(session, course.deployment.platform_id)
    return CurrentVisit(
        row_id=visit.id,
        id=visit.public_id,
        institution_id=platform.institution_id,
        support_contacts=platform.institution.support_contacts,
        platform=platforms.config(platform),
        member_id=visit.member_id,
        course_id=course.id,
        course_title=course.title,
        assignment_id=assignment.id if assignment else 0,
        reviewed_id=visit.reviewed_id,
        workshop_id=assignment.workshop_id if assignment else "",
        part=assignment.part if assignment else "",
        send_when=assignment.send_when if assignment else "",
        role=Role(visit.role),
        is_test=visit.is_test,
        locale=visit.locale,
        return_url=visit.return_url,
        frame_origins=tuple(visit.frame_origins),
        message_token=visit.message_token,
        timezone=visit.timezone,
        last_seen_at=visit.last_seen_at,
        csrf_token=hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest(),
    )


def _message_token(launch: Launch) -> str | None:
    """Return the token that Canvas wants on messages of this frame, from the launch's custom parameters.

    Source: Canvas, ``$com.instructure.PostMessageToken``; documentation read 2026-11.
    """
    token = launch.custom.get("post_message_token", "")
    return token if 0 < len(token) <= MESSAGE_TOKEN_LIMIT else None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
