"""What learners write. Everything they wrote is sealed; only whether they finished is in clear."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base, Id


class Answer(Base):
    """A learner's current answer to one activity."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("member_id", "workshop_id", "activity_id"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    workshop_id: Mapped[str] = mapped_column(String(64))
    activity_id: Mapped[str] = mapped_column(String(64))
    """The id of the activity in the content pack; never reused."""
    version: Mapped[int]
    """Grows by one with every save: who saves over a version they have not seen is told."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The value as JSON, sealed; None once the learner deleted it."""
    saved_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    """Set once; the learner's own edits never take it away."""


class AnswerRevision(Base):
    """An earlier text of an answer, so that nothing typed is lost to a second tab."""

    __tablename__ = "answer_revision"
    __table_args__ = (UniqueConstraint("answer_id", "version"),)

    id: Mapped[Id]
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column(index=True)
