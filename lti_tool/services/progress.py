"""Answers: keep them sealed, notice what is complete, say how far someone is."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, bindparam, case, cast, delete, func, literal_column, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, Value
from lti_tool.db import add_once, moment_in, table
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.library.model import Workshop
from lti_tool.models import Answer, AnswerRevision, Assignment, Member
from lti_tool.prepared import Door, Prepared, Row
from lti_tool.seal import Sealer
from lti_tool.services import grading

REVISIONS_KEPT = 50
REVISIONS_KEPT_FOR = timedelta(days=30)

_answer, _member, _assignment = map(table, (Answer, Member, Assignment))
_IS_THEIRS = and_(_answer.c.member_id == bindparam("member"), _answer.c.workshop_id == bindparam("workshop"))
_ALL = select(*(_answer.c[name] for name in ("activity_id", "version", "sealed", "saved_at", "completed_at")))
# An id has neither a space nor a semicolon (library/rules/structure.py).
_LINE = (
    _answer.c.activity_id
    + case((_answer.c.sealed.is_not(None), " + "), else_=" - ")
    + func.coalesce(cast(_answer.c.completed_at, String), "")
)
_BETWEEN: Any = literal_column("';'")  # a text would be a value of each execution, to be written out by SQLAlchemy
_LINES = select(func.aggregate_strings(_LINE, _BETWEEN).label("begun"))
_BEGUN = Prepared(_LINES.where(_IS_THEIRS))
BEGUN = _LINES.where(
    _answer.c.member_id == _member.c.id, _answer.c.workshop_id == _assignment.c.workshop_id
).scalar_subquery()
"""How far the member of an assignment is: a column for a look at more, to be read by ``begun_in``."""
_ANSWERS = Prepared(_ALL.where(_IS_THEIRS))
_ANSWER = Prepared(_ALL.where(_IS_THEIRS, _answer.c.activity_id == bindparam("activity")))
_WAS_HERE = Prepared(update(_member).where(_member.c.id == bindparam("member")).values(last_active_on=bindparam("day")))


Begun = tuple[dict[str, str], dict[str, datetime]]
"""The state of each activity that was begun, and when each was completed, both by the activity's id."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """Whose answer it is: the member, below the institution that owns the data."""

    institution_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One answer as it stands; version 0 where nothing was saved yet."""

    version: int = 0
    value: Value = field(default_factory=dict)
    saved_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def state(self) -> str:
        """``not_started``, ``in_progress`` or ``done``."""
        if self.completed_at:
            return "done"
        return "in_progress" if self.value else "not_started"


class AnswerStale(ToolError):
    """Somebody saved over a version that they had not seen: usually the same person in another tab."""

    status = 409
    code = "answer-changed"
    message = mark("This was changed in another tab.")
    remedy = mark("Compare both texts and choose which one to keep.")

    def __init__(self, current: Stored) -> None:
        super().__init__()
        self.current = current


def load(door: Door, sealer: Sealer, author: Author, workshop: Workshop, activity: Activity) -> Stored:
    """Return the author's answer to one activity, as it is in the database now."""
    found = _ANSWER.first(door, _theirs(author, workshop) | {"activity": activity.id})
    return _opened(sealer, author, workshop, found) if found else Stored()


def load_all(door: Door, sealer: Sealer, author: Author, workshop: Workshop) -> dict[str, Stored]:
    """Return all the author's answers in a workshop, by activity id."""
    found = _ANSWERS.rows(door, _theirs(author, workshop))
    return {row["activity_id"]: _opened(sealer, author, workshop, row) for row in found}


def answers_by_kind(
    door: Door, sealer: Sealer, author: Author, workshop: Workshop, kinds: Collection[str]
) -> dict[str, Value]:
    """Return the author's answer to the workshop's first activity of each of these kinds, by kind."""
    first = {each.kind: each for each in reversed(workshop.activities) if each.kind in kinds}
    values = {kind: load(door, sealer, author, workshop, activity).value for kind, activity in first.items()}
    return {kind: value for kind, value in values.items() if value}


def states(door: Door, member_id: int, workshop: Workshop) -> dict[str, str]:
    """Return the state of each activity that was begun, by id, without opening an answer."""
    return begun(door, member_id, workshop)[0]


def begun(door: Door, member_id: int, workshop: Workshop) -> Begun:
    """Return how far a member is, without opening an answer."""
    [found] = _BEGUN.rows(door, {"member": member_id, "workshop": workshop.id})
    return begun_in(found["begun"])


def begun_in(lines: str | None) -> Begun:
    """Return the same from what ``BEGUN`` found: for each answer its activity, whether it is there, when completed."""
    states, completed = {}, {}
    for line in lines.split(";") if lines else ():
        activity_id, written, moment = line.split(" ", 2)
        if written == "+":
            states[activity_id] = "in_progress"
        if moment:
            states[activity_id] = "done"
            completed[activity_id] = moment_in(moment)
    return states, completed


