"""Keys and access tokens: the platform's key set, and the token endpoint with its checks of the tool."""

import http.client
import json
import secrets
import urllib.request
from datetime import timedelta
from typing import Any

import jwt
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from jwt.types import Options

from lti_tool.demo_lms.addresses import GRADE_SCOPES, ROSTER
from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.courses import Registration
from lti_tool.demo_lms.faults import troubled
from lti_tool.demo_lms.records import AccessToken
from lti_tool.demo_lms.state import Lms

blueprint = Blueprint("tokens", __name__)
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SIGNATURE_ONLY: Options = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_sub": False,
    "verify_jti": False,
}
_KEYS_LIVE = timedelta(minutes=5)


class TokenRefused(Exception):
    """No token is handed out."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error, self.description = error, description


@blueprint.get("/lti/jwks")
@troubled("keys")
def keys() -> ResponseReturnValue:
    """Return the platform's public keys."""
    return Response(json.dumps(current_lms().public_keys()), mimetype="application/json")


@blueprint.route("/lti/token", methods=["GET", "POST"])
@troubled("token")
def token() -> ResponseReturnValue:
    """Hand out an access token for a signed assertion.

    Source: 1EdTech Security Framework 1.0 section 4; Moodle 4.5.6 ``token.php`` (measured 2026-11-22: JSON comes
    as text/html, errors are 400, the audience and jti are not checked).
    """
    lms = current_lms()
    client: Registration | None = None
    try:
        client, assertion = _client(lms)
        _verify(lms, client, assertion)
        asked = request.form.get("scope", "")
        allowed = {*GRADE_SCOPES, ROSTER} if client.scopes is None else client.scopes
        granted = sorted(set(asked.split()) & allowed)
        if not granted:
            raise TokenRefused("invalid_scope" if asked else "invalid_request")
    except TokenRefused as refused:
        note("token", client, 400, f"{refused.error} {refused.description}".strip())
        return _refusal(client, refused)
    value = secrets.token_hex(16)
    expires = lms.now() + timedelta(seconds=lms.token_seconds)
    with lms.lock:
        lms.tokens = {key: kept for key, kept in lms.tokens.items() if kept.expires > lms.now()}
        lms.tokens[value] = AccessToken(registration=client, scopes=frozenset(granted), expires=expires)
    note("token", client, 200, " ".join(scope.rsplit("/", 1)[-1] for scope in granted))
    answer = {
        "access_token": value,
        "token_type": "Bearer",
        "expires_in": lms.token_seconds,
        "scope": " ".join(granted),
    }
    return _json(client, answer, 200)


def _client(lms: Lms) -> tuple[Registration, str]:
    form = request.form
    if request.method != "POST" or not form.get("client_assertion"):
        raise TokenRefused("invalid_request")
    if form.get("grant_type") != "client_credentials":
        raise TokenRefused("unsupported_grant_type")
    if form.get("client_assertion_type") != _ASSERTION:
        raise TokenRefused("invalid_request", "client_assertion_type")
    try:
        claims = jwt.decode(form["client_assertion"], options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise TokenRefused("invalid_request", str(error)) from error
    client = lms.clients.get(str(claims.get("sub")))
    if client is None or claims.get("iss") != claims.get("sub"):
        raise TokenRefused("invalid_client")
    return client, form["client_assertion"]


def _verify(lms: Lms, client: Registration, assertion: str) -> None:
    moodle = client.rules.family == "moodle"
    header = jwt.get_unverified_header(assertion)
    if header.get("alg") != "RS256":
        raise TokenRefused("invalid_client", "Algorithm not supported")
    claims = signed_claims(lms, header.get("kid"), assertion)
    now = int(lms.now().timestamp())
    leeway = 0 if moodle else 60
    if int(claims.get("iat", now if moodle else 0)) > now + leeway:
        raise TokenRefused("invalid_client", f"Cannot handle token with iat prior to {claims['iat']}")
    if int(claims.get("exp", now + 60 if moodle else 0)) <= now - leeway:
        raise TokenRefused("invalid_client", "Expired token")
    if not moodle:
        _check_strictly(lms, claims)


def _check_strictly(lms: Lms, claims: dict[str, Any]) -> None:
    audience = claims.get("aud")
    if f"{lms.base_url}/lti/token" not in (audience if isinstance(audience, list) else [audience]):
        raise TokenRefused("invalid_client", "the aud is invalid")
    if not claims.get("jti") or "iat" not in claims:
        raise TokenRefused("invalid_client", "the jti or iat is missing")


def signed_claims(lms: Lms, kid: str | None, assertion: str) -> dict[str, Any]:
    """Return the claims that the tool signed; nothing but the signature is looked at.

    :raise TokenRefused: no key of the tool's fits.
    """
    # The second round has fetched the tool's keys again: so a rotated key works at once.
    error = "Signature verification failed"
    for fresh in (False, True):
        found = _tool_keys(lms, fresh=fresh).get(str(kid))
        if found is None:
            error = '"kid" invalid, unable to lookup correct key'
            continue
        try:
            claims: dict[str, Any] = jwt.decode(assertion, found, algorithms=["RS256"], options=_SIGNATURE_ONLY)
        except jwt.PyJWTError:
            continue
        return claims
    raise TokenRefused("invalid_client", error)


def _tool_keys(lms: Lms, *, fresh: bool) -> dict[str, Any]:
    if lms.tool_keys and not fresh and lms.now() - lms.tool_keys[0] < _KEYS_LIVE:
        return lms.tool_keys[1]
    url = f"{lms.tool_url}{lms.lti_path}/jwks.json"
    # A proxy of the machine must not see, and could not reach, a tool on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            key_set = jwt.PyJWKSet.from_json(answer.read(256 * 1024).decode())
    except (OSError, http.client.HTTPException, ValueError, jwt.PyJWTError) as error:
        raise TokenRefused("invalid_client", f"The tool's keys could not be read: {error}") from error
    found = {str(key.key_id): key.key for key in key_set.keys}
    lms.tool_keys = (lms.now(), found)
    return found


def _refusal(client: Registration | None, refused: TokenRefused) -> Response:
    if client is not None and client.rules.family == "moodle":
        # Moodle does not escape the text: for an unknown kid its answer is not valid JSON.
        text = f'{{\n  "error" : "{refused.description or refused.error}"\n}}'
        return Response(text, status=400, mimetype="text/html")
    body = {"error": refused.error, "error_description": refused.description or refused.error}
    return _json(client, body, 400)


def _json(client: Registration | None, body: dict[str, Any], status: int) -> Response:
    moodle = client is not None and client.rules.family == "moodle"
    mimetype = "text/html" if moodle else "application/json"
    answer = Response(json.dumps(body, indent=2 if moodle else None), status=status, mimetype=mimetype)
    answer.headers["Cache-Control"] = "no-store"
    return answer
