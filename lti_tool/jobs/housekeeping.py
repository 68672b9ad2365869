"""What has to be done now and then: courses that catch up, deliveries to mend, forgetting in time."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from lti_tool.db import Database
from lti_tool.jobs.catching_up import catch_up_one
from lti_tool.library.model import Workshop
from lti_tool.log import log
from lti_tool.services import holding, progress, reconciling, tickets, visits

MEND_EVERY = 60.0
NIGHT_EVERY = 600.0
TIDY_EVERY = 3600.0


class Upkeep:
    """Does what is due, and remembers when it did the rest."""

    def __init__(self, database: Database, workshops: Mapping[str, Workshop], compare_hour: int) -> None:
        self._database = database
        self._workshops = workshops
        self._compare_hour = compare_hour
        self._now_and_then: dict[Callable[[], None], float] = {
            self._mend: MEND_EVERY,
            self._ask_nightly: NIGHT_EVERY,
            partial(tidy, database): TIDY_EVERY,
        }
        self._next = dict.fromkeys(self._now_and_then, time.monotonic())

    def step(self) -> bool:
        """Do what is due; say whether more may be."""
        for task, every in self._now_and_then.items():
            if time.monotonic() >= self._next[task]:
                self._next[task] = time.monotonic() + every
                task()
        return catch_up_one(self._database, self._workshops)

    def _mend(self) -> None:
        with self._database.transaction() as session:
            holding.tidy(session)

    def _ask_nightly(self) -> None:
        with self._database.transaction() as session:
            reconciling.ask_nightly(session, self._compare_hour)


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
