"""Scores: computed from what is complete, kept in the outbox, claimed by a worker, recorded when the world answered.

A score is state, not a message: one row per (column, learner), written in the transaction that saves the completing
answer; newer replaces older; its timestamp grows by whole seconds and stays the same on every retry.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import upsert
from lti_tool.library.model import Workshop
from lti_tool.lti.grades import SCOPE_LINEITEM, SCOPE_SCORE
from lti_tool.lti.messages import PlatformConfig, Role
from lti_tool.mentoring.score import MAXIMUM, Standing, module_standing, workshop_standing
from lti_tool.models import (
    Answer,
    Assignment,
    Course,
    DeliveryState,
    Deployment,
    GradebookColumn,
    GradeDelivery,
    Member,
    Person,
    Platform,
    PlatformState,
)
from lti_tool.services import platforms

WHOLE = "workshop"
"""The part that stands for the whole workshop; any other part is a module's id."""
TAG = "completion"
"""The tag of every line item that is ours; with the resource id it survives a course copy."""
WHEN_COMPLETE, AS_THEY_GO = "when_complete", "as_they_go"
WAITS = (5, 15, 60, 300, 900, 3600)
"""Seconds before the next try; the last one goes on until ``GIVE_UP_AFTER``."""
GIVE_UP_AFTER = timedelta(days=14)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class GradeState:
    """Where one learner's score for one column is, for the learner's line and the teacher's list."""

    kind: str
    """``none``, ``nothing_yet``, ``on_completion``, ``waiting``, ``sent``, ``changed``, ``held`` or ``test``."""
    at: datetime | None = None
    score: str | None = None


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One delivery that this worker holds: all it needs to speak to the platform without a transaction."""

    delivery_id: int
    owner: str
    version: int
    platform: PlatformConfig
    column_id: int
    lineitem: str | None
    lineitems: str | None
    scopes: frozenset[str]
    taken: frozenset[str]
    """Line items that other columns of this course already use."""
    label: str
    resource_id: str
    link_id: str
    """The link that the column belongs to: a line item of another link is not ours."""
    is_extra: bool
    """A column beside the link's own one: it must not name the link."""
    asks_points: bool
    """Whether to look first what the column is worth."""
    user_id: str
    given: Decimal
    maximum: Decimal
    timestamp: datetime
    complete: bool
    completed_at: datetime | None
    first_try: bool


def standing(workshop: Workshop, part: str, done: frozenset[str], maximum: Decimal = MAXIMUM) -> Standing:
    """Return the score for one part, a module or the whole, from the ids of completed activities."""
    modules = workshop.graded_modules()
    if part == WHOLE:
        return workshop_standing(modules, done, profile=workshop.profile)
    module = next(module for module in modules if module.id == part)
    return module_standing(module, done, maximum=maximum, profile=workshop.profile)


def resource_id(workshop_id: str, part: str) -> str:
    """Return what line items for this content are called: ours, stable, the same in every course."""
    return workshop_id if part == WHOLE else f"{workshop_id}.{part}"


def usual_send_when(family: str | None) -> str:
    """Return when scores are sent if nobody chose.

    On Moodle any score switches the "receive a grade" completion on, so there only a finished part is sent.
    """
    return AS_THEY_GO if family == "canvas" else WHEN_COMPLETE


def completed(session: Session, member_id: int, workshop_id: str) -> frozenset[str]:
    """Return the ids of the activities that a member has completed."""
    found = select(Answer.activity_id).filter(Answer.completed_at.is_not(None))
    return frozenset(session.scalars(found.filter_by(member_id=member_id, workshop_id=workshop_id)))


def worth(session: Session, assignment_id: int) -> Decimal:
    """Return what an assignment's grade is counted in: 100 for the whole, what its column is worth for a module."""
    assignment = session.get_one(Assignment, assignment_id)
    key = {"assignment_id": assignment_id, "part": assignment.part}
    found = session.scalar(select(GradebookColumn.maximum).filter_by(**key))
    return MAXIMUM if found is None or assignment.part == WHOLE else found


