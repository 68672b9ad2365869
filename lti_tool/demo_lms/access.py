"""The door of the services: which course, which bearer token, and how a refusal looks."""

import http
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.courses import Course
from lti_tool.demo_lms.faults import troubled
from lti_tool.demo_lms.records import Call
from lti_tool.demo_lms.rules import MOODLE
from lti_tool.demo_lms.state import Lms

View = Callable[..., Response]


def refusal(course: Course | None, status: int, reason: str = "") -> Response:
    """Return an error answer in the shape of the course's platform family.

    Source: Moodle 4.5.6 (the reason stands in the status line and in a JSON body); Canvas (``errors`` object).
    """
    reason = reason or http.HTTPStatus(status).phrase
    rules = course.rules if course else MOODLE
    if rules.family == "moodle":
        asked = {
            "method": request.method,
            "url": request.full_path.rstrip("?"),
            "accept": request.headers.get("Accept", "*/*"),
            "contentType": request.headers.get("Content-Type", ""),
        }
        body: Any = {"status": status, "reason": reason, "request": asked}
    else:
        body = {"errors": {"type": http.HTTPStatus(status).phrase.lower().replace(" ", "_"), "message": reason}}
    return answer(body, status, "application/json", reason=reason)


def answer(body: Any, status: int, mimetype: str, *, reason: str = "", link: str = "") -> Response:
    """Return JSON (no body for ``None``) with a reason in the status line, if one is given."""
    text = "" if body is None else json.dumps(body)
    line = " ".join(reason.split())[:400].encode("ascii", "replace").decode() or http.HTTPStatus(status).phrase
    response = Response(text, status=f"{status} {line}", content_type=f"{mimetype}; charset=utf-8")
    if link:
        response.headers["Link"] = link
    return response


def service(call: Call, *scopes: str) -> Callable[[View], Callable[..., ResponseReturnValue]]:
    """Guard a service's view: it is called with the course, if the bearer token holds one of ``scopes``."""

    def around(view: View) -> Callable[..., ResponseReturnValue]:
        @troubled(call)
        @wraps(view)
        def inner(course_id: str, **values: str) -> ResponseReturnValue:
            lms = current_lms()
            course = next((c for c in lms.courses.values() if c.id == course_id), None)
            response = _unauthorized(lms, course, scopes)
            if response is None:
                response = view(course, **values) if course else refusal(None, 404)
            client = course.registration if course else None
            note(call, client, response.status_code, response.status, request.get_json(force=True, silent=True))
            return response

        return inner

    return around


def _unauthorized(lms: Lms, course: Course | None, scopes: tuple[str, ...]) -> Response | None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    with lms.lock:
        token = lms.tokens.get(value) if kind.lower() == "bearer" else None
    if token is None or token.expires <= lms.now():
        response = refusal(course, 401)
    elif course is not None and token.registration != course.registration:
        response = refusal(course, 401, "Access Token not linked to a Tool associated with this Context")
    elif not token.scopes & set(scopes):
        response = refusal(course, 403 if course and not course.rules.family else 401, "Insufficient permissions")
    else:
        return None
    if course is not None and course.rules.family != "moodle":
        response.headers["WWW-Authenticate"] = 'Bearer realm="demo"'
    return response


def wrong_media_type(course: Course, *, accept: str = "", content_type: str = "") -> Response | None:
    """Refuse a request whose media types the course's platform does not take.

    Source: Moodle 4.5.6 answers 400 to anything but the very type, also to a missing Accept header.
    """
    if not course.rules.exact_media_types:
        return None
    sent = request.headers.get("Accept", "*/*")
    wrong_accept = bool(accept) and accept not in sent
    wrong_content = bool(content_type) and request.mimetype != content_type
    if not wrong_accept and not wrong_content:
        return None
    if course.rules.family == "moodle":
        any_type = wrong_accept and sent == "*/*"
        reason = "No context or unsupported content type" if any_type else f"No handler found for {request.path}"
        return refusal(course, 400, reason)
    return refusal(course, 406 if wrong_accept else 415)


def gone(course: Course, item: str) -> Response:
    """Refuse because there is no such line item."""
    moodle = course.rules.family == "moodle"
    reason = f"Not Found: Grade item {item} doesn't exist" if moodle else "The specified resource does not exist."
    return refusal(course, 404, reason)
