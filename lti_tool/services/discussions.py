"""Discussions: what learners of one course post to each other, and what teachers hide.

Who wrote an unnamed post is used for two things only: the author can change or delete it, and reads why it was hidden.
No function here gives it to anybody else.
"""

import json
import re
import secrets
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.activities.base import Activity, Value
from lti_tool.db import add_once, upsert
from lti_tool.library.model import Workshop
from lti_tool.mentoring.discussion import Posted, posted_of
from lti_tool.models import DiscussionPost, Member, Person, PostReport
from lti_tool.seal import Sealer
from lti_tool.services.classroom import label
from lti_tool.services.progress import Author

LONGEST_REASON = 500
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class Group:
    """The people of one course who talk about one activity."""

    institution_id: int
    course_id: int
    workshop_id: str
    activity_id: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post as one reader sees it; ``author`` is None where it was posted without a name."""

    id: str
    prompt: str
    text: str
    author: str | None
    is_mine: bool
    is_reported: bool
    """By this reader."""
    hidden_because: str | None
    """Only its author and those who teach read a post that has a reason here."""


@dataclass(frozen=True, kw_only=True)
class ModeratedPost:
    """A post as those who teach see it."""

    id: str
    prompt: str
    text: str
    author: str | None
    reports: int
    hidden_because: str | None


def follow(
    session: Session, sealer: Sealer, author: Author, workshop: Workshop, activity: Activity, value: Value
) -> None:
    """Make the group's copy equal to what the author's answer says is posted."""
    key = {"member_id": author.member_id, "workshop_id": workshop.id, "activity_id": activity.id}
    posted = posted_of(value)
    if posted is None:
        for post in session.scalars(select(DiscussionPost).filter_by(**key)):
            _take_away(session, sealer, author, post)
        return
    before = session.scalars(select(DiscussionPost).filter_by(**key)).first()
    # A hidden post is signed as it was until it is shown again: its reason would tell whose the other one was.
    is_named = before.is_named if before and before.hidden_at else posted.is_named
    sealed = sealer.seal(json.dumps(asdict(posted)).encode(), *place(author, workshop.id, activity.id))
    if before:
        _sign(session, before, is_named)
        before.sealed = sealed
        return
    new = {"public_id": secrets.token_hex(16)}
    upsert(session, DiscussionPost, key, once=new, is_named=is_named, sealed=sealed)


def _sign(session: Session, post: DiscussionPost, is_named: bool) -> None:
    """With another way to sign it, it is another post: nobody may link the two by its id or its reports."""
    if post.is_named != is_named:
        post.is_named, post.public_id = is_named, secrets.token_hex(16)
        session.execute(delete(PostReport).filter_by(post_id=post.id))


def posts_for(session: Session, sealer: Sealer, group: Group, reader_id: int) -> list[Post]:
    """Return what a learner may read: their own post first, then those of others, in no order that means something.

    A test student's post is for the test student alone.
    """
    reported = set(session.scalars(select(PostReport.post_id).filter_by(member_id=reader_id)))
    posts = [
        Post(
            id=post.public_id,
            author=label(person) if post.is_named else None,
            is_mine=member.id == reader_id,
            is_reported=post.id in reported,
            hidden_because=_reason(sealer, group, post),
            **_text(sealer, group, post),
        )
        for post, member, person in session.execute(_of(group))
        if member.id == reader_id or not (post.hidden_at or member.is_test)
    ]
    return sorted((post for post in posts if post.text), key=lambda post: (not post.is_mine, post.id))


def posts_for_teachers(session: Session, sealer: Sealer, group: Group) -> list[ModeratedPost]:
    """Return all posts of a group, reported ones first, otherwise in no order that means something."""
    rows = [(post, person) for post, member, person in session.execute(_of(group)) if not member.is_test]
    theirs = PostReport.post_id.in_([post.id for post, _ in rows])
    reports = Counter(session.scalars(select(PostReport.post_id).filter(theirs)))
    posts = [
        ModeratedPost(
            id=post.public_id,
            author=label(person) if post.is_named else None,
            reports=reports[post.id],
            hidden_because=_reason(sealer, group, post),
            **_text(sealer, group, post),
        )
        for post, person in rows
    ]
    return sorted((post for post in posts if post.text), key=lambda post: (-post.reports, post.id))


def report(session: Session, group: Group, reader_id: int, public_id: str) -> bool:
    """Tell the teachers that a post needs a look; say whether the group has such a post of somebody else."""
    post = _find(session, group, public_id)
    if post is None or post.member_id == reader_id or post.hidden_at:
        return False
    add_once(session, PostReport, post_id=post.id, member_id=reader_id)
    return True


def hide(session: Session, sealer: Sealer, group: Group, public_id: str, *, by_id: int, reason: str) -> bool:
    """Hide a post from the group; its author is told why. Say whether the group has such a post."""
    post = _find(session, group, public_id)
    if post is None:
        return False
    post.hidden_at, post.hidden_by_id = clock.now(), by_id
    post.sealed_reason = sealer.seal(reason.encode(), *reason_place(_author(group, post), *_where(post)))
    return True


def unhide(session: Session, sealer: Sealer, group: Group, public_id: str) -> bool:
    """Let the group read a post again, signed as its author last chose; its reports are settled.

    Say whether the group has such a post.
    """
    post = _find(session, group, public_id)
    if post is None:
        return False
    post.hidden_at = post.hidden_by_id = post.sealed_reason = None
    session.execute(delete(PostReport).filter_by(post_id=post.id))
    _sign(session, post, _opened(sealer, _author(group, post), post).is_named)
    return True


def own_posts(session: Session, sealer: Sealer, author: Author, workshop_id: str) -> list[dict[str, Any]]:
    """Return what an author has posted in a workshop, with what became of it, to take away."""
    posts = session.scalars(select(DiscussionPost).filter_by(member_id=author.member_id, workshop_id=workshop_id))
    return [
        {
            "activity": post.activity_id,
            "with_name": post.is_named,
            "text": _opened(sealer, author, post).text,
            "hidden_at": post.hidden_at,
            "hidden_because": _opened_reason(sealer, author, post),
        }
        for post in posts
    ]


def delete_posts(session: Session, sealer: Sealer, author: Author, workshop_id: str) -> None:
    """Delete everything the author posted in a workshop, and what they reported there."""
    here = select(DiscussionPost).filter_by(workshop_id=workshop_id)
    reported = PostReport.post_id.in_(here.with_only_columns(DiscussionPost.id))
    session.execute(delete(PostReport).filter(PostReport.member_id == author.member_id, reported))
    for post in session.scalars(here.filter_by(member_id=author.member_id)):
        _take_away(session, sealer, author, post)


def _take_away(session: Session, sealer: Sealer, author: Author, post: DiscussionPost) -> None:
    """Delete a post. Of one that a teacher hid the words go and the mark stays: what is posted next stays hidden, too,
    until the teacher has looked at it.
    """
    if post.hidden_at is None:
        session.delete(post)
        session.flush()
        return
    nothing = asdict(Posted(prompt="", text="", is_named=post.is_named))
    post.sealed = sealer.seal(json.dumps(nothing).encode(), *place(author, *_where(post)))
    session.execute(delete(PostReport).filter_by(post_id=post.id))


def place(author: Author, workshop_id: str, activity_id: str) -> tuple[str | int, ...]:
    """Return what a post is sealed for: it opens nowhere else."""
    return "post", author.institution_id, author.member_id, workshop_id, activity_id


def reason_place(author: Author, workshop_id: str, activity_id: str) -> tuple[str | int, ...]:
    """Return what the reason for hiding a post is sealed for."""
    return "post-reason", author.institution_id, author.member_id, workshop_id, activity_id


def _of(group: Group) -> Select[DiscussionPost, Member, Person]:
    found = (
        select(DiscussionPost, Member, Person).join(Member, Member.id == DiscussionPost.member_id).join(Member.person)
    )
    return found.filter(
        Member.course_id == group.course_id,
        DiscussionPost.workshop_id == group.workshop_id,
        DiscussionPost.activity_id == group.activity_id,
    )


def _find(session: Session, group: Group, public_id: str) -> DiscussionPost | None:
    if not _ID.fullmatch(public_id):  # PostgreSQL would not even compare it with a NUL
        return None
    found = session.execute(_of(group).filter(DiscussionPost.public_id == public_id)).first()
    return found[0] if found else None


def _where(post: DiscussionPost) -> tuple[str, str]:
    return post.workshop_id, post.activity_id


def _author(group: Group, post: DiscussionPost) -> Author:
    return Author(institution_id=group.institution_id, member_id=post.member_id)


def _opened(sealer: Sealer, author: Author, post: DiscussionPost) -> Posted:
    """Return what a post says; one that is older than the choice of a signature in it is signed as it stands."""
    found = json.loads(sealer.open(post.sealed, *place(author, *_where(post))))
    return Posted(**{"is_named": post.is_named, **found})


def _text(sealer: Sealer, group: Group, post: DiscussionPost) -> dict[str, str]:
    found = _opened(sealer, _author(group, post), post)
    return {"prompt": found.prompt, "text": found.text}


def _reason(sealer: Sealer, group: Group, post: DiscussionPost) -> str | None:
    return _opened_reason(sealer, _author(group, post), post)


def _opened_reason(sealer: Sealer, author: Author, post: DiscussionPost) -> str | None:
    if post.sealed_reason is None:
        return None
    return sealer.open(post.sealed_reason, *reason_place(author, *_where(post))).decode()
