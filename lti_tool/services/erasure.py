"""What a learner deletes: the answers, the whole of their workshop, or everything about them."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.db import Base
from lti_tool.library.model import Workshop
from lti_tool.models import Member, Person
from lti_tool.seal import Sealer
from lti_tool.services import discussions, grading, progress, sharing
from lti_tool.services.progress import Author


def delete_answers(session: Session, sealer: Sealer, author: Author, workshop: Workshop) -> int:
    """Delete what the author wrote, posted and shared in a workshop; what is complete stays complete.

    Return how many answers.
    """
    sharing.take_back(session, author.member_id, workshop.id)
    discussions.delete_posts(session, sealer, author, workshop.id)
    return progress.delete_answers(session, author, workshop)


def reset_workshop(session: Session, sealer: Sealer, author: Author, workshop: Workshop) -> None:
    """Begin anew: answers and completion go, and a score that was sent goes down with them."""
    sharing.take_back(session, author.member_id, workshop.id)
    discussions.delete_posts(session, sealer, author, workshop.id)
    progress.delete_all(session, author, workshop)
    grading.queue_member(session, author.member_id, workshop)


def erase_person(session: Session, member_id: int) -> None:
    """Delete a person of a platform: every row about them, in all its courses. The gradebook keeps what it has."""
    person_id = session.get_one(Member, member_id).person_id
    members = session.scalars(select(Member.id).filter_by(person_id=person_id)).all()
    for table in reversed(Base.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column is not Member.__table__.c.id:
                continue
            theirs = key.parent.in_(members)
            # A teacher's visit to the learner's work is the teacher's: it only forgets whom it was about.
            forget = update(table).values({key.parent.name: None}) if key.parent.nullable else delete(table)
            session.execute(forget.where(theirs))
    session.execute(delete(Member).filter_by(person_id=person_id))
    session.execute(delete(Person).filter_by(id=person_id))
