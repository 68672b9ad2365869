"""One-time tickets: made for one path of a visit, taken back once within a minute."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.models import Ticket, Visit
from lti_tool.seal import SealBroken, Sealer
from lti_tool.services.visits import CurrentVisit

LIFETIME = timedelta(seconds=60)
MOST = 20
"""How many unused tickets a visit may hold: a click makes one, and a minute is over soon."""


class TicketsExhausted(ToolError):
    """More tickets within a minute than a person can click for."""

    status = 429
    code = "tickets-exhausted"
    message = mark("You opened many files or windows within a minute.")
    remedy = mark("Wait a minute and try again.")


class TicketOver(ToolError):
    """The ticket was used, is older than a minute, or was made for something else."""

    status = 401
    code = "ticket-over"
    message = mark("This link works once, and only for a minute.")
    remedy = mark("Go back to the page in your course and press the button again.")


def issue(session: Session, sealer: Sealer, visit: CurrentVisit, secret: str, path: str) -> str:
    """Return a ticket for one path of a visit. Only its hash is kept; ``secret`` is kept sealed.

    :raise TicketsExhausted: the visit holds too many that nobody used.
    """
    now = clock.now()
    held = select(func.count()).select_from(Ticket).filter_by(visit_id=visit.row_id).filter(Ticket.expires_at > now)
    if (session.scalar(held) or 0) >= MOST:
        raise TicketsExhausted
    ticket = secrets.token_urlsafe(32)
    key = _hash(ticket)
    sealed = sealer.seal(secret.encode(), "ticket", key.hex())
    session.add(Ticket(hash=key, visit_id=visit.row_id, path=path, secret=sealed, expires_at=now + LIFETIME))
    return ticket


def redeem(session: Session, sealer: Sealer, public_id: str, path: str, ticket: str) -> str:
    """Take a ticket back and return the secret of its visit. Shown at another path, it stays good for its own.

    :raise TicketOver: it was used, is too old, or belongs to another visit or path.
    """
    key = _hash(ticket)
    its_visit = select(Visit.id).filter_by(public_id=public_id).scalar_subquery()
    taken = delete(Ticket).filter_by(hash=key, path=path, visit_id=its_visit).filter(Ticket.expires_at > clock.now())
    sealed = session.scalar(taken.returning(Ticket.secret))
    if sealed is None:
        raise TicketOver
    try:
        return sealer.open(sealed, "ticket", key.hex()).decode()
    except SealBroken:  # the operator replaced the encryption key within this minute
        raise TicketOver from None


def forget_expired(session: Session) -> int:
    """Delete tickets that nobody used in time."""
    old = delete(Ticket).filter(Ticket.expires_at <= clock.now())
    return len(session.scalars(old.returning(Ticket.hash)).all())


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()
