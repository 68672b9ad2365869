"""How fast, and whether at all, scores go to each platform: lanes, rests and a breaker, shared by all workers.

A lane is one sequence of requests, one after another. A platform gets as many as suit its family, or as its operator
says; fewer once it throttles us, one at a time while it is down.
"""

import secrets
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.db import UtcDateTime, add_once, table
from lti_tool.log import log
from lti_tool.lti.grades import Outcome, OutcomeKind, sends_at_once
from lti_tool.models import DeliveryState, GradeDelivery, Platform, PlatformPace, PlatformState
from lti_tool.prepared import Prepared

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

_platform, _pace, _delivery = map(table, (Platform, PlatformPace, GradeDelivery))
NOW, _FAR = bindparam("now", type_=UtcDateTime()), bindparam("far", type_=UtcDateTime())


def moments(now: datetime) -> dict[str, datetime]:
    """Return what a statement with ``READY`` in it must be told."""
    return {"now": now, "far": now + LONGEST_REST}


def _is_over(moment: ColumnElement[datetime | None]) -> ColumnElement[bool]:
    return or_(moment.is_(None), moment <= NOW, moment > _FAR)


_IS_UP = or_(_pace.c.opened_at.is_(None), _is_over(_pace.c.probe_at))
READY = and_(_platform.c.state == PlatformState.ACTIVE, _is_over(_pace.c.rest_until), _IS_UP)
"""What makes a platform ready for a score: it is active, not resting, up, or to be probed."""
# A worker asks these for every few scores.
_OF_PLATFORM = _pace.c.platform_id == bindparam("platform")
_TAKE = Prepared(select(_pace).where(_OF_PLATFORM).with_for_update(skip_locked=True))
_TROUBLES = Prepared(select(_pace.c.failures, _pace.c.throttles, _pace.c.opened_at).where(_OF_PLATFORM))
_LOCKED = select(PlatformPace).where(_OF_PLATFORM).with_for_update()
_SERVED = Prepared(update(_pace).where(_OF_PLATFORM).values(served_at=NOW))
_PROBED = Prepared(update(_pace).where(_OF_PLATFORM).values(served_at=NOW, probe_at=bindparam("until")))
_BUSY = Prepared(
    select(func.count(_delivery.c.lease_owner.distinct()).label("lanes")).where(
        _delivery.c.platform_id == bindparam("platform"),
        _delivery.c.state == DeliveryState.SENDING,
        _delivery.c.lease_until > NOW,
    )
)


def jittered(seconds: float, scale: float = 1.0) -> timedelta:
    """Return a wait of ours, up to a fifth shorter or longer, so that not everything comes at the same moment."""
    return timedelta(seconds=seconds * scale * _random.uniform(0.8, 1.2))


def take(session: Session, platform_id: int) -> Any:
    """Lock how we get on with a platform; None if another worker is taking scores for it at this moment."""
    key = {"platform": platform_id}
    pace = _TAKE.first(session, key)
    if pace is None and add_once(session, PlatformPace, platform_id=platform_id, throttles=0, failures=0):
        pace = _TAKE.first(session, key)
    return pace and SimpleNamespace(**pace)


def serve(session: Session, pace: Any, now: datetime, lease: timedelta) -> None:
    """Note that scores were taken for a platform whose pace is locked, and if one is to see whether it is back."""
    served = {"platform": pace.platform_id, "now": now}
    if pace.opened_at is None:
        _SERVED.writes(session, served)
    else:
        _PROBED.writes(session, served | {"until": now + lease})


def lanes(session: Session, platform: Any, pace: Any, now: datetime) -> int:
    """Return how many more sequences of scores may begin now; the pace must be locked."""
    [busy] = _BUSY.rows(session, {"platform": platform.id, "now": now})
    return max(0, at_once(pace, _usual(platform), now) - int(busy["lanes"]))


def _usual(platform: Any) -> int:
    usual: int = platform.sends_at_once or sends_at_once(platform.family)
    return usual


def at_once(pace: Any, usual: int, now: datetime) -> int:
    """Return how many lanes a platform has now, where ``usual`` is how many it has when all is well."""
    if pace.opened_at is not None:
        return 1
    if pace.at_once is None or pace.slowed_at is None:
        return usual
    doublings = max(0, (now - pace.slowed_at) // FASTER_EVERY)
    risen: int = pace.at_once << min(doublings, 8)
    return min(usual, risen)


def note(session: Session, platform_id: int, outcome: Outcome, scale: float = 1.0) -> None:
    """Note how a platform answered; ``scale`` shortens our own waits, never the one that the platform asks for."""
    troubles = _TROUBLES.first(session, {"platform": platform_id})
    is_bad = outcome.kind in FAILING or outcome.kind is OutcomeKind.THROTTLED
    if troubles is None or not (is_bad or any(troubles.values())):
        return
    pace = session.scalars(_LOCKED, {"platform": platform_id}).one()
    now = clock.now()
    if outcome.kind in FAILING and outcome.why != "locked":
        _count_failure(pace, outcome, now, scale)
        return
    if outcome.kind is OutcomeKind.THROTTLED:
        _slow_down(session.get_one(Platform, platform_id), pace, outcome, now, scale)
    else:
        pace.throttles = 0
    _close(session, pace, now, scale)


def _slow_down(platform: Platform, pace: PlatformPace, outcome: Outcome, now: datetime, scale: float) -> None:
    pace.at_once, pace.slowed_at = max(1, at_once(pace, _usual(platform), now) // 2), now
    own = jittered(RESTS[min(pace.throttles, len(RESTS) - 1)], scale)
    pace.rest_until = now + (own if outcome.retry_after is None else _asked_for(outcome.retry_after))
    pace.throttles += 1
    log.alert("platform throttles", platform=platform.id, at_once=pace.at_once, asked=outcome.retry_after)


def _count_failure(pace: PlatformPace, outcome: Outcome, now: datetime, scale: float) -> None:
    pace.failures += 1
    if outcome.retry_after is not None:
        pace.rest_until = now + _asked_for(outcome.retry_after)
    if pace.failures < OPENS_AFTER:
        return
    if pace.opened_at is None:
        pace.opened_at = now
        log.alert("breaker open", platform=pace.platform_id, outcome=outcome.kind, status=outcome.status)
    wait = PROBES[min(pace.failures - OPENS_AFTER, len(PROBES) - 1)]
    pace.probe_at = now + jittered(wait, scale)


def _close(session: Session, pace: PlatformPace, now: datetime, scale: float) -> None:
    opened, pace.opened_at, pace.probe_at, pace.failures = pace.opened_at, None, None, 0
    if opened is None:
        return
    log.info("breaker closed", platform=pace.platform_id, minutes=int((now - opened).total_seconds() // 60))
    if now - opened >= OUTAGE * scale:
        waiting = update(GradeDelivery).filter_by(platform_id=pace.platform_id, state=DeliveryState.WAITING)
        failed = waiting.filter(GradeDelivery.reason.in_(FAILING), GradeDelivery.next_at > now)
        session.execute(failed.values(next_at=now))


def _asked_for(seconds: int) -> timedelta:
    return timedelta(seconds=max(1, seconds))
