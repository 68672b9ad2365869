"""What a group writes to each other, and what was done about it."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base, Id


class DiscussionPost(Base):
    """What one learner posted to their course; who wrote it is for themselves alone unless they gave their name."""

    __tablename__ = "discussion_post"
    __table_args__ = (UniqueConstraint("member_id", "workshop_id", "activity_id"),)

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    """Random: pages name and order posts by it, so that neither says who wrote one."""
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    workshop_id: Mapped[str] = mapped_column(String(64))
    activity_id: Mapped[str] = mapped_column(String(64))
    is_named: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Question and text as JSON, sealed."""
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    sealed_reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Why it was hidden, for its author; None while everybody may read it."""


class PostReport(Base):
    """A learner's word that a post needs a teacher's eye; nobody is told whose."""

    __tablename__ = "post_report"
    __table_args__ = (UniqueConstraint("post_id", "member_id"),)

    id: Mapped[Id]
    post_id: Mapped[int] = mapped_column(ForeignKey("discussion_post.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
