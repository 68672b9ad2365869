"""The launch: login initiation in the frame, the authorization endpoint, and the form that brings the id_token."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Blueprint, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.claims import claims_of
from lti_tool.demo_lms.courses import Course, Link, Registration
from lti_tool.demo_lms.people import Person
from lti_tool.demo_lms.records import Launch
from lti_tool.demo_lms.state import Lms

blueprint = Blueprint("oidc", __name__)
HINT_LIVES = timedelta(minutes=10)
_REQUIRED = ("login_hint", "lti_message_hint", "nonce", "redirect_uri", "scope", "response_type", "response_mode")


@dataclass(frozen=True, kw_only=True)
class LoginCall:
    """A login initiation: what the browser is to send to the tool, and how."""

    method: str
    url: str
    fields: dict[str, str]


class Refused(Exception):
    """The authorization request is refused; ``shown_here``: on our own page, else by an error sent to the tool."""

    def __init__(self, error: str, description: str, *, shown_here: bool = False) -> None:
        super().__init__(error)
        self.error, self.description, self.shown_here = error, description, shown_here


def begin(lms: Lms, course: Course, link: Link, person: Person, *, document_target: str = "iframe") -> LoginCall:
    """Note a click on a link and return the login initiation for it; its message hint can be used once.

    Source: 1EdTech Security Framework 1.0 section 5.1.1; Moodle 4.5.6, Canvas.
    """
    launch = Launch(course=course, link=link, person=person, document_target=document_target, begun=lms.now())
    return begin_launch(lms, launch)


def begin_launch(lms: Lms, launch: Launch) -> LoginCall:
    """Do the same for a launch of any kind: a link, choosing content, a review from the gradebook."""
    course, link, person = launch.course, launch.link, launch.person
    launch_id = f"ltilaunch{link.id}_{secrets.randbelow(10**9)}" if course.rules.numeric_ids else secrets.token_hex(32)
    with lms.lock:
        lms.launches = {key: kept for key, kept in lms.launches.items() if lms.now() - kept.begun <= HINT_LIVES}
        lms.launches[launch_id] = launch
    fields = {
        "iss": lms.issuer,
        "target_link_uri": link.url or lms.launch_url,
        "login_hint": person.sub(course.rules),
        "lti_message_hint": _hint(lms, course, launch_id),
        "client_id": course.registration.client_id,
        "lti_deployment_id": course.registration.deployment_id,
    }
    if course.rules.family == "canvas":
        fields |= {
            "deployment_id": course.registration.deployment_id,
            "canvas_region": "demo",
            "canvas_environment": "prod",
        }
    if course.rules.storage_target:
        fields["lti_storage_target"] = course.rules.storage_target
    method = "POST" if course.rules.login_by_post else "GET"
    return LoginCall(method=method, url=f"{lms.tool_url}{lms.lti_path}/login", fields=fields)


def _hint(lms: Lms, course: Course, launch_id: str) -> str:
    if course.rules.family == "moodle":
        number = launch_id[9:].split("_")[0]
        hint = {"cmid": int(number) + 1} if number else {}
        return json.dumps(hint | {"launchid": launch_id}, separators=(",", ":"))
    ends = int((lms.now() + HINT_LIVES).timestamp())
    return (
        lms.sign({"verifier": launch_id, "context_type": "Course", "exp": ends}) if course.rules.family else launch_id
    )


def _launch_id(hint: str) -> str:
    # Whatever the hint looks like, only the id inside counts: it cannot be guessed.
    if hint.startswith("{"):
        try:
            return str(json.loads(hint)["launchid"])
        except (ValueError, KeyError, TypeError):
            return ""
    if hint.count(".") == 2:
        try:
            return str(jwt.decode(hint, options={"verify_signature": False, "verify_exp": False})["verifier"])
        except (jwt.PyJWTError, KeyError):
            return ""
    return hint


@blueprint.get("/launch/<course_key>/<link_key>/as/<person_key>")
def start(course_key: str, link_key: str, person_key: str) -> ResponseReturnValue:
    """Open a link in a frame or a window: send the browser to the tool's login initiation."""
    lms = current_lms()
    course = lms.courses.get(course_key) or abort(404)
    person = course.people.get(person_key) or abort(404)
    link = course.links.get(link_key) or abort(404)
    target = "window" if request.args.get("target") == "window" else "iframe"
    call = begin(lms, course, link, person, document_target=target)
    note("login", course.registration, 200, f"{person.name} opens “{link.title}”")
    return go(call)


