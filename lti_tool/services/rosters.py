"""Course lists: made due, claimed by a worker, kept as people and members, shown with "as of".

Reading only ever adds, until a list was read to its end: then those whom it no longer names are marked, and stay.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from lti_tool import clock
from lti_tool.db import UtcDateTime, add_once
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.outcomes import Outcome, OutcomeKind
from lti_tool.lti.roster import Listed
from lti_tool.models import Course, Deployment, Member, Person, Platform, PlatformState, Roster
from lti_tool.services import platforms

FRESH_FOR = timedelta(hours=1)
"""A teacher who comes finds a list at most about this old."""
ASK_EVERY = timedelta(minutes=1)
"""However often a teacher asks, the platform is asked no more often."""
WAITS = (60, 300, 900, 3600, 21_600)
"""Seconds before the next try; after the last one nothing more is tried until a teacher comes."""
STORED_AT_ONCE = 1_000
"""People per transaction: what a learner who saves at the same moment may have to wait for."""
NOT_FOR_US = frozenset(
    {
        OutcomeKind.FORBIDDEN,
        OutcomeKind.UNAUTHORIZED,
        OutcomeKind.GONE,
        OutcomeKind.REFUSED,
        OutcomeKind.OUR_FAULT,
    }
)
"""Answers after which only an administrator of the platform can help."""
_GIVEN: dict[str, TypeEngine[Any]] = {"sub": String(), "name": String(), "role": String(), "is_test": Boolean()}


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One course's list that this worker holds: all it needs to speak to the platform without a transaction."""

    roster_id: int
    owner: str
    course_id: int
    platform: PlatformConfig
    memberships_url: str
    started_at: datetime


class RosterKind(StrEnum):
    """What a teacher's page can say about the list of the course."""

    NOT_OFFERED = "not_offered"
    """The platform named no address for it."""
    REFUSED = "refused"
    """The platform does not let us read it."""
    READING = "reading"
    """Asked for, or being read."""
    TROUBLE = "trouble"
    """The last try failed."""
    READ = "read"
    """Read, to its end or not."""


@dataclass(frozen=True, kw_only=True)
class RosterState:
    """How a course's list stands. ``read_at`` is as of when we know it, if anything was ever read."""

    kind: RosterKind
    read_at: datetime | None = None
    is_complete: bool = False
    next_at: datetime | None = None
    """When the next try follows by itself after trouble; None if none does."""


def want(session: Session, course_id: int) -> None:
    """Make a course's list due if the platform offers one and the last try is an hour ago, or there was none."""
    if session.scalar(select(Course.memberships_url).filter_by(id=course_id)):
        _make_due(session, course_id, older_than=FRESH_FOR, free=Roster.due_at.is_(None))


def ask_again(session: Session, course_id: int) -> None:
    """Make a course's list due now, for a teacher who asks; a platform that named a time to wait is not pressed."""
    throttled = and_(Roster.problem == OutcomeKind.THROTTLED, Roster.due_at > clock.now())
    if session.scalar(select(Course.memberships_url).filter_by(id=course_id)):
        free = or_(Roster.due_at.is_(None), ~func.coalesce(throttled, False))
        _make_due(session, course_id, older_than=ASK_EVERY, free=free)


def _make_due(session: Session, course_id: int, *, older_than: timedelta, free: ColumnElement[bool]) -> None:
    now = clock.now()
    if add_once(session, Roster, course_id=course_id, due_at=now, tries=0, is_complete=False):
        return
    old = or_(Roster.tried_at.is_(None), Roster.tried_at <= now - older_than)
    session.execute(update(Roster).filter(Roster.course_id == course_id, free, old).values(due_at=now, tries=0))