def save(
    session: Session,
    sealer: Sealer,
    author: Author,
    workshop: Workshop,
    activity: Activity,
    value: Value,
    *,
    expected: int,
    complete: bool = False,
) -> Stored:
    """Keep ``value`` in place of version ``expected``; if that completes the activity, queue the new score.

    Runs in the caller's transaction: answer and score are kept together or not at all. Saving the same value twice
    (a double click) is one save.

    :raise AnswerStale: another version is stored by now; it is not overwritten.
    """
    before = load(session, sealer, author, workshop, activity)
    if before.version != expected:
        if before.value != value or (complete and not before.completed_at):
            raise AnswerStale(before)
        return before
    now = clock.now()
    after = Stored(
        version=expected + 1,
        value=value,
        saved_at=now,
        completed_at=before.completed_at or (now if complete else None),
    )
    sealed = sealer.seal(json.dumps(value).encode(), *place(author, workshop.id, activity.id))
    if not _replace(session, author, workshop.id, activity.id, after, sealed):
        raise AnswerStale(load(session, sealer, author, workshop, activity))
    _WAS_HERE.writes(session, {"member": author.member_id, "day": now.date()})
    if complete and not before.completed_at:
        grading.queue_member(session, author.member_id, workshop)
    return after


def complete_once(
    session: Session, sealer: Sealer, author: Author, workshop: Workshop, activity: Activity, value: Value
) -> bool:
    """Record as complete what has no drafts, and queue the new score; say whether it happened for the first time.

    Whoever began anew completes it again, but nothing is sent a second time: the row that stayed says so.
    """
    now = clock.now()
    sealed = sealer.seal(json.dumps(value).encode(), *place(author, workshop.id, activity.id))
    once = Stored(version=1, value=value, saved_at=now, completed_at=now)
    first = _replace(session, author, workshop.id, activity.id, once, sealed)
    if not first:
        theirs = {"member_id": author.member_id, "workshop_id": workshop.id, "activity_id": activity.id}
        again = {"sealed": sealed, "saved_at": now, "completed_at": now, "version": Answer.version + 1}
        session.execute(update(Answer).filter_by(**theirs, completed_at=None).values(again))
    _WAS_HERE.writes(session, {"member": author.member_id, "day": now.date()})
    grading.queue_member(session, author.member_id, workshop)
    return first


def delete_all(session: Session, author: Author, workshop: Workshop) -> None:
    """Delete the author's answers in a workshop and what is complete.

    Of what was sent without a name an empty row stays: it cannot be taken back, so it must not be sent twice.
    """
    theirs = {"member_id": author.member_id, "workshop_id": workshop.id}
    sent = [each.id for each in workshop.every_activity if KINDS[each.kind].is_anonymous]
    kept = update(Answer).filter_by(**theirs).filter(Answer.activity_id.in_(sent))
    session.execute(kept.values(sealed=None, completed_at=None, version=Answer.version + 1))
    session.execute(delete(Answer).filter_by(**theirs).filter(Answer.activity_id.not_in(sent)))


def delete_answers(session: Session, author: Author, workshop: Workshop) -> int:
    """Delete what the author wrote in a workshop, earlier texts too; what is complete stays so. Return how many."""
    theirs = select(Answer).filter_by(member_id=author.member_id, workshop_id=workshop.id)
    answers = session.scalars(theirs.filter(Answer.sealed.is_not(None))).all()
    for answer in answers:
        answer.sealed, answer.version = None, answer.version + 1
    session.execute(delete(AnswerRevision).filter(AnswerRevision.answer_id.in_([answer.id for answer in answers])))
    return len(answers)


def forget_old_revisions(session: Session) -> int:
    """Delete earlier texts that are older than we keep them; return how many."""
    old = delete(AnswerRevision).filter(AnswerRevision.saved_at < clock.now() - REVISIONS_KEPT_FOR)
    return len(session.scalars(old.returning(AnswerRevision.id)).all())


def _theirs(author: Author, workshop: Workshop) -> dict[str, Any]:
    return {"member": author.member_id, "workshop": workshop.id}


def _opened(sealer: Sealer, author: Author, workshop: Workshop, answer: Row) -> Stored:
    value: Value = {}
    if answer["sealed"] is not None:
        value = json.loads(sealer.open(answer["sealed"], *place(author, workshop.id, answer["activity_id"])))
    return Stored(value=value, **{name: answer[name] for name in ("version", "saved_at", "completed_at")})


def place(author: Author, workshop_id: str, activity_id: str) -> tuple[str | int, ...]:
    """Return what an answer and its earlier texts are sealed for: they open nowhere else."""
    return "answer", author.institution_id, author.member_id, workshop_id, activity_id


def _replace(
    session: Session, author: Author, workshop_id: str, activity_id: str, after: Stored, sealed: bytes
) -> bool:
    """Store ``after`` unless somebody was faster; the database decides, not what we read before."""
    key = {"member_id": author.member_id, "workshop_id": workshop_id, "activity_id": activity_id}
    values = {
        "version": after.version,
        "sealed": sealed,
        "saved_at": after.saved_at,
        "completed_at": after.completed_at,
    }
    if after.version == 1:
        return add_once(session, Answer, **key, **values)
    answer = session.scalars(select(Answer).filter_by(**key, version=after.version - 1).with_for_update()).first()
    if answer is None:
        return False
    if answer.sealed is not None:
        _keep_revision(session, answer)
    for name, new in values.items():
        setattr(answer, name, new)
    return True


def _keep_revision(session: Session, answer: Answer) -> None:
    session.add(
        AnswerRevision(answer_id=answer.id, version=answer.version, sealed=answer.sealed, saved_at=answer.saved_at)
    )
    too_old = AnswerRevision.version <= answer.version - REVISIONS_KEPT
    session.execute(delete(AnswerRevision).filter(AnswerRevision.answer_id == answer.id, too_old))
