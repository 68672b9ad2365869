"""Scores on their way: claim a lane of them, speak to the platform with no transaction open, record what it said."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from lti_tool.db import Database, DatabaseBusy
from lti_tool.library.model import Workshop
from lti_tool.log import log
from lti_tool.lti.grades import (
    SCOPE_RESULT,
    GradeService,
    GradesUnavailable,
    LineItem,
    Outcome,
    OutcomeKind,
    Result,
    Score,
)
from lti_tool.lti.http import within
from lti_tool.services import columns, deliveries, grading, holding, reports
from lti_tool.services.deliveries import Claimed, ColumnPlace, Finding, Lane, Report

LOCKED_AFTER = 3
"""Tries after which a grade that the platform calls locked is held."""
OVERRIDDEN = "overridden"
"""The platform took our score and goes on showing the one that a person set."""
PASSING = (OutcomeKind.TROUBLE, OutcomeKind.THROTTLED, OutcomeKind.MISDIRECTED, OutcomeKind.UNAUTHORIZED)
"""Answers that say nothing about whether we may look."""
RECORD_EVERY = 1.0
"""Seconds after which what was sent is recorded, though the lane goes on."""
RECORD_AGAIN_AFTER = (0.2, 1.0)
GOES_ON = frozenset({Finding.SENT, Finding.CHANGED, Finding.HELD})
"""What came of a delivery without saying anything against the next one."""

ALERTS = frozenset(
    {
        OutcomeKind.UNAUTHORIZED,
        OutcomeKind.FORBIDDEN,
        OutcomeKind.MISDIRECTED,
        OutcomeKind.OUR_FAULT,
        OutcomeKind.REFUSED,
    }
)
"""Answers that pass only if somebody does something."""


@dataclass
class Trip:
    """What one lane has learned on its way: no question is asked twice."""

    asked_points: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the gradebook holds for a learner, if we were allowed to look."""

    was_allowed: bool
    result: Result | None = None

    def shows(self, score: Score) -> bool:
        """Say whether it shows this very score."""
        return self.result is not None and self.result.shows(score)

    def shows_another(self, score: Score, shares: tuple[str, ...]) -> bool:
        """Say whether it shows what we have never sent: a person has set it."""
        return self.result is not None and not self.shows(score) and not any(map(self.result.equals, shares))


NO_LOOK = Look(was_allowed=False)


