"""The service addresses of a course, shaped as the platform's family shapes them."""

from lti_tool.demo_lms.courses import Column, Course
from lti_tool.demo_lms.state import Lms

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM = AGS + "lineitem"
LINE_ITEM_READ = AGS + "lineitem.readonly"
RESULTS = AGS + "result.readonly"
SCORE = AGS + "score"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
GRADE_SCOPES = [LINE_ITEM, LINE_ITEM_READ, RESULTS, SCORE]


def line_items(lms: Lms, course: Course) -> str:
    """Return the address of a course's line items."""
    if course.rules.family == "moodle":
        return f"{lms.base_url}/mod/lti/services.php/{course.id}/lineitems?{course.rules.url_query}"
    return f"{lms.base_url}/api/lti/courses/{course.id}/line_items"


def line_item(lms: Lms, course: Course, column: Column, below: str = "") -> str:
    """Return the address of one line item, or of ``below`` (``/scores``, ``/results``) under it."""
    if course.rules.family == "moodle":
        path = f"/mod/lti/services.php/{course.id}/lineitems/{column.id}/lineitem"
        return f"{lms.base_url}{path}{below}?{course.rules.url_query}"
    return f"{lms.base_url}/api/lti/courses/{course.id}/line_items/{column.id}{below}"


def members(lms: Lms, course: Course) -> str:
    """Return the address of a course's roster."""
    if course.rules.family == "moodle":
        deployment = course.registration.deployment_id
        return f"{lms.base_url}/mod/lti/services.php/CourseSection/{course.id}/bindings/{deployment}/memberships"
    return f"{lms.base_url}/api/lti/courses/{course.id}/names_and_roles"
