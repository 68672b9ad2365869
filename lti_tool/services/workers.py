"""Which worker processes there are: each gives a sign of life."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import upsert
from lti_tool.models import Worker

BEAT_EVERY = timedelta(seconds=10)
ALIVE_FOR = timedelta(seconds=60)
"""A worker that was not seen for longer is taken to be gone."""
FORGOTTEN_AFTER = timedelta(days=1)


def beat(session: Session, owner: str, threads: int) -> None:
    """Note that a worker is alive."""
    now = clock.now()
    upsert(session, Worker, {"owner": owner}, once={"started_at": now, "threads": threads}, seen_at=now)


def leave(session: Session, owner: str) -> None:
    """Note that a worker has ended; those that vanished long ago are forgotten with it."""
    session.execute(delete(Worker).filter_by(owner=owner))
    session.execute(delete(Worker).filter(Worker.seen_at < clock.now() - FORGOTTEN_AFTER))


def alive(session: Session) -> int:
    """Return how many workers there are."""
    seen = select(func.count()).select_from(Worker).filter(Worker.seen_at >= clock.now() - ALIVE_FOR)
    return session.scalar(seen) or 0