def is_usable(column: GradebookColumn, course: Course) -> bool:
    """Say whether scores can reach this column: it is wanted, it is there or may be made, and we may send scores."""
    can_make = course.lineitems_url is not None and SCOPE_LINEITEM in course.grade_scopes
    reachable = column.url is not None or can_make
    return column.assignment.collects_grade and SCOPE_SCORE in course.grade_scopes and reachable


def queue_course(session: Session, course_id: int, workshop: Workshop) -> None:
    """Queue what everybody in a course has completed so far: a column has become usable."""
    session.flush()
    learners = select(Answer.member_id).join(Member).filter(Member.course_id == course_id).distinct()
    for member_id in sorted(session.scalars(learners)):
        queue_member(session, member_id, workshop)


def queue_member(session: Session, member_id: int, workshop: Workshop) -> None:
    """Bring a learner's deliveries up to what they have completed, for every column of their course.

    A test student, and a score that nobody waits for yet, queue nothing. The member is locked before anything is
    counted: whoever completes something meanwhile waits, sees these columns, and counts both.
    """
    member = session.get_one(Member, member_id, with_for_update=True)
    if member.is_test or member.role != Role.LEARNER:
        return
    done = completed(session, member_id, workshop.id)
    columns = (
        select(GradebookColumn)
        .join(Assignment)
        .filter(Assignment.course_id == member.course_id, Assignment.workshop_id == workshop.id)
    )
    for column in session.scalars(columns).all():
        if is_usable(column, member.course):
            _queue(session, member_id, column, standing(workshop, column.part, done, column.maximum))


def resume_column(session: Session, column_id: int) -> None:
    """Let scores that were held go on their way again: their column has a new address."""
    held = update(GradeDelivery).filter_by(column_id=column_id, state=DeliveryState.HELD)
    session.execute(held.values(state=DeliveryState.WAITING, next_at=clock.now(), tries=0, reason=None))


def _queue(session: Session, member_id: int, column: GradebookColumn, score: Standing) -> None:
    """Write the score into the outbox, unless it is what stands there, or it is too early to send it."""
    key = {"column_id": column.id, "member_id": member_id}
    delivery = session.scalars(select(GradeDelivery).filter_by(**key).with_for_update()).first()
    if score.given is None or not (delivery or _is_due(column.assignment, score)):
        return
    now = clock.now()
    completed_at = now if score.complete else None
    if delivery is None:
        fresh = {"version": 0, "given": Decimal(-1), "maximum": score.maximum, "completed_at": None, "tries": 0}
        fresh |= {"changed_at": now - SECOND, "state": DeliveryState.WAITING, "delivered_version": 0, "next_at": now}
        delivery = session.get_one(GradeDelivery, upsert(session, GradeDelivery, key, once=fresh))
    if (delivery.given, delivery.maximum) == (score.given, score.maximum):
        return
    delivery.version += 1
    delivery.given, delivery.maximum = score.given, score.maximum
    delivery.completed_at = delivery.completed_at or completed_at
    # Whole seconds, always later than the one before: Moodle compares seconds and refuses an equal one.
    delivery.changed_at = max(now.replace(microsecond=0), delivery.changed_at.replace(microsecond=0) + SECOND)
    delivery.tries, delivery.next_at, delivery.reason = 0, now, None
    # A person's own grade is left alone, also by later scores, until somebody asks for ours.
    if delivery.state not in (DeliveryState.SENDING, DeliveryState.CHANGED):
        delivery.state = DeliveryState.WAITING


def _is_due(assignment: Assignment, score: Standing) -> bool:
    """Say whether a first score may be sent: never a 0, and on request only a complete one."""
    return score.complete or (assignment.send_when == AS_THEY_GO and bool(score.given))


