"""How we get on with each platform at the moment, and which workers there are: shared by all of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base, Id


class PlatformPace(Base):
    """How fast, and whether at all, scores go to one platform; its own row, so that it holds up no launch."""

    __tablename__ = "platform_pace"

    id: Mapped[Id]
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), unique=True)
    served_at: Mapped[datetime | None]
    """When scores were last taken for it: whoever waits longest has the next turn."""
    at_once: Mapped[int | None]
    """How many were let through at once when it last throttled us; None if it never did."""
    slowed_at: Mapped[datetime | None]
    throttles: Mapped[int]
    """How often in a row it has throttled us."""
    rest_until: Mapped[datetime | None]
    """It asked to be left alone until then."""
    failures: Mapped[int]
    """How often in a row it has failed."""
    opened_at: Mapped[datetime | None]
    """Since when the breaker is open; None while it is closed."""
    probe_at: Mapped[datetime | None]
    """When one score may go and see whether the platform is back."""


class Worker(Base):
    """A worker process that is, or was, running."""

    __tablename__ = "worker"

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(String(64), unique=True)
    """Host, process and a random mark."""
    threads: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    """When it last gave a sign of life."""
