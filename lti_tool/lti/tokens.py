"""Access tokens for a platform's services: asked for once, shared by all threads, dropped in time."""

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from lti_tool import clock
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti import strict_json
from lti_tool.lti.http import Answer, Outbound
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import Outcome, OutcomeKind, classify

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(minutes=5)
BACKDATED = timedelta(seconds=5)
RESERVE = timedelta(seconds=60)
ASSUMED_LIFE = 300
LONGEST_LIFE = 86_400
LIMIT_BYTES = 64 * 1024

SigningKey = Callable[[], tuple[str, RSAPrivateKey]]


class TokenRefused(ToolError):
    """The platform gives no token. ``outcome`` says how to go on, ``detail`` holds the platform's error code."""

    status = 502
    code = "token-refused"
    message = mark("The learning platform does not let this tool use its grade service.")
    remedy = mark("Ask your administrator to check the tool's services and keys in the platform.")

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(detail)
        self.outcome = outcome


@dataclass
class _Slot:
    """One platform's token for one set of scopes; ``lock`` is held while asking."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = ""
    good_until: datetime | None = None


class TokenSource:
    """Tokens by platform, token endpoint and scopes – never by issuer alone, which Canvas customers share."""

    def __init__(self, http: Outbound, signing_key: SigningKey) -> None:
        self._http = http
        self._signing_key = signing_key
        self._slots: dict[tuple[int, str, str, frozenset[str]], _Slot] = {}
        self._guard = threading.Lock()

    def token(self, platform: PlatformConfig, scopes: Iterable[str]) -> str:
        """Return a token good for these scopes, a kept one if it lives another minute.

        :raise TokenRefused: the platform refuses, or grants less than was asked.
        :raise Unreachable: the token endpoint gives no answer.

        Source: 1EdTech Security Framework 1.0, 4.1; RFC 7523.
        """
        wanted = frozenset(scopes)
        slot = self._slot(platform, wanted)
        with slot.lock:
            if slot.good_until is None or clock.now() >= slot.good_until:
                slot.token, slot.good_until = self._ask(platform, wanted)
            return slot.token

    def forget(self, platform: PlatformConfig, scopes: Iterable[str], token: str | None = None) -> None:
        """Drop the kept token; with ``token`` only if it is still that one, so that a new one is not lost."""
        slot = self._slot(platform, frozenset(scopes))
        with slot.lock:
            if token is None or token == slot.token:
                slot.token, slot.good_until = "", None

    def _slot(self, platform: PlatformConfig, scopes: frozenset[str]) -> _Slot:
        with self._guard:
            return self._slots.setdefault((platform.id, platform.client_id, platform.token_endpoint, scopes), _Slot())

    def _ask(self, platform: PlatformConfig, scopes: frozenset[str]) -> tuple[str, datetime]:
        asked_at = clock.now()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(platform, asked_at),
            "scope": " ".join(sorted(scopes)),
        }
        answer = self._http.post(
            platform.token_endpoint, headers={"Accept": "application/json"}, data=form, limit_bytes=LIMIT_BYTES
        )
        token, life = _read(answer, scopes)
        return token, asked_at + life - RESERVE

    def _assertion(self, platform: PlatformConfig, now: datetime) -> str:
        """Sign who we are. Backdated: Moodle refuses a token from 3 s in the future (4.5, observed 2026-11-22)."""
        kid, key = self._signing_key()
        issued_at = int((now - BACKDATED).timestamp())
        return jwt.encode(
            {
                "iss": platform.client_id,
                "sub": platform.client_id,
                "aud": platform.token_audience or platform.token_endpoint,
                "iat": issued_at,
                "exp": issued_at + int(ASSERTION_LIFE.total_seconds()),
                "jti": secrets.token_urlsafe(18),
            },
            key,
            algorithm="RS256",
            headers={"kid": kid},
        )


def _read(answer: Answer, scopes: frozenset[str]) -> tuple[str, timedelta]:
    """Read the token and its life. Moodle labels the JSON as text/html, so the label is not looked at."""
    values = _values(answer)
    if answer.status != 200:
        raise TokenRefused(_refusal(answer, values), _error_code(values))
    token, kind = values.get("access_token"), values.get("token_type", "Bearer")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or " " in token:
        raise TokenRefused(Outcome(kind=OutcomeKind.TROUBLE, status=200), "no token in the answer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise TokenRefused(Outcome(kind=OutcomeKind.TROUBLE, status=200), "another kind of token")
    granted = values.get("scope")
    if isinstance(granted, str) and not scopes <= set(granted.split()):
        raise TokenRefused(Outcome(kind=OutcomeKind.FORBIDDEN, status=200), "fewer scopes than asked for")
    return token, timedelta(seconds=_life(values.get("expires_in")))


def _values(answer: Answer) -> dict[str, Any]:
    try:
        values = strict_json.read(answer.body)
    except strict_json.NotJson:
        return {}
    return values if isinstance(values, dict) else {}


def _life(value: object) -> int:
    """Read ``expires_in``; some platforms send it as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(0, min(value, LONGEST_LIFE))
    return ASSUMED_LIFE


def _error_code(values: dict[str, Any]) -> str:
    """Keep a standard error code only; Moodle puts free text there."""
    error = values.get("error")
    if isinstance(error, str) and len(error) <= 40 and error.isascii() and error.replace("_", "").isalpha():
        return error
    return ""


def _refusal(answer: Answer, values: dict[str, Any]) -> Outcome:
    """Tell a refusal of us from trouble: RFC 6749 uses 400 and 401 for both an unknown client and a bad scope."""
    outcome = classify(answer)
    if answer.status in (400, 401):
        is_scope = values.get("error") == "invalid_scope"
        kind = OutcomeKind.FORBIDDEN if is_scope else OutcomeKind.UNAUTHORIZED
        return Outcome(kind=kind, status=answer.status)
    if outcome.kind in (OutcomeKind.THROTTLED, OutcomeKind.FORBIDDEN):
        return outcome
    return Outcome(kind=OutcomeKind.TROUBLE, status=answer.status, retry_after=outcome.retry_after)
