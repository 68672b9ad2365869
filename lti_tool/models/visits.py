"""Launches that were used up, and the visits that they opened."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, Id
from lti_tool.models.courses import Assignment, Member


class UsedAttempt(Base):
    """The id of a sign-in that opened a visit: the unique key is what makes a launch single-use."""

    __tablename__ = "used_attempt"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(index=True)


class Visit(Base):
    """What one launch opened: this person, this course, this role, in this browser."""

    __tablename__ = "visit"

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    """Stands in every address of the visit; worth nothing without the secret."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the secret in the visit's own cookie."""
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    """None while somebody chooses content: there is no link yet."""
    reviewed_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    """Whose work the gradebook asked to see; None in every other visit."""
    role: Mapped[str] = mapped_column(String(20))
    is_test: Mapped[bool]
    locale: Mapped[str | None] = mapped_column(String(35))
    return_url: Mapped[str | None] = mapped_column(String(2000))
    frame_origins: Mapped[list[Any]] = mapped_column(JSON)
    """The platform's origins, from signed data only: who may frame these pages."""
    message_token: Mapped[str | None] = mapped_column(String(255))
    """What Canvas wants on messages of this frame, if the launch brought it."""
    timezone: Mapped[str | None] = mapped_column(String(64))
    """Where the person is, as the platform says it; None if it says nothing that we know."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship(foreign_keys=member_id)
    assignment: Mapped[Assignment | None] = relationship()


class Selection(Base):
    """What a platform takes back from the picker that a visit shows, and where to (deep linking)."""

    __tablename__ = "selection"

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), unique=True)
    return_url: Mapped[str] = mapped_column(String(2048))
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The platform's own note in UTF-8, to go back to the letter; None if it sent none."""
    may_choose: Mapped[bool]
    """Whether this person builds the course; anybody else can only go back."""
    takes_links: Mapped[bool]
    takes_several: Mapped[bool]
    takes_line_items: Mapped[bool]
    title: Mapped[str | None] = mapped_column(String(255))
    text: Mapped[str | None] = mapped_column(String(255))
