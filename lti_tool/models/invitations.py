"""How a platform registers itself: the one-time invitation, and a change that waits for an operator."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, Id
from lti_tool.models.institutions import Institution, Platform


class Invitation(Base):
    """Permission for one platform to register itself, made by an operator for one institution."""

    __tablename__ = "invitation"

    id: Mapped[Id]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the code in its address; the code itself is shown once and kept nowhere."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int]
    """How often its button was pressed: a confirmation page is good for exactly the press it was made for."""
    busy_since: Mapped[datetime | None]
    """A registration is under way at the platform."""
    used_at: Mapped[datetime | None]

    institution: Mapped[Institution] = relationship(lazy="joined")


class PlatformChange(Base):
    """What a registered platform would like to be changed; nothing of it holds before an operator approves."""

    __tablename__ = "platform_change"

    id: Mapped[Id]
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), unique=True)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By the names of the platform's columns."""
    deployment_id: Mapped[str | None] = mapped_column(String(255))
    sealed_management_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed for ("registration", issuer, client id)."""
    created_at: Mapped[datetime]

    platform: Mapped[Platform] = relationship(lazy="joined")
