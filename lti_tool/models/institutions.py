"""Who runs learning platforms, and how we know them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, Id


class Institution(Base):
    """A college, hospital or company: the tenant. Everything else hangs below one."""

    __tablename__ = "institution"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    support_contacts: Mapped[str] = mapped_column(String(1000))
    """Whom a learner can turn to now; shown where the workshop touches private matters."""
    created_at: Mapped[datetime]


class PlatformState(StrEnum):
    """Only an active platform can launch."""

    ACTIVE = "active"
    PENDING = "pending"
    PAUSED = "paused"


class Platform(Base):
    """One registration of the tool at a learning platform: issuer and client id together."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(255))
    authorization_endpoint: Mapped[str] = mapped_column(String(2000))
    token_endpoint: Mapped[str] = mapped_column(String(2000))
    token_audience: Mapped[str | None] = mapped_column(String(2000))
    """What the token endpoint wants as audience, where that is not its own address (Brightspace)."""
    jwks_uri: Mapped[str] = mapped_column(String(2000))
    family: Mapped[str] = mapped_column(String(50))
    """``product_family_code``: canvas, moodle, …; empty until a launch names it."""
    leeway_seconds: Mapped[int]
    allow_anonymous: Mapped[bool]
    frame_origins: Mapped[str] = mapped_column(String(2000), server_default="")
    """Further origins whose pages may frame the tool, by the operator's word, with spaces between."""
    auto_deploy: Mapped[bool]
    """A deployment that we have not met is added at its first valid launch (Canvas after dynamic registration)."""
    state: Mapped[PlatformState] = mapped_column(String(20))
    created_at: Mapped[datetime]
    configuration_url: Mapped[str | None] = mapped_column(String(2000))
    """Where a platform that registered itself described itself; None for one that an operator entered."""
    granted_scopes: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the platform's services allow us by its own answer; None where nobody said."""
    granted_claims: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    management_url: Mapped[str | None] = mapped_column(String(2000))
    """``registration_client_uri`` (RFC 7592), if the platform gave one."""
    sealed_management_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The token for it, sealed for ("registration", issuer, client id)."""
    sends_at_once: Mapped[int | None]
    """How many scores may be under way at once; None: what suits the platform's family."""

    institution: Mapped[Institution] = relationship(lazy="joined")


class Deployment(Base):
    """One installation of the tool under a registration."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id"),)

    id: Mapped[Id]
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    deployment_id: Mapped[str] = mapped_column(String(255))


class KeyState(StrEnum):
    """The life of a signing key: published, signing, still published."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"


class SigningKey(Base):
    """A key pair with which the tool proves itself to platforms."""

    __tablename__ = "signing_key"

    id: Mapped[Id]
    kid: Mapped[str] = mapped_column(String(100), unique=True)
    sealed_private: Mapped[bytes] = mapped_column(LargeBinary)
    """PKCS 8, sealed for ("signing-key", kid)."""
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[KeyState] = mapped_column(String(20), index=True)
    created_at: Mapped[datetime]
