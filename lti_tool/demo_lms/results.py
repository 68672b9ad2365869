"""What stands in the gradebook: results for the tool, and a teacher's own hand."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.demo_lms.courses import Column, Course, Grade
from lti_tool.demo_lms.people import Person


def set_by_person(grade: Grade, points: Decimal | None, now: datetime) -> None:
    """Set a grade by hand, as a teacher does in the gradebook; ``None`` empties it."""
    grade.final, grade.set_by_person = points, True
    grade.timestamp = grade.arrived = now


def result(course: Course, column: Column, person: Person) -> dict[str, Any] | None:
    """Return the present result without its addresses; ``None``: there is none.

    Source: AGS 2.0 section 3.3; Moodle 4.5.6 leaves ``resultScore`` out when the grade is 0.
    """
    grade = course.grades.get((column.id, person.key))
    if grade is None or (grade.final is None and course.rules.family == "moodle"):
        return None
    found: dict[str, Any] = {"userId": person.sub(course.rules), "resultMaximum": number(column.maximum)}
    if grade.final is not None and not (course.rules.family == "moodle" and grade.final == 0):
        found["resultScore"] = number(grade.final)
    if course.rules.family == "moodle" and grade.timestamp is not None:
        found["timestamp"] = grade.timestamp.isoformat(timespec="seconds")
    return found


def number(value: Decimal) -> int | float:
    """Return a JSON number: whole ones without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)
