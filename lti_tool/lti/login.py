"""Starting a login: reading the platform's request, the signed attempt, the address at the platform."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from lti_tool import clock
from lti_tool.lti import _pylti
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.refusals import LaunchExpired, LoginIncomplete, StateUnknown

LIFETIME = timedelta(minutes=10)
SIGNED_LIMIT = 16_384

_LIMITS = {
    "iss": 255,
    "login_hint": 2048,
    "target_link_uri": 2048,
    "client_id": 255,
    "lti_deployment_id": 255,
    "lti_message_hint": 4096,
    "lti_storage_target": 255,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_STORAGE_TARGET = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# Names that a browser resolves to a window instead of a frame; the parameter is unsigned.
_WINDOW_NAMES = frozenset({"opener", "parent", "top", "self", "window", "frames", "_top", "_self", "_blank"})


@dataclass(frozen=True, kw_only=True)
class LoginRequest:
    """What the platform sent to start a login. Unsigned: it decides nothing but which platform is asked."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str | None = None
    deployment_id: str | None = None
    message_hint: str | None = None
    storage_target: str | None = None


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Where the platform keeps the proof of a browser without cookies: the frame to ask, and the short key.

    Source: 1EdTech LTI postMessage Storage 0.1.
    """

    frame: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One login in progress. It travels inside the signed ``state``, so nothing is stored for strangers."""

    id: str
    platform_id: int
    nonce: str
    deployment_id: str | None
    target_link_uri: str
    browser_hash: str
    created_at: datetime
    storage: Storage | None = None
    """Where the proof is kept if the browser was bound by the platform's storage; None: it was bound by the cookie."""

    def is_bound_to(self, browser: str) -> bool:
        """Tell whether this is the browser that started the login.

        ``browser`` is our binding cookie's value, or the proof out of the platform's storage where ``storage`` is set:
        the caller takes it from there and nowhere else.
        """
        return hmac.compare_digest(self.browser_hash, hash_browser(browser))


def hash_browser(browser: str) -> str:
    """Return what an attempt keeps of the binding cookie's value, or of the proof: its SHA-256, in hexadecimal."""
    return hashlib.sha256(browser.encode("utf-8", "surrogatepass")).hexdigest()


def read_login(params: Mapping[str, list[str]]) -> LoginRequest:
    """Read the login request of a platform, from the query or the form alike.

    :raise LoginIncomplete: a required parameter is missing, or one is repeated, too long or holds control characters.

    Source: 1EdTech Security Framework 1.0, 5.1.1.1; LTI 1.3 core, 4.1.
    """
    given = {name: _single(params, name) for name in _LIMITS}
    return LoginRequest(
        issuer=_required(given, "iss"),
        login_hint=_required(given, "login_hint"),
        target_link_uri=_required(given, "target_link_uri"),
        client_id=given["client_id"] or None,
        deployment_id=given["lti_deployment_id"] or None,
        message_hint=given["lti_message_hint"],
        storage_target=_storage_target(given["lti_storage_target"]),
    )


def start(
    login: LoginRequest,
    platform: PlatformConfig,
    *,
    browser: str,
    redirect_uri: str,
    signer: "AttemptSigner",
    storage: Storage | None = None,
) -> str:
    """Return the address at the platform where the browser goes next.

    ``browser`` is the value of our binding cookie, or the proof that goes into ``storage``; only its SHA-256 goes into
    the attempt. ``redirect_uri`` must be the registered one to the letter. The hints go back verbatim: Moodle's is
    JSON, Canvas's a signed token.

    :raise PlatformUnknown: the login is for another issuer or client than this platform.

    Source: 1EdTech Security Framework 1.0, 5.1.1.2; Moodle 4.5 auth.php and Canvas authorize_redirect, read 2026-11.
    """
    attempt = Attempt(
        id=secrets.token_urlsafe(18),
        platform_id=platform.id,
        nonce=secrets.token_urlsafe(32),
        deployment_id=login.deployment_id,
        target_link_uri=login.target_link_uri,
        browser_hash=hash_browser(browser),
        created_at=clock.now(),
        storage=storage,
    )
    return _pylti.login_url(
        platform,
        issuer=login.issuer,
        client_id=login.client_id,
        login_hint=login.login_hint,
        message_hint=login.message_hint,
        redirect_uri=redirect_uri,
        state=signer.sign(attempt),
        nonce=attempt.nonce,
    )


