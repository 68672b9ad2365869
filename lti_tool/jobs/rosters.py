"""Course lists: claim one that is due, read it with no transaction open, keep what it said."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from lti_tool.db import Database
from lti_tool.log import log
from lti_tool.lti.grades import Outcome, OutcomeKind
from lti_tool.lti.roster import Listed, RosterService, RosterUnavailable
from lti_tool.services import holding, rosters
from lti_tool.services.rosters import STORED_AT_ONCE, Claimed

WALK_SECONDS = 600.0
"""A list that takes longer counts as one that ended early."""
LEASE = timedelta(seconds=WALK_SECONDS * 2)
"""Longer than any walk and the storing after it, so that two workers never read the same list."""


@dataclass(frozen=True, kw_only=True)
class RosterReader:
    """What a worker needs to read course lists; it holds no state."""

    database: Database
    service: RosterService
    owner: str
    """Who holds the lease; unique to this worker."""
    retry_scale: float = 1.0

    def read_one(self, is_stopping: Callable[[], bool] = lambda: False) -> bool:
        """Read one list that is due; say whether there was one. Between two pages it asks ``is_stopping``."""
        with self.database.reading() as session:
            if not rosters.is_due(session):
                return False
        with self.database.transaction() as session:
            claimed = rosters.claim(session, self.owner, LEASE)
        if claimed is None:
            return False
        people: dict[str, Listed] = {}
        try:
            outcome = self._read(claimed, people, is_stopping)
            if outcome is None:
                with self.database.transaction() as session:
                    rosters.give_back(session, claimed)
            else:
                self._keep(claimed, people, outcome)
        except Exception as error:
            log.fault(error)
            self._record(claimed, Outcome(kind=OutcomeKind.TROUBLE), people={})
        return True

    def _read(self, claimed: Claimed, people: dict[str, Listed], is_stopping: Callable[[], bool]) -> Outcome | None:
        """Fill ``people`` and tell how it ended: ``ACCEPTED`` only after the last page; None if we were to stop."""
        end = time.monotonic() + WALK_SECONDS
        try:
            for page in self.service.pages(claimed.platform, claimed.memberships_url):
                people.update((person.sub, person) for person in page)
                if is_stopping():
                    return None
                if time.monotonic() > end:
                    return Outcome(kind=OutcomeKind.TROUBLE)
        except RosterUnavailable as unavailable:
            return unavailable.outcome
        return Outcome(kind=OutcomeKind.ACCEPTED)

    def _keep(self, claimed: Claimed, people: dict[str, Listed], outcome: Outcome) -> None:
        listed = sorted(people.values(), key=lambda person: person.sub)
        for start in range(0, len(listed), STORED_AT_ONCE):
            with self.database.transaction() as session:
                rosters.store(session, claimed, listed[start : start + STORED_AT_ONCE])
        self._record(claimed, outcome, people)

    def _record(self, claimed: Claimed, outcome: Outcome, people: dict[str, Listed]) -> None:
        log.info("roster", outcome=outcome.kind, status=outcome.status, people=len(people), roster=claimed.roster_id)
        with self.database.transaction() as session:
            if outcome.kind is OutcomeKind.ACCEPTED:
                away = [person.sub for person in people.values() if not person.is_active]
                rosters.record_complete(session, claimed, away)
                holding.follow_roster(session, claimed.course_id)
            else:
                partly, scale = bool(people), self.retry_scale
                rosters.record_trouble(session, claimed, outcome, is_partly_read=partly, scale=scale)
