"""PyLTI1p3 2.0.0, wrapped: the only file that knows the library.

The library leads through a login and a launch; each step that matters for security is overridden, and the override
names the defect it mends. It makes no network request here (keys come from ``KeySets``) and stores nothing.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit, urlunsplit

from jwt.algorithms import RSAAlgorithm
from pydantic import ValidationError
from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.exception import LtiException, OIDCException
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract
from requests import Session

from lti_tool import clock
from lti_tool.lti import claims, strict_json
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.platform_keys import KeySets
from lti_tool.lti.refusals import ClockDifference, LoginIncomplete, MessageNotValid, PlatformUnknown, TokenNotValid

# Canvas may put values of 40,000 characters and a thousand course ids into a launch (read in code, 2026-11).
TOKEN_LIMIT = 384 * 1024
_PART = re.compile(r"[A-Za-z0-9_-]+")
_RS256 = RSAAlgorithm(RSAAlgorithm.SHA256)
_NO_REQUESTS = Session()


class _Params(Request):
    """One request's parameters as a plain mapping, already known to be single."""

    def __init__(self, params: Mapping[str, str]) -> None:
        self._params = params

    def is_secure(self) -> bool:
        """Say yes: cookies are ours, so the library has no reason to ask."""
        return True

    def get_param(self, key: str) -> str:
        """Return a parameter, ``""`` if absent."""
        return self._params.get(key, "")


class _NoCookies(CookieService):
    """D5, D6, D8: the library's state and session cookies are replaced by our one binding cookie."""

    def get_cookie(self, name: str) -> str | None:
        """Know no cookie."""
        return None

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        """Set none."""


class _NoSession(SessionService):
    """D1 to D4, D19: nothing of a launch is kept in a session; the signed attempt carries what is needed."""

    def __init__(self) -> None:
        """Build no storage; the library's own keeps the whole token in a readable cookie."""


class _OnePlatform(ToolConfAbstract[Request]):
    """The registration that the login found: nothing that a token says can lead to another one."""

    def __init__(self, platform: PlatformConfig, deployment_id: str | None = None) -> None:
        self._platform = platform
        self._deployment_id = deployment_id

    def check_iss_has_one_client(self, iss: str) -> bool:
        """L9: answer for this object; the library keeps the answer in a dict that all objects share."""
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """L9: as above."""
        return True

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> Registration:
        """Never answer by issuer alone: all Canvas customers share one."""
        raise LtiException("a registration is found by issuer and client ID")

    def find_registration_by_params(self, iss: str, client_id: str, *args: Any, **kwargs: Any) -> Registration:
        """Return the platform of this login if issuer and client are its own, to the letter (D12)."""
        if iss != self._platform.issuer or client_id not in ("", self._platform.client_id):
            raise LtiException("issuer or client ID are not those of the registration")
        registration = Registration().set_issuer(self._platform.issuer).set_client_id(self._platform.client_id)
        return registration.set_auth_login_url(self._platform.authorization_endpoint)

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        """Never answer by issuer alone."""
        return None

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> Deployment | None:
        """Return the deployment if it is the one announced at login; whether it is known, the service decides."""
        if self._deployment_id is not None and deployment_id != self._deployment_id:
            return None
        return Deployment().set_deployment_id(deployment_id)


class _Login(OIDCLogin[Request, _OnePlatform, _NoSession, _NoCookies, str]):
    """A login whose state and nonce are ours."""

    def __init__(self, platform: PlatformConfig, params: Mapping[str, str], *, state: str, nonce: str) -> None:
        super().__init__(_Params(params), _OnePlatform(platform), _NoSession(), _NoCookies())
        self._own = {"state": state, "nonce": nonce}

    def get_redirect(self, url: str) -> Redirect[str]:
        """L7: redirecting is the blueprint's business."""
        raise RuntimeError("the address is used, not the library's redirect")

    def _prepare_redirect_url(self, launch_url: str) -> str:
        """L5: merge into a query that is there already. D5, D7: no state cookie of the library's."""
        registration = self.validate_oidc_login()
        asked = _authorization_request(
            registration.get_auth_login_url() or "", registration.get_client_id() or "", launch_url
        )
        hint = self._get_request_param("lti_message_hint")
        more = {"login_hint": self._get_request_param("login_hint"), **self._own}
        return f"{asked}&{urlencode(more | ({'lti_message_hint': hint} if hint else {}))}"


