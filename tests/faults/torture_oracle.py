"""What must be true when everything has come to rest: the gradebook beside the answers, score by score."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property, partial
from itertools import pairwise
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import Database, table
from lti_tool.demo_lms import Lms, addresses
from lti_tool.demo_lms.bad_day import SORTS
from lti_tool.demo_lms.courses import Column, Grade
from lti_tool.demo_lms.courses import Course as LmsCourse
from lti_tool.demo_lms.people import Person as Account
from lti_tool.library.model import Workshop
from lti_tool.mentoring.score import Standing
from lti_tool.models import (
    Answer,
    Assignment,
    Course,
    DeliveryState,
    GradebookColumn,
    GradeDelivery,
    Institution,
    Member,
    Person,
)
from lti_tool.prepared import Prepared
from lti_tool.services import grading
from lti_tool.services.progress import Author

COURSES = ("moodle-m101", "canvas-m101", "strict-m101")
LINKS = ("as-they-go", "module")
"""Each fills a column of its own; what a learner does in one counts in both."""
SURVIVABLE = {name: fault for name, fault in SORTS.items() if name != "409"}
"""Trouble that passes by itself; after a 409 a person has to decide."""
UNSETTLED = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.HELD)
_COMPLETED = select(Answer.member_id, Answer.activity_id).filter(Answer.completed_at.is_not(None))
_SAVED = (
    select(Course.context_id, Person.sub, Answer.activity_id)
    .select_from(Answer)
    .join(Member)
    .join(Person)
    .join(Course, Course.id == Member.course_id)
    .filter(Answer.completed_at.is_not(None))
)
_DELIVERY = (GradeDelivery.column_id == GradebookColumn.id) & (GradeDelivery.member_id == Member.id)
_SCORES = (
    select(GradebookColumn.part, GradebookColumn.maximum, GradebookColumn.url, Member.id, Person.sub)
    .add_columns(GradeDelivery.id, GradeDelivery.state, GradeDelivery.reason)
    .select_from(GradebookColumn)
    .join(Assignment)
    .join(Member, Member.course_id == Assignment.course_id)
    .join(Person)
    .outerjoin(GradeDelivery, _DELIVERY)
    .filter(GradebookColumn.url.is_not(None))
)
"""Every column beside every member of its course, with the delivery between them, if there is one."""
_HOW_MANY = select(func.count().label("number"))
# Asked dozens of times a second.
_ON_THE_WAY, _UNSETTLED = (
    Prepared(_HOW_MANY.where(or_(*(table(GradeDelivery).c.state == state for state in states))))
    for states in (UNSETTLED[:2], UNSETTLED)
)
LOST, DISORDERED, DOUBLED, OVERWRITTEN, UNTRUE = "lost", "disordered", "doubled", "overwritten", "untrue"


@dataclass(frozen=True)
class Cell:
    """One learner's place in one gradebook column, with what stands there and what should."""

    course: LmsCourse
    column: Column
    account: Account
    member_id: int
    delivery_id: int | None
    state: DeliveryState | None
    reason: str | None
    expected: Standing

    @property
    def key(self) -> tuple[str, str]:
        """What the platform files it under."""
        return self.column.id, self.account.key

    @property
    def grade(self) -> Grade:
        """What the gradebook holds."""
        return self.course.grade(*self.key)

    def __str__(self) -> str:
        accepted = [(str(each["timestamp"]), str(each["scoreGiven"])) for each in self.grade.accepted]
        return (
            f"{self.course.key} {self.column.label!r} {self.account.key}: expected {self.expected.given} of"
            f" {self.expected.maximum}, gradebook {self.grade.final} of {self.column.maximum}, delivery"
            f" {self.delivery_id} {self.state} {self.reason}, accepted {accepted}"
        )