@dataclass(frozen=True, kw_only=True)
class Courier:
    """What a worker needs to deliver: one for all threads, it holds no state."""

    database: Database
    service: GradeService
    owner: str
    """Who holds the leases; unique to this worker."""
    lease: timedelta
    workshops: Mapping[str, Workshop]
    """By id; scores are made from what is in them."""
    retry_scale: float = 1.0

    def take(self, threads: int = 1, batch: int = deliveries.BATCH) -> list[Lane]:
        """Claim what is due, for up to ``threads`` lanes."""
        with self.database.transaction() as session:
            return deliveries.claim(session, self.owner, self.lease, threads=threads, batch=batch)

    def deliver_one(self) -> bool:
        """Deliver one score that is due; say whether there was one."""
        lanes = self.take(batch=1)
        for lane in lanes:
            self.carry(lane)
        return bool(lanes)

    def carry(self, lane: Lane, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Send the scores of a lane one after another; what cannot be sent in time, or any more, is put back."""
        trip, found = Trip(), list[Report]()
        begun = recorded = time.monotonic()
        goes_on = True
        for position, claimed in enumerate(lane.claimed):
            now = time.monotonic()
            if position and (not goes_on or is_stopping() or now - begun > self._seconds / 4):
                found.append(Report(claimed=claimed, finding=Finding.UNTOUCHED))
                continue
            # A lease that runs out while a score is under way would put the same one under way twice.
            with within(self._seconds * 0.75 - (now - begun)):
                found.append(self._deliver(lane, claimed, trip))
            goes_on = found[-1].finding in GOES_ON
            if goes_on and time.monotonic() - recorded > RECORD_EVERY:
                goes_on = self._record(lane, found)
                found, recorded = [], time.monotonic()
        self._record(lane, found)

    @property
    def _seconds(self) -> float:
        return self.lease.total_seconds()

    def _record(self, lane: Lane, found: list[Report]) -> bool:
        """Record what came of deliveries; say whether the platform may be sent more.

        A database that is busy is asked again: what is not recorded has to be sent, or asked for, once more.
        """
        for wait in RECORD_AGAIN_AFTER:
            with suppress(DatabaseBusy), self.database.transaction() as session:
                return reports.record(session, lane, found, scale=self.retry_scale)
            time.sleep(wait)
        with self.database.transaction() as session:
            return reports.record(session, lane, found, scale=self.retry_scale)

    def _deliver(self, lane: Lane, claimed: Claimed, trip: Trip) -> Report:
        """Deliver one score; whatever happens is a report."""
        try:
            report = self._try(lane, claimed, trip)
        except GradesUnavailable as unavailable:
            report = _report(claimed, unavailable.outcome)
        except Exception as error:
            log.fault(error)
            report = Report(claimed=claimed, finding=Finding.LATER, reason=OutcomeKind.OUR_FAULT)
        outcome = report.outcome
        kind, status = (outcome.kind, outcome.status) if outcome else (report.finding, None)
        log.info("score", outcome=kind, status=status, delivery=claimed.delivery_id)
        if outcome is not None and outcome.kind in ALERTS:
            log.alert("score needs somebody", outcome=outcome.kind, status=status, delivery=claimed.delivery_id)
        return report

    def _try(self, lane: Lane, claimed: Claimed, trip: Trip) -> Report:
        score = _score(claimed)
        if score is None:
            return Report(claimed=claimed, finding=Finding.HELD, reason=OutcomeKind.OUR_FAULT)
        place = claimed.column
        if place.id in trip.missing:
            return Report(claimed=claimed, finding=Finding.HELD, reason=holding.COLUMN_MISSING)
        if place.asks_points and place.id not in trip.asked_points:
            trip.asked_points.add(place.id)
            if self._learn_points(lane, claimed):
                return Report(claimed=claimed, finding=Finding.ANEW)
        lineitem = place.lineitem or self._find_column(lane, place)
        if claimed.is_repeat and self._look(lane, claimed, lineitem).shows(score):
            # The answer to an earlier try was lost, or its worker.
            return _report(claimed, Outcome(kind=OutcomeKind.ACCEPTED))
        outcome = self.service.send(lane.platform, lineitem=lineitem, score=score)
        if outcome.kind is OutcomeKind.GONE:
            return self._follow(lane, claimed, trip, lineitem, outcome)
        needs_look = outcome.kind in (OutcomeKind.CONFLICT, OutcomeKind.FORBIDDEN) or claimed.insists
        is_there = outcome.kind is OutcomeKind.CONFLICT
        look = self._look(lane, claimed, lineitem, is_there=is_there) if needs_look else NO_LOOK
        return _judge(claimed, score, outcome, look)

    def _look(self, lane: Lane, claimed: Claimed, lineitem: str, *, is_there: bool = False) -> Look:
        """Ask the gradebook what it holds, where we may; a column that ``is_there`` cannot be missing now."""
        if SCOPE_RESULT not in claimed.column.scopes:
            return NO_LOOK
        try:
            held = self.service.result(lane.platform, lineitem=lineitem, user_id=claimed.user_id)
        except GradesUnavailable as unavailable:
            if is_there and unavailable.outcome.kind is OutcomeKind.GONE:
                trouble = Outcome(kind=OutcomeKind.TROUBLE, status=unavailable.outcome.status)
                raise GradesUnavailable(trouble) from None
            if unavailable.outcome.kind in PASSING:
                raise
            return NO_LOOK
        return Look(was_allowed=True, result=held)

    def _follow(self, lane: Lane, claimed: Claimed, trip: Trip, lineitem: str, outcome: Outcome) -> Report:
        """Look for a column that is not where it was: it stands there all the same, elsewhere, or nowhere."""
        place = claimed.column
        with self.database.reading() as session:
            taken = deliveries.taken(session, place.id)
        found = self.service.find_again(
            lane.platform,
            lineitem=lineitem,
            lineitems=place.lineitems,
            scopes=place.scopes,
            wanted=_wanted(place),
            taken=taken,
            link_id=place.link_id,
            is_extra=place.is_extra,
        )
        if found == lineitem:
            # The column is there, so it is the person, or the course is concluded.
            refused = Outcome(kind=OutcomeKind.REFUSED, status=outcome.status, why=outcome.why)
            return _report(claimed, refused)
        with self.database.transaction() as session:
            if found is None:
                trip.missing.add(place.id)
                holding.hold_column(session, place.id)
                return Report(claimed=claimed, finding=Finding.HELD, reason=holding.COLUMN_MISSING, outcome=outcome)
            holding.move_column(session, place.id, lineitem, found)
        return Report(claimed=claimed, finding=Finding.ANEW, outcome=outcome)

    def _find_column(self, lane: Lane, place: ColumnPlace) -> str:
        """Find the column that is ours, or make it, and keep its address."""
        address = self.service.find_or_create(
            lane.platform,
            lineitems=place.lineitems or "",
            scopes=place.scopes,
            wanted=_wanted(place),
            taken=place.taken,
            link_id=place.link_id,
            is_extra=place.is_extra,
        )
        with self.database.transaction() as session:
            return columns.name(session, place.id, address)

    def _learn_points(self, lane: Lane, claimed: Claimed) -> bool:
        """Look once what the column is worth; say whether the score had to be made anew, to be sent next."""
        place = claimed.column
        points = self.service.points(lane.platform, lineitem=place.lineitem or "", scopes=place.scopes)
        with self.database.transaction() as session:
            return columns.settle_points(session, place.id, claimed.member_id, points, self.workshops)


def _score(claimed: Claimed) -> Score | None:
    """Return the score to send; None if it is none, which is a bug of ours and never reaches a gradebook."""
    try:
        return Score(
            user_id=claimed.user_id,
            given=claimed.given,
            maximum=claimed.maximum,
            timestamp=claimed.timestamp,
            complete=claimed.complete,
            completed_at=claimed.completed_at,
            submission_known=claimed.submission_known,
            insists=claimed.insists,
        )
    except (ArithmeticError, ValueError) as error:
        log.fault(error)
        log.alert("score is none", delivery=claimed.delivery_id)
        return None


def _judge(claimed: Claimed, score: Score, outcome: Outcome, look: Look) -> Report:
    """Tell what an answer to a score means, with a look into the gradebook where the answer alone does not say."""
    if outcome.kind is OutcomeKind.CONFLICT:
        # Ours, from a try whose answer was lost, or a person's. Where we may not look, a repeat is ours.
        is_ours = look.shows(score) if look.was_allowed else claimed.is_repeat or outcome.is_second
        return Report(claimed=claimed, finding=Finding.SENT if is_ours else Finding.CHANGED, outcome=outcome)
    if outcome.kind is OutcomeKind.FORBIDDEN and look.shows_another(score, claimed.shares):
        return Report(claimed=claimed, finding=Finding.CHANGED, outcome=outcome)
    if outcome.kind is OutcomeKind.ACCEPTED and look.was_allowed and not look.shows(score):
        return Report(claimed=claimed, finding=Finding.CHANGED, reason=OVERRIDDEN, outcome=outcome)
    return _report(claimed, outcome)


def _report(claimed: Claimed, outcome: Outcome) -> Report:
    """Tell what is to be done after an answer that speaks for itself."""
    kind, reason = outcome.kind, outcome.why or outcome.kind
    if kind is OutcomeKind.ACCEPTED:
        return Report(claimed=claimed, finding=Finding.SENT, outcome=outcome)
    if kind is OutcomeKind.GONE:
        return Report(claimed=claimed, finding=Finding.HELD, reason=holding.COLUMN_MISSING, outcome=outcome)
    is_locked = outcome.why == "locked" and claimed.tries >= LOCKED_AFTER
    if kind in (OutcomeKind.REFUSED, OutcomeKind.OUR_FAULT) or is_locked:
        return Report(claimed=claimed, finding=Finding.HELD, reason=reason, outcome=outcome)
    return Report(claimed=claimed, finding=Finding.LATER, reason=kind, outcome=outcome)


def _wanted(place: ColumnPlace) -> LineItem:
    return LineItem(label=place.label, maximum=place.maximum, resource_id=place.resource_id, tag=grading.TAG)