def state(session: Session, course_id: int) -> RosterState:
    """Return how a course's list stands, for the teacher's page."""
    roster = session.scalars(select(Roster).filter_by(course_id=course_id)).first()
    if not session.scalar(select(Course.memberships_url).filter_by(id=course_id)):
        return RosterState(kind=RosterKind.NOT_OFFERED)
    if roster is None:
        return RosterState(kind=RosterKind.READING)
    return RosterState(
        kind=_kind(roster), read_at=roster.read_at, is_complete=roster.is_complete, next_at=roster.due_at
    )


def _kind(roster: Roster) -> RosterKind:
    if roster.due_at is not None and roster.due_at <= clock.now():
        return RosterKind.READING
    if roster.problem in NOT_FOR_US:
        return RosterKind.REFUSED
    return RosterKind.TROUBLE if roster.problem else RosterKind.READ


_NOW = bindparam("now", type_=UtcDateTime())
# Made once: every worker asks every second.
_DUE = (
    select(Roster, Course.memberships_url, Platform)
    .join(Course, Course.id == Roster.course_id)
    .join(Deployment, Deployment.id == Course.deployment_id)
    .join(Platform, Platform.id == Deployment.platform_id)
    .filter(Roster.due_at <= _NOW, or_(Roster.lease_until.is_(None), Roster.lease_until <= _NOW))
    .filter(Course.memberships_url.is_not(None), Platform.state == PlatformState.ACTIVE)
)
_IS_DUE = _DUE.with_only_columns(Roster.id).limit(1)
_LONGEST_DUE = _DUE.order_by(Roster.due_at).limit(1).with_for_update(skip_locked=True, of=Roster)


def is_due(session: Session) -> bool:
    """Say whether there may be a list to claim."""
    return session.scalar(_IS_DUE, {"now": clock.now()}) is not None


def claim(session: Session, owner: str, lease: timedelta) -> Claimed | None:
    """Take one list that is due and that nobody holds; None if there is none.

    Two workers never hold the same one: PostgreSQL skips locked rows, SQLite has one writer.
    """
    now = clock.now()
    found = session.execute(_LONGEST_DUE, {"now": now}).first()
    if found is None:
        return None
    roster, address, platform = found
    roster.lease_owner, roster.lease_until, roster.tried_at = owner, now + lease, now
    return Claimed(
        roster_id=roster.id,
        owner=owner,
        course_id=roster.course_id,
        platform=platforms.config(platform),
        memberships_url=address or "",
        started_at=now,
    )


def store(session: Session, claimed: Claimed, people: Sequence[Listed]) -> None:
    """Keep the active ones of these people, ``STORED_AT_ONCE`` at most: two statements, however many they are.

    Who has launched keeps the role of the launch: Moodle lists a non-editing teacher as a Learner (4.5, observed
    2026-11-22). Who is listed without a name keeps the one we know.
    """
    here = [each for each in people if each.is_active]
    if not here or _held(session, claimed) is None:
        return
    given = _given(session, here)
    persons = _insert(session, Person).from_select(
        ["platform_id", "created_at", "sub", "name"],
        select(literal(claimed.platform.id), literal(claimed.started_at, UtcDateTime()), given.c.sub, given.c.name)
        # In one order everywhere, so that two courses that share people never wait for each other in a circle.
        .order_by(given.c.sub)
        .where(given.c.sub.is_not(None)),
    )
    named = func.coalesce(persons.excluded.name, Person.name)
    session.execute(persons.on_conflict_do_update(index_elements=["platform_id", "sub"], set_={"name": named}))
    session.execute(_members(session, claimed, given))


def _members(session: Session, claimed: Claimed, given: FromClause) -> Any:
    """Return the statement that makes members of these people, or brings them up to what the list says."""
    now = literal(claimed.started_at, UtcDateTime())
    columns = ["course_id", "person_id", "role", "is_test", "has_launched", "listed_at", "created_at"]
    # A look-up for each, not a join: SQLite would go through all persons of the platform for each of the given.
    person = select(Person.id).filter_by(platform_id=claimed.platform.id).filter(Person.sub == given.c.sub)
    values = literal(claimed.course_id), person.scalar_subquery(), given.c.role, given.c.is_test, false(), now, now
    members = _insert(session, Member).from_select(columns, select(*values).where(given.c.sub.is_not(None)))
    new = members.excluded
    changes = {
        "role": case((Member.has_launched, Member.role), else_=new.role),
        "is_test": case((Member.has_launched, Member.is_test), else_=new.is_test),
        "listed_at": new.listed_at,
        "unlisted_since": None,
    }
    return members.on_conflict_do_update(index_elements=["course_id", "person_id"], set_=changes)


