"""What an instructor does with the tool in a course: choose content, add it by hand, copy the course, review work."""

import json
import secrets
from dataclasses import replace
from itertools import count
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms import frames
from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.courses import Course, Link
from lti_tool.demo_lms.oidc import LoginCall, begin_launch, go
from lti_tool.demo_lms.pages import own_forms_only
from lti_tool.demo_lms.people import Part, Person, opaque
from lti_tool.demo_lms.records import Chooser, Launch
from lti_tool.demo_lms.state import Lms

blueprint = Blueprint("choosing", __name__)
blueprint.before_request(own_forms_only)
BUILDERS = (Part.INSTRUCTOR, Part.ADMINISTRATOR)


def begin_choosing(
    lms: Lms, course: Course, person: Person, *, several: bool = True, data: str | None = None
) -> LoginCall:
    """Note that somebody wants to choose content and return the login initiation for it (LTI Deep Linking 2.0)."""
    key = secrets.token_urlsafe(12)
    with lms.lock:
        lms.choosers[key] = Chooser(course=course, person=person, several=several, data=data)
    nowhere = Link(
        key="",
        id=f"_ContentItemSelectionRequest{secrets.randbelow(10**9)}",
        title="",
        custom={},
        graded=False,
        grade_service=False,
    )
    launch = Launch(course=course, link=nowhere, person=person, document_target="iframe", begun=lms.now(), chooser=key)
    return begin_launch(lms, launch)


def begin_review(lms: Lms, course: Course, column_id: str, learner: Person, person: Person) -> LoginCall:
    """Note a click on a learner's grade and return the login initiation for it (LTI Submission Review 1.0)."""
    column = course.columns[column_id]
    link = next(each for each in course.links.values() if each.id == column.link_id)
    launch = Launch(course=course, link=link, person=person, document_target="iframe", begun=lms.now(), learner=learner)
    return begin_launch(lms, launch)


def copy_course(lms: Lms, course: Course) -> Course:
    """Return a copy: new ids everywhere, the same content and columns, nobody's grades.

    Source: Moodle 4.5.6, backup and restore, measured 2026-11-22; Canvas course copy, read in 2026.
    """
    with lms.lock:
        number = next(n for n in count(2) if f"{course.key}-{n}" not in lms.courses)
        key = f"{course.key}-{number}"
        fresh_id = str(max(_numbers(lms)) + 1) if course.rules.numeric_ids else opaque(f"course/{key}")
        links = {
            each.key: replace(each, id=_new_link_id(lms, course, key, each, n))
            for n, each in enumerate(course.links.values(), 1)
        }
        made = replace(
            course,
            key=key,
            id=fresh_id,
            title=f"{course.title} (copy {number - 1})",
            links=links,
            removed={},
            columns={},
            grades={},
            history=(course.id, *course.history),
        )
        lms.courses[key] = made
        renamed = {old.id: links[old.key].id for old in course.links.values()}
        for column in list(course.columns.values()):
            values = {
                name: getattr(column, name) for name in ("label", "maximum", "resource_id", "tag", "own", "locked")
            }
            lms.new_column(made, link_id=renamed.get(column.link_id or ""), **values)
        return made


def add_link(lms: Lms, course: Course, *, title: str, custom: dict[str, str], graded: bool, url: str = "") -> Link:
    """Add an activity that opens the tool to a course; the lock must be held, a graded one still lacks its column."""
    number = next(n for n in count(1) if f"added-{n}" not in course.links)
    link = Link(
        key=f"added-{number}",
        id=_new_link_id(lms, course, course.key, None, number),
        title=title,
        custom=custom,
        graded=graded,
        grade_service=True,
        url=url,
    )
    course.links[link.key] = link
    return link


def _numbers(lms: Lms) -> list[int]:
    return [int(each.id) for each in lms.courses.values() if each.id.isdecimal()]


def _new_link_id(lms: Lms, course: Course, key: str, old: Link | None, number: int) -> str:
    if not course.rules.numeric_ids:
        return opaque(f"link/{key}/{old.key if old else f'added-{number}'}")
    used = [int(link.id) for each in lms.courses.values() for link in each.links.values() if link.id.isdecimal()]
    return str(max(used) + number)


