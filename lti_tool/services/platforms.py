"""Registered platforms: find the one a sign-in names, add one, list them."""

from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import table, upsert
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.refusals import ClientIdNeeded, PlatformUnknown
from lti_tool.models import Deployment, Institution, Platform, PlatformState
from lti_tool.prepared import Door, Prepared

CONFIG = tuple(each.name for each in fields(PlatformConfig))
"""The columns that a ``PlatformConfig`` is made of."""
_COLUMN = table(Platform).c
_ACTIVE = select(*(_COLUMN[name] for name in CONFIG)).where(_COLUMN.state == PlatformState.ACTIVE)
_OF_ISSUER = _ACTIVE.where(_COLUMN.issuer == bindparam("issuer")).limit(2)
_BY_ID = Prepared(_ACTIVE.where(_COLUMN.id == bindparam("platform_id")))
_BY_ISSUER = Prepared(_OF_ISSUER)
_BY_BOTH = Prepared(_OF_ISSUER.where(_COLUMN.client_id == bindparam("client_id")))
_PENDING = Prepared(
    select(_COLUMN.id).where(
        _COLUMN.state == PlatformState.PENDING,
        _COLUMN.issuer == bindparam("issuer"),
        _COLUMN.client_id == bindparam("client_id"),
    )
)


class PlatformNotApproved(PlatformUnknown):
    """The platform registered itself, and no operator has looked at it yet."""

    code = "platform-not-approved"
    message = mark("The connection of your learning platform with Three Steps waits for approval.")
    remedy = mark("Ask whoever runs Three Steps to approve it, then open the activity from your course again.")


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What an operator may say of a platform. None: as it is, or as is usual for a new one."""

    token_audience: str | None = None
    """``""``: its token endpoint."""
    family: str | None = None
    auto_deploy: bool | None = None
    allow_anonymous: bool | None = None
    leeway_seconds: int | None = None
    frame_origins: str | None = None

    def made(self) -> dict[str, Any]:
        """Return the columns that this sets."""
        said = {each.name: getattr(self, each.name) for each in fields(Choices)}
        made = {name: value for name, value in said.items() if value is not None}
        return made | ({"token_audience": None} if made.get("token_audience") == "" else {})


USUAL = Choices(
    token_audience="",
    family="",
    auto_deploy=False,
    allow_anonymous=False,
    leeway_seconds=60,
    frame_origins="",
)


@dataclass(frozen=True, kw_only=True)
class Registration(Choices):
    """What an operator enters to register a platform."""

    institution: str
    support_contacts: str
    name: str
    issuer: str
    client_id: str
    deployment_ids: tuple[str, ...]
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class InstitutionDiffers(ToolError):
    """A platform stays with its institution: what its learners wrote is sealed for it."""

    status = 409
    code = "institution-differs"
    message = mark("This platform is registered for another institution.")
    remedy = mark("Give the institution's name as it was registered, or register the platform under another client ID.")
    shows_detail = True


def add(session: Session, registration: Registration) -> int:
    """Register a platform, or bring the one with this issuer and client id up to date; return its id.

    The institution is found by its name, and its support contacts are replaced. A known platform keeps each of its
    choices that the registration does not name.

    :raise InstitutionDiffers: the platform belongs to another institution, which owns what its learners wrote.
    """
    known = session.scalars(
        select(Platform).filter_by(issuer=registration.issuer, client_id=registration.client_id)
    ).first()
    if known is not None and known.institution.name != registration.institution:
        raise InstitutionDiffers(f"it belongs to {known.institution.name}")
    institution_id = upsert(
        session,
        Institution,
        {"name": registration.institution},
        once={"created_at": clock.now()},
        support_contacts=registration.support_contacts,
    )
    choices = registration.made()
    once = {name: value for name, value in USUAL.made().items() if name not in choices}
    platform_id = upsert(
        session,
        Platform,
        {"issuer": registration.issuer, "client_id": registration.client_id},
        once=once | {"created_at": clock.now(), "state": PlatformState.ACTIVE, "institution_id": institution_id},
        name=registration.name,
        authorization_endpoint=registration.authorization_endpoint,
        token_endpoint=registration.token_endpoint,
        jwks_uri=registration.jwks_uri,
        **choices,
    )
    for deployment_id in registration.deployment_ids:
        upsert(session, Deployment, {"platform_id": platform_id, "deployment_id": deployment_id})
    return platform_id


def everyone(session: Session) -> list[Platform]:
    """Return all registered platforms, in the order they came."""
    return list(session.scalars(select(Platform).order_by(Platform.id)))


def deployments(session: Session, platform_id: int) -> list[str]:
    """Return the deployment ids that are known under a platform."""
    found = select(Deployment.deployment_id).filter_by(platform_id=platform_id).order_by(Deployment.id)
    return list(session.scalars(found))


def choose(session: Session, platform_id: int, choices: Choices) -> bool:
    """Set what an operator says of a platform and leave the rest; say whether there is one."""
    platform = session.get(Platform, platform_id)
    if platform is not None:
        for name, value in choices.made().items():
            setattr(platform, name, value)
    return platform is not None


def set_pace(session: Session, platform_id: int, at_once: int | None) -> bool:
    """Set how many scores a platform gets at once, None for what suits its family; say whether there is one."""
    platform = session.get(Platform, platform_id)
    if platform is not None:
        platform.sends_at_once = at_once
    return platform is not None


def for_login(door: Door, issuer: str, client_id: str | None) -> PlatformConfig:
    """Return the one active platform that a sign-in names.

    :raise PlatformUnknown: nobody registered it here, or an operator paused it.
    :raise ClientIdNeeded: several registrations share the issuer and the platform did not say which one it is.
    """
    if client_id is None:
        platforms = _BY_ISSUER.rows(door, {"issuer": issuer})
    else:
        platforms = _BY_BOTH.rows(door, {"issuer": issuer, "client_id": client_id})
    if not platforms:
        raise _why_not(door, issuer, client_id)
    if len(platforms) > 1:
        raise ClientIdNeeded(f"issuer {issuer}")
    return PlatformConfig(**platforms[0])


def _why_not(door: Door, issuer: str, client_id: str | None) -> PlatformUnknown:
    """Tell a registration that waits for an operator from one that nobody made."""
    asked = f"issuer {issuer}, client id {client_id}"
    waits = client_id is not None and _PENDING.first(door, {"issuer": issuer, "client_id": client_id})
    return PlatformNotApproved(asked) if waits else PlatformUnknown(asked)


def get(door: Door, platform_id: int) -> PlatformConfig:
    """Return an active platform by our own id.

    :raise PlatformUnknown: it was removed or paused since the sign-in began.
    """
    found = _BY_ID.first(door, {"platform_id": platform_id})
    if found is None:
        raise PlatformUnknown(f"platform {platform_id}")
    return PlatformConfig(**found)


def config(platform: Platform | SimpleNamespace) -> PlatformConfig:
    """Return what the protocol must know of a platform, or of its columns."""
    return PlatformConfig(**{name: getattr(platform, name) for name in CONFIG})
