"""Deliveries that are held: by what, and what lets them go on their way again."""

from datetime import timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Update, and_, or_, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.models import (
    Assignment,
    Course,
    DeliveryState,
    Deployment,
    GradebookColumn,
    GradeDelivery,
    Member,
)
from lti_tool.services.reports import NOT_ENROLLED

REFUSED = ("refused", "person")
"""Why a score is held that the platform does not want, where it may be that the learner has left."""
COLUMN_MISSING, PAUSED = "column-missing", "paused"
LEFT_KEPT_FOR = timedelta(days=90)
"""How long the score of somebody who has left the course stays ready for their return."""
FAR_AHEAD = timedelta(hours=9)
"""No wait is as long. One that reaches further was written while a clock was wrong."""


def _is(state: DeliveryState, *reasons: str) -> ColumnElement[bool]:
    return and_(GradeDelivery.state == state, *([GradeDelivery.reason.in_(reasons)] if reasons else []))


_HELD = and_(_is(DeliveryState.HELD), GradeDelivery.reason.is_distinct_from(PAUSED))
_AWAY = or_(_is(DeliveryState.HELD, NOT_ENROLLED), _is(DeliveryState.CANCELLED, NOT_ENROLLED))


def resume_member(session: Session, member_id: int) -> None:
    """Try everything once more that is held for a learner: they have just come from the course."""
    _resume(session, GradeDelivery.member_id == member_id, or_(_HELD, _AWAY))


def resume_column(session: Session, column_id: int) -> None:
    """Try everything once more that is held for a column: it is there again."""
    session.get_one(GradebookColumn, column_id).missing_since = None
    _resume(session, GradeDelivery.column_id == column_id, _HELD)


def hold_column(session: Session, column_id: int) -> None:
    """Hold what waits for a column that the platform does not have any more: one question is enough for all."""
    session.get_one(GradebookColumn, column_id).missing_since = clock.now()
    waiting = update(GradeDelivery).filter_by(column_id=column_id, state=DeliveryState.WAITING)
    session.execute(waiting.values(state=DeliveryState.HELD, reason=COLUMN_MISSING))


def send_anew(session: Session, column_id: int) -> None:
    """Send every score of a column again: another line item, which knows none of them, has taken its place."""
    column = session.get_one(GradebookColumn, column_id)
    column.missing_since, column.points_known = None, False
    known = update(GradeDelivery).filter_by(column_id=column_id).execution_options(synchronize_session=False)
    session.execute(known.values(submission_known=False, sent_version=0, shares=[]))
    over = or_(_HELD, GradeDelivery.state.in_([DeliveryState.SENT, DeliveryState.CHANGED]))
    _resume(session, GradeDelivery.column_id == column_id, over)


def move_column(session: Session, column_id: int, before: str, now_at: str) -> None:
    """Note that a column stands at another address, unless a launch has named a newer one meanwhile."""
    column = session.get_one(GradebookColumn, column_id, with_for_update=True)
    if column.url == before:
        column.url = now_at
        send_anew(session, column_id)


def follow_roster(session: Session, course_id: int) -> None:
    """Stop for those whom the course's list does not name any more; go on for those who are back."""
    here = select(Member.id).filter_by(course_id=course_id)
    left = GradeDelivery.member_id.in_(here.filter(Member.unlisted_since.is_not(None)))
    back = GradeDelivery.member_id.in_(here.filter(Member.unlisted_since.is_(None)))
    refused = or_(_is(DeliveryState.WAITING), _is(DeliveryState.HELD, *REFUSED))
    stopped = update(GradeDelivery).filter(left, refused)
    session.execute(stopped.values(state=DeliveryState.HELD, reason=NOT_ENROLLED))
    _resume(session, back, _AWAY)


def pause_platform(session: Session, platform_id: int) -> int:
    """Hold what waits for a platform until an operator resumes it; return how many scores that are."""
    waiting = update(GradeDelivery).filter_by(platform_id=platform_id, state=DeliveryState.WAITING)
    return _count(session, waiting.values(state=DeliveryState.HELD, reason=PAUSED))


def resume_platform(session: Session, platform_id: int) -> int:
    """Send what was held while a platform was paused; return how many scores that are."""
    return _resume(session, GradeDelivery.platform_id == platform_id, _is(DeliveryState.HELD, PAUSED))


def tidy(session: Session) -> int:
    """Let go of what nobody returns for, and mend what a wrong clock or an older version wrote; say how many."""
    now = clock.now()
    delivery = update(GradeDelivery)
    gone = select(Member.id).filter(Member.unlisted_since < now - LEFT_KEPT_FOR)
    left = delivery.filter_by(state=DeliveryState.HELD, reason=NOT_ENROLLED).filter(GradeDelivery.member_id.in_(gone))
    due_late = delivery.filter(_is(DeliveryState.WAITING), GradeDelivery.next_at > now + FAR_AHEAD)
    leased_long = delivery.filter(_is(DeliveryState.SENDING), GradeDelivery.lease_until > now + FAR_AHEAD)
    stray = delivery.filter(GradeDelivery.platform_id.is_(None))
    changes = (
        left.values(state=DeliveryState.CANCELLED),
        due_late.values(next_at=now),
        leased_long.values(lease_until=now),
        stray.values(platform_id=_its_platform()),
    )
    return sum(_count(session, change) for change in changes)


def _resume(session: Session, whose: ColumnElement[bool], which: ColumnElement[bool]) -> int:
    again = GradeDelivery.waiting_anew(clock.now())
    return _count(session, update(GradeDelivery).filter(whose, which).values(**again))


def _count(session: Session, change: Update) -> int:
    return len(session.scalars(change.returning(GradeDelivery.id)).all())


def _its_platform() -> ScalarSelect[int]:
    found = select(Deployment.platform_id).join(Course).join(Assignment).join(GradebookColumn)
    return found.filter(GradebookColumn.id == GradeDelivery.column_id).scalar_subquery()
