"""What people think of the workshop, kept apart from who they are."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base


class Evaluation(Base):
    """One questionnaire as it was sent. Nothing in it leads to a person: no member, no visit, no time, no sequence.

    Its key is drawn at random, and rows lie in the order of their keys: on SQLite because the table has no row ids, on
    PostgreSQL because the service writes a course's rows anew, in that order, whenever one is added.
    """

    __tablename__ = "evaluation"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    workshop_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(20))
    """Of the questionnaire."""
    sent_on: Mapped[date]
    """A day on which somebody of the course sent one: days are dealt out among a course's rows anew each time."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The answers as JSON, sealed for the course."""
