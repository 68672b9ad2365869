"""Platforms that register themselves: invited once, pending until an operator approves, never replaced silently."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import upsert
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.description import missing_for
from lti_tool.lti.registration import ConfirmationOver, Granted, Offer
from lti_tool.models import Deployment, Institution, Invitation, Platform, PlatformChange, PlatformState
from lti_tool.seal import Sealer
from lti_tool.services import holding

INVITATION_LIFE = timedelta(days=7)
CODE_BYTES = 16
BUSY_AT_MOST = timedelta(seconds=60)
"""A registration takes 10 seconds at most; after a crash the invitation is free again by then."""


class InvitationUnknown(ToolError):
    """No such invitation, a used or an old one: the three look the same."""

    status = 404
    code = "invitation-unknown"
    message = mark("This registration link does not exist, has been used, or is older than 7 days.")
    remedy = mark("Ask whoever runs Three Steps for a new link.")


class RegistrationBusy(ToolError):
    """The button was pressed twice, or in two windows."""

    status = 409
    code = "registration-busy"
    message = mark("A registration with this link is under way at this moment.")
    remedy = mark("Wait a minute, then look whether your learning platform lists Three Steps.")


class RegistrationTaken(ToolError):
    """The platform's answer belongs to a registration of another institution: it is left as it is."""

    status = 409
    code = "registration-taken"
    message = mark("This registration belongs to another institution already, so nothing was changed.")
    remedy = mark("Delete the entry for Three Steps in your learning platform, and tell whoever runs Three Steps.")


