"""Dynamic registration, the platform's side: its description, and the endpoint where a tool registers itself."""

import json
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.addresses import GRADE_SCOPES, ROSTER
from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.courses import Registration
from lti_tool.demo_lms.faults import troubled
from lti_tool.demo_lms.records import Install
from lti_tool.demo_lms.rules import CANVAS, MOODLE, Rules
from lti_tool.demo_lms.state import Lms

blueprint = Blueprint("registering", __name__)
MOODLE_CONFIGURATION = "/mod/lti/openid-configuration.php"
CANVAS_CONFIGURATION = "/api/lti/security/openid-configuration"
_MOODLE_REGISTRATION = "/mod/lti/openid-registration.php"
_CANVAS_REGISTRATION = "/api/lti/registrations"
_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_CANVAS_PLACES = ["assignment_selection", "link_selection", "course_assignments_menu", "editor_button"]


class Refused(Exception):
    """The registration is not made."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status, self.word = status, word


def begin_install(lms: Lms, address: str, rules: Rules, *, update: str | None = None) -> Install:
    """Note that an administrator adds a tool; ``update`` is the client id of one that is to register anew.

    Source: Moodle 4.5.6 (the token names the client id to be, lives an hour, works once; measured 2026-11-22).
    """
    client_id = update or secrets.token_urlsafe(11)
    claims = {
        "sub": client_id,
        "scope": "reg-update" if update else "reg",
        "iat": int(lms.now().timestamp()),
        "exp": int((lms.now() + timedelta(hours=1)).timestamp()),
        "jti": secrets.token_hex(8),
    }
    with lms.lock:
        install = lms.installs.get(client_id) or Install(client_id=client_id, rules=rules, address=address)
        install.address, install.token, install.is_token_used = address, lms.sign(claims), False
        lms.installs[client_id] = install
    return install


def configuration_url(lms: Lms, rules: Rules) -> str:
    """Return where the platform describes itself."""
    return lms.base_url + (CANVAS_CONFIGURATION if rules.family == "canvas" else MOODLE_CONFIGURATION)


@blueprint.get(MOODLE_CONFIGURATION)
@troubled("configuration")
def moodle_configuration() -> ResponseReturnValue:
    """Describe the platform to anybody, as Moodle does."""
    note("configuration", None, 200, "Moodle-like")
    return _json(_configuration(current_lms(), MOODLE, _MOODLE_REGISTRATION), 200)


@blueprint.get(CANVAS_CONFIGURATION)
@troubled("configuration")
def canvas_configuration() -> ResponseReturnValue:
    """Describe the platform to a tool that is being added; without its token there is no answer (Canvas)."""
    install = _install(current_lms())
    if install is None or install.rules.family != "canvas":
        note("configuration", None, 401, "Canvas-like, without a registration token")
        return _json({"errorMessage": "JWT is missing"}, 401)
    note("configuration", None, 200, "Canvas-like")
    return _json(_configuration(current_lms(), CANVAS, _CANVAS_REGISTRATION), 200)


@blueprint.post(_MOODLE_REGISTRATION)
@troubled("registration")
def moodle_registration() -> ResponseReturnValue:
    """Register the tool by Moodle's rules; it stays pending until it is activated.

    Source: Moodle 4.5.6, every refusal measured 2026-11-22.
    """
    lms = current_lms()
    try:
        install = _token_holder(lms, missing="missing_registration_token")
        answer = _registered_at_moodle(lms, install, request.get_json(force=True, silent=True))
    except Refused as refused:
        note("registration", None, refused.status, refused.word)
        return Response(refused.word, status=refused.status, mimetype="text/html")
    note("registration", install.registration, 200, "registered")
    return _json(answer, 200)


@blueprint.post(_CANVAS_REGISTRATION)
@troubled("registration")
def canvas_registration() -> ResponseReturnValue:
    """Register the tool by Canvas's rules: the answer names no deployment, which comes with the installation."""
    lms = current_lms()
    try:
        install = _token_holder(lms, missing="JWT is missing")
        sent = request.get_json(force=True, silent=True)
        answer = _registered_at_canvas(lms, install, sent)
    except Refused as refused:
        note("registration", None, refused.status, refused.word)
        return _json({"errors": [refused.word]}, refused.status)
    note("registration", install.registration, 200, "registered")
    return _json(answer, 200)


