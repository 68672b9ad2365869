"""A verified launch becomes rows: used up once, then person, course, member, assignment, column and visit."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import add_once
from lti_tool.language import mark
from lti_tool.library.model import Workshop
from lti_tool.lti.messages import DeepLinkingLaunch, Launch, LinkClaim, ResourceLaunch, ReviewLaunch, Role
from lti_tool.lti.refusals import DeploymentUnknown, LaunchRefused, LaunchUsed
from lti_tool.models import Assignment, Course, Deployment, GradebookColumn, Member, Person, Platform, UsedAttempt
from lti_tool.prepared import Door, writing
from lti_tool.services import columns, grading, holding, rosters
from lti_tool.services.columns import Wishes
from lti_tool.services.known import Known, course_key, look


class WorkNotYours(LaunchRefused):
    """A review of somebody else's work, by a person who does not teach the course."""

    status = 403
    code = "work-not-yours"
    message = mark("Only the learner and those who teach the course can look at this work.")
    remedy = mark("Open the activity from your course page to see your own work.")


class NothingToReview(LaunchRefused):
    """A review of somebody, or of an activity, that we have not met in this course."""

    status = 404
    code = "nothing-to-review"
    message = mark("There is no work to look at here yet.")
    remedy = mark("It appears when the learner opens the workshop from the course for the first time.")
    shows_detail = False


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Where a launch belongs in our tables."""

    member_id: int
    assignment_id: int | None
    """None while somebody chooses content."""
    course_id: int
    reviewed_id: int | None = None
    role: Role
    """What the member's row holds: the role of this launch, or an earlier one where the message named none."""
    ends_mightier: bool
    """Whether this person may have visits here that show more than the role of this launch may see."""


def use_up(session: Session, attempt_id: str) -> None:
    """Mark a sign-in as used.

    :raise LaunchUsed: it was used before: a reload, a double click or a replay.
    """
    if not add_once(session, UsedAttempt, id=attempt_id, used_at=clock.now()):
        raise LaunchUsed


def record(door: Door, launch: ResourceLaunch, workshop: Workshop) -> Recorded:
    """Bring person, course, member, assignment and gradebook columns up to what the launch says.

    :raise DeploymentUnknown: the platform does not allow deployments that we have not met.
    :raise TransactionNeeded: the launch says something new, and the door is no transaction.
    """
    part = _part(launch, workshop)
    known = look(door, launch, launch.link, part)
    course_id = _course(door, launch, known, launch.link)
    member_id = _member(door, launch, known, course_id)
    assignment_id = _assignment(door, launch, known, course_id, workshop, part)
    if launch.role in (Role.INSTRUCTOR, Role.ASSISTANT):
        rosters.want(writing(door), course_id)
    elif launch.role is Role.LEARNER and known.holds_scores:
        holding.resume_member(writing(door), member_id)
    return Recorded(
        member_id=member_id,
        assignment_id=assignment_id,
        course_id=course_id,
        role=launch.role,
        ends_mightier=_ends_mightier(launch, known),
    )


def record_choosing(session: Session, launch: DeepLinkingLaunch) -> Recorded:
    """Bring person, course and member up to what a deep linking request says; there is no link yet.

    :raise DeploymentUnknown: the platform does not allow deployments that we have not met.
    """
    known = look(session, launch, None)
    course_id = _course(session, launch, known, None)
    member_id = _member(session, launch, known, course_id, says_role=launch.states_roles)
    # A message without roles neither gives power nor takes it away.
    return Recorded(
        member_id=member_id,
        assignment_id=None,
        course_id=course_id,
        role=launch.role if launch.states_roles else known.get(Member, "role") or launch.role,
        ends_mightier=launch.states_roles and _ends_mightier(launch, known),
    )


def record_review(session: Session, launch: ReviewLaunch) -> Recorded:
    """Bring course and member up to what a submission review request says; find whose work it is about, and which.

    The link is not changed: a review may carry custom parameters of its own (Moodle 4.5, observed 2026-11-22).

    :raise DeploymentUnknown: the platform does not allow deployments that we have not met.
    :raise WorkNotYours: somebody else's work, and this person does not teach the course.
    :raise NothingToReview: we have not met the learner in this course, or the link.
    """
    own = launch.learner == launch.person.sub
    if not own and launch.role not in (Role.INSTRUCTOR, Role.ASSISTANT):
        raise WorkNotYours
    known = look(session, launch, launch.link)
    course_id = _course(session, launch, known, launch.link)
    member_id = _member(session, launch, known, course_id)
    assignment_id = _known_assignment(session, launch, course_id)
    found = select(Member.id).join(Person).filter(Member.course_id == course_id, Person.sub == launch.learner)
    reviewed_id = None if own else session.scalar(found)
    if assignment_id is None or not (own or reviewed_id):
        raise NothingToReview
    return Recorded(
        member_id=member_id,
        assignment_id=assignment_id,
        course_id=course_id,
        reviewed_id=reviewed_id,
        role=launch.role,
        ends_mightier=_ends_mightier(launch, known),
    )


