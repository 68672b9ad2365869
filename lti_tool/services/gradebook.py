"""Where every grade of a course is: for the teacher's page. Names, scores and states, never an answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, contains_eager

from lti_tool.lti.messages import Role
from lti_tool.models import Assignment, Course, DeliveryState, GradebookColumn, GradeDelivery, Member, Person
from lti_tool.services import grading
from lti_tool.services.classroom import label
from lti_tool.services.grading import is_usable

ORDER = ("held", "changed", "waiting", "cancelled", "sent")
"""What needs a look comes first."""
IS_EXPECTED = and_(Member.role == Role.LEARNER, Member.is_test.is_(False), Member.unlisted_since.is_(None))


@dataclass(frozen=True, kw_only=True)
class GradeRow:
    """One learner's score for one column."""

    delivery_id: int
    label: str
    is_expected: bool
    """Whether they are a learner of the course now, and no test learner."""
    kind: str
    """``held``, ``changed``, ``waiting``, ``cancelled`` or ``sent``."""
    reason: str
    """A stable word; empty where the kind says all."""
    score: str
    at: datetime
    """When it was sent, or when it changed where it was not."""
    next_at: datetime | None
    """When the next try follows, where one failed."""


@dataclass(frozen=True, kw_only=True)
class ColumnGrades:
    """One gradebook column with the scores for it."""

    id: int
    title: str
    part: str
    is_usable: bool
    is_made: bool
    is_missing: bool
    compared_at: datetime | None
    comparison: Mapping[str, int]
    is_being_compared: bool
    problem: str
    rows: tuple[GradeRow, ...]
    without: int
    """How many learners have no score for it yet."""

    @property
    def counts(self) -> Mapping[str, int]:
        """How many scores are in each state."""
        return Counter(row.kind for row in self.rows)


def of_course(session: Session, course_id: int) -> list[ColumnGrades]:
    """Return the columns of a course with their scores. Four queries, however many there are."""
    course = session.get_one(Course, course_id)
    found = select(GradebookColumn).join(GradebookColumn.assignment).options(contains_eager(GradebookColumn.assignment))
    found = found.filter(Assignment.course_id == course_id, Assignment.collects_grade)
    columns = session.scalars(found.order_by(Assignment.id, GradebookColumn.id)).all()
    learners = select(func.count()).select_from(Member).filter(Member.course_id == course_id, IS_EXPECTED)
    expected = session.scalar(learners) or 0
    rows = _rows(session, course_id)
    return [_column(column, course, rows.get(column.id, []), expected) for column in columns]


def _rows(session: Session, course_id: int) -> dict[int, list[GradeRow]]:
    deliveries = select(GradeDelivery, Person, IS_EXPECTED)
    deliveries = deliveries.join(Member, Member.id == GradeDelivery.member_id).join(Person)
    rows: dict[int, list[GradeRow]] = {}
    for delivery, person, is_expected in session.execute(deliveries.filter(Member.course_id == course_id)):
        rows.setdefault(delivery.column_id, []).append(_row(delivery, person, is_expected))
    return rows


def _row(delivery: GradeDelivery, person: Person, is_expected: bool) -> GradeRow:
    kind = "waiting" if delivery.state == DeliveryState.SENDING else str(delivery.state)
    sent_at = delivery.delivered_at if kind == "sent" else None
    return GradeRow(
        delivery_id=delivery.id,
        label=label(person),
        is_expected=is_expected,
        kind=kind,
        reason=delivery.reason or "",
        score=grading.in_words(delivery.given, delivery.maximum),
        at=sent_at or delivery.changed_at,
        next_at=delivery.next_at if kind == "waiting" and delivery.reason else None,
    )


def _column(column: GradebookColumn, course: Course, rows: list[GradeRow], expected: int) -> ColumnGrades:
    return ColumnGrades(
        id=column.id,
        title=column.label or column.assignment.title,
        part=column.part,
        is_usable=is_usable(column, course),
        is_made=column.url is not None,
        is_missing=column.missing_since is not None,
        compared_at=column.compared_at,
        comparison=column.comparison or {},
        is_being_compared=column.compare_at is not None,
        problem=column.compare_problem or "",
        rows=tuple(sorted(rows, key=lambda row: (ORDER.index(row.kind), row.label.casefold()))),
        without=expected - sum(row.is_expected for row in rows),
    )


def is_of_course(session: Session, delivery_id: int, course_id: int) -> bool:
    """Say whether a delivery belongs to a course."""
    found = select(GradeDelivery.id).join(Member).filter(GradeDelivery.id == delivery_id, Member.course_id == course_id)
    return session.scalar(found) is not None
