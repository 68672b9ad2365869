"""Scores on their way: claim one, speak to the platform with no transaction open, record what it said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from lti_tool.db import Database
from lti_tool.library.model import Workshop
from lti_tool.log import log
from lti_tool.lti.grades import SCOPE_RESULT, GradeService, GradesUnavailable, LineItem, Outcome, OutcomeKind, Score
from lti_tool.services import columns, grading
from lti_tool.services.grading import Claimed

EVERY_SIX_HOURS = 6 * 3600
HELD = {OutcomeKind.REFUSED: "refused", OutcomeKind.GONE: "column-missing"}
"""Answers after which trying again is of no use until something changes."""


@dataclass(frozen=True, kw_only=True)
class Courier:
    """What a worker needs to deliver: one per thread or one for all, it holds no state."""

    database: Database
    service: GradeService
    owner: str
    """Who holds the lease; unique to this worker."""
    lease: timedelta
    workshops: Mapping[str, Workshop]
    """By id; scores are made from what is in them."""
    retry_scale: float = 1.0

    def deliver_one(self) -> bool:
        """Deliver one score that is due; say whether there was one."""
        with self.database.transaction() as session:
            claimed = grading.claim(session, self.owner, self.lease)
        if claimed is None:
            return False
        try:
            self._deliver(claimed)
        except Exception as error:
            log.fault(error)
            with self.database.transaction() as session:
                grading.record_trouble(session, claimed, "our-fault", scale=self.retry_scale)
        return True

    def _deliver(self, claimed: Claimed) -> None:
        score = Score(
            user_id=claimed.user_id,
            given=claimed.given,
            maximum=claimed.maximum,
            timestamp=claimed.timestamp,
            complete=claimed.complete,
            completed_at=claimed.completed_at,
        )
        try:
            if claimed.asks_points and self._learn_points(claimed):
                return
            lineitem = claimed.lineitem or self._find_column(claimed)
            outcome = self.service.send(claimed.platform, lineitem=lineitem, score=score)
            if outcome.kind is OutcomeKind.CONFLICT:
                self._settle_conflict(claimed, lineitem, score)
                return
        except GradesUnavailable as unavailable:
            outcome = unavailable.outcome
        self._record(claimed, outcome)

    def _find_column(self, claimed: Claimed) -> str:
        """Find the column that is ours, or make it, and keep its address."""
        wanted = LineItem(
            label=claimed.label, maximum=claimed.maximum, resource_id=claimed.resource_id, tag=grading.TAG
        )
        address = self.service.find_or_create(
            claimed.platform,
            lineitems=claimed.lineitems or "",
            scopes=claimed.scopes,
            wanted=wanted,
            taken=claimed.taken,
            link_id=claimed.link_id,
            is_extra=claimed.is_extra,
        )
        with self.database.transaction() as session:
            return grading.name_column(session, claimed, address)

    def _learn_points(self, claimed: Claimed) -> bool:
        """Look once what the column is worth; say whether the score had to be made anew, to be sent next."""
        points = self.service.points(claimed.platform, lineitem=claimed.lineitem or "", scopes=claimed.scopes)
        with self.database.transaction() as session:
            changed = columns.settle_points(session, claimed.column_id, points, self.workshops)
            if changed:
                grading.put_back(session, claimed)
        return changed

    def _settle_conflict(self, claimed: Claimed, lineitem: str, score: Score) -> None:
        """The gradebook has a record as new or newer: ours, from a try whose answer was lost, or a person's.

        Where we may not look, a conflict on a retry is ours, and one on the first try is not.
        """
        ours = not claimed.first_try
        if SCOPE_RESULT in claimed.scopes:
            held = self.service.result(claimed.platform, lineitem=lineitem, user_id=claimed.user_id)
            ours = held is not None and held.shows(score)
        with self.database.transaction() as session:
            (grading.record_sent if ours else grading.record_changed)(session, claimed)

    def _record(self, claimed: Claimed, outcome: Outcome) -> None:
        log.info("score", outcome=outcome.kind, status=outcome.status, delivery=claimed.delivery_id)
        with self.database.transaction() as session:
            if outcome.kind is OutcomeKind.ACCEPTED:
                grading.record_sent(session, claimed)
            elif outcome.kind in HELD:
                grading.record_held(session, claimed, HELD[outcome.kind])
            else:
                wait = EVERY_SIX_HOURS if outcome.kind is OutcomeKind.FORBIDDEN else outcome.retry_after
                grading.record_trouble(session, claimed, outcome.kind, retry_after=wait, scale=self.retry_scale)