class AttemptSigner:
    """Signs attempts and waiting logins. The first key signs; all of them are accepted, so keys can rotate."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._state = _serializer(secret_keys, "lti.state")
        self._check = _serializer(secret_keys, "lti.login-check")

    def sign(self, attempt: Attempt) -> str:
        """Return the ``state`` that carries this attempt; its time is kept in whole seconds."""
        kept = vars(attempt.storage) if attempt.storage else None
        return _sealed(
            self._state, vars(attempt) | {"created_at": int(attempt.created_at.timestamp()), "storage": kept}
        )

    def open(self, state: str) -> Attempt:
        """Return the attempt that this ``state`` carries.

        :raise StateUnknown: we did not sign it, or not as a state.
        :raise LaunchExpired: it was signed more than ten minutes ago.
        """
        values = _opened(self._state, state)
        try:
            created_at = _not_expired(values["created_at"])
            kept = values.get("storage")
            storage = Storage(**kept) if kept else None
            return Attempt(**(values | {"created_at": created_at, "storage": storage}))
        except (KeyError, TypeError):
            raise StateUnknown("signed by another release") from None

    def sign_login(self, login: LoginRequest, *, new_window: bool) -> str:
        """Return a login request as a signed text, to be continued at ``/lti/login/check`` within ten minutes."""
        issued_at = int(clock.now().timestamp())
        return _sealed(self._check, {"login": vars(login), "new_window": new_window, "iat": issued_at})

    def open_login(self, text: str) -> tuple[LoginRequest, bool]:
        """Return the login request that ``sign_login`` made, and whether it is in a new window.

        :raise StateUnknown: we did not sign it, or not as a waiting login.
        :raise LaunchExpired: it was signed more than ten minutes ago.
        """
        values = _opened(self._check, text)
        try:
            _not_expired(values["iat"])
            return LoginRequest(**values["login"]), bool(values["new_window"])
        except (KeyError, TypeError):
            raise StateUnknown("signed by another release") from None


def _single(params: Mapping[str, list[str]], name: str) -> str | None:
    values = params.get(name, [])
    if len(values) > 1:
        raise LoginIncomplete(f"{name} is repeated")
    if not values:
        return None
    if len(values[0]) > _LIMITS[name]:
        raise LoginIncomplete(f"{name} is too long")
    if _CONTROL.search(values[0]):
        raise LoginIncomplete(f"{name} holds control characters")
    if _SURROGATE.search(values[0]):
        raise LoginIncomplete(f"{name} is not text")
    return values[0]


def _required(given: Mapping[str, str | None], name: str) -> str:
    value = given[name]
    if not value:
        raise LoginIncomplete(f"{name} is missing")
    return value


def _storage_target(name: str | None) -> str | None:
    """Return the frame that keeps state for us, or ``None``: a wrong name must not stop a login that needs none."""
    if name is None or name in _WINDOW_NAMES or not _STORAGE_TARGET.fullmatch(name):
        return None
    return name


def _serializer(secret_keys: Sequence[str], purpose: str) -> URLSafeSerializer:
    if not secret_keys or not all(secret_keys):
        raise ValueError("at least one secret key is needed, none of them empty")
    return URLSafeSerializer(
        list(reversed(secret_keys)),  # itsdangerous signs with the last key
        salt=purpose,
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )


def _sealed(serializer: URLSafeSerializer, values: dict[str, Any]) -> str:
    text = serializer.dumps(values)
    return text if isinstance(text, str) else text.decode("ascii")


def _opened(serializer: URLSafeSerializer, text: str) -> dict[str, Any]:
    if not text or len(text) > SIGNED_LIMIT or not text.isascii():
        raise StateUnknown("no state, or one that is too long")
    try:
        values: dict[str, Any] = serializer.loads(text)
    except BadData:
        raise StateUnknown("the signature does not fit") from None
    return values


def _not_expired(timestamp: int) -> datetime:
    created_at = datetime.fromtimestamp(timestamp, UTC)
    if clock.now() - created_at > LIFETIME:
        raise LaunchExpired("begun more than ten minutes ago")
    return created_at
