"""What learners share with the teachers of their course, and who looked."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base, Id


class Share(Base):
    """A learner lets the teachers of the course see one of their papers, as it stands, until they take it back."""

    __tablename__ = "share"
    __table_args__ = (UniqueConstraint("member_id", "workshop_id", "activity_id"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    workshop_id: Mapped[str] = mapped_column(String(64))
    activity_id: Mapped[str] = mapped_column(String(64))
    with_names: Mapped[bool] = mapped_column(server_default=false())
    """Whether the learner lets the labels of people be seen; else they are "Person 1", "Person 2"."""
    shared_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class ShareView(Base):
    """A teacher opened it; the learner can see that."""

    __tablename__ = "share_view"

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("share.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    """The teacher."""
    seen_at: Mapped[datetime]