@dataclass
class Judge:
    """Compares, and keeps what it found wrong."""

    database: Database
    lms: Lms
    workshop: Workshop
    humans: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """Grades that a person has set, by column and learner; nobody may touch them."""
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def accuse(self, sort: str, text: str) -> None:
        """Keep something wrong."""
        self.wrong.setdefault(sort, []).append(text)

    def cells(self) -> list[Cell]:
        """Return every score that there should be."""
        with self.database.reading() as session:
            return list(self._cells(session))

    def unsettled(self) -> list[Cell]:
        """Return the scores that are on their way or held, other than those a person has taken over."""
        if not self._count(_UNSETTLED):
            return []
        return [cell for cell in self.cells() if cell.state in UNSETTLED and cell.key not in self.humans]

    def on_the_way(self) -> int:
        """Return how many scores are waiting or under way."""
        return self._count(_ON_THE_WAY)

    def author(self, course: LmsCourse, account: Account) -> Author:
        """Return whose answers a learner's are."""
        found = select(Member.id).join(Person).join(Course, Course.id == Member.course_id)
        with self.database.reading() as session:
            theirs = found.filter(Course.context_id == course.id, Person.sub == account.sub(course.rules))
            institution = session.scalars(select(Institution.id)).one()
            return Author(institution_id=institution, member_id=session.scalars(theirs).one())

    def judge(self) -> int:
        """Compare everything; return how many scores were looked at."""
        cells = self.cells()
        for cell in cells:
            with self.lms.lock:
                self._judge(cell)
        return len(cells)

    def saved(self) -> dict[tuple[str, str], set[str]]:
        """Return what everybody has completed, by course and learner as the platform calls them."""
        found: dict[tuple[str, str], set[str]] = {}
        with self.database.reading() as session:
            for course_id, sub, activity_id in session.execute(_SAVED):
                found.setdefault((course_id, sub), set()).add(activity_id)
        return found

    def was_accepted(self, course: LmsCourse, column: Column, account: Account, score: Standing) -> bool:
        """Say whether the platform has ever taken this score, or a person has put another in its place."""
        with self.lms.lock:
            accepted = list(course.grade(column.id, account.key).accepted)
        return (column.id, account.key) in self.humans or _has(accepted, _of(score))

    def _count(self, statement: Prepared) -> int:
        with self.database.looking() as door:
            return int(statement.rows(door, {})[0]["number"])

    # From one look to the next both are the same for almost everybody: nobody comes into a course or leaves it here.
    @cached_property
    def _standing(self) -> Callable[..., Standing]:
        return cache(partial(grading.standing, self.workshop))

    @cached_property
    def _gradable(self) -> Callable[[str, str], Account | None]:
        return cache(lambda course, sub: self.lms.courses[course].gradable(sub))

    def _judge(self, cell: Cell) -> None:
        grade = cell.grade
        if cell.key in self.humans:
            if grade.final != self.humans[cell.key]:
                self.accuse(OVERWRITTEN, str(cell))
            elif cell.state == DeliveryState.SENT and not _has(grade.accepted, _of(cell.expected)):
                self.accuse(UNTRUE, f"was never accepted: {cell}")
        elif grade.final is None or not _same(_of(cell.expected), Fraction(grade.final / cell.column.maximum)):
            self.accuse(LOST, str(cell))
        elif cell.state != DeliveryState.SENT:
            self.accuse(UNTRUE, str(cell))
        if not _in_order(grade.accepted):
            self.accuse(DISORDERED, str(cell))
        if cell.course.rules.attempts and grade.attempts > int(cell.expected.complete):
            self.accuse(DOUBLED, f"{grade.attempts} submissions: {cell}")

    def _cells(self, session: Session) -> Iterator[Cell]:
        columns = {
            addresses.line_item(self.lms, course, column): (course, column)
            for course in self.lms.courses.values()
            for column in course.columns.values()
        }
        done: dict[int, set[str]] = {}
        for member_id, activity_id in session.execute(_COMPLETED.filter_by(workshop_id=self.workshop.id)):
            done.setdefault(member_id, set()).add(activity_id)
        for part, maximum, url, member_id, sub, *delivery in session.execute(_SCORES):
            course, there = columns[url]
            expected = self._standing(part, frozenset(done.get(member_id, ())), maximum)
            account = self._gradable(course.key, sub)
            if expected.given and account is not None:
                yield Cell(course, there, account, member_id, *delivery, expected)


def _of(score: Standing) -> Fraction:
    return Fraction(score.given or 0) / Fraction(score.maximum)


def _same(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) <= Fraction(1, 1_000_000)


def _share(sent: dict[str, Any]) -> Fraction:
    return Fraction(str(sent["scoreGiven"])) / Fraction(str(sent["scoreMaximum"]))


def _has(accepted: list[dict[str, Any]], share: Fraction) -> bool:
    return any(_same(_share(each), share) for each in accepted)


def _in_order(accepted: list[dict[str, Any]]) -> bool:
    """Say whether timestamps grow by whole seconds, and a score that comes again comes with the time it had."""
    sent = [(datetime.fromisoformat(str(each["timestamp"])), _share(each)) for each in accepted]
    for (before, earlier), (after, later) in pairwise(sent):
        if after != before if later == earlier else after - before < timedelta(seconds=1):
            return False
    return all(moment.microsecond == 0 for moment, _ in sent)
