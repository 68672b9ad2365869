"""What a launch says: the claims of an id_token, shaped as the platform's family shapes them."""

import json
import secrets
from typing import Any

from lti_tool.demo_lms import addresses
from lti_tool.demo_lms.courses import Course, Link
from lti_tool.demo_lms.people import Person, launch_roles, opaque
from lti_tool.demo_lms.records import Launch
from lti_tool.demo_lms.state import Lms

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def launch_claims(
    lms: Lms, course: Course, link: Link, person: Person, *, nonce: str, document_target: str = "iframe"
) -> dict[str, Any]:
    """Return the claims of a resource link launch.

    Source: LTI Core 1.3 section 5; shapes of Moodle 4.5.6 (measured 2026-11-22) and Canvas (documentation, 2026).
    """
    issued = int(lms.now().timestamp())
    claims = {
        "nonce": nonce,
        "iat": issued,
        "exp": issued + course.rules.id_token_seconds,
        "iss": lms.issuer,
        "aud": course.registration.client_id,
        "sub": person.sub(course.rules),
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "version": "1.3.0",
        CLAIM + "deployment_id": course.registration.deployment_id,
        CLAIM + "target_link_uri": link.url or lms.launch_url,
        CLAIM + "roles": launch_roles(person, course.rules),
        CLAIM + "context": _context(course),
        CLAIM + "resource_link": {"id": link.id, "title": link.title},
        CLAIM + "custom": {"context_history": ",".join(course.history), **link.custom},
        CLAIM + "launch_presentation": _presentation(lms, course, link, person, document_target),
        **_name(person),
        **_grade_service(lms, course, link),
        NRPS_CLAIM: {"context_memberships_url": addresses.members(lms, course), "service_versions": ["2.0"]},
    }
    if course.rules.family == "moodle":
        return _as_moodle(lms, claims, course, link, person)
    return _as_canvas(claims, course, person) if course.rules.family == "canvas" else claims


def claims_of(lms: Lms, launch: Launch, nonce: str) -> dict[str, Any]:
    """Return the claims of a launch of any kind."""
    course, link, person = launch.course, launch.link, launch.person
    claims = launch_claims(lms, course, link, person, nonce=nonce, document_target=launch.document_target)
    if launch.chooser:
        return _as_choosing(lms, claims, launch)
    if launch.learner:
        claims[CLAIM + "message_type"] = "LtiSubmissionReviewRequest"
        claims[CLAIM + "for_user"] = {"user_id": launch.learner.sub(course.rules)}
    return claims


