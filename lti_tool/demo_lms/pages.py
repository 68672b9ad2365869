"""The pages people see: who to be, courses, the activity in its frame, the gradebook, the log."""

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.courses import Column, Course, Grade
from lti_tool.demo_lms.people import Part, Person
from lti_tool.demo_lms.results import set_by_person

blueprint = Blueprint("pages", __name__)


@blueprint.before_request
def own_forms_only() -> None:
    """Refuse forms that another site sends: the framed tool must not be able to set grades."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)


@blueprint.app_template_filter("points")
def points(value: Decimal | None) -> str:
    """Return points with two decimals, or a dash for no grade."""
    return "–" if value is None else f"{value:.2f}"


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """Show the courses and the people to be."""
    lms = current_lms()
    by_client = [
        (client, [course for course in lms.courses.values() if course.registration == client])
        for client in lms.clients.values()
    ]
    return render_template("front.html", by_client=by_client, tool_url=lms.tool_url)


@blueprint.get("/courses/<course_key>/as/<person_key>")
def course_page(course_key: str, person_key: str) -> ResponseReturnValue:
    """Show a course's activities to a person, and what the tool said when it sent them back."""
    course, person = _place(course_key, person_key)
    said = request.args.get("lti_errormsg") or request.args.get("lti_msg")
    return render_template("course.html", course=course, person=person, said=said)


@blueprint.get("/courses/<course_key>/as/<person_key>/activities/<link_key>")
def activity_page(course_key: str, person_key: str, link_key: str) -> ResponseReturnValue:
    """Show an activity: the tool in a frame, in a narrow or a wide column."""
    course, person = _place(course_key, person_key)
    link = course.links.get(link_key) or abort(404)
    tool = urlsplit(current_lms().tool_url)
    return render_template(
        "activity.html",
        course=course,
        person=person,
        link=link,
        narrow=request.args.get("column") == "narrow",
        tool_origin=f"{tool.scheme}://{tool.netloc}",
        page_settings=current_lms().page_settings,
    )


@blueprint.get("/courses/<course_key>/as/<person_key>/grades")
def grades_page(course_key: str, person_key: str) -> ResponseReturnValue:
    """Show the gradebook: everybody's row to staff, their own row to a learner."""
    course, person = _place(course_key, person_key)
    with current_lms().lock:
        rows = _rows(course, person)
    return render_template(
        "grades.html", course=course, person=person, columns=list(course.columns.values()), rows=rows
    )


def _rows(course: Course, viewer: Person) -> list[tuple[Person, list[tuple[Column, Grade]]]]:
    learners = [p for p in course.people.values() if p.part in (Part.LEARNER, Part.TEST)]
    seen = learners if viewer.teaches else [p for p in learners if p == viewer]
    return [
        (p, [(column, course.grades.get((column.id, p.key), Grade())) for column in course.columns.values()])
        for p in seen
    ]


@blueprint.route("/courses/<course_key>/as/<person_key>/grades/<column_id>/<learner_key>", methods=["GET", "POST"])
def grade_page(course_key: str, person_key: str, column_id: str, learner_key: str) -> ResponseReturnValue:
    """Show one grade to an instructor, and let them set it by hand and lock it."""
    course, person = _place(course_key, person_key)
    column = course.columns.get(column_id) or abort(404)
    learner = course.people.get(learner_key) or abort(404)
    if person.part is not Part.INSTRUCTOR:
        abort(403)
    error = ""
    if request.method == "POST":
        error = _change_grade(course, column, learner, request.form)
        if not error:
            return redirect(url_for("pages.grades_page", course_key=course_key, person_key=person_key), 303)
    grade = course.grades.get((column_id, learner_key), Grade())
    page = render_template(
        "grade.html", course=course, person=person, column=column, learner=learner, grade=grade, error=error
    )
    return page, 422 if error else 200


def _change_grade(course: Course, column: Column, learner: Person, form: Any) -> str:
    text = form.get("points", "").strip()
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return f"Enter a number of points between 0 and {points(column.maximum)}, or nothing."
    if value is not None and not (value.is_finite() and 0 <= value <= column.maximum):
        return f"Enter a number of points between 0 and {points(column.maximum)}, or nothing."
    lms = current_lms()
    with lms.lock:
        grade = course.grade(column.id, learner.key)
        if value != grade.final:
            set_by_person(grade, value, lms.now())
        grade.locked = form.get("locked") == "yes"
    return ""


@blueprint.post("/courses/<course_key>/as/<person_key>/people/<learner_key>")
def change_enrolment(course_key: str, person_key: str, learner_key: str) -> ResponseReturnValue:
    """Remove a learner from the course, or enrol them again."""
    course, person = _place(course_key, person_key)
    if person.part is not Part.INSTRUCTOR:
        abort(403)
    here, there = course.people, course.removed
    if request.form.get("enrolled") == "yes":
        here, there = there, here
    with current_lms().lock:
        learner = here.get(learner_key) or abort(404)
        if learner.part is not Part.LEARNER:
            abort(403)
        there[learner_key] = here.pop(learner_key)
    return redirect(url_for("pages.grades_page", course_key=course_key, person_key=person_key), 303)


@blueprint.get("/log")
def log_page() -> ResponseReturnValue:
    """Show what the tool asked of this platform, newest first."""
    lms = current_lms()
    with lms.lock:
        entries = list(lms.log)[:-201:-1]
    return render_template("log.html", entries=entries)


def _place(course_key: str, person_key: str) -> tuple[Course, Person]:
    course = current_lms().courses.get(course_key) or abort(404)
    return course, course.people.get(person_key) or abort(404)
