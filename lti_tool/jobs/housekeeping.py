"""Forgetting in time: used sign-ins, old visits, earlier texts."""

from lti_tool.db import Database
from lti_tool.log import log
from lti_tool.services import progress, tickets, visits


def tidy(database: Database) -> None:
    """Delete what has served its time, each kind in a transaction of its own."""
    with database.transaction() as session:
        attempts = visits.forget_used_attempts(session)
    with database.transaction() as session:
        old = visits.forget_old_visits(session)
    with database.transaction() as session:
        unused = tickets.forget_expired(session)
    with database.transaction() as session:
        revisions = progress.forget_old_revisions(session)
    log.info("tidied", attempts=attempts, visits=old, tickets=unused, revisions=revisions)
