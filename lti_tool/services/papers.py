"""A learner's papers: what each finished tool gives them to take along, and the certificate of the whole."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, Work
from lti_tool.activities.paper import Paper
from lti_tool.library.model import Workshop
from lti_tool.models import Answer, Member, Person
from lti_tool.seal import Sealer
from lti_tool.services import grading, progress
from lti_tool.services.progress import Author


@dataclass(frozen=True, kw_only=True)
class MadePaper:
    """A paper with the activity it comes from; ``paper`` is None while there is nothing in it."""

    activity: Activity
    paper: Paper | None
    version: int
    """That of the answer: it grows with every change."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What a certificate says. It has no score."""

    name: str | None
    """As the platform gives it."""
    completed_on: date


def makers(workshop: Workshop) -> tuple[Activity, ...]:
    """Return the activities that give a paper, in order."""
    return tuple(each for each in workshop.every_activity if not each.opens_later and KINDS[each.kind].makes_paper)


def make(
    session: Session,
    sealer: Sealer,
    author: Author,
    workshop: Workshop,
    activity: Activity,
    work: Work,
    *,
    named: bool = True,
    shared: bool = False,
) -> MadePaper:
    """Make one paper from the author's answers. ``work`` says the day and the contacts; the rest is read here.

    One that is ``shared`` is made without what the learner never showed: of other answers, such as ratings, nothing
    shows through.
    """
    kind = KINDS[activity.kind]
    stored = progress.load(session, sealer, author, workshop, activity)
    reads = kind.shows if shared else kind.reads
    answers = progress.answers_by_kind(session, sealer, author, workshop, reads)
    around = Work(today=work.today, support_contacts=work.support_contacts, answers=answers)
    paper = kind.paper(activity, stored.value, around, named=named) if stored.value else None
    return MadePaper(activity=activity, paper=paper, version=stored.version)


def certificate(session: Session, member_id: int, workshop: Workshop, zone: str | None) -> Certificate | None:
    """Return the certificate, with the day that it was in the learner's zone; None while something is open."""
    done = grading.completed(session, member_id, workshop.id)
    if not grading.standing(workshop, grading.WHOLE, done).complete:
        return None
    ids = [activity.id for activity in workshop.activities]
    last = select(func.max(Answer.completed_at)).filter_by(member_id=member_id, workshop_id=workshop.id)
    completed_at = session.scalar(last.filter(Answer.activity_id.in_(ids)))
    person = session.get_one(Person, session.get_one(Member, member_id).person_id)
    return Certificate(name=person.name, completed_on=clock.day_of(completed_at, zone)) if completed_at else None
