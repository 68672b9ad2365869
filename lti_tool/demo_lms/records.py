"""What the demo LMS keeps of one launch, one token, one request, and the trouble that tests ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from lti_tool.demo_lms.courses import Course, Link, Registration
from lti_tool.demo_lms.people import Person
from lti_tool.demo_lms.rules import Rules

Call = Literal[
    "score",
    "results",
    "columns",
    "column",
    "members",
    "token",
    "keys",
    "login",
    "authorize",
    "content",
    "configuration",
    "registration",
]
"""What a tool or a browser can ask of the platform, as the log and the faults name it."""

StorageManner = Literal["answers", "silent", "elsewhere", "impostor", "sibling", "misnumbered", "forgets", "renamed"]
"""How the storage frame behaves: as Canvas's; like a mobile app, which hears nothing and answers nothing; on another
origin than the sign-in; well, but its answers come from a frame of another origin, or from another one of its own, or
answer another question; it confirms what it is to keep, and never gives it back; or it has another name than the
sign-in said, and the course page tells it to who asks."""


@dataclass(frozen=True, kw_only=True)
class LmsConfig:
    """Where the demo LMS listens and which tool it opens; ``port`` 0 means any free one."""

    host: str = "127.0.0.1"
    port: int = 9000
    tool_url: str = "http://localhost:8000"
    extra_learners: int = 0
    """More learners in every course, for tests that need a crowd."""
    trouble: float = 0.0
    """The share of the grade services' calls that fail on purpose, in every way that a platform can fail."""
    lti_path: str = "/lti"
    """Path of the tool below which login, launch and jwks.json are."""
    signing_key: RSAPrivateKey | None = field(default=None, repr=False)
    """The platform's first key; ``None`` makes one."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A click that has not yet been answered with an id_token: what the message hint stands for."""

    course: Course
    link: Link
    person: Person
    document_target: str
    begun: datetime
    chooser: str = ""
    """The key of what is to be chosen, where the tool is opened to choose content."""
    learner: Person | None = None
    """Whose work is looked at, where the tool is opened from the gradebook."""


@dataclass(frozen=True, kw_only=True)
class Chooser:
    """Content that somebody is about to choose: what the address for the answer stands for."""

    course: Course
    person: Person
    several: bool
    data: str | None
    """A note that must come back as it went out."""


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """A token that was handed out."""

    registration: Registration
    scopes: frozenset[str]
    expires: datetime


@dataclass(kw_only=True)
class Fault:
    """Trouble for the next ``times`` calls of one sort."""

    call: Call
    times: int = 1
    status: int | None = None
    """Answer this status instead of doing anything."""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    takes_effect: bool = False
    """The request does its work all the same; then ``status`` is answered, and ``delay`` waited for."""
    drop: Literal["before", "after"] | None = None
    """Close the connection without an answer, before or after the request took effect."""
    delay: float = 0.0
    """Seconds to wait before the request is looked at."""


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One request of the tool or of a launch."""

    at: datetime
    call: Call
    client_id: str
    method: str
    path: str
    status: int
    note: str
    body: Any = None
    """The parsed JSON that was sent, if any."""


@dataclass(kw_only=True)
class Install:
    """A tool on its way in: an administrator pasted its address, it registers itself, somebody switches it on."""

    client_id: str
    rules: Rules
    address: str
    """The tool's registration address, as pasted."""
    token: str = ""
    """The registration token; good once."""
    is_token_used: bool = False
    request: Mapping[str, Any] | None = None
    """What the tool registered, as it was sent."""
    registration: Registration | None = None
    is_active: bool = False

    @property
    def state(self) -> str:
        """Return where it is on its way, in a word for the list."""
        if self.registration is None:
            return "Not registered"
        return "Active" if self.is_active else "Pending"