def claim(session: Session, owner: str, lease: timedelta) -> Claimed | None:
    """Take one delivery that is due, or whose worker has vanished; None if nothing is.

    Two workers never hold the same one: PostgreSQL skips locked rows, SQLite has one writer.
    """
    now = clock.now()
    delivery = session.scalars(
        select(GradeDelivery)
        .filter(_claimable(now))
        .order_by(GradeDelivery.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if delivery is None:
        return None
    if delivery.column.url is None and not _may_make_column(session, delivery, now):
        delivery.next_at = now + SECOND
        return None
    delivery.state, delivery.lease_owner, delivery.lease_until = DeliveryState.SENDING, owner, now + lease
    delivery.tries += 1
    return _claimed(session, delivery, owner)


def _claimable(now: datetime) -> ColumnElement[bool]:
    """Return what makes a delivery ours to take: it is due or orphaned, and its platform is not paused."""
    due = and_(GradeDelivery.state == DeliveryState.WAITING, GradeDelivery.next_at <= now)
    orphan = and_(GradeDelivery.state == DeliveryState.SENDING, GradeDelivery.lease_until <= now)
    paused = select(GradebookColumn.id).join(Assignment).join(Course).join(Deployment).join(Platform)
    paused = paused.filter(Platform.state != PlatformState.ACTIVE)
    return and_(or_(due, orphan), GradeDelivery.column_id.not_in(paused))


def _may_make_column(session: Session, delivery: GradeDelivery, now: datetime) -> bool:
    """Say whether nobody else is at work for a column that has yet to be made: it must be made once.

    A launch that names the column at this moment has it locked, and wants our delivery next: do not wait for it.
    """
    column = select(GradebookColumn.id).filter_by(id=delivery.column_id).with_for_update(skip_locked=True)
    if session.scalar(column) is None:
        return False
    others = select(func.count()).select_from(GradeDelivery)
    held = others.filter_by(column_id=delivery.column_id, state=DeliveryState.SENDING)
    return session.scalar(held.filter(GradeDelivery.lease_until > now)) == 0


def _claimed(session: Session, delivery: GradeDelivery, owner: str) -> Claimed:
    column = delivery.column
    assignment = column.assignment
    course = assignment.course
    siblings = select(GradebookColumn.url).join(Assignment).filter(Assignment.course_id == course.id)
    taken = session.scalars(siblings.filter(GradebookColumn.id != column.id, GradebookColumn.url.is_not(None)))
    whole = column.part == WHOLE
    deployment = session.get_one(Deployment, course.deployment_id)
    return Claimed(
        delivery_id=delivery.id,
        owner=owner,
        version=delivery.version,
        platform=platforms.config(session.get_one(Platform, deployment.platform_id)),
        column_id=column.id,
        lineitem=column.url,
        lineitems=course.lineitems_url,
        scopes=frozenset(course.grade_scopes),
        taken=frozenset(url for url in taken if url),
        label=column.label or assignment.title,
        resource_id=resource_id(assignment.workshop_id, column.part),
        link_id=assignment.resource_link_id,
        is_extra=column.part != assignment.part,
        # The whole is always sent as 0 to 100 of 100; platforms scale it to the column.
        asks_points=not whole and column.url is not None and not column.points_known,
        user_id=session.get_one(Person, delivery.member.person_id).sub,
        given=delivery.given,
        maximum=delivery.maximum,
        timestamp=delivery.changed_at,
        complete=delivery.given == delivery.maximum,
        completed_at=delivery.completed_at,
        first_try=delivery.tries == 1,
    )


def name_column(session: Session, claimed: Claimed, url: str) -> str:
    """Keep the address of the line item that was found or made; return the one that stands there.

    A launch, or a worker that was slow, may have named another one meanwhile: the first stays.
    """
    column = session.get_one(GradebookColumn, claimed.column_id, with_for_update=True)
    column.url = column.url or url
    return column.url


def put_back(session: Session, claimed: Claimed) -> None:
    """Let a delivery wait again, now: its score was made anew while this worker held it."""
    if delivery := _still_mine(session, claimed):
        _release(delivery, DeliveryState.WAITING)
        delivery.next_at = clock.now()


def record_sent(session: Session, claimed: Claimed) -> None:
    """Record that the platform has taken the version that was sent; a newer one waits its turn."""
    if delivery := _still_mine(session, claimed):
        delivery.delivered_version, delivery.delivered_at = claimed.version, clock.now()
        _release(delivery, DeliveryState.SENT)


def record_changed(session: Session, claimed: Claimed) -> None:
    """Record that the gradebook holds a later value of somebody else's; it is left alone."""
    if delivery := _still_mine(session, claimed):
        _release(delivery, DeliveryState.CHANGED)


def record_held(session: Session, claimed: Claimed, reason: str) -> None:
    """Record that trying again is of no use until something changes."""
    if delivery := _still_mine(session, claimed):
        _release(delivery, DeliveryState.HELD, reason)


def record_trouble(
    session: Session, claimed: Claimed, reason: str, *, retry_after: int | None = None, scale: float = 1.0
) -> None:
    """Record that it did not arrive; try the same version again later, for 14 days.

    ``retry_after`` is the platform's own wish, in seconds, kept as it is; ``scale`` shortens only our own waits.
    """
    delivery = _still_mine(session, claimed)
    if delivery is None:
        return
    now = clock.now()
    if now - delivery.changed_at > GIVE_UP_AFTER:
        _release(delivery, DeliveryState.HELD, reason)
        return
    wait = retry_after if retry_after is not None else WAITS[min(delivery.tries, len(WAITS)) - 1] * scale
    _release(delivery, DeliveryState.WAITING, reason)
    if delivery.version == claimed.version:
        delivery.next_at = now + timedelta(seconds=wait)


def _still_mine(session: Session, claimed: Claimed) -> GradeDelivery | None:
    """Return the row if this worker still holds it: after the lease, another may have taken over."""
    held = select(GradeDelivery).filter_by(id=claimed.delivery_id, lease_owner=claimed.owner)
    return session.scalars(held.filter_by(state=DeliveryState.SENDING).with_for_update()).first()


def _release(delivery: GradeDelivery, state: DeliveryState, reason: str | None = None) -> None:
    delivery.lease_owner = delivery.lease_until = None
    newer = delivery.version > delivery.delivered_version and state is DeliveryState.SENT
    delivery.state = DeliveryState.WAITING if newer else state
    delivery.reason = reason
    if state is not DeliveryState.WAITING:
        delivery.tries = 0


def state_for(session: Session, member_id: int, assignment_id: int) -> GradeState:
    """Return what a learner's page may say about the grade of this assignment."""
    member, assignment = session.get_one(Member, member_id), session.get_one(Assignment, assignment_id)
    if member.is_test:
        return GradeState(kind="test")
    key = {"assignment_id": assignment_id, "part": assignment.part}
    column = session.scalars(select(GradebookColumn).filter_by(**key)).first()
    if column is None or not is_usable(column, assignment.course):
        return GradeState(kind="none")
    delivery = session.scalars(select(GradeDelivery).filter_by(column_id=column.id, member_id=member_id)).first()
    return delivery_state(delivery, assignment)


def delivery_state(delivery: GradeDelivery | None, assignment: Assignment) -> GradeState:
    """Return a delivery in the words of ``GradeState``; None is a learner whose score nobody waits for yet."""
    if delivery is None:
        return GradeState(kind="nothing_yet" if assignment.send_when == AS_THEY_GO else "on_completion")
    score = f"{delivery.given} of {delivery.maximum}"
    if delivery.state == DeliveryState.SENT:
        return GradeState(kind="sent", at=delivery.delivered_at, score=score)
    if delivery.state in (DeliveryState.CHANGED, DeliveryState.HELD):
        return GradeState(kind=delivery.state, at=delivery.changed_at, score=score)
    return GradeState(kind="waiting", at=delivery.changed_at, score=score)
