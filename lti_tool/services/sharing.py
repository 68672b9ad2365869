"""Sharing: a learner lets the teachers of their course see a paper as it stands, and can take that back at any time."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, Work
from lti_tool.db import upsert
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.library.model import Workshop
from lti_tool.log import log
from lti_tool.models import Member, Person, Share, ShareView
from lti_tool.seal import Sealer
from lti_tool.services import papers
from lti_tool.services.classroom import label
from lti_tool.services.papers import MadePaper
from lti_tool.services.progress import Author

LARGEST_ID = 2**63 - 1
"""No database compares an id with more."""


class NotShared(ToolError):
    """It was never shared with this course, or it was taken back."""

    status = 404
    code = "not-shared"
    message = mark("This is not shared with you, or the learner has taken it back.")
    remedy = mark("Go back to the list of what is shared.")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Who looked, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Whether a paper is shared now, since when, with the labels of people or without, and who has looked."""

    shared_at: datetime | None
    with_names: bool
    seen: tuple[Seen, ...]


@dataclass(frozen=True, kw_only=True)
class SharedPaper:
    """A paper in the teachers' list."""

    id: int
    learner: str
    activity: Activity
    shared_at: datetime


def may_be_shared(activity: Activity) -> bool:
    """Say whether this is something to share at all."""
    return not activity.opens_later and KINDS[activity.kind].may_be_shared


def share(session: Session, member_id: int, workshop_id: str, activity_id: str, *, with_names: bool) -> None:
    """Let the teachers see it from now on; sharing again changes whether labels are seen."""
    key = {"member_id": member_id, "workshop_id": workshop_id, "activity_id": activity_id}
    upsert(session, Share, key, with_names=with_names, shared_at=clock.now(), taken_back_at=None)


def take_back(session: Session, member_id: int, workshop_id: str, activity_id: str | None = None) -> None:
    """Close it to the teachers at once: one paper, or all of the workshop."""
    open_ = update(Share).filter_by(member_id=member_id, workshop_id=workshop_id, taken_back_at=None)
    chosen = open_.filter_by(activity_id=activity_id) if activity_id else open_
    session.execute(chosen.values(taken_back_at=clock.now()))


def state(session: Session, member_id: int, workshop_id: str, activity_id: str) -> Sharing:
    """Return whether a learner's paper is shared, and who has looked at it so far."""
    key = {"member_id": member_id, "workshop_id": workshop_id, "activity_id": activity_id}
    found = session.scalars(select(Share).filter_by(**key)).first()
    if found is None:
        return Sharing(shared_at=None, with_names=False, seen=())
    shared_at = None if found.taken_back_at else found.shared_at
    return Sharing(shared_at=shared_at, with_names=found.with_names, seen=_seen(session, found.id))


def _seen(session: Session, share_id: int) -> tuple[Seen, ...]:
    views = select(ShareView.seen_at, Person).join(Member, Member.id == ShareView.member_id).join(Person)
    rows = session.execute(views.filter(ShareView.share_id == share_id).order_by(ShareView.seen_at.desc()))
    return tuple(Seen(by=label(person), at=at) for at, person in rows)


def own_shares(session: Session, member_id: int, workshop: Workshop) -> list[dict[str, Any]]:
    """Return what a learner has shared in a workshop, until when, and who has looked, to take away."""
    titles = {each.id: each.title for each in workshop.every_activity}
    shares = select(Share).filter_by(member_id=member_id, workshop_id=workshop.id).order_by(Share.shared_at)
    return [
        {
            "activity": found.activity_id,
            "title": titles.get(found.activity_id, found.activity_id),
            "with_names": found.with_names,
            "shared_at": found.shared_at,
            "taken_back_at": found.taken_back_at,
            "seen": [asdict(each) for each in _seen(session, found.id)],
        }
        for found in session.scalars(shares).all()
    ]


def shared_in_course(session: Session, course_id: int, workshop: Workshop) -> list[SharedPaper]:
    """Return what learners of a course share now, the newest first."""
    shares = select(Share, Person).join(Member, Member.id == Share.member_id).join(Person)
    here = shares.filter(Member.course_id == course_id, Share.workshop_id == workshop.id, Share.taken_back_at.is_(None))
    activities = {each.id: each for each in papers.makers(workshop)}
    return [
        SharedPaper(
            id=found.id, learner=label(person), activity=activities[found.activity_id], shared_at=found.shared_at
        )
        for found, person in session.execute(here.order_by(Share.shared_at.desc(), Share.id))
        if found.activity_id in activities
    ]


def open_shared(
    session: Session, sealer: Sealer, viewer: Author, course_id: int, share_id: int, workshop: Workshop, work: Work
) -> tuple[SharedPaper, MadePaper]:
    """Return a shared paper as it stands now, and note that this teacher has looked.

    :raise NotShared: it is not shared with this course now.
    """
    # Whoever takes it back at this moment waits, or is waited for: nobody sees it afterwards.
    found = session.get(Share, share_id, with_for_update={"read": True}) if share_id <= LARGEST_ID else None
    member = session.get(Member, found.member_id) if found else None
    activities = {each.id: each for each in papers.makers(workshop)}
    if found is None or member is None or member.course_id != course_id or found.taken_back_at:
        raise NotShared
    activity = activities.get(found.activity_id)
    if activity is None or found.workshop_id != workshop.id:
        raise NotShared
    author = Author(institution_id=viewer.institution_id, member_id=member.id)
    made = papers.make(session, sealer, author, workshop, activity, work, named=found.with_names, shared=True)
    session.add(ShareView(share_id=found.id, member_id=viewer.member_id, seen_at=clock.now()))
    log.info("shared paper opened", share=found.id, by=viewer.member_id)
    shown = SharedPaper(id=found.id, learner=label(member.person), activity=activity, shared_at=found.shared_at)
    return shown, made
