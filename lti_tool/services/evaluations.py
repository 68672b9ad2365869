"""Evaluations: sent without a name, and read by course only."""

import json
import random
import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.activities.base import Value
from lti_tool.models import Course, Evaluation
from lti_tool.seal import Sealer

_KEYS = 2**62
"""Keys are drawn from so many: two alike are not to be expected."""


@dataclass(frozen=True, kw_only=True)
class CourseOf:
    """Whose opinions they are: a course, below the institution that owns the data, and a workshop in it."""

    institution_id: int
    course_id: int
    workshop_id: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """One questionnaire as it was sent: the version that was answered, and the answers by question."""

    version: str
    answers: Value


def add(session: Session, sealer: Sealer, course: CourseOf, version: str, answers: Value) -> None:
    """Add a questionnaire to those of the course so that nobody can tell which one came when.

    All rows of the course are written anew in the order of their random keys, and their days are dealt out among them:
    neither where a row lies, nor which transaction wrote it, nor its day says whose it is. Belongs in a transaction of
    its own, apart from the one that records who has finished.
    """
    # One at a time: two that rewrite the same rows would each miss the other's.
    session.execute(select(Course.id).filter_by(id=course.course_id).with_for_update(key_share=True))
    mine = {"course_id": course.course_id, "workshop_id": course.workshop_id}
    columns = Evaluation.id, Evaluation.version, Evaluation.sent_on, Evaluation.sealed
    rows = [row._asdict() | mine for row in session.execute(select(*columns).filter_by(**mine))]
    rows.append(
        {
            "id": secrets.randbelow(_KEYS) + 1,
            "version": version,
            "sent_on": clock.now().date(),  # in UTC: a learner's own day would tell their time zone
            "sealed": sealer.seal(json.dumps(answers).encode(), *place(course)),
            **mine,
        }
    )
    days: list[date] = [row["sent_on"] for row in rows]
    random.SystemRandom().shuffle(days)
    rows = [row | {"sent_on": day} for row, day in zip(rows, days, strict=True)]
    session.execute(delete(Evaluation).filter_by(**mine))
    session.execute(insert(Evaluation), sorted(rows, key=lambda row: int(row["id"])))


def responses(session: Session, sealer: Sealer, course: CourseOf) -> list[Response]:
    """Return all questionnaires of the course, in no order that means anything."""
    mine = {"course_id": course.course_id, "workshop_id": course.workshop_id}
    found = session.scalars(select(Evaluation).filter_by(**mine).order_by(Evaluation.id))
    return [Response(version=row.version, answers=json.loads(sealer.open(row.sealed, *place(course)))) for row in found]


def place(course: CourseOf) -> tuple[str | int, ...]:
    """Return what a questionnaire is sealed for."""
    return "evaluation", course.institution_id, course.course_id, course.workshop_id
