"""Scores: computed from what is complete, and put into the outbox.

A score is state, not a message: one row per (column, learner), written in the transaction that saves the completing
answer; newer replaces older; its timestamp grows by whole seconds and stays the same on every retry.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import table, upsert
from lti_tool.language import gettext as _
from lti_tool.library.model import Workshop
from lti_tool.log import log
from lti_tool.lti.grades import SCOPE_LINEITEM, SCOPE_SCORE
from lti_tool.lti.messages import Role
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
)
from lti_tool.prepared import Prepared

WHOLE = "workshop"
"""The part that stands for the whole workshop; any other part is a module's id."""
TAG = "completion"
"""The tag of every line item that is ours; with the resource id it survives a course copy."""
WHEN_COMPLETE, AS_THEY_GO = "when_complete", "as_they_go"
SECOND = timedelta(seconds=1)
FAR_AHEAD = timedelta(minutes=5)
"""A timestamp that runs further ahead of the clock is worth an operator's look: gradebooks may block on it."""

_answer, _member, _assignment, _course, _deployment, _column, _delivery = map(
    table, (Answer, Member, Assignment, Course, Deployment, GradebookColumn, GradeDelivery)
)
_LEARNER = Prepared(
    select(_member.c.id, _member.c.course_id, _course.c.lineitems_url, _course.c.grade_scopes)
    .add_columns(_deployment.c.platform_id)
    .join_from(_member, _course)
    .join(_deployment)
    .where(_member.c.id == bindparam("member"), _member.c.role == Role.LEARNER, _member.c.is_test.is_(False))
    .with_for_update(of=_member)
)
_COMPLETED = Prepared(
    select(_answer.c.activity_id, _answer.c.completed_at).where(
        _answer.c.member_id == bindparam("member"),
        _answer.c.workshop_id == bindparam("workshop"),
        _answer.c.completed_at.is_not(None),
    )
)
_COLUMNS = Prepared(
    select(*(_column.c[name] for name in ("id", "part", "maximum", "url")))
    .add_columns(_assignment.c.send_when, _assignment.c.collects_grade)
    .join_from(_column, _assignment)
    .where(_assignment.c.course_id == bindparam("course"), _assignment.c.workshop_id == bindparam("workshop"))
    .order_by(_column.c.id)
)


def standing(workshop: Workshop, part: str, done: frozenset[str], maximum: Decimal = MAXIMUM) -> Standing:
    """Return the score for one part, a module or the whole, from the ids of completed activities."""
    modules = workshop.graded_modules
    if part == WHOLE:
        return workshop_standing(modules, done, profile=workshop.profile)
    module = next(module for module in modules if module.id == part)
    return module_standing(module, done, maximum=maximum, profile=workshop.profile)


def in_words(given: Decimal | None, maximum: Decimal) -> str:
    """Return a score as a page says it."""
    return _("%(given)s of %(maximum)s", given=given or 0, maximum=maximum)


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
    return frozenset(_moments(session, member_id, workshop_id))


def _moments(session: Session, member_id: int, workshop_id: str) -> dict[str, datetime]:
    rows = _COMPLETED.rows(session, {"member": member_id, "workshop": workshop_id})
    return {row["activity_id"]: row["completed_at"] for row in rows}


def worth(session: Session, assignment_id: int) -> Decimal:
    """Return what an assignment's grade is counted in: 100 for the whole, what its column is worth for a module."""
    assignment = session.get_one(Assignment, assignment_id)
    key = {"assignment_id": assignment_id, "part": assignment.part}
    found = session.scalar(select(GradebookColumn.maximum).filter_by(**key))
    return MAXIMUM if found is None or assignment.part == WHOLE else found


def is_usable(column: GradebookColumn, course: Course) -> bool:
    """Say whether scores can reach this column: it is wanted, it is there or may be made, and we may send scores."""
    return column.assignment.collects_grade and is_reachable(column.url, course.lineitems_url, course.grade_scopes)


def is_reachable(url: str | None, lineitems_url: str | None, scopes: list[str]) -> bool:
    """Say whether a score can get to a column at all, or to one that the tool makes."""
    can_make = lineitems_url is not None and SCOPE_LINEITEM in scopes
    return SCOPE_SCORE in scopes and (url is not None or can_make)


def queue_course(
    session: Session, course_id: int, workshop: Workshop, *, after: int = 0, limit: int | None = None
) -> int | None:
    """Queue what people in a course have completed, up to ``limit`` of them whose id is above ``after``.

    Return the last one's id; None if that was everybody.
    """
    session.flush()
    learners = select(Answer.member_id).join(Member).filter(Member.course_id == course_id, Answer.member_id > after)
    members = session.scalars(learners.distinct().order_by(Answer.member_id).limit(limit)).all()
    for member_id in members:
        try:
            queue_member(session, member_id, workshop)
        except (ArithmeticError, ValueError) as error:
            # A row that cannot be read is its own trouble: the others are queued.
            log.fault(error)
    return members[-1] if limit is not None and len(members) == limit else None


