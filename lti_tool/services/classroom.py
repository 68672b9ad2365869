"""A teacher's view of a course: who has done what, and where the grades are. Never an answer."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.library.model import Workshop
from lti_tool.lti.grades import SCOPE_LINEITEM, SCOPE_SCORE
from lti_tool.lti.messages import Role
from lti_tool.models import Answer, Assignment, Course, GradebookColumn, GradeDelivery, Member, Person
from lti_tool.services import grade_states
from lti_tool.services import progress as answers
from lti_tool.services.grade_states import GradeState, delivery_state
from lti_tool.services.grading import is_usable


@dataclass(frozen=True, kw_only=True)
class LearnerProgress:
    """One learner: the state of each activity that was begun, by id, and the grade's."""

    label: str
    is_test: bool
    has_launched: bool
    """False for those whom only the platform's list names."""
    is_listed: bool
    """False for those whom the platform's list left out at last."""
    last_active: date | None
    states: dict[str, str]
    grade: GradeState


def progress(session: Session, assignment_id: int, workshop: Workshop) -> list[LearnerProgress]:
    """Return the learners of the assignment's course, by name. Five queries, however many they are."""
    assignment = session.get_one(Assignment, assignment_id)
    learners = select(Member, Person).join(Person).filter(Member.course_id == assignment.course_id)
    people = session.execute(learners.filter(Member.role == Role.LEARNER)).all()
    states = _states(session, assignment.course_id, workshop)
    column, deliveries = _deliveries(session, assignment)
    usable = column is not None and is_usable(column, assignment.course)

    def grade(member: Member) -> GradeState:
        if member.is_test:
            return GradeState(kind="test")
        return delivery_state(deliveries.get(member.id), assignment) if usable else GradeState(kind="none")

    rows = [
        LearnerProgress(
            label=label(person),
            is_test=member.is_test,
            has_launched=member.has_launched,
            is_listed=member.unlisted_since is None,
            last_active=member.last_active_on,
            states=states.get(member.id, {}),
            grade=grade(member),
        )
        for member, person in people
    ]
    return sorted(rows, key=lambda row: (row.is_test, not row.is_listed, row.label.casefold()))


def one_learner(session: Session, member_id: int, assignment_id: int, workshop: Workshop) -> LearnerProgress:
    """Return the same about one member of the course."""
    member = session.get_one(Member, member_id)
    return LearnerProgress(
        label=label(member.person),
        is_test=member.is_test,
        has_launched=member.has_launched,
        is_listed=member.unlisted_since is None,
        last_active=member.last_active_on,
        states=answers.states(session, member_id, workshop),
        grade=grade_states.state_for(session, member_id, assignment_id),
    )


def is_copy(session: Session, course_id: int) -> bool:
    """Say whether the platform names courses that this one was copied from. A hint: nothing is taken from there."""
    return bool(session.get_one(Course, course_id).history)


def column_notice(session: Session, assignment_id: int) -> str | None:
    """Say why grades cannot arrive: ``none`` (no column, none to be made), ``forbidden``; None if they can.

    ``to_make`` means that they can, in a column that the tool makes with the first grade; ``unwanted`` that the link
    itself asks for none.
    """
    assignment = session.get_one(Assignment, assignment_id)
    if not assignment.collects_grade:
        return "unwanted"
    column, _ = _deliveries(session, assignment)
    scopes = assignment.course.grade_scopes
    if column is not None and is_usable(column, assignment.course):
        return None if column.url else "to_make"
    return "forbidden" if scopes and SCOPE_SCORE not in scopes and SCOPE_LINEITEM not in scopes else "none"


def label(person: Person) -> str:
    """Return the name that the platform gives, or a neutral label that stays the same."""
    if person.name:
        return person.name
    mark = hashlib.sha256(f"{person.platform_id}:{person.sub}".encode()).hexdigest()[:4].upper()
    return f"Participant {mark}"


def _states(session: Session, course_id: int, workshop: Workshop) -> dict[int, dict[str, str]]:
    columns = Answer.member_id, Answer.activity_id, Answer.completed_at, Answer.sealed.is_not(None)
    found = select(*columns).join(Member, Member.id == Answer.member_id)
    rows = session.execute(found.filter(Member.course_id == course_id, Answer.workshop_id == workshop.id))
    states: dict[int, dict[str, str]] = {}
    for member_id, activity_id, done, written in rows:
        if done or written:
            states.setdefault(member_id, {})[activity_id] = "done" if done else "in_progress"
    return states


def _deliveries(session: Session, assignment: Assignment) -> tuple[GradebookColumn | None, dict[int, GradeDelivery]]:
    key = {"assignment_id": assignment.id, "part": assignment.part}
    column = session.scalars(select(GradebookColumn).filter_by(**key)).first()
    if column is None:
        return None, {}
    found = session.scalars(select(GradeDelivery).filter_by(column_id=column.id))
    return column, {delivery.member_id: delivery for delivery in found}
