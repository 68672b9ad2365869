"""Comparing gradebooks with what we sent: claim a column, read it with no transaction open, record what differs."""

from dataclasses import dataclass

from lti_tool.db import Database
from lti_tool.log import log
from lti_tool.lti.grades import GradeService, GradesUnavailable, Outcome, OutcomeKind
from lti_tool.lti.http import within
from lti_tool.services import reconciling
from lti_tool.services.reconciling import Column

NOT_ALLOWED = Outcome(kind=OutcomeKind.FORBIDDEN)


@dataclass(frozen=True, kw_only=True)
class Comparer:
    """What a worker needs to compare; it holds no state."""

    database: Database
    service: GradeService
    retry_scale: float = 1.0

    def compare_one(self) -> bool:
        """Compare one column that is due; say whether there was one."""
        with self.database.reading() as session:
            if not reconciling.is_due(session):
                return False
        return self.compare() is not None

    def compare(self, column_id: int | None = None) -> int | None:
        """Compare the column that is due longest, or a certain one that is due; return which, None if there is none."""
        with self.database.transaction() as session:
            column = reconciling.claim(session, column_id=column_id)
        if column is None:
            return None
        try:
            outcome = self._compare(column)
        except GradesUnavailable as unavailable:
            outcome = unavailable.outcome
        if outcome is not None:
            log.alert("not compared", column=column.id, outcome=outcome.kind, status=outcome.status)
            with self.database.transaction() as session:
                reconciling.record_trouble(session, column, outcome, self.retry_scale)
        return column.id

    def _compare(self, column: Column) -> Outcome | None:
        """Read the column and record what differs; return why that is not possible, None if it was."""
        if not column.may_read:
            return NOT_ALLOWED
        with within(reconciling.LEASE.total_seconds() * 0.75):
            results = self.service.results(column.platform, lineitem=column.lineitem)
        with self.database.transaction() as session:
            counts = reconciling.record(session, column, results)
        log.info("compared", column=column.id, **counts)
        return None
