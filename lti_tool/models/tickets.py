"""One-time tickets: what a page without cookies shows when it leaves its frame or fetches a file."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base


class Ticket(Base):
    """Opens one path of one visit, once, within a minute."""

    __tablename__ = "ticket"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of the ticket, which only the page has."""
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """The visit's secret, sealed for this ticket: a new window gets it as its cookie."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
