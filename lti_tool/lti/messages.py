"""What the rest of the tool knows of a platform and of a launch: plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in this course; the least that fits."""

    LEARNER = "learner"
    ASSISTANT = "assistant"
    INSTRUCTOR = "instructor"
    DESIGNER = "designer"
    OBSERVER = "observer"
    VISITOR = "visitor"


@dataclass(frozen=True, kw_only=True)
class PlatformConfig:
    """What the protocol must know of one registered platform."""

    id: int
    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    token_audience: str | None
    """``aud`` of our token requests where it is not the token endpoint (Brightspace)."""
    jwks_uri: str
    family: str
    """``canvas``, ``moodle``, another ``product_family_code``, or ``""``."""
    leeway_seconds: int = 60
    allow_anonymous: bool = False
    frame_origins: str = ""
    """Origins that the operator lets frame the tool, with spaces between."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who opened the link, as the platform vouches. ``sub`` is ``""`` only in an anonymous launch."""

    sub: str
    name: str | None
    email: str | None


@dataclass(frozen=True, kw_only=True)
class CourseClaim:
    """The course around the link. ``id`` is unique only within its deployment."""

    id: str
    label: str | None
    title: str | None


@dataclass(frozen=True, kw_only=True)
class LinkClaim:
    """The link that was opened. ``id`` is unique only within its deployment, and new in every course copy."""

    id: str
    title: str | None


@dataclass(frozen=True, kw_only=True)
class GradeEndpoints:
    """Where grades of this link can go. Moodle sends ``"lineitem": ""``; that and a missing one are ``None``."""

    lineitems: str | None
    lineitem: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What every verified message says. The deployment still has to be looked up by the service."""

    platform: PlatformConfig
    """As it was when the message was verified: it must still be so when the message has consequences."""
    deployment_id: str
    person: Person
    role: Role
    is_test: bool
    """A Canvas test student or a preview user: never graded, left out of counts."""
    is_administrator: bool
    """Holds an institution or system administrator's role; gives no power in the course."""
    course: CourseClaim | None
    grades: GradeEndpoints | None
    memberships_url: str | None
    custom: Mapping[str, str] = field(default_factory=dict)
    target_link_uri: str
    locale: str | None
    return_url: str | None
    document_target: str | None
    platform_family: str | None
    frame_origins: tuple[str, ...]
    """Origins of the issuer, the authorization endpoint and the signed return URLs, safe to put in a CSP."""

    @property
    def platform_id(self) -> int:
        """Our id of the platform."""
        return self.platform.id


@dataclass(frozen=True, kw_only=True)
class ResourceLaunch(Launch):
    """A verified ``LtiResourceLinkRequest``: somebody opened a link."""

    link: LinkClaim


@dataclass(frozen=True, kw_only=True)
class DeepLinkingSettings:
    """What the platform takes back from a picker, and where to. Source: LTI Deep Linking 2.0, 3.3."""

    return_url: str
    data: str | None
    """To be sent back as it came, to the letter; None if the request had none."""
    takes_links: bool
    """``ltiResourceLink`` is among the types it accepts; we have nothing else to offer."""
    takes_several: bool
    takes_line_items: bool
    """False only where the platform says so; one that says nothing may ignore a line item."""
    title: str | None
    """What the platform suggests as title and description."""
    text: str | None


@dataclass(frozen=True, kw_only=True)
class DeepLinkingLaunch(Launch):
    """A verified ``LtiDeepLinkingRequest``: somebody who builds a course wants to choose content."""

    settings: DeepLinkingSettings
    states_roles: bool
    """Whether the message has the ``roles`` claim, which is optional here. Without it ``role`` is visitor."""


@dataclass(frozen=True, kw_only=True)
class ReviewLaunch(Launch):
    """A verified ``LtiSubmissionReviewRequest``: somebody looks at a learner's work from the gradebook."""

    link: LinkClaim | None
    lineitem: str
    """The gradebook column that they came from."""
    learner: str
    """The ``sub`` of the person whose work it is."""


AnyLaunch = ResourceLaunch | DeepLinkingLaunch | ReviewLaunch
"""The messages that we serve."""
