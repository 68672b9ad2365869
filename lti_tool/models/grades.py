"""Gradebook columns, and the scores on their way to them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, Id
from lti_tool.models.courses import Assignment, Member


class GradebookColumn(Base):
    """One column of a course's gradebook that we fill: an assignment's, for the workshop or one module."""

    __tablename__ = "gradebook_column"
    __table_args__ = (UniqueConstraint("assignment_id", "part"),)

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    part: Mapped[str] = mapped_column(String(64))
    """``workshop``, or a module's id."""
    url: Mapped[str | None] = mapped_column(String(2000))
    """The line item, once the platform named it or we made it. Opaque: it may carry a query."""
    maximum: Mapped[Decimal]
    label: Mapped[str] = mapped_column(String(255), server_default="")
    """What a column that we make is called."""
    points_known: Mapped[bool] = mapped_column(server_default=false())
    """Whether ``maximum`` is settled: read from the line item, or ours because we make it."""
    missing_since: Mapped[datetime | None]
    """When the platform said that there is no such column any more; None while there is one."""
    compare_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to compare the gradebook with what we sent; None until somebody, or the night, wants it."""
    compared_at: Mapped[datetime | None]
    comparison: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What came of the last comparison: how many scores of each kind."""
    compare_problem: Mapped[str | None] = mapped_column(String(50))
    """A stable word for why the last comparison did not come to its end."""

    assignment: Mapped[Assignment] = relationship()


class DeliveryState(StrEnum):
    """Where a score is on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    CHANGED = "changed"
    """The gradebook holds a later value, usually a person's; it is left alone."""
    HELD = "held"
    """We stopped trying; ``reason`` says why."""
    CANCELLED = "cancelled"
    """Not to be sent; ``reason`` says why."""


class GradeDelivery(Base):
    """The latest score of one learner for one column. Newer replaces older; it is state, not a message."""

    __tablename__ = "grade_delivery"
    __table_args__ = (UniqueConstraint("column_id", "member_id"), Index(None, "platform_id", "state", "next_at"))

    id: Mapped[Id]
    column_id: Mapped[int] = mapped_column(ForeignKey("gradebook_column.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id"))
    """The column's platform, so that a worker finds what is due there; None until a worker has looked it up."""
    version: Mapped[int]
    given: Mapped[Decimal]
    maximum: Mapped[Decimal]
    completed_at: Mapped[datetime | None]
    """When the part was first complete; the time of the one submission on Canvas."""
    submission_known: Mapped[bool] = mapped_column(server_default=false())
    """Whether the platform has taken that submission: it must not count another one."""
    changed_at: Mapped[datetime]
    """The score's AGS timestamp: a whole second, always later than the one before; the same on every retry."""
    state: Mapped[DeliveryState] = mapped_column(String(20))
    delivered_version: Mapped[int]
    delivered_at: Mapped[datetime | None]
    sent_version: Mapped[int] = mapped_column(server_default=text("0"))
    """The latest version that may have reached the platform, whether we know it or not."""
    shares: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")
    """Every share of the maximum that may have reached the platform, oldest first: another one there is a person's."""
    insists: Mapped[bool] = mapped_column(server_default=false())
    """Somebody asked for our value in place of the one that a person set."""
    waiting_since: Mapped[datetime | None]
    """Since when it tries to arrive; None if it never had to wait anew since it changed."""
    next_at: Mapped[datetime]
    tries: Mapped[int]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(50))
    """A stable word for why it waits or is held; the page turns it into a sentence."""

    column: Mapped[GradebookColumn] = relationship()
    member: Mapped[Member] = relationship()

    @staticmethod
    def waiting_anew(now: datetime) -> dict[str, Any]:
        """Return the values of a delivery that is to be tried as if it had just changed."""
        return {"state": DeliveryState.WAITING, "reason": None, "tries": 0, "next_at": now, "waiting_since": now}

    def wait_anew(self, now: datetime) -> None:
        """Let it be tried as if it had just changed."""
        for name, value in self.waiting_anew(now).items():
            setattr(self, name, value)
