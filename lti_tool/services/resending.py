"""Sending again because somebody asks: one score, a course, or whatever an operator chooses; or never again."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.models import Assignment, DeliveryState, GradebookColumn, GradeDelivery
from lti_tool.services import grading, holding, reconciling

DISCARDED = "discarded"
"""An operator decided that this score is not to be sent; a newer one is."""


def resend(session: Session, deliveries: Sequence[int]) -> int:
    """Send scores again, also in place of a value that a person set; return how many.

    One that the gradebook has, or that a person changed, gets a new time and replaces what is there. One that never
    arrived goes as it is. What a worker holds at this moment is on its way already, and stays so.
    """
    rows = select(GradeDelivery).filter(GradeDelivery.id.in_(deliveries)).order_by(GradeDelivery.id)
    free = rows.filter(GradeDelivery.state != DeliveryState.SENDING)
    found = session.scalars(free.with_for_update()).all()
    for row in found:
        _again(session, row)
    return len(found)


def _again(session: Session, row: GradeDelivery) -> None:
    now = clock.now()
    if row.state in (DeliveryState.SENT, DeliveryState.CHANGED):
        row.version, row.changed_at, row.insists = row.version + 1, grading.later(row.changed_at, now), True
    row.wait_anew(now)
    column = session.get_one(GradebookColumn, row.column_id)
    if column.missing_since is not None:
        # Somebody wants it in spite of that: it is looked up by our ids, and made if there is none.
        column.url, column.missing_since, column.compare_at = None, None, None


def discard(session: Session, deliveries: Sequence[int]) -> int:
    """Do not send scores that have not arrived; return how many. A newer score of the same learner goes out."""
    chosen = update(GradeDelivery).filter(GradeDelivery.id.in_(deliveries))
    open_ones = chosen.filter(GradeDelivery.state.in_([DeliveryState.WAITING, DeliveryState.HELD]))
    gone = open_ones.values(state=DeliveryState.CANCELLED, reason=DISCARDED)
    return len(session.scalars(gone.returning(GradeDelivery.id)).all())


def sync_course(session: Session, course_id: int) -> None:
    """Try everything once more that is held in a course, and have its gradebook compared with what we sent."""
    columns = select(GradebookColumn.id).join(Assignment).filter(Assignment.course_id == course_id)
    for column_id in session.scalars(columns).all():
        holding.resume_column(session, column_id)
    reconciling.ask(session, course_id=course_id)