def login_url(
    platform: PlatformConfig,
    *,
    issuer: str,
    client_id: str | None,
    login_hint: str,
    message_hint: str | None,
    redirect_uri: str,
    state: str,
    nonce: str,
) -> str:
    """Return the authorization request at the platform as an address.

    :raise PlatformUnknown: issuer or client ID are not this platform's.
    :raise LoginIncomplete: issuer or login hint are empty.
    """
    params = {"iss": issuer, "client_id": client_id or "", "login_hint": login_hint}
    login = _Login(platform, params | {"lti_message_hint": message_hint or ""}, state=state, nonce=nonce)
    try:
        return login._prepare_redirect_url(redirect_uri)
    except OIDCException as error:
        raise LoginIncomplete(str(error)) from None
    except LtiException as error:
        raise PlatformUnknown(str(error)) from None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the attempt says the token must hold."""

    nonce: str
    deployment_id: str | None
    begun_at: datetime


class _Launch(MessageLaunch[Request, _OnePlatform, _NoSession, _NoCookies]):
    """A launch in the library's order of steps, every one of them strict."""

    def __init__(self, platform: PlatformConfig, token: str, expected: Expected, keys: KeySets) -> None:
        config = _OnePlatform(platform, expected.deployment_id)
        # S20: the library would open a session of requests for each launch; no request is made here.
        super().__init__(
            _Params({"id_token": token}), config, _NoSession(), _NoCookies(), requests_session=_NO_REQUESTS
        )
        self._platform = platform
        self._expected = expected
        self._keys = keys

    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)

    def validate_state(self) -> "_Launch":
        """D2, D5: the state was opened before, and its browser is compared by the caller, each time."""
        return self

    def validate_jwt_format(self) -> "_Launch":
        """D12, D16: strict Base64 and JSON, typed header and envelope, RS256 only, no ``crit``."""
        parts = self._get_id_token().split(".")
        if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
            _refuse("the token does not have three parts")
        try:
            self._signature = _decoded(parts[2])
            self._header = claims.read_header(strict_json.read(_decoded(parts[0])))
            body = strict_json.read(_decoded(parts[1]))
            self._envelope = claims.Envelope.model_validate(body)
        except ValidationError as error:
            _refuse(f"{claims.where(error)} is missing or has the wrong type")
        except ValueError as error:
            _refuse(str(error))
        self._jwt = {"header": {"alg": self._header.alg, "kid": self._header.kid}, "body": body}
        return self

    def validate_nonce(self) -> "_Launch":
        """D1, D3: the nonce is the one of this very login."""
        if not hmac.compare_digest(self._envelope.nonce.encode(), self._expected.nonce.encode()):
            _refuse("the nonce is not that of this login")
        return self

    def get_client_id(self) -> str:
        """D9: we are in the audience; ``azp`` names us if it is there, and must be there for several audiences."""
        audiences = {self._envelope.aud} if isinstance(self._envelope.aud, str) else set(self._envelope.aud)
        own = self._platform.client_id
        if own not in audiences:
            _refuse("the audience is not this tool's client ID")
        if self._envelope.azp not in (own, None) or (len(audiences) > 1 and self._envelope.azp is None):
            _refuse("azp is not this tool's client ID")
        return own

    def _get_deployment_id(self) -> str:
        """D12: a text; how long it may be, the message's schema says."""
        value = self._jwt["body"].get(claims.CLAIM + "deployment_id")
        if not isinstance(value, str) or not value:
            raise MessageNotValid("deployment_id is missing or has the wrong type")
        return value

    def get_public_key(self) -> NoReturn:
        """K1 to K6: never fetch or cache keys here."""
        raise RuntimeError("keys come from KeySets")

    def validate_jwt_signature(self) -> "_Launch":
        """D9 to D11: RS256 with the platform's own key, then the times; the token lives 60 s on Moodle."""
        key = self._keys.key(self._platform, self._header.kid)
        signed = self._get_id_token().rpartition(".")[0]
        if not _RS256.verify(signed.encode(), key, self._signature):
            _refuse("the signature does not fit")
        self._check_times()
        return self

    def validate_message(self) -> "_Launch":
        """D13, D14, D17, D18: our own schemas of the messages that we serve."""
        self.message = claims.read_message(dict(self._jwt["body"]))
        return self

    def save_launch_data(self) -> "_Launch":
        """D19: keep nothing; the caller turns the message into a value of ours."""
        return self

    def _check_times(self) -> None:
        now, leeway = clock.now().timestamp(), self._platform.leeway_seconds
        envelope = self._envelope
        if now >= envelope.exp + leeway:
            raise ClockDifference(f"the token expired {now - envelope.exp:.0f} s before our clock's time")
        if envelope.iat > now + leeway:
            raise ClockDifference(f"the token was issued {envelope.iat - now:.0f} s after our clock's time")
        if envelope.nbf is not None and envelope.nbf > now + leeway:
            raise ClockDifference(f"the token is valid only {envelope.nbf - now:.0f} s after our clock's time")
        begun_at = self._expected.begun_at.timestamp()
        if envelope.iat < begun_at - leeway:
            raise ClockDifference(f"the token was issued {begun_at - envelope.iat:.0f} s before the sign-in began")


def read_launch(platform: PlatformConfig, token: str, expected: Expected, keys: KeySets) -> claims.LaunchMessage:
    """Verify an ID token against the login it must answer and return its claims.

    :raise LaunchRefused: some subclass of it, whatever the token is.
    """
    if len(token) > TOKEN_LIMIT or not token.isascii():
        _refuse("the token is too long or is not ASCII")
    launch = _Launch(platform, token, expected, keys)
    try:
        launch.validate()
    except LtiException as error:
        _refuse(str(error))
    return launch.message


def _refuse(detail: str) -> NoReturn:
    raise TokenNotValid(detail)


def _decoded(part: str) -> bytes:
    """Read Base64 for addresses; the one right spelling of each value, so that nobody can spell a token anew."""
    try:
        found = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("a part of the token is not Base64") from None
    if base64.urlsafe_b64encode(found).rstrip(b"=") != part.encode():
        raise ValueError("a part of the token is not Base64")
    return found


@lru_cache(maxsize=1024)
def _authorization_request(endpoint: str, client_id: str, redirect_uri: str) -> str:
    """Return what all authorization requests of one registration have in common, as an address with a query."""
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
    }
    parts = urlsplit(endpoint)
    query = "&".join(filter(None, [parts.query, urlencode(asked)]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
