"""How fast, and whether at all, scores go to each platform: lanes, rests and a breaker, shared by all workers.

A lane is one sequence of requests, one after another. A platform gets as many as suit its family, or as its operator
says; fewer once it throttles us, one at a time while it is down.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool import clock
from lti_tool.db import add_once
from lti_tool.log import log
from lti_tool.lti.grades import Outcome, OutcomeKind, sends_at_once
from lti_tool.models import DeliveryState, GradeDelivery, Platform, PlatformPace, PlatformState

OPENS_AFTER = 5
"""Failures in a row after which the breaker opens: then one score at a time sees whether the platform is back."""
PROBES = (30, 60, 120, 300)
"""Seconds between these probes; the last one goes on."""
RESTS = (30, 60, 120, 300, 900)
"""Seconds of rest for a platform that throttles us and does not say for how long."""
LONGEST_REST = timedelta(hours=2)
"""No rest is longer. One that reaches further was written while a clock was wrong, and is over."""
FASTER_EVERY = timedelta(minutes=5)
"""A platform that throttled us gets twice as many lanes again after each of these."""
OUTAGE = timedelta(minutes=5)
"""After a longer outage everything goes at once that waits for its next try: it failed with the platform."""
FAILING = frozenset({OutcomeKind.TROUBLE, OutcomeKind.MISDIRECTED, OutcomeKind.UNAUTHORIZED})
_random = secrets.SystemRandom()


def jittered(seconds: float, scale: float = 1.0) -> timedelta:
    """Return a wait of ours, up to a fifth shorter or longer, so that not everything comes at the same moment."""
    return timedelta(seconds=seconds * scale * _random.uniform(0.8, 1.2))


def ready(now: datetime) -> ColumnElement[bool]:
    """Return what makes a platform ready for a score: it is active, not resting, up, or to be probed."""
    is_up = or_(PlatformPace.opened_at.is_(None), _is_over(PlatformPace.probe_at, now))
    return and_(Platform.state == PlatformState.ACTIVE, _is_over(PlatformPace.rest_until, now), is_up)


def take(session: Session, platform_id: int) -> PlatformPace | None:
    """Lock how we get on with a platform; None if another worker is taking scores for it at this moment."""
    found = select(PlatformPace).filter_by(platform_id=platform_id).with_for_update(skip_locked=True)
    pace = session.scalars(found).first()
    if pace is None and add_once(session, PlatformPace, platform_id=platform_id, throttles=0, failures=0):
        pace = session.scalars(found).first()
    return pace


def lanes(session: Session, platform: Platform, pace: PlatformPace, now: datetime) -> int:
    """Return how many more sequences of scores may begin now; the pace must be locked."""
    busy = select(func.count(GradeDelivery.lease_owner.distinct()))
    busy = busy.filter_by(platform_id=platform.id, state=DeliveryState.SENDING)
    usual = platform.sends_at_once or sends_at_once(platform.family)
    return max(0, at_once(pace, usual, now) - (session.scalar(busy.filter(GradeDelivery.lease_until > now)) or 0))


def at_once(pace: PlatformPace, usual: int, now: datetime) -> int:
    """Return how many lanes a platform has now, where ``usual`` is how many it has when all is well."""
    if pace.opened_at is not None:
        return 1
    if pace.at_once is None or pace.slowed_at is None:
        return usual
    doublings = max(0, (now - pace.slowed_at) // FASTER_EVERY)
    return min(usual, pace.at_once << min(doublings, 8))


def note(session: Session, platform: Platform, outcome: Outcome, scale: float = 1.0) -> None:
    """Note how a platform answered; ``scale`` shortens our own waits, never the one that the platform asks for."""
    pace = session.scalars(select(PlatformPace).filter_by(platform_id=platform.id)).first()
    is_well = pace is not None and not pace.failures and not pace.throttles and pace.opened_at is None
    if pace is None or (is_well and outcome.kind not in FAILING and outcome.kind is not OutcomeKind.THROTTLED):
        return
    session.refresh(pace, with_for_update=True)
    now = clock.now()
    if outcome.kind in FAILING and outcome.why != "locked":
        _count_failure(platform, pace, outcome, now, scale)
        return
    if outcome.kind is OutcomeKind.THROTTLED:
        _slow_down(platform, pace, outcome, now, scale)
    else:
        pace.throttles = 0
    _close(session, platform, pace, now, scale)


def _slow_down(platform: Platform, pace: PlatformPace, outcome: Outcome, now: datetime, scale: float) -> None:
    usual = platform.sends_at_once or sends_at_once(platform.family)
    pace.at_once, pace.slowed_at = max(1, at_once(pace, usual, now) // 2), now
    own = jittered(RESTS[min(pace.throttles, len(RESTS) - 1)], scale)
    pace.rest_until = now + (own if outcome.retry_after is None else _asked_for(outcome.retry_after))
    pace.throttles += 1
    log.alert("platform throttles", platform=platform.id, at_once=pace.at_once, asked=outcome.retry_after)


def _count_failure(platform: Platform, pace: PlatformPace, outcome: Outcome, now: datetime, scale: float) -> None:
    pace.failures += 1
    if outcome.retry_after is not None:
        pace.rest_until = now + _asked_for(outcome.retry_after)
    if pace.failures < OPENS_AFTER:
        return
    if pace.opened_at is None:
        pace.opened_at = now
        log.alert("breaker open", platform=platform.id, outcome=outcome.kind, status=outcome.status)
    wait = PROBES[min(pace.failures - OPENS_AFTER, len(PROBES) - 1)]
    pace.probe_at = now + jittered(wait, scale)


def _close(session: Session, platform: Platform, pace: PlatformPace, now: datetime, scale: float) -> None:
    opened, pace.opened_at, pace.probe_at, pace.failures = pace.opened_at, None, None, 0
    if opened is None:
        return
    log.info("breaker closed", platform=platform.id, minutes=int((now - opened).total_seconds() // 60))
    if now - opened >= OUTAGE * scale:
        waiting = update(GradeDelivery).filter_by(platform_id=platform.id, state=DeliveryState.WAITING)
        failed = waiting.filter(GradeDelivery.reason.in_(FAILING), GradeDelivery.next_at > now)
        session.execute(failed.values(next_at=now))


def _asked_for(seconds: int) -> timedelta:
    return timedelta(seconds=max(1, seconds))


def _is_over(moment: InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[bool]:
    return or_(moment.is_(None), moment <= now, moment > now + LONGEST_REST)
