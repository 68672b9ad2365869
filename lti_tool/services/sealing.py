"""Sealing everything anew with the first encryption key, so that an older key can go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.models import (
    Answer,
    AnswerRevision,
    Course,
    Deployment,
    DiscussionPost,
    Evaluation,
    Member,
    Platform,
    PlatformChange,
    SigningKey,
)
from lti_tool.seal import FORMAT, SealBroken, Sealer
from lti_tool.services import discussions, evaluations, progress
from lti_tool.services.evaluations import CourseOf
from lti_tool.services.progress import Author

BATCH = 200
"""Rows per transaction: what a learner who saves at the same moment may have to wait for."""

Place = tuple[str | int, ...]
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One sort of sealed value: where it stands, and how to find the rows with the place each was sealed for."""

    name: str
    id_column: InstrumentedAttribute[int]
    sealed_column: InstrumentedAttribute[Any]
    rows: Callable[[], Rows]
    """Selects the row itself, then what ``place`` needs."""
    place: Callable[..., Place]
    """Takes what ``rows`` selects; as the service that seals it writes it."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one batch did. ``last_id`` is where the next one begins; None after the last one."""

    sealed: int
    unreadable: int
    last_id: int | None


def _answers() -> Rows:
    found: Rows = select(Answer, Platform.institution_id, Answer).select_from(Answer)
    return _owned(found.join(Member, Member.id == Answer.member_id))


def _revisions() -> Rows:
    found: Rows = select(AnswerRevision, Platform.institution_id, Answer).select_from(AnswerRevision)
    return _owned(found.join(Answer, Answer.id == AnswerRevision.answer_id).join(Member, Member.id == Answer.member_id))


def _posts() -> Rows:
    found: Rows = select(DiscussionPost, Platform.institution_id).select_from(DiscussionPost)
    return _owned(found.join(Member, Member.id == DiscussionPost.member_id))


def _evaluations() -> Rows:
    found: Rows = select(Evaluation, Platform.institution_id, Evaluation).select_from(Evaluation)
    return _of_courses(found.join(Course, Course.id == Evaluation.course_id))


def _owned(found: Rows) -> Rows:
    """Go up from the member to the institution that owns the data."""
    return _of_courses(found.join(Course, Course.id == Member.course_id))


def _of_courses(found: Rows) -> Rows:
    return found.join(Deployment, Deployment.id == Course.deployment_id).join(
        Platform, Platform.id == Deployment.platform_id
    )


def _answer_place(_row: object, institution_id: int, answer: Answer) -> Place:
    author = Author(institution_id=institution_id, member_id=answer.member_id)
    return progress.place(author, answer.workshop_id, answer.activity_id)


def _post_place(post: DiscussionPost, institution_id: int) -> Place:
    return discussions.place(_post_author(post, institution_id), post.workshop_id, post.activity_id)


def _reason_place(post: DiscussionPost, institution_id: int) -> Place:
    return discussions.reason_place(_post_author(post, institution_id), post.workshop_id, post.activity_id)


def _post_author(post: DiscussionPost, institution_id: int) -> Author:
    return Author(institution_id=institution_id, member_id=post.member_id)


def _evaluation_place(_row: object, institution_id: int, sent: Evaluation) -> Place:
    course = CourseOf(institution_id=institution_id, course_id=sent.course_id, workshop_id=sent.workshop_id)
    return evaluations.place(course)


def _registration_place(*row: Any) -> Place:
    platform = row[-1]
    return "registration", platform.issuer, platform.client_id


KINDS = (
    Kind(
        name="signing keys",
        id_column=SigningKey.id,
        sealed_column=SigningKey.sealed_private,
        rows=lambda: select(SigningKey),
        place=lambda key: ("signing-key", key.kid),
    ),
    Kind(
        name="answers",
        id_column=Answer.id,
        sealed_column=Answer.sealed,
        rows=_answers,
        place=_answer_place,
    ),
    Kind(
        name="earlier texts",
        id_column=AnswerRevision.id,
        sealed_column=AnswerRevision.sealed,
        rows=_revisions,
        place=_answer_place,
    ),
    Kind(
        name="posts",
        id_column=DiscussionPost.id,
        sealed_column=DiscussionPost.sealed,
        rows=_posts,
        place=_post_place,
    ),
    Kind(
        name="reasons for hiding a post",
        id_column=DiscussionPost.id,
        sealed_column=DiscussionPost.sealed_reason,
        rows=_posts,
        place=_reason_place,
    ),
    Kind(
        name="evaluations",
        id_column=Evaluation.id,
        sealed_column=Evaluation.sealed,
        rows=_evaluations,
        place=_evaluation_place,
    ),
    Kind(
        name="registrations",
        id_column=Platform.id,
        sealed_column=Platform.sealed_management_token,
        rows=lambda: select(Platform),
        place=_registration_place,
    ),
    Kind(
        name="changes of registrations",
        id_column=PlatformChange.id,
        sealed_column=PlatformChange.sealed_management_token,
        rows=lambda: select(PlatformChange, Platform).select_from(PlatformChange).join(PlatformChange.platform),
        place=_registration_place,
    ),
)
"""Everything that is sealed for longer than a minute. Signing keys come first: without them no grade can be sent."""


def seal_anew(session: Session, sealer: Sealer, first_key: str, kind: Kind, after: int = 0) -> Batch:
    """Seal the next rows of one kind with the first key, from those that another key sealed.

    A row that no key of ours opens stays as it is and is counted. Safe to stop and to run again: what is done is
    skipped.
    """
    due = and_(kind.id_column > after, _is_of_another_key(kind, first_key))
    found = kind.rows().filter(due).order_by(kind.id_column).limit(BATCH)
    rows = session.execute(found.with_for_update(of=kind.id_column.class_)).all()
    broken = sum(not _seal_row(sealer, kind, row) for row in rows)
    return Batch(sealed=len(rows) - broken, unreadable=broken, last_id=rows[-1][0].id if len(rows) == BATCH else None)


def _seal_row(sealer: Sealer, kind: Kind, row: Any) -> bool:
    owner, name, place = row[0], kind.sealed_column.key, kind.place(*row)
    try:
        setattr(owner, name, sealer.seal(sealer.open(getattr(owner, name), *place), *place))
    except SealBroken:
        return False
    return True


def _is_of_another_key(kind: Kind, first_key: str) -> ColumnElement[bool]:
    """Compare how a sealed text begins: format, length of the key's id, the id (``Sealer.seal``)."""
    mark = FORMAT + bytes([len(first_key.encode())]) + first_key.encode()
    column = kind.sealed_column
    return and_(column.is_not(None), or_(func.length(column) < len(mark), func.substr(column, 1, len(mark)) != mark))
