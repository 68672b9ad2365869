"""The tool's own key pairs, kept sealed: one that signs, one published ahead of its time."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.lti.keys import ToolKey, make_key
from lti_tool.models import KeyState, SigningKey
from lti_tool.seal import Sealer


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