def _given(session: Session, people: Sequence[Listed]) -> FromClause:
    """Return people as a table inside a statement: one value instead of four for each of them."""
    rows = [{"sub": each.sub, "name": each.name, "role": each.role, "is_test": each.is_test} for each in people]
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(json.dumps(rows)).table_valued("value").c.value
        fields = [func.json_extract(each, f"$.{name}", type_=type_).label(name) for name, type_ in _GIVEN.items()]
        return select(*fields).subquery()
    columns = [column(name, type_) for name, type_ in _GIVEN.items()]
    return func.jsonb_to_recordset(cast(rows, JSONB)).table_valued(*columns).render_derived(with_types=True)


def _insert(session: Session, model: type[Person | Member]) -> Any:
    """Return an insert that can update what is there: each of our databases has its own kind."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model.__table__)


def record_complete(session: Session, claimed: Claimed, away: Sequence[str]) -> None:
    """Record that the list was read to its end: whom it does not name any more, or names in ``away``, is marked.

    ``away`` are the ids of those whom the platform lists as inactive or deleted.
    """
    roster = _held(session, claimed, lock=True)
    if roster is None:
        return
    here = and_(Member.course_id == claimed.course_id, Member.unlisted_since.is_(None))
    gone = update(Member).filter(here, Member.listed_at < claimed.started_at)
    session.execute(gone.values(unlisted_since=claimed.started_at))
    for start in range(0, len(away), STORED_AT_ONCE):
        theirs = select(Person.id).filter(Person.sub.in_(away[start : start + STORED_AT_ONCE]))
        theirs = theirs.filter_by(platform_id=claimed.platform.id)
        marked = update(Member).filter(here, Member.person_id.in_(theirs))
        session.execute(marked.values(unlisted_since=claimed.started_at))
    roster.read_at, roster.is_complete, roster.problem = claimed.started_at, True, None
    roster.due_at, roster.tries = None, 0
    _release(roster)


def record_trouble(
    session: Session, claimed: Claimed, outcome: Outcome, *, is_partly_read: bool, scale: float = 1.0
) -> None:
    """Record that the list ended early; say when to try again. Nobody is marked. ``scale`` is for tests."""
    roster = _held(session, claimed, lock=True)
    if roster is None:
        return
    if is_partly_read:
        roster.read_at, roster.is_complete = claimed.started_at, False
    wait = None if outcome.kind in NOT_FOR_US or roster.tries >= len(WAITS) else WAITS[roster.tries] * scale
    if wait is not None and outcome.retry_after is not None:
        wait = outcome.retry_after
    roster.due_at = None if wait is None else clock.now() + timedelta(seconds=wait)
    roster.tries, roster.problem = roster.tries + 1, outcome.kind
    _release(roster)


def give_back(session: Session, claimed: Claimed) -> None:
    """Let go of a list unread; it stays due."""
    if roster := _held(session, claimed, lock=True):
        _release(roster)


def _held(session: Session, claimed: Claimed, *, lock: bool = False) -> Roster | None:
    """Return the row if this worker still holds it: after the lease, another may have taken over."""
    held = select(Roster).filter_by(id=claimed.roster_id, lease_owner=claimed.owner, tried_at=claimed.started_at)
    return session.scalars(held.with_for_update() if lock else held).first()


def _release(roster: Roster) -> None:
    roster.lease_owner = roster.lease_until = None
