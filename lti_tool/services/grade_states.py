"""Where a learner's score is, in the words of the pages: the learner's line and the teacher's list."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import and_, bindparam, select

from lti_tool.db import table
from lti_tool.models import Assignment, Course, DeliveryState, GradebookColumn, GradeDelivery, Member
from lti_tool.prepared import Door, Prepared, Row
from lti_tool.services.grading import AS_THEY_GO, WHOLE, in_words, is_reachable

_member, _assignment, _course, _column, _delivery = map(
    table, (Member, Assignment, Course, GradebookColumn, GradeDelivery)
)


@dataclass(frozen=True, kw_only=True)
class GradeState:
    """Where one learner's score for one column is, for the learner's line and the teacher's list."""

    kind: str
    """``none``, ``nothing_yet``, ``on_completion``, ``test``, or what a delivery's state says."""
    at: datetime | None = None
    score: str | None = None
    of_module: bool = False
    """Whether it is that of one module and not of the whole workshop."""


_SHOWN = {
    "is_test": _member.c.is_test,
    "column_id": _column.c.id,
    **{name: _assignment.c[name] for name in ("send_when", "collects_grade", "part")},
    **{name: _course.c[name] for name in ("lineitems_url", "grade_scopes")},
    "url": _column.c.url,
    **{name: _delivery.c[name] for name in ("state", "given", "maximum", "changed_at", "delivered_at")},
}
_PREFIX = "grade_"


def with_state(look: Any) -> Any:
    """Return a look at a member, the course and an assignment that finds the grade as well, for ``state_of``."""
    return (
        look.add_columns(*(column.label(_PREFIX + name) for name, column in _SHOWN.items()))
        .outerjoin(_column, and_(_column.c.assignment_id == _assignment.c.id, _column.c.part == _assignment.c.part))
        .outerjoin(_delivery, and_(_delivery.c.column_id == _column.c.id, _delivery.c.member_id == _member.c.id))
    )


_STATE = Prepared(
    with_state(
        select().join_from(_member, _assignment, _assignment.c.id == bindparam("assignment")).join(_course)
    ).where(_member.c.id == bindparam("member"))
)


def state_for(door: Door, member_id: int, assignment_id: int) -> GradeState:
    """Return what a learner's page may say about the grade of this assignment."""
    [row] = _STATE.rows(door, {"member": member_id, "assignment": assignment_id})
    return state_of(row)


def state_of(row: Row) -> GradeState:
    """Return the same from a row of a look ``with_state``."""
    found: Any = SimpleNamespace(**{name: row[_PREFIX + name] for name in _SHOWN})
    if found.is_test:
        return GradeState(kind="test")
    reachable = is_reachable(found.url, found.lineitems_url, found.grade_scopes)
    if found.column_id is None or not found.collects_grade or not reachable:
        return GradeState(kind="none")
    return delivery_state(found if found.state else None, found)


def delivery_state(delivery: GradeDelivery | None, assignment: Assignment) -> GradeState:
    """Return a delivery in the words of ``GradeState``; None is a learner whose score nobody waits for yet."""
    if delivery is None:
        kind = "nothing_yet" if assignment.send_when == AS_THEY_GO else "on_completion"
        return GradeState(kind=kind, of_module=assignment.part != WHOLE)
    score = in_words(delivery.given, delivery.maximum)
    if delivery.state == DeliveryState.SENT:
        return GradeState(kind="sent", at=delivery.delivered_at, score=score)
    if delivery.state in (DeliveryState.CHANGED, DeliveryState.HELD, DeliveryState.CANCELLED):
        return GradeState(kind=delivery.state, at=delivery.changed_at, score=score)
    return GradeState(kind="waiting", at=delivery.changed_at, score=score)
