"""Names and roles: the roster of a course."""

from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo_lms import addresses
from lti_tool.demo_lms.access import answer, refusal, service, wrong_media_type
from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.courses import Course
from lti_tool.demo_lms.paging import paged
from lti_tool.demo_lms.people import Person, roster_roles

blueprint = Blueprint("nrps", __name__)
_MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@service("members", addresses.ROSTER)
def list_members(course: Course, **_: str) -> Response:
    """List the people of a course (NRPS 2.0 section 2).

    Source: Moodle 4.5.6 (short role names, any Accept header, unknown ``rlid`` is a 404); Canvas (at most 50 a
    page, an unknown role gives nobody).
    """
    strict = not course.rules.family
    if strict and (wrong := wrong_media_type(course, accept=_MEMBERS)):
        return wrong
    link_id = request.args.get("rlid")
    if link_id and link_id not in {link.id for link in course.links.values()}:
        return refusal(course, 404, f"Not Found: LTI link {link_id} doesn't exist")
    lms = current_lms()
    with lms.lock:
        people = [person for person in course.people.values() if roster_roles(person, course.rules)]
    role = request.args.get("role")
    if role:
        people = [person for person in people if _has_role(person, course, role)]
    url = addresses.members(lms, course)
    page, link = paged(people, course, url)
    body = {
        "id": url,
        "context": {"id": course.id, "label": course.label, "title": course.title},
        "members": [_member(person, course) for person in page],
    }
    return answer(body, 200, _MEMBERS, link=link)


for _path in (
    "/mod/lti/services.php/CourseSection/<course_id>/bindings/<deployment>/memberships",
    "/api/lti/courses/<course_id>/names_and_roles",
):
    blueprint.add_url_rule(_path, view_func=list_members, methods=["GET"])


def _has_role(person: Person, course: Course, role: str) -> bool:
    roles = roster_roles(person, course.rules)
    return role in roles or (course.rules.family == "moodle" and role.rpartition("#")[2] in roles)


def _member(person: Person, course: Course) -> dict[str, Any]:
    member: dict[str, Any] = {
        "status": "Active",
        "roles": roster_roles(person, course.rules),
        "user_id": person.sub(course.rules),
        "name": person.name,
        "given_name": person.given,
        "family_name": person.family,
        "email": person.email,
    }
    if course.rules.family == "moodle":
        member |= {"lis_person_sourcedid": "", "ext_user_username": person.key}
    return member
