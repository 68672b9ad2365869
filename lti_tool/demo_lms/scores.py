"""What a score does to a grade, by the rules of each platform family."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lti_tool.demo_lms.courses import Column, Course, Grade
from lti_tool.demo_lms.score_reading import ScoreRefused, Verdict, member, moment, numbers, parsed, read_score, refuse

_CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


def post_score(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    """Apply a score, as JSON text, to the gradebook; the lock must be held.

    Source: AGS 2.0 section 3.4; Moodle 4.5.6, every row of its table measured 2026-11-22; Canvas
    ``scores_controller.rb``, read 2026.
    """
    by_family = {"moodle": _moodle, "canvas": _canvas}
    try:
        return by_family.get(course.rules.family, _strict)(course, column, text, now)
    except ScoreRefused as refused:
        return refused.verdict


def _moodle(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    bad = Verdict(status=400, reason=f"Incorrect score received{text}", body=[])
    score = read_score(text, bad)
    given, maximum = numbers(score, bad)
    when = moment(score, bad).replace(microsecond=0)
    if not str(score["userId"]).isdigit():
        # Moodle's status line is not valid then, and the web server in front of it says so.
        return Verdict(status=502, reason="Bad Gateway", body=[])
    person = course.gradable(str(score["userId"])) or refuse(bad)
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
        # Moodle keeps five decimals, before it rescales: 1/3 of 1 becomes 6.6666 of 20.
        _put(grade, score, _rescaled(round(given, 5), maximum, column), now)
        if not grade.set_by_person:
            grade.final = min(max(grade.raw or Decimal(0), Decimal(0)), column.maximum)
        grade.timestamp = when
    grade.comments = [str(score["comment"])] if score.get("comment") else []
    return Verdict(status=200)


def _canvas(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    bad = Verdict(status=400, reason="Missing or malformed parameter", body=_errors("Missing or malformed parameter"))
    score = read_score(text, bad)
    without_maximum = "ScoreMaximum must be supplied when scoreGiven is present"
    given, maximum = numbers(score, Verdict(status=422, body=_errors(without_maximum)))
    when = moment(score, bad)
    stranger = Verdict(status=422, body=_errors("User not found in course or is not a student"))
    person = course.gradable(str(score["userId"])) or refuse(stranger)
    grade = course.grade(column.id, person.key)
    if grade.timestamp is not None and when < grade.timestamp:
        return Verdict(status=400, body=_errors("Timestamp is before last updated timestamp"))
    extension = member(score, _CANVAS_SUBMISSION)
    submitted = extension.get("submitted_at") or member(score, "submission").get("submittedAt")
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


def _check_canvas_submission(
    column: Column, grade: Grade, extension: dict[str, Any], submitted: str | None, now: datetime
) -> None:
    if submitted is not None:
        at = parsed(str(submitted))
        if at is None or at > now + timedelta(minutes=1):
            refuse(Verdict(status=400, body=_errors("Provided submitted_at timestamp is invalid or in the future")))
    exhausted = column.attempts_allowed is not None and grade.attempts >= column.attempts_allowed
    if exhausted and _new_attempt(grade, extension, submitted):
        refuse(Verdict(status=422, body=_errors("The maximum number of allowed attempts has been reached")))
    if grade.locked or column.locked:
        refuse(Verdict(status=422, body=_errors("This grade is in a closed grading period")))


def _new_attempt(grade: Grade, extension: dict[str, Any], submitted: str | None) -> bool:
    unwanted = extension.get("new_submission") is False or extension.get("submission_type") == "none"
    return not unwanted and (submitted is None or submitted != grade.submitted_at)


def _strict(course: Course, column: Column, text: str, now: datetime) -> Verdict:
    bad = Verdict(status=400, body=_errors("The score does not follow AGS 2.0"))
    score = read_score(text, bad)
    given, maximum = numbers(score, bad)
    if (given is not None and given < 0) or (maximum is not None and maximum <= 0):
        return bad
    when = moment(score, bad)
    person = course.gradable(str(score["userId"])) or refuse(Verdict(status=404, body=_errors("No such learner")))
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


def _rescaled(given: Decimal, maximum: Decimal | None, column: Column) -> Decimal:
    # A maximum of 0 means that the score is in the column's points already.
    return given * column.maximum / maximum if maximum else given


def _put(grade: Grade, score: dict[str, Any], raw: Decimal | None, now: datetime) -> None:
    grade.raw, grade.arrived = raw, now
    grade.accepted.append(score)


def _errors(message: str) -> dict[str, Any]:
    return {"errors": {"type": "unprocessable_entity", "message": message}}