def _configuration(lms: Lms, rules: Rules, registration: str) -> dict[str, Any]:
    canvas = rules.family == "canvas"
    places = _CANVAS_PLACES if canvas else ["ContentArea"]
    platform: dict[str, Any] = {
        "product_family_code": rules.family,
        "version": "vCloud" if canvas else "4.5.6 (Build: 20250811)",
        "messages_supported": [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "placements": places},
        ],
        "variables": ["Context.id", "Context.id.history", "ResourceLink.id", "Person.name.full"],
    }
    if canvas:
        platform["https://canvas.instructure.com/lti/account_name"] = "Demo College"
    return {
        "issuer": lms.issuer,
        "token_endpoint": f"{lms.base_url}/lti/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": f"{lms.base_url}/lti/jwks",
        "authorization_endpoint": f"{lms.base_url}/lti/authorize",
        "registration_endpoint": lms.base_url + registration,
        "scopes_supported": [*GRADE_SCOPES, ROSTER, "openid"],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        _PLATFORM: platform,
    }


def _install(lms: Lms) -> Install | None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    found = (each for each in lms.installs.values() if each.token == value)
    return next(found, None) if kind.lower() == "bearer" and value else None


def _token_holder(lms: Lms, *, missing: str) -> Install:
    if not request.headers.get("Authorization"):
        raise Refused(401, missing)
    install = _install(lms)
    if install is None:
        raise Refused(404, "<!DOCTYPE html><html lang='en'><title>Error</title><p>Not found</html>")
    if install.is_token_used:
        raise Refused(401, "token_already_used")
    return install


def _registered_at_moodle(lms: Lms, install: Install, sent: Any) -> dict[str, Any]:
    sent = sent if isinstance(sent, dict) else {}
    for name in ("response_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri"):
        if not sent.get(name):
            raise Refused(400, f"missing required attribute {name}")
    if not isinstance(sent["redirect_uris"], list):
        raise Refused(400, "invalid_redirect_uris")
    if sent.get("token_endpoint_auth_method") != "private_key_jwt":
        raise Refused(400, "invalid_token_endpoint_auth_method")
    tool = sent.get(_TOOL, {})
    if not tool.get("domain"):
        raise Refused(400, "missing_domain")
    target = tool.get("target_link_uri") or f"https://{tool['domain']}"
    if urlsplit(target).netloc != tool["domain"]:
        raise Refused(400, "domain_targetlinkuri_mismatch")
    known = install.registration
    deployment_id = known.deployment_id if known else str(len(lms.clients) + 1)
    registration = _registration(lms, install, sent, deployment_id)
    with lms.lock:
        # Launches and tokens work even while a tool is pending; it is only not offered in courses.
        lms.clients[install.client_id] = registration
    kept = [message for message in tool.get("messages", []) if message.get("type") == "LtiDeepLinkingRequest"]
    configuration = {
        "version": "1.3.0",
        "deployment_id": deployment_id,
        "target_link_uri": target,
        "domain": tool["domain"],
        "description": tool.get("description", ""),
        "messages": [{"type": each["type"], "target_link_uri": each.get("target_link_uri", "")} for each in kept],
        "custom_parameters": tool.get("custom_parameters", {}),
        "claims": list(dict.fromkeys(["sub", "iss", *tool.get("claims", [])])),
    }
    return _answer(install, sent, registration, configuration)


def _registered_at_canvas(lms: Lms, install: Install, sent: Any) -> dict[str, Any]:
    sent = sent if isinstance(sent, dict) else {}
    tool = sent.get(_TOOL, {})
    needed = [(sent, name) for name in ("client_name", "initiate_login_uri", "jwks_uri", "redirect_uris")]
    needed += [(tool, name) for name in ("claims", "domain", "messages", "target_link_uri")]
    missing = [name for place, name in needed if not place.get(name)]
    if missing:
        raise Refused(422, f"missing required keys: {', '.join(missing)}")
    registration = _registration(lms, install, sent, f"canvas-{install.client_id}")
    return _answer(install, sent, registration, dict(tool))


def _registration(lms: Lms, install: Install, sent: dict[str, Any], deployment_id: str) -> Registration:
    asked = frozenset(str(sent.get("scope", "")).split()) & {*GRADE_SCOPES, ROSTER}
    kept = asked if lms.scopes_kept is None else asked & lms.scopes_kept
    made = Registration(
        key=f"added-{len(lms.clients)}" if install.registration is None else install.registration.key,
        client_id=install.client_id,
        deployment_id=deployment_id,
        rules=install.rules,
        scopes=kept,
    )
    install.registration, install.request, install.is_token_used = made, sent, True
    return made


def _answer(
    install: Install, sent: dict[str, Any], registration: Registration, configuration: dict[str, Any]
) -> dict[str, Any]:
    names = ("response_types", "jwks_uri", "initiate_login_uri", "grant_types", "redirect_uris", "application_type")
    more = ("token_endpoint_auth_method", "client_name", "logo_uri")
    return {
        "client_id": install.client_id,
        **{name: sent[name] for name in (*names, *more) if name in sent},
        "scope": " ".join(sorted(registration.scopes or ())),
        _TOOL: configuration,
    }


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")