def _as_choosing(lms: Lms, claims: dict[str, Any], launch: Launch) -> dict[str, Any]:
    """Make a deep linking request of it.

    Source: LTI Deep Linking 2.0 section 3; Moodle 4.5.6, measured 2026-11-22 (no data, no roster, no link, of the
    presentation only the locale).
    """
    moodle = launch.course.rules.family == "moodle"
    chooser = lms.choosers[launch.chooser]
    for name in (
        CLAIM + "resource_link",
        AGS_CLAIM,
        NRPS_CLAIM,
        "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome",
    ):
        claims.pop(name, None)
    claims[CLAIM + "message_type"] = "LtiDeepLinkingRequest"
    if moodle:
        claims[CLAIM + "launch_presentation"] = {"locale": "en"}
    claims[DEEP_LINKING + "deep_linking_settings"] = {
        "deep_link_return_url": f"{lms.base_url}/content/{launch.chooser}",
        "accept_types": ["ltiResourceLink"] if moodle else ["link", "ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_multiple": chooser.several,
        "auto_create": False,
        **({"title": "", "text": ""} if moodle else {}),
        **({} if chooser.data is None else {"data": chooser.data}),
    }
    return claims


def _context(course: Course) -> dict[str, Any]:
    # The short name is deprecated by LTI Core 1.3 and still what Moodle sends.
    moodle = course.rules.family == "moodle"
    kind = "CourseSection" if moodle else "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
    return {"id": course.id, "label": course.label, "title": course.title, "type": [kind]}


def _name(person: Person) -> dict[str, str]:
    names = {"name": person.name, "given_name": person.given, "family_name": person.family, "email": person.email}
    return {claim: value for claim, value in names.items() if value}


def _presentation(lms: Lms, course: Course, link: Link, person: Person, document_target: str) -> dict[str, Any]:
    back = f"{lms.base_url}/courses/{course.key}/as/{person.key}"
    if course.rules.family == "moodle":
        back += f"?launch_container=3&instanceid={link.id}&sesskey={secrets.token_urlsafe(7)}"
    return {"locale": "en", "document_target": document_target, "return_url": back}


def _grade_service(lms: Lms, course: Course, link: Link) -> dict[str, Any]:
    if not link.grade_service:
        return {}
    allowed = course.registration.scopes
    endpoint: dict[str, Any] = {
        "scope": [scope for scope in addresses.GRADE_SCOPES if allowed is None or scope in allowed],
        "lineitems": addresses.line_items(lms, course),
    }
    columns = course.columns_of(link)
    own = [column for column in columns if column.own]
    if course.rules.family == "moodle" and len(columns) == 1 and not own:
        endpoint["lineitem"] = ""  # seen on Moodle 4.5.6 once the tool made the only item of a link
    elif course.rules.family == "canvas" and own:
        endpoint["lineitem"] = addresses.line_item(lms, course, own[0])
    elif len(columns) == 1:
        endpoint["lineitem"] = addresses.line_item(lms, course, columns[0])
    return {AGS_CLAIM: endpoint}


def _as_moodle(lms: Lms, claims: dict[str, Any], course: Course, link: Link, person: Person) -> dict[str, Any]:
    sourced = {"data": {"instanceid": link.id, "userid": claims["sub"], "typeid": "1"}, "hash": secrets.token_hex(32)}
    claims[CLAIM + "lis"] = {"person_sourcedid": "", "course_section_sourcedid": ""}
    claims[CLAIM + "resource_link"]["description"] = ""
    claims[CLAIM + "ext"] = {"user_username": person.key, "lms": "moodle-2"}
    claims[CLAIM + "tool_platform"] = {
        "product_family_code": "moodle",
        "version": "2024100706",
        "guid": opaque("moodle").replace("-", ""),
        "name": "demo",
        "description": "Demo LMS with Moodle-like rules",
    }
    claims[CLAIM + "custom"]["context_memberships_url"] = addresses.members(lms, course)
    claims[NRPS_CLAIM]["service_versions"] = ["1.0", "2.0"]
    claims["https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"] = {
        "lis_result_sourcedid": json.dumps(sourced),
        "lis_outcome_service_url": f"{lms.base_url}/mod/lti/service.php",
    }
    return claims


def _as_canvas(claims: dict[str, Any], course: Course, person: Person) -> dict[str, Any]:
    claims["azp"] = course.registration.client_id
    claims[CLAIM + "custom"]["post_message_token"] = opaque(f"frame/{course.key}")
    claims["locale"] = "en"
    claims["picture"] = None
    claims["errors"] = {"errors": {}}
    claims["https://www.instructure.com/placement"] = None
    claims[CLAIM + "lti11_legacy_user_id"] = opaque(f"legacy/{person.key}").replace("-", "")
    claims[CLAIM + "lis"] = {"person_sourcedid": None, "course_offering_sourcedid": None}
    claims[CLAIM + "context"]["validation_context"] = None
    claims[CLAIM + "resource_link"] |= {"description": None, "validation_context": None}
    claims[CLAIM + "launch_presentation"] |= {"height": 800, "width": 800}
    claims[CLAIM + "tool_platform"] = {
        "guid": opaque("canvas").replace("-", ""),
        "name": "Demo LMS with Canvas-like rules",
        "version": "cloud",
        "product_family_code": "canvas",
    }
    return claims
