"""Everything the demo LMS knows while it runs: in memory, behind one lock."""

import base64
import hashlib
import json
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import RSAAlgorithm

from lti_tool.demo_lms.bad_day import GRADE_CALLS, BadDay
from lti_tool.demo_lms.courses import Column, Course, Registration, seed
from lti_tool.demo_lms.people import cast
from lti_tool.demo_lms.records import (
    AccessToken,
    Call,
    Chooser,
    Fault,
    Install,
    Launch,
    LmsConfig,
    LogEntry,
    StorageManner,
)
from lti_tool.demo_lms.rules import CANVAS, MOODLE, STRICT


class Lms:
    """The demo LMS's state; ``lock`` must be held while courses, columns or grades are changed."""

    def __init__(self, config: LmsConfig) -> None:
        self.lock = threading.RLock()
        self.base_url = f"http://{config.host}:{config.port}"
        self.tool_url = config.tool_url.rstrip("/")
        self.lti_path = config.lti_path
        self.token_seconds = 3600
        self.skew = timedelta(0)
        """How far this platform's clock is ahead of the machine's."""
        self.storage: StorageManner = "answers"
        self.storage_characters = 4096
        self.page_settings: dict[str, Any] = {"locale": "en", "time_zone": "Europe/Berlin", "use_high_contrast": False}
        """What the course page tells a tool that asks ``lti.getPageSettings``."""
        self.key = config.signing_key or _new_key()
        self.kid = secrets.token_hex(10)
        self.people = cast(config.extra_learners)
        clients = [
            Registration(key="moodle", client_id="demo-moodle", deployment_id="1", rules=MOODLE),
            Registration(key="canvas", client_id="demo-canvas", deployment_id="canvas-1", rules=CANVAS),
            Registration(
                key="strict", client_id="demo-strict", deployment_id="d1", rules=STRICT, endpoint_query="tenant=strict"
            ),
        ]
        self.clients = {client.client_id: client for client in clients}
        self.courses, self._column_numbers = seed(clients, self.people)
        self.launches: dict[str, Launch] = {}
        self.tokens: dict[str, AccessToken] = {}
        self.choosers: dict[str, Chooser] = {}
        self.nonces: set[str] = set()
        """Of the answers that choosing brought, so that none is taken twice."""
        self.faults: list[Fault] = []
        self.bad_day = BadDay(secrets.token_hex(4), dict.fromkeys(GRADE_CALLS, config.trouble))
        """Trouble by chance, for calls that none of ``faults`` is planned for."""
        self.log: deque[LogEntry] = deque(maxlen=2000)
        self.tool_keys: tuple[datetime, dict[str, Any]] | None = None
        self.installs: dict[str, Install] = {}
        """Tools that register themselves, by client id."""
        self.scopes_kept: frozenset[str] | None = None
        """What an administrator leaves of the scopes that a registering tool asks for; ``None``: all."""

    def now(self) -> datetime:
        """Return this platform's idea of the time, in UTC."""
        return datetime.now(UTC) + self.skew

    @property
    def issuer(self) -> str:
        """Return the issuer: one for all registrations, as with hosted platforms."""
        return self.base_url

    @property
    def launch_url(self) -> str:
        """Return the tool's only registered redirect URI, which is every link's target, too."""
        return f"{self.tool_url}{self.lti_path}/launch"

    def registrations(self) -> list[dict[str, str]]:
        """Return what an administrator of the tool enters for each registration."""
        return [
            {
                "name": f"Demo LMS, {client.rules.label}",
                "issuer": self.issuer,
                "client_id": client.client_id,
                "deployment_id": client.deployment_id,
                "authorization_endpoint": f"{self.base_url}/lti/authorize"
                + (f"?{client.endpoint_query}" if client.endpoint_query else ""),
                "token_endpoint": f"{self.base_url}/lti/token",
                "jwks_uri": f"{self.base_url}/lti/jwks",
                "family": client.rules.family,
            }
            for client in self.clients.values()
        ]

    def public_keys(self) -> dict[str, Any]:
        """Return the platform's key set (RFC 7517)."""
        jwk = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        wanted = {name: jwk[name] for name in ("kty", "n", "e")}
        return {"keys": [wanted | {"kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def rotate_key(self) -> None:
        """Replace the signing key; the old one is no longer published."""
        with self.lock:
            self.key = _new_key()
            self.kid = secrets.token_hex(10)

    def sign(self, claims: Mapping[str, Any] | bytes, headers: Mapping[str, Any] | None = None) -> str:
        """Return a compact JWS over any claims, however wrong, with the platform's key and RS256.

        ``headers`` replace those of a good token; a value of ``None`` removes one.
        """
        head: dict[str, Any] = {"typ": "JWT", "alg": "RS256", "kid": self.kid, **(headers or {})}
        head = {name: value for name, value in head.items() if value is not None}
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        text = b".".join(_base64(part) for part in (json.dumps(head).encode(), payload))
        return (text + b"." + _base64(self.key.sign(text, padding.PKCS1v15(), SHA256()))).decode()

    def new_column(self, course: Course, **values: Any) -> Column:
        """Add a column to a course; the lock must be held."""
        number = next(self._column_numbers)
        column_id = str(number) if course.rules.numeric_ids else hashlib.sha256(str(number).encode()).hexdigest()[:16]
        course.columns[column_id] = Column(id=column_id, **values)
        return course.columns[column_id]

    def fail(self, call: Call, *, times: int = 1, **trouble: Any) -> None:
        """Make the next ``times`` calls fail; ``trouble`` are the members of `Fault` that say how."""
        with self.lock:
            self.faults.append(Fault(call=call, times=times, **trouble))

    def take_fault(self, call: Call) -> Fault | None:
        """Return the trouble planned for this call and count it down; without a plan, what a bad day brings."""
        with self.lock:
            fault = next((fault for fault in self.faults if fault.call == call), None)
            if fault is None:
                return self.bad_day.take(call)
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            return fault

    def calls(self, call: Call, client_id: str | None = None) -> list[LogEntry]:
        """Return the logged requests of one sort, oldest first."""
        with self.lock:
            return [e for e in self.log if e.call == call and client_id in (None, e.client_id)]


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