def go(call: LoginCall) -> ResponseReturnValue:
    """Send the browser on to the tool, as the platform's family does."""
    if call.method == "GET":
        return redirect(f"{call.url}?{urlencode(call.fields)}")
    return form_page(call.url, call.fields, "Opening the activity")


@blueprint.route("/lti/authorize", methods=["GET", "POST"])
def authorize() -> ResponseReturnValue:
    """Answer the tool's authentication request with an id_token or an error.

    Source: 1EdTech Security Framework 1.0 section 5.1.1.2-3; Moodle 4.5.6 ``auth.php`` (each rule tried
    2026-11-22); Canvas ``authentication_controller.rb``.
    """
    lms = current_lms()
    asked = request.values.to_dict()
    client = lms.clients.get(asked.get("client_id", ""))
    if client is None or asked.get("redirect_uri") != lms.launch_url:
        note("authorize", client, 404, "unknown client or redirect URI")
        return _invalid_request()
    try:
        launch = _checked(lms, client, asked)
    except Refused as refused:
        note("authorize", client, 404 if refused.shown_here else 200, f"{refused.error}: {refused.description}")
        if refused.shown_here:
            return _invalid_request()
        fields = {"error": refused.error, "error_description": refused.description}
        return form_page(lms.launch_url, fields | _state(asked), "Returning to the activity")
    claims = claims_of(lms, launch, asked["nonce"])
    note("authorize", client, 200, f"id_token for {launch.person.name}")
    return form_page(lms.launch_url, {"id_token": lms.sign(claims)} | _state(asked), "Opening the activity")


def _checked(lms: Lms, client: Registration, asked: dict[str, str]) -> Launch:
    own_page = client.rules.refuses_on_own_page
    missing = [name for name in _REQUIRED if not asked.get(name)]
    if missing or asked["scope"] != "openid":
        raise Refused("invalid_request", f"missing {', '.join(missing)}" if missing else "scope", shown_here=own_page)
    launch_id = _launch_id(asked["lti_message_hint"])
    with lms.lock:
        launch = lms.launches.get(launch_id)
        if client.rules.hint_dies_on_reading:
            lms.launches.pop(launch_id, None)
    if launch is None or lms.now() - launch.begun > HINT_LIVES:
        description = "The launch has either expired or already been consumed"
        raise Refused("launch_no_longer_valid", description, shown_here=own_page)
    _check_rest(client, launch, asked)
    with lms.lock:
        lms.launches.pop(launch_id, None)
    return launch


def _check_rest(client: Registration, launch: Launch, asked: dict[str, str]) -> None:
    if asked["response_type"] != "id_token" or asked["response_mode"] != "form_post":
        raise Refused("invalid_request", "Response type id_token and mode form_post are needed")
    if asked.get("prompt", "" if client.rules.family != "moodle" else "none") != "none":
        raise Refused("invalid_request", "Prompt must be none")
    if launch.course.registration.client_id != client.client_id:
        raise Refused("unauthorized_client", "The launch was begun for another client")
    if asked["login_hint"] != launch.person.sub(client.rules):
        raise Refused("access_denied", "The login hint is not the person who is signed in")


def _state(asked: dict[str, str]) -> dict[str, str]:
    return {"state": asked["state"]} if "state" in asked else {}


def form_page(action: str, fields: dict[str, Any], title: str) -> ResponseReturnValue:
    """Return a page whose one form sends itself."""
    answer = make_response(render_template("form_post.html", action=action, fields=fields, title=title))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _invalid_request() -> ResponseReturnValue:
    return render_template("invalid_request.html"), 404
