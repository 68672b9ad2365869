"""Gradebook columns: which ones a link fills, where they are, what they are worth, who is queued for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import table, upsert
from lti_tool.library.model import Workshop
from lti_tool.lti.messages import GradeEndpoints
from lti_tool.models import Assignment, Course, GradebookColumn
from lti_tool.services import grading, holding
from lti_tool.services.known import Known

DEFAULT_POINTS = Decimal(100)
"""What a column is worth until we know better."""
CATCH_UP_LEASE = timedelta(minutes=5)
LEARNERS_AT_ONCE = 25
"""Learners per transaction when a course catches up: what somebody who saves at that moment may have to wait for."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the link itself says about grades, in its custom parameters."""

    send_when: str
    collects_grade: bool = True
    lines_per_module: bool = False


def are_kept(known: Known, endpoints: GradeEndpoints | None, title: str, wishes: Wishes) -> bool:
    """Say whether the columns of a link are as it wishes: whether ``keep`` would change nothing."""
    if not wishes.collects_grade:
        return True
    address = endpoints.lineitem if endpoints else None
    stands = {"url": address, "missing_since": None} if address else {}
    return not wishes.lines_per_module and known.says(GradebookColumn, label=title, **stands)


def keep(
    session: Session, endpoints: GradeEndpoints | None, assignment: Assignment, wishes: Wishes, workshop: Workshop
) -> None:
    """Keep the columns that an assignment fills; queue what was done before one of them could be used.

    A column per module is only noted here: the worker makes it, before the first score for it.
    """
    if not wishes.collects_grade:
        return
    address = endpoints.lineitem if endpoints else None
    column, is_new = _column(session, assignment, address)
    changed = _place(session, column, address) or is_new
    if wishes.lines_per_module and assignment.part == grading.WHOLE:
        changed = _add_lines(session, assignment, workshop) or changed
    if changed:
        _catch_up_soon(session, assignment.course_id)


def name(session: Session, column_id: int, url: str) -> str:
    """Keep the address of the line item that was found or made; return the one that stands there.

    A launch, or a worker that was slow, may have named another one meanwhile: the first stays.
    """
    column = session.get_one(GradebookColumn, column_id, with_for_update=True)
    column.url = column.url or url
    return column.url


def settle_points(
    session: Session, column_id: int, member_id: int, maximum: Decimal | None, workshops: Mapping[str, Workshop]
) -> bool:
    """Note what a column is worth, None if nobody tells; say whether scores for it have to be made anew.

    That of ``member_id`` is made at once, those of the others soon.
    """
    column = session.get_one(GradebookColumn, column_id)
    column.points_known = True
    if maximum is None or maximum == column.maximum:
        return False
    column.maximum = maximum
    session.flush()
    if workshop := workshops.get(column.assignment.workshop_id):
        grading.queue_member(session, member_id, workshop)
    _catch_up_soon(session, column.assignment.course_id)
    return True


_course = table(Course)
# Made once, and of columns alone: every worker asks every second.
_WAITS = select(_course.c.id).where(_course.c.catch_up_at <= bindparam("now")).limit(1)
_CATCH_UP = update(_course).where(_course.c.id == bindparam("course")).values(catch_up_at=bindparam("now"))


def is_catch_up_due(session: Session) -> bool:
    """Say whether a course waits for its scores to be queued."""
    return session.scalar(_WAITS, {"now": clock.now()}) is not None


def claim_catch_up(session: Session) -> tuple[int, datetime] | None:
    """Take a course whose scores have to be queued; None if there is none. If we vanish, another may later."""
    due = select(Course).filter(Course.catch_up_at <= clock.now()).order_by(Course.catch_up_at).limit(1)
    course = session.scalars(due.with_for_update(skip_locked=True)).first()
    if course is None:
        return None
    course.catch_up_at = clock.now() + CATCH_UP_LEASE
    return course.id, course.catch_up_at


def catch_up(session: Session, course_id: int, workshops: Mapping[str, Workshop], after: int) -> int | None:
    """Queue what the next few learners of a course have completed; return where to go on, None at the end."""
    used = select(Assignment.workshop_id).filter_by(course_id=course_id).distinct()
    ends = [
        grading.queue_course(session, course_id, workshops[each], after=after, limit=LEARNERS_AT_ONCE)
        for each in sorted(session.scalars(used))
        if each in workshops
    ]
    # Each workshop may have come to another learner: what was not seen twice is seen by the one that lags behind.
    return min((end for end in ends if end is not None), default=None)


def end_catch_up(session: Session, course_id: int, until: datetime) -> None:
    """Note that everybody was queued, unless another column has become usable meanwhile."""
    done = update(Course).filter_by(id=course_id).filter(Course.catch_up_at == until)
    session.execute(done.values(catch_up_at=None))


def _catch_up_soon(session: Session, course_id: int) -> None:
    session.execute(_CATCH_UP, {"course": course_id, "now": clock.now()})


def _column(session: Session, assignment: Assignment, address: str | None) -> tuple[GradebookColumn, bool]:
    """Return the assignment's own column, with its title; say whether it is new, and then at this address."""
    key = {"assignment_id": assignment.id, "part": assignment.part}
    column = session.scalars(select(GradebookColumn).filter_by(**key)).first()
    if column is not None:
        column.label = assignment.title
        return column, False
    once = {"maximum": DEFAULT_POINTS, "label": assignment.title, "url": address}
    return session.get_one(GradebookColumn, upsert(session, GradebookColumn, key, once=once)), True


def _place(session: Session, column: GradebookColumn, address: str | None) -> bool:
    """Keep the address of a column; say whether it is another column than before."""
    if not address:
        return False
    # Canvas names the same line item under several hosts: only another path is another column.
    moved = urlsplit(address).path != urlsplit(column.url or "").path
    column.url = address
    if moved:
        holding.send_anew(session, column.id)
    elif column.missing_since is not None:
        holding.resume_column(session, column.id)
    return moved


def _add_lines(session: Session, assignment: Assignment, workshop: Workshop) -> bool:
    """Note a column for each module that is worth something, at the module's own points; say whether one is new."""
    known = set(session.scalars(select(GradebookColumn.part).filter_by(assignment_id=assignment.id)))
    worth = {module.id: sum(each.points for each in module.activities) for module in workshop.graded_modules}
    missing = [module_id for module_id, points in worth.items() if points and module_id not in known]
    for module_id in missing:
        key = {"assignment_id": assignment.id, "part": module_id}
        title = workshop.module(module_id).title
        once = {"maximum": Decimal(worth[module_id]), "points_known": True, "label": title}
        upsert(session, GradebookColumn, key, once=once)
    return bool(missing)