@blueprint.get("/courses/<course_key>/as/<person_key>/choose")
def choose_page(course_key: str, person_key: str) -> ResponseReturnValue:
    """Show the tool's picker in a frame."""
    course, person = _builder(course_key, person_key)
    several = request.args.get("several", "yes")
    return render_template("choose.html", course=course, person=person, several=several, frame=_frame(course))


@blueprint.get("/choose/<course_key>/as/<person_key>")
def choose(course_key: str, person_key: str) -> ResponseReturnValue:
    """Open the picker: send the browser to the tool's login initiation."""
    course, person = _builder(course_key, person_key)
    note("login", course.registration, 200, f"{person.name} chooses content")
    data = None if course.rules.family == "moodle" else json.dumps({"placement": "course", "note": "þæt ✓"})
    several = request.args.get("several") != "no"
    return go(begin_choosing(current_lms(), course, person, several=several, data=data))


@blueprint.post("/courses/<course_key>/as/<person_key>/by-hand")
def by_hand(course_key: str, person_key: str) -> ResponseReturnValue:
    """Add the tool as it is: no choice of content, and no column where the platform's default has none.

    Source: Moodle 4.5.6, measured 2026-11-22: after dynamic registration "accept grades" is not ticked.
    """
    course, _person = _builder(course_key, person_key)
    lms = current_lms()
    with lms.lock:
        add_link(lms, course, title="Three Steps (added by hand)", custom={}, graded=False)
    return redirect(url_for("pages.course_page", course_key=course_key, person_key=person_key), 303)


@blueprint.post("/courses/<course_key>/as/<person_key>/copy")
def copy(course_key: str, person_key: str) -> ResponseReturnValue:
    """Copy the course and go to the copy."""
    course, person = _builder(course_key, person_key)
    made = copy_course(current_lms(), course)
    return redirect(url_for("pages.course_page", course_key=made.key, person_key=person.key), 303)


@blueprint.get("/courses/<course_key>/as/<person_key>/grades/<column_id>/<learner_key>/review")
def review_page(course_key: str, person_key: str, column_id: str, learner_key: str) -> ResponseReturnValue:
    """Show the tool's page about one learner's work in a frame."""
    course, person, learner = _review(course_key, person_key, column_id, learner_key)
    column = course.columns[column_id]
    return render_template(
        "review.html", course=course, person=person, column=column, learner=learner, frame=_frame(course)
    )


@blueprint.get("/review/<course_key>/<column_id>/<learner_key>/as/<person_key>")
def review(course_key: str, person_key: str, column_id: str, learner_key: str) -> ResponseReturnValue:
    """Open that page: send the browser to the tool's login initiation."""
    course, person, learner = _review(course_key, person_key, column_id, learner_key)
    note("login", course.registration, 200, f"{person.name} reviews {learner.name}")
    return go(begin_review(current_lms(), course, column_id, learner, person))


def _frame(course: Course) -> dict[str, object]:
    """Return how the frame around the tool behaves, as on the page of an activity."""
    lms = current_lms()
    tool = urlsplit(lms.tool_url)
    return {
        "origin": f"{tool.scheme}://{tool.netloc}",
        "storage": frames.address(lms) if course.rules.storage_target else "",
        "page_settings": lms.page_settings,
        "answers": lms.storage != "silent",
    }


def _builder(course_key: str, person_key: str) -> tuple[Course, Person]:
    course = current_lms().courses.get(course_key) or abort(404)
    person = course.people.get(person_key) or abort(404)
    if person.part not in BUILDERS:
        abort(403)
    return course, person


def _review(course_key: str, person_key: str, column_id: str, learner_key: str) -> tuple[Course, Person, Person]:
    course = current_lms().courses.get(course_key) or abort(404)
    person = course.people.get(person_key) or abort(404)
    learner = course.people.get(learner_key) or abort(404)
    column = course.columns.get(column_id) or abort(404)
    if column.link_id is None or not (person.teaches or person == learner):
        abort(403)
    return course, person, learner
