"""The tool's own key pairs, kept sealed: one that signs, one published ahead of its time, one that signed before."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.keys import ToolKey, make_key
from lti_tool.models import KeyState, SigningKey
from lti_tool.seal import Sealer

PUBLISHED_AHEAD = timedelta(hours=24)
"""How long platforms get to fetch a key before anything is signed with it; they may keep an older set that long."""


class RotatedTooSoon(ToolError):
    """The next key has not been published long enough; ``detail`` says when it will be."""

    status = 409
    code = "keys-rotated-too-soon"
    message = mark("The next signing key has not been published for 24 hours yet, so platforms may not know it.")
    remedy = mark("Run the command again after that; nothing was changed.")


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """The key ids after a rotation."""

    current: str
    previous: str
    next: str
    removed: list[str]


def rotate(session: Session, sealer: Sealer) -> Rotated:
    """Sign with the next key from now on, publish a new one to follow it, and keep the present one published.

    The key that signed before the present one goes: the next key was made when that one stopped signing, so it, too,
    has been out of use for 24 hours.

    :raise RotatedTooSoon: the next key is younger than 24 hours.
    :raise LookupError: ``lti-tool upgrade`` has not run yet.

    Source: Moodle keeps a tool's key set and fetches it again when a key is missing; others fetch by time alone (read
    2026-11).
    """
    # Whoever comes second waits here, and then finds a next key that is too young.
    session.execute(select(SigningKey.id).order_by(SigningKey.id).with_for_update())
    present, following = _of(session, KeyState.CURRENT), _of(session, KeyState.NEXT)
    if present is None or following is None:
        raise LookupError("no signing keys yet: run `lti-tool upgrade`")
    ready_at = following.created_at + PUBLISHED_AHEAD
    if clock.now() < ready_at:
        raise RotatedTooSoon(f"It can sign from {ready_at:%Y-%m-%d %H:%M} UTC.")
    gone = delete(SigningKey).filter_by(state=KeyState.PREVIOUS).returning(SigningKey.kid)
    removed = list(session.scalars(gone))
    present.state, following.state = KeyState.PREVIOUS, KeyState.CURRENT
    session.flush()
    ensure(session, sealer)
    session.flush()
    successor = _of(session, KeyState.NEXT)
    assert successor is not None  # noqa: S101 - just made; this tells mypy so
    return Rotated(current=following.kid, previous=present.kid, next=successor.kid, removed=removed)


def ensure(session: Session, sealer: Sealer) -> int:
    """Make the keys that are missing: one current, one next. Return how many were made."""
    missing = [state for state in (KeyState.CURRENT, KeyState.NEXT) if not _of(session, state)]
    for state in missing:
        key = make_key()
        session.add(
            SigningKey(
                kid=key.kid,
                sealed_private=sealer.seal(key.private_pem, "signing-key", key.kid),
                public_jwk=key.public_jwk,
                state=state,
                created_at=clock.now(),
            )
        )
    return len(missing)


def current(session: Session, sealer: Sealer) -> ToolKey:
    """Return the key that signs now.

    :raise LookupError: ``lti-tool upgrade`` has not run yet.
    """
    key = _of(session, KeyState.CURRENT)
    if key is None:
        raise LookupError("no signing key yet: run `lti-tool upgrade`")
    pem = sealer.open(key.sealed_private, "signing-key", key.kid)
    return ToolKey(kid=key.kid, private_pem=pem, public_jwk=key.public_jwk)


def published(session: Session) -> list[dict[str, Any]]:
    """Return the public keys that platforms may need: next, current and previous."""
    return list(session.scalars(select(SigningKey.public_jwk).order_by(SigningKey.id)))


def _of(session: Session, state: KeyState) -> SigningKey | None:
    return session.scalars(select(SigningKey).filter_by(state=state).order_by(SigningKey.id.desc())).first()
