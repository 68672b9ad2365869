"""Opening a visit: for every launch in its transaction, or, where the launch says nothing new, in one statement."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import AtOnce, DatabaseBusy, table
from lti_tool.lti.messages import Launch
from lti_tool.models import Member, UsedAttempt, Visit
from lti_tool.prepared import Prepared, TransactionNeeded
from lti_tool.services.launches import Recorded
from lti_tool.services.power import mightier
from lti_tool.services.visits import hash_secret

MESSAGE_TOKEN_LIMIT = 255
ZONE_LIMIT = 64
ROUNDS = 5
"""How often a launch is recorded while others change the person's role; nobody waits longer for that."""

_visit, _member, _used = table(Visit), table(Member), table(UsedAttempt)
_NEW = tuple(each.name for each in _visit.c if each.name not in ("id", "ended_at"))
_VALUES = tuple(bindparam(name, type_=_visit.c[name].type) for name in _NEW)
# A role that was just taken away or given must not be overlooked: the member's row is held, and compared.
_SAME_ROLE = (_member.c.id == bindparam("member_id"), _member.c.role == bindparam("role_kept"))
_OPEN = Prepared(
    insert(_visit).from_select(_NEW, select(*_VALUES).where(*_SAME_ROLE).with_for_update(read=True, of=_member))
)


def _open_again() -> Any:
    """Return the statement that does all of it, or nothing: for PostgreSQL."""
    same = select(_member.c.id).where(*_SAME_ROLE).with_for_update(read=True).cte("same")
    attempt = select(
        bindparam("attempt_id", type_=_used.c.id.type), bindparam("created_at", type_=_used.c.used_at.type)
    )
    used = postgresql.insert(_used).from_select(["id", "used_at"], attempt.select_from(same))
    first = used.on_conflict_do_nothing().returning(_used.c.id).cte("first")
    return insert(_visit).from_select(_NEW, select(*_VALUES).select_from(first))


_OPEN_AGAIN = Prepared(_open_again())


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A fresh visit: its public id, and the secret that only this browser gets."""

    id: str
    secret: str


def open_visit(session: Session, launch: Launch, record: Callable[[], Recorded], hours: int) -> Opened:
    """Open a visit for a launch that ``record`` records; end this person's visits with a mightier role in this course.

    If another launch changes the person's role after this one was recorded, it is recorded again.

    :raise DatabaseBusy: others changed it each time.
    """
    opened = _new()
    for _ in range(ROUNDS):
        if _add(session, launch, record(), hours, opened):
            return opened
    raise DatabaseBusy("the role changed again and again")


def open_again(
    door: AtOnce, launch: Launch, record: Callable[[], Recorded], hours: int, attempt_id: str
) -> Opened | None:
    """Use up the sign-in of a launch that says nothing new, and open its visit: all in one statement.

    Return None, with nothing written, if that is not enough: a transaction finds out why.
    """
    if door.dialect.name == "sqlite":
        return None  # there no statement can write two tables
    try:
        recorded = record()
    except TransactionNeeded:
        return None
    opened = _new()
    row = _row(launch, recorded, hours, opened) | {"attempt_id": attempt_id}
    return opened if not recorded.ends_mightier and _OPEN_AGAIN.writes(door, row) else None


def _new() -> Opened:
    return Opened(id=secrets.token_hex(16), secret=secrets.token_urlsafe(32))


def _add(session: Session, launch: Launch, recorded: Recorded, hours: int, opened: Opened) -> bool:
    """Add the visit, and end the mightier ones, if the person's role is still the recorded one; say whether it was."""
    if recorded.ends_mightier:
        older = update(Visit).filter_by(member_id=recorded.member_id, ended_at=None)
        session.execute(older.filter(Visit.role.in_(mightier(launch.role))).values(ended_at=clock.now()))
    return _OPEN.writes(session, _row(launch, recorded, hours, opened)) == 1


def _row(launch: Launch, recorded: Recorded, hours: int, opened: Opened) -> dict[str, Any]:
    """Return what the statements that open a visit are given."""
    now = clock.now()
    return {
        "role_kept": recorded.role,
        "public_id": opened.id,
        "secret_hash": hash_secret(opened.secret),
        "member_id": recorded.member_id,
        "assignment_id": recorded.assignment_id,
        "reviewed_id": recorded.reviewed_id,
        "role": launch.role,
        "is_test": launch.is_test,
        "locale": launch.locale,
        "return_url": launch.return_url,
        "frame_origins": list(launch.frame_origins),
        "message_token": _message_token(launch),
        "timezone": clock.known_zone(launch.custom.get("timezone", "")[:ZONE_LIMIT]),
        "created_at": now,
        "last_seen_at": now,
        "expires_at": now + timedelta(hours=hours),
    }


def _message_token(launch: Launch) -> str | None:
    """Return the token that Canvas wants on messages of this frame, from the launch's custom parameters.

    Source: Canvas, ``$com.instructure.PostMessageToken``; documentation read 2026-11.
    """
    token = launch.custom.get("post_message_token", "")
    return token if 0 < len(token) <= MESSAGE_TOKEN_LIMIT else None
