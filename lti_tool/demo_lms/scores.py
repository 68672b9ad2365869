"""What a score does to a grade, by the rules of each platform family."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from lti_tool.demo_lms.courses import Column, Course, Grade
from lti_tool.demo_lms.people import Person

_CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to a score: status, reason for the status line, JSON body (``None``: empty)."""

    status: int
    reason: str = ""
    body: Any = None


class _Refused(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def post_score(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    """Apply a score, as JSON text, to the gradebook; the lock must be held.

    Source: AGS 2.0 section 3.4; Moodle 4.5.6, every row of its table measured 2026-11-22; Canvas
    ``scores_controller.rb``, read 2026.
    """
    by_family = {"moodle": _moodle, "canvas": _canvas}
    try:
        return by_family.get(course.rules.family, _strict)(course, column, text, now)
    except _Refused as refused:
        return refused.verdict


def _moodle(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    bad = Verdict(status=400, reason=f"Incorrect score received{text}", body=[])
    score = _read(text, bad)
    given, maximum = _numbers(score, bad)
    when = _moment(score, bad).replace(microsecond=0)
    if not str(score["userId"]).isdigit():
        # Moodle's status line is not valid then, and the web server in front of it says so.
        return Verdict(status=502, reason="Bad Gateway", body=[])
    person = course.gradable(str(score["userId"])) or _refuse(bad)
    grade = course.grade(column.id, person.key)
    if grade.timestamp is not None and grade.timestamp.replace(microsecond=0) >= when:
        reason = f"Refusing score with an earlier timestamp for item {column.id} and user {score['userId']}"
        return Verdict(status=409, reason=reason, body=[])
    if grade.locked or column.locked:
        return Verdict(status=500, reason="Internal Server Error", body=[])
    if score["gradingProgress"] != "FullyGraded" or given is None:
        _put(grade, score, None, now)
        grade.final = grade.final if grade.set_by_person else None
        grade.timestamp = None  # forgotten: an older score is accepted afterwards
    else:
        _put(grade, score, _rescaled(given, maximum, column), now)
        if not grade.set_by_person:
            grade.final = min(max(grade.raw or Decimal(0), Decimal(0)), column.maximum)
        grade.timestamp = when
    grade.comments = [str(score["comment"])] if score.get("comment") else []
    return Verdict(status=200)


def _canvas(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    bad = Verdict(status=400, reason="Missing or malformed parameter", body=_errors("Missing or malformed parameter"))
    score = _read(text, bad)
    without_maximum = "ScoreMaximum must be supplied when scoreGiven is present"
    given, maximum = _numbers(score, Verdict(status=422, body=_errors(without_maximum)))
    when = _moment(score, bad)
    stranger = Verdict(status=422, body=_errors("User not found in course or is not a student"))
    person = course.gradable(str(score["userId"])) or _refuse(stranger)
    grade = course.grade(column.id, person.key)
    if grade.timestamp is not None and when < grade.timestamp:
        return Verdict(status=400, body=_errors("Timestamp is before last updated timestamp"))
    extension = _object(score, _CANVAS_SUBMISSION)
    submitted = extension.get("submitted_at") or _object(score, "submission").get("submittedAt")
    _check_canvas_submission(column, grade, extension, submitted, now)
    stored = score["gradingProgress"] in ("FullyGraded", "PendingManual")
    keep = bool(extension.get("preserve_score")) or (
        grade.set_by_person and bool(extension.get("prioritize_non_tool_grade"))
    )
    _put(grade, score, _rescaled(given, maximum, column) if stored and given is not None else None, now)
    if not keep:
        grade.final, grade.set_by_person = grade.raw, False
    if _new_attempt(grade, extension, submitted):
        grade.attempts += 1
    grade.submitted_at = submitted or grade.submitted_at
    grade.timestamp = when
    grade.comments += [str(score["comment"])] if score.get("comment") else []
    return Verdict(status=200, body={"userId": score["userId"]})


def _object(score: dict[str, Any], name: str) -> dict[str, Any]:
    found = score.get(name)
    return found if isinstance(found, dict) else {}


def _check_canvas_submission(
    column: Column, grade: Grade, extension: dict[str, Any], submitted: str | None, now: datetime
) -> None:
    if submitted is not None:
        at = _parsed(str(submitted))
        if at is None or at > now + timedelta(minutes=1):
            _refuse(Verdict(status=400, body=_errors("Provided submitted_at timestamp is invalid or in the future")))
    exhausted = column.attempts_allowed is not None and grade.attempts >= column.attempts_allowed
    if exhausted and _new_attempt(grade, extension, submitted):
        _refuse(Verdict(status=422, body=_errors("The maximum number of allowed attempts has been reached")))
    if grade.locked or column.locked:
        _refuse(Verdict(status=422, body=_errors("This grade is in a closed grading period")))


def _new_attempt(grade: Grade, extension: dict[str, Any], submitted: str | None) -> bool:
    unwanted = extension.get("new_submission") is False or extension.get("submission_type") == "none"
    return not unwanted and (submitted is None or submitted != grade.submitted_at)


def _strict(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    bad = Verdict(status=400, body=_errors("The score does not follow AGS 2.0"))
    score = _read(text, bad)
    given, maximum = _numbers(score, bad)
    if (given is not None and given < 0) or (maximum is not None and maximum <= 0):
        return bad
    when = _moment(score, bad)
    person = course.gradable(str(score["userId"])) or _refuse(Verdict(status=404, body=_errors("No such learner")))
    grade = course.grade(column.id, person.key)
    if grade.timestamp is not None and when <= grade.timestamp:
        return Verdict(status=409, body=_errors("The timestamp is not newer"))
    if grade.locked or column.locked or grade.set_by_person:
        return Verdict(status=403, body=_errors("The grade was set by a person"))
    graded = score["gradingProgress"] == "FullyGraded" and given is not None
    _put(grade, score, _rescaled(given, maximum, column) if graded and given is not None else None, now)
    grade.final, grade.timestamp = grade.raw, when
    grade.comments = [str(score["comment"])] if score.get("comment") else []
    return Verdict(status=204)


def _read(text: str, bad: Verdict) -> dict[str, Any]:
    try:
        score = json.loads(text, parse_float=Decimal, parse_constant=lambda name: _refuse(bad))
    except ValueError:
        _refuse(bad)
    needed = ("userId", "timestamp", "activityProgress", "gradingProgress")
    if not isinstance(score, dict) or any(not score.get(name) for name in needed):
        _refuse(bad)
    return score


def _numbers(score: dict[str, Any], bad: Verdict) -> tuple[Decimal | None, Decimal | None]:
    given, maximum = score.get("scoreGiven"), score.get("scoreMaximum")
    if given is not None and maximum is None:
        _refuse(bad)
    return _decimal(given, bad), _decimal(maximum, bad)


def _decimal(value: object, bad: Verdict) -> Decimal | None:
    if value is None:
        return None
    try:
        number_sent = Decimal(str(value))
    except InvalidOperation:
        _refuse(bad)
    return number_sent if number_sent.is_finite() else _refuse(bad)


def _moment(score: dict[str, Any], bad: Verdict) -> datetime:
    return _parsed(str(score["timestamp"])) or _refuse(bad)


def _parsed(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _rescaled(given: Decimal, maximum: Decimal | None, column: Column) -> Decimal:
    # A maximum of 0 means that the score is in the column's points already.
    return given * column.maximum / maximum if maximum else given


def _put(grade: Grade, score: dict[str, Any], raw: Decimal | None, now: datetime) -> None:
    grade.raw, grade.arrived = raw, now
    grade.accepted.append(score)


def _errors(message: str) -> dict[str, Any]:
    return {"errors": {"type": "unprocessable_entity", "message": message}}


def _refuse(verdict: Verdict) -> NoReturn:
    raise _Refused(verdict)


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
