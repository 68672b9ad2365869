"""What the demo LMS keeps of one launch, one token, one request, and the trouble that tests ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from lti_tool.demo_lms.courses import Course, Link, Registration
from lti_tool.demo_lms.people import Person

Call = Literal["score", "results", "columns", "column", "members", "token", "keys", "login", "authorize"]
"""What a tool or a browser can ask of the platform, as the log and the faults name it."""


@dataclass(frozen=True, kw_only=True)
class LmsConfig:
    """Where the demo LMS listens and which tool it opens; ``port`` 0 means any free one."""

    host: str = "127.0.0.1"
    port: int = 9000
    tool_url: str = "http://localhost:8000"
    extra_learners: int = 0
    """More learners in every course, for tests that need a crowd."""
    lti_path: str = "/lti"
    """Path of the tool below which login, launch and jwks.json are."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A click that has not yet been answered with an id_token: what the message hint stands for."""

    course: Course
    link: Link
    person: Person
    document_target: str
    begun: datetime


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
