"""What belongs to a learner: everything about them, to take away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import Work
from lti_tool.library.model import Workshop
from lti_tool.models import Assignment, DeliveryState, GradebookColumn, GradeDelivery, Member, Person, Visit
from lti_tool.seal import Sealer
from lti_tool.services import discussions, progress, sharing
from lti_tool.services.progress import Author, Stored


@dataclass(frozen=True, kw_only=True)
class Written:
    """One answer of the learner's, as people read it."""

    activity_id: str
    title: str
    rows: list[tuple[str, str]]
    stored: Stored


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """Everything we keep about one learner in one workshop of one course."""

    made_at: datetime
    name: str | None
    course_title: str
    workshop_title: str
    workshop_version: str
    first_seen: datetime
    listed_at: datetime | None
    """When the platform's list of the course last named them."""
    unlisted_since: datetime | None
    launches: list[datetime]
    written: list[Written]
    posts: list[dict[str, Any]]
    """What the course can read, and why a teacher hid it if one did."""
    shares: list[dict[str, Any]]
    """What the teachers may or might read, and which of them did."""
    grades: list[dict[str, Any]]


def personal_data(session: Session, sealer: Sealer, author: Author, workshop: Workshop) -> PersonalData:
    """Gather everything we keep about the learner in this workshop of this course."""
    member = session.get_one(Member, author.member_id)
    person = session.get_one(Person, member.person_id)
    stored = progress.load_all(session, sealer, author, workshop)
    first = {each.kind: stored[each.id].value for each in reversed(workshop.activities) if each.id in stored}
    work = Work(today=clock.now().date(), answers=first)
    return PersonalData(
        made_at=clock.now(),
        name=person.name,
        course_title=member.course.title,
        workshop_title=workshop.title,
        workshop_version=workshop.version,
        first_seen=member.created_at,
        listed_at=member.listed_at,
        unlisted_since=member.unlisted_since,
        launches=list(session.scalars(select(Visit.created_at).filter_by(member_id=member.id).order_by(Visit.id))),
        written=[
            Written(
                activity_id=activity.id,
                title=activity.title,
                rows=KINDS[activity.kind].readable(activity, stored[activity.id].value, work),
                stored=stored[activity.id],
            )
            for activity in workshop.every_activity
            if activity.id in stored and not activity.opens_later
        ],
        posts=discussions.own_posts(session, sealer, author, workshop.id),
        shares=sharing.own_shares(session, member.id, workshop),
        grades=_grades(session, member.id, workshop),
    )


def grades_on_their_way(session: Session, member_id: int) -> int:
    """Return how many grades of a person no gradebook has yet, in all their courses: erased, they are gone."""
    person_id = session.get_one(Member, member_id).person_id
    theirs = GradeDelivery.member_id.in_(select(Member.id).filter_by(person_id=person_id))
    open_ = GradeDelivery.state.in_([DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.HELD])
    return session.scalar(select(func.count()).select_from(GradeDelivery).where(theirs, open_)) or 0


def _grades(session: Session, member_id: int, workshop: Workshop) -> list[dict[str, Any]]:
    found = select(GradeDelivery, GradebookColumn).join(GradebookColumn).join(Assignment)
    found = found.filter(GradeDelivery.member_id == member_id, Assignment.workshop_id == workshop.id)
    return [
        {
            "column": column.part,
            "score": str(delivery.given),
            "of": str(delivery.maximum),
            "state": str(delivery.state),
            "changed_at": delivery.changed_at,
            "delivered_at": delivery.delivered_at,
        }
        for delivery, column in session.execute(found)
    ]