def queue_member(session: Session, member_id: int, workshop: Workshop) -> None:
    """Bring a learner's deliveries up to what they have completed, for every column of their course.

    A test student, and a score that nobody waits for yet, queue nothing. The member is locked before anything is
    counted: whoever completes something meanwhile waits, sees these columns, and counts both.
    """
    found = _LEARNER.first(session, {"member": member_id})
    if found is None:
        return
    learner = SimpleNamespace(**found)
    moments = _moments(session, member_id, workshop.id)
    # In one order everywhere, so that a worker that records several of them never waits in a circle.
    theirs = select(GradeDelivery).filter_by(member_id=member_id).order_by(GradeDelivery.id).with_for_update()
    known = {delivery.column_id: delivery for delivery in session.scalars(theirs)}
    for row in _COLUMNS.rows(session, {"course": learner.course_id, "workshop": workshop.id}):
        column = SimpleNamespace(**row)
        can_arrive = is_reachable(column.url, learner.lineitems_url, learner.grade_scopes)
        # A later version of the workshop may have dropped the module that a column stands for: its scores stay.
        if column.collects_grade and can_arrive and (column.part == WHOLE or workshop.has_module(column.part)):
            score = standing(workshop, column.part, frozenset(moments), column.maximum)
            finished = _finished(workshop, column.part, moments) if score.complete else None
            _queue(session, learner, column, score, finished, known.get(column.id))


def _finished(workshop: Workshop, part: str, moments: Mapping[str, datetime]) -> datetime:
    """Return when the last activity of a part was completed: a column that comes later makes nobody late."""
    modules = (module for module in workshop.graded_modules if part in (WHOLE, module.id))
    return max(moments[each.id] for module in modules for each in module.activities if each.id in moments)


def _queue(
    session: Session,
    learner: SimpleNamespace,
    column: SimpleNamespace,
    score: Standing,
    finished: datetime | None,
    delivery: GradeDelivery | None,
) -> None:
    """Write the score into the outbox, unless it is what stands there, or it is too early to send it."""
    if score.given is None or not _is_due(column.send_when, score, delivery):
        return
    now = clock.now()
    if delivery is None:
        delivery = _new(session, learner, column, score, now)
    if (delivery.given, delivery.maximum) == (score.given, score.maximum):
        return
    if not score.given and not delivery.shares and not delivery.delivered_version:
        # A 0 only ever replaces a score of ours, and none has left this house.
        session.delete(delivery)
        return
    delivery.version += 1
    delivery.given, delivery.maximum = score.given, score.maximum
    delivery.completed_at = delivery.completed_at or finished
    delivery.changed_at = later(delivery.changed_at, now)
    delivery.tries, delivery.next_at, delivery.waiting_since, delivery.reason = 0, now, now, None
    # A person's own grade is left alone, also by later scores, until somebody asks for ours.
    if delivery.state not in (DeliveryState.SENDING, DeliveryState.CHANGED):
        delivery.state = DeliveryState.WAITING


def _new(
    session: Session, learner: SimpleNamespace, column: SimpleNamespace, score: Standing, now: datetime
) -> GradeDelivery:
    once = {"version": 0, "given": Decimal(-1), "maximum": score.maximum, "completed_at": None, "tries": 0}
    once |= {"changed_at": now - SECOND, "state": DeliveryState.WAITING, "delivered_version": 0, "next_at": now}
    once["platform_id"] = learner.platform_id
    key = {"column_id": column.id, "member_id": learner.id}
    return session.get_one(GradeDelivery, upsert(session, GradeDelivery, key, once=once))


def later(before: datetime, now: datetime) -> datetime:
    """Return the timestamp of a change: whole seconds, and always after the one before, whatever the clock says.

    Moodle compares seconds and refuses an equal one.
    """
    moment = max(now.replace(microsecond=0), before.replace(microsecond=0) + SECOND)
    if moment - now > FAR_AHEAD:
        log.alert("timestamp ahead", seconds=int((moment - now).total_seconds()))
    return moment


def _is_due(send_when: str, score: Standing, delivery: GradeDelivery | None) -> bool:
    """Say whether a score may be sent: on request only a complete one, or one that lowers what was sent before.

    A first score is never a 0.
    """
    if score.complete:
        return True
    if send_when == AS_THEY_GO:
        return delivery is not None or bool(score.given)
    return delivery is not None and (score.given or 0) * delivery.maximum < delivery.given * score.maximum