def _known_assignment(session: Session, launch: ReviewLaunch, course_id: int) -> int | None:
    """Return the assignment of the link, or the one that fills the line item; hosts may differ (Canvas)."""
    here = select(Assignment.id).filter_by(course_id=course_id)
    link_id = launch.link.id if launch.link else ""
    # Canvas's grader may send another link's id than the assignment's (read in issues, 2026-11).
    if known := session.scalar(here.filter_by(resource_link_id=link_id)):
        return known
    path = urlsplit(launch.lineitem).path
    filled = session.execute(here.add_columns(GradebookColumn.url).join(GradebookColumn))
    return next((assignment_id for assignment_id, url in filled if urlsplit(url or "").path == path), None)


def _deployment(door: Door, launch: Launch, known: Known) -> int:
    if launch.platform_family and not known.get(Platform, "family"):
        writing(door).get_one(Platform, launch.platform_id).family = launch.platform_family[:50]
    if not known.says(Deployment) and not known.get(Platform, "auto_deploy"):
        raise DeploymentUnknown(f"deployment id {launch.deployment_id}")
    key = {"platform_id": launch.platform_id, "deployment_id": launch.deployment_id}
    return known.keep(door, Deployment, key)


def _course(door: Door, launch: Launch, known: Known, link: LinkClaim | None) -> int:
    """Return the course; where the platform named none, one that belongs to the link alone."""
    endpoints = launch.grades
    said = {
        "title": (launch.course and (launch.course.title or launch.course.label)) or (link and link.title),
        "lineitems_url": endpoints and endpoints.lineitems,
        "grade_scopes": endpoints and sorted(endpoints.scopes),
        "memberships_url": launch.memberships_url,
        "history": launch.custom.get("context_history", "")[:1000],
    }
    # What a launch leaves out (another placement, a guest) says nothing about what the course can do.
    values = {name: value for name, value in said.items() if value}
    once = {"title": "", "grade_scopes": [], "created_at": clock.now()}
    kind, context_id = course_key(launch, link)
    key = {"deployment_id": _deployment(door, launch, known), "kind": kind, "context_id": context_id}
    return known.keep(door, Course, key, once={k: v for k, v in once.items() if k not in values}, **values)


def _member(door: Door, launch: Launch, known: Known, course_id: int, *, says_role: bool = True) -> int:
    person = {"platform_id": launch.platform_id, "sub": launch.person.sub}
    once = {"created_at": clock.now()}
    person_id = known.keep(door, Person, person, once=once, name=launch.person.name)
    member = {"course_id": course_id, "person_id": person_id}
    # Who launches is in the course, whatever an older roster said.
    values = {"has_launched": True, "unlisted_since": None}
    role = {"role": launch.role, "is_test": launch.is_test}
    # A message without roles says nothing about the role that an earlier one gave.
    if says_role:
        return known.keep(door, Member, member, once=once, **values, **role)
    return known.keep(door, Member, member, once=once | role, **values)


def _ends_mightier(launch: Launch, known: Known) -> bool:
    """Say whether visits with a mightier role may have to end; where the role is new, another may just be opening."""
    return known.has_mightier_visits or not known.says(Member, role=launch.role)


def _part(launch: Launch, workshop: Workshop) -> str:
    """Return what the link opens: the module that it names, or the whole."""
    module = launch.custom.get("module", "")
    return module if any(module == each.id for each in workshop.graded) else grading.WHOLE


def _assignment(door: Door, launch: ResourceLaunch, known: Known, course_id: int, workshop: Workshop, part: str) -> int:
    """Return the assignment of the link, with its columns, as the launch describes it."""
    link, wishes = launch.link, _wishes(launch)
    title = link.title or workshop.title
    assignment_id = known.keep(
        door,
        Assignment,
        {"course_id": course_id, "resource_link_id": link.id},
        once={"created_at": clock.now()},
        title=title,
        workshop_id=workshop.id,
        part=part,
        send_when=wishes.send_when,
        collects_grade=wishes.collects_grade,
    )
    if not columns.are_kept(known, launch.grades, title, wishes):
        session = writing(door)
        columns.keep(session, launch.grades, session.get_one(Assignment, assignment_id), wishes, workshop)
    return assignment_id


def _forgoes_grades(launch: Launch) -> bool:
    """Say whether the platform offers no grades for this very link, though it may for others of the course."""
    return launch.grades is None and launch.role not in (Role.VISITOR, Role.OBSERVER)


def _wishes(launch: Launch) -> Wishes:
    """Return the link's own choices; when to send, as suits the platform, if it makes none."""
    chosen = launch.custom.get("send", "")
    usual = grading.usual_send_when(launch.platform_family)
    return Wishes(
        send_when=chosen if chosen in (grading.AS_THEY_GO, grading.WHEN_COMPLETE) else usual,
        collects_grade=launch.custom.get("grade") != "none" and not _forgoes_grades(launch),
        lines_per_module=launch.custom.get("lines") == "modules",
    )