class NothingPending(ValueError):
    """There is no platform of that number, or nothing of it is in the state that the command needs."""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """A good invitation. ``tries`` says how often its button was pressed."""

    id: int
    institution: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of a registration: a new pending platform, or a change of a known one."""

    platform_id: int
    is_change: bool
    missing: tuple[str, ...]
    """What will not work, because the platform did not grant it."""


def invite(session: Session, institution: str, support_contacts: str) -> tuple[str, datetime]:
    """Make an invitation for one platform of an institution; return its code, which is kept nowhere, and its end."""
    now, code = clock.now(), secrets.token_urlsafe(CODE_BYTES)
    institution_id = upsert(
        session, Institution, {"name": institution}, once={"created_at": now}, support_contacts=support_contacts
    )
    expires_at = now + INVITATION_LIFE
    session.add(
        Invitation(
            institution_id=institution_id,
            code_hash=_hash(code),
            created_at=now,
            expires_at=expires_at,
            tries=0,
            busy_since=None,
            used_at=None,
        )
    )
    return code, expires_at


def find(session: Session, code: str) -> Invited:
    """Return the invitation with this code.

    :raise InvitationUnknown: there is none, it was used, or it is too old.
    """
    found = session.scalars(select(Invitation).filter_by(code_hash=_hash(code), used_at=None)).first()
    if found is None or found.expires_at <= clock.now():
        raise InvitationUnknown
    return Invited(id=found.id, institution=found.institution.name, tries=found.tries)


def begin(session: Session, invitation_id: int, tries: int) -> None:
    """Reserve an invitation for one registration: of all who press at once, one goes on.

    :raise ConfirmationOver: the page was made for an earlier press.
    :raise RegistrationBusy: another registration with it is under way.
    """
    now = clock.now()
    free = or_(Invitation.busy_since.is_(None), Invitation.busy_since <= now - BUSY_AT_MOST)
    mine = update(Invitation).filter_by(id=invitation_id, used_at=None, tries=tries).filter(free)
    if session.scalar(mine.values(tries=tries + 1, busy_since=now).returning(Invitation.id)) is not None:
        return
    busy = select(Invitation.id).filter_by(id=invitation_id, used_at=None).filter(Invitation.busy_since.is_not(None))
    raise RegistrationBusy if session.scalar(busy) is not None else ConfirmationOver


def give_back(session: Session, invitation_id: int) -> None:
    """Free an invitation whose registration failed, so that its link can be used again."""
    session.execute(update(Invitation).filter_by(id=invitation_id).values(busy_since=None))


def settle(session: Session, sealer: Sealer, invitation_id: int, offer: Offer, granted: Granted) -> Settled:
    """Use the invitation up and keep what the platform granted, as something that waits for an operator.

    :raise RegistrationTaken: issuer and client id are another institution's.
    """
    now = clock.now()
    invitation = session.get_one(Invitation, invitation_id)
    missing = missing_for(granted.scopes) if granted.scopes is not None else ()
    key = {"issuer": offer.issuer, "client_id": granted.client_id}
    known = session.scalars(select(Platform).filter_by(**key).with_for_update(of=Platform)).first()
    if known is not None and known.institution_id != invitation.institution_id:
        raise RegistrationTaken
    invitation.used_at, invitation.busy_since = now, None
    values = _values(offer, granted)
    token = _sealed(sealer, offer.issuer, granted)
    if known is not None and known.state != PlatformState.PENDING:
        _propose(session, known.id, values, granted.deployment_id, token)
        return Settled(platform_id=known.id, is_change=True, missing=missing)
    once = {"created_at": now, "leeway_seconds": 60, "state": PlatformState.PENDING, "allow_anonymous": False}
    once |= {"institution_id": invitation.institution_id}
    platform_id = upsert(session, Platform, key, once=once, sealed_management_token=token, **values)
    if session.scalar(select(Platform.institution_id).filter_by(id=platform_id)) != invitation.institution_id:
        raise RegistrationTaken  # another institution's came in at the same moment
    _deploy(session, platform_id, granted.deployment_id)
    return Settled(platform_id=platform_id, is_change=False, missing=missing)


def change_of(session: Session, platform_id: int) -> PlatformChange | None:
    """Return the change that waits for an operator, if there is one."""
    return session.scalars(select(PlatformChange).filter_by(platform_id=platform_id)).first()


def approve(session: Session, platform_id: int) -> bool:
    """Let a pending platform launch, or take over the change it asked for; say whether it was a change.

    :raise NothingPending: no such platform, or nothing of it waits.
    """
    platform = _platform(session, platform_id)
    change = change_of(session, platform_id)
    if platform.state == PlatformState.PENDING:
        platform.state = PlatformState.ACTIVE
        return False
    if change is None:
        raise NothingPending(f"nothing of platform {platform_id} waits for approval")
    for name, value in change.wanted.items():
        setattr(platform, name, value)
    platform.sealed_management_token = change.sealed_management_token
    _deploy(session, platform_id, change.deployment_id)
    session.delete(change)
    return True


def reject(session: Session, platform_id: int) -> bool:
    """Forget a pending platform, or the change that a known one asked for; say whether it was a change.

    :raise NothingPending: no such platform, or nothing of it waits.
    """
    platform = _platform(session, platform_id)
    change = change_of(session, platform_id)
    if platform.state == PlatformState.PENDING:
        session.execute(delete(Deployment).filter_by(platform_id=platform_id))
        session.delete(platform)
        return False
    if change is None:
        raise NothingPending(f"nothing of platform {platform_id} waits for approval")
    session.delete(change)
    return True


def pause(session: Session, platform_id: int) -> int:
    """Stop a platform at once: its visits end with their next request, its scores wait. Return how many wait.

    :raise NothingPending: no such platform, or it is not active.
    """
    _switch(session, platform_id, PlatformState.ACTIVE, PlatformState.PAUSED)
    return holding.pause_platform(session, platform_id)


def resume(session: Session, platform_id: int) -> int:
    """Let a paused platform launch again and send what waited meanwhile; return how many scores those are.

    :raise NothingPending: no such platform, or it is not paused.
    """
    _switch(session, platform_id, PlatformState.PAUSED, PlatformState.ACTIVE)
    return holding.resume_platform(session, platform_id)


def _switch(session: Session, platform_id: int, before: PlatformState, after: PlatformState) -> None:
    platform = _platform(session, platform_id)
    if platform.state != before:
        raise NothingPending(f"platform {platform_id} is {platform.state}, not {before}")
    platform.state = after


def _platform(session: Session, platform_id: int) -> Platform:
    platform = session.get(Platform, platform_id)
    if platform is None:
        raise NothingPending(f"there is no platform {platform_id}")
    return platform


def _values(offer: Offer, granted: Granted) -> dict[str, Any]:
    """Return the columns of a platform that its registration decides."""
    return {
        "name": offer.account or urlsplit(offer.issuer).netloc[:200],
        "authorization_endpoint": offer.authorization_endpoint,
        "token_endpoint": offer.token_endpoint,
        "token_audience": offer.token_audience,
        "jwks_uri": offer.jwks_uri,
        "family": offer.family,
        "auto_deploy": offer.family == "canvas" or granted.deployment_id is None,
        "configuration_url": offer.configuration_url,
        "granted_scopes": None if granted.scopes is None else list(granted.scopes),
        "granted_claims": None if granted.claims is None else list(granted.claims),
        "management_url": granted.management_url,
    }


def _sealed(sealer: Sealer, issuer: str, granted: Granted) -> bytes | None:
    if granted.management_token is None:
        return None
    return sealer.seal(granted.management_token.encode(), "registration", issuer, granted.client_id)


def _propose(
    session: Session, platform_id: int, values: dict[str, Any], deployment_id: str | None, token: bytes | None
) -> None:
    """Keep what a platform would like to be changed; a later wish replaces an earlier one."""
    upsert(
        session,
        PlatformChange,
        {"platform_id": platform_id},
        wanted=values,
        deployment_id=deployment_id,
        sealed_management_token=token,
        created_at=clock.now(),
    )


def _deploy(session: Session, platform_id: int, deployment_id: str | None) -> None:
    if deployment_id is not None:
        upsert(session, Deployment, {"platform_id": platform_id, "deployment_id": deployment_id})


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
