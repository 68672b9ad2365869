"""The harm that is done while learners work: deaths, pauses, wrong clocks, forgotten tokens, teachers with a pen."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session
from torture_control import Control
from torture_learners import Learner
from torture_oracle import Judge
from torture_tool import Machines

from lti_tool import clock
from lti_tool.db import Database, DatabaseBusy
from lti_tool.demo_lms import Lms
from lti_tool.demo_lms.results import set_by_person
from lti_tool.models import DeliveryState, GradeDelivery
from lti_tool.services import reconciling

EVERY = 55
"""Calls to the platform between two harms, at most: a slow machine must not be harmed more often for it."""
STEPS = (-3600, -5, -1, 0.4, 1, 20, 45)
"""Seconds that the tool's clock may be off, behind the platform's or ahead of it."""
SPEED = 10
"""How fast time goes, except while somebody signs in: an id_token is old after a minute."""
BY_HAND = Decimal("0.5503"), Decimal("0.3503")
"""Shares of the maximum that teachers give, which no learner's work ever comes to."""
LEASE = 60
SOON = 0.3
"""Seconds in which a worker that has something to send usually sends it."""
LONGEST_PAUSE = 3
"""Seconds that a worker stands still while all that it had in hand is settled by others."""
BUSY_AT_MOST = 20
"""Times of five seconds that the database may be busy."""


@dataclass(kw_only=True)
class Harm:
    """Does harm to the tool's processes, its clock and its gradebook; and knows the time that all of them share."""

    chance: random.Random
    control: Control
    machines: Machines
    database: Database
    lms: Lms
    judge: Judge
    links: tuple[str, ...]
    meanwhile: Callable[[], object]
    """What learners do while the clock is wrong."""
    done: Counter[str] = field(default_factory=Counter)
    _next: int = 0

    def go_on(self, learners: list[Learner], *, hurried: bool) -> None:
        """Let the dead come back; now and then do harm; let a moment pass."""
        self.revive()
        if (calls := self.lms.bad_day.calls.total()) >= self._next:
            self._next = calls + self.chance.randint(1, EVERY)
            self._do_one(learners, hurried=hurried)
        self.let_a_moment_pass(hurried=hurried)

    def revive(self) -> None:
        """Start again what has died, and make as if a minute had passed for the scores that it held."""
        if not self.machines.revive():
            return
        self.write(self._free_what_the_dead_held)

    def write(self, act: Callable[[Session], object]) -> None:
        """Write to the database; who finds it busy, because somebody stands still in the middle, comes again."""
        for _ in range(BUSY_AT_MOST):
            with suppress(DatabaseBusy), self.database.transaction() as session:
                act(session)
                return
        raise AssertionError("the database is busy all the time")

    def let_time_pass(self, seconds: float) -> None:
        """Turn the tool's clock and the platform's on, both alike."""
        self.lms.skew += timedelta(seconds=seconds)
        self.control.offset += seconds

    def let_a_moment_pass(self, *, hurried: bool) -> None:
        """Wait a blink, in which more time passes: what a platform asks us to wait is no matter of seconds then."""
        begun = time.monotonic()
        time.sleep(0.03)
        if hurried:
            self.let_time_pass((time.monotonic() - begun) * (SPEED - 1))

    def let_scores_come(self) -> None:
        """Wait until the platform is sent a score, though not for long."""
        calls, end = self.lms.bad_day.calls, time.monotonic() + SOON
        seen = calls["score"]
        while calls["score"] == seen and time.monotonic() < end:
            time.sleep(0.005)

    def stop(self) -> None:
        """Do no more; set the clock right; let every lease run out."""
        self.control.is_armed = False
        self.control.offset = self.lms.skew.total_seconds()
        self.let_time_pass(LEASE + 1)

    def pause(self, change: Callable[[], object], *, until_settled: bool = False) -> None:
        """Let a worker stand still until its lease has run out, another has taken over, and scores have changed."""
        if (pid := self.machines.pause(self.chance, self._holders())) is None:
            return
        self.let_time_pass(LEASE + 1)
        end = time.monotonic() + (LONGEST_PAUSE if until_settled else self.chance.uniform(SOON, 3 * SOON))
        # Beside us: who stands still may have the database locked.
        with ThreadPoolExecutor(1) as pool:
            changed = pool.submit(change)
            while time.monotonic() < end and not (changed.done() and until_settled and not self.judge.on_the_way()):
                self.let_scores_come()
            self.machines.resume(pid)
        changed.result()
        self.done["pauses"] += 1

    def _holders(self) -> set[int]:
        """Return the processes that have scores in hand."""
        held = select(GradeDelivery.lease_owner).filter_by(state=DeliveryState.SENDING)
        with self.database.reading() as session:
            return {int(owner.split(":")[1]) for owner in session.scalars(held) if owner}

    def _do_one(self, learners: list[Learner], *, hurried: bool) -> None:
        harms: list[tuple[int, Callable[[], object]]] = [
            (6, lambda: self.machines.kill("worker", self.chance)),
            (1, lambda: self.machines.kill("web", self.chance)),
            (1, self.machines.kill_everything),
            (2, lambda: self.pause(self.meanwhile)),
            (2, lambda: self.let_time_pass(LEASE + 1)),
            (2, self.lms.tokens.clear),
        ]
        if hurried:
            harms += [(4, self._step_clock), (4, lambda: self.set_by_hand(learners)), (1, self._ask_to_compare)]
        weights: Iterable[int] = [weight for weight, _ in harms]
        self.chance.choices([act for _, act in harms], list(weights))[0]()

    def _free_what_the_dead_held(self, session: Session) -> None:
        for row in session.scalars(select(GradeDelivery).filter_by(state=DeliveryState.SENDING)):
            if int((row.lease_owner or ":0:").split(":")[1]) not in self.machines.alive:
                row.lease_until = clock.now()

    def _step_clock(self) -> None:
        """Let the tool's clock be wrong for a moment; while it is behind, what is due later stays so."""
        self.control.offset += (step := self.chance.choice(STEPS))
        self.meanwhile()
        time.sleep(self.chance.uniform(0.05, 0.2))
        self.control.offset -= step
        self.done["steps"] += 1

    def set_by_hand(self, learners: list[Learner]) -> None:
        """Have a teacher set a grade in the gradebook."""
        learner = self.chance.choice(learners)
        course = learner.course
        column = course.columns_of(course.links[self.chance.choice(self.links)])[0]
        points = column.maximum * self.chance.choice(BY_HAND)
        with self.lms.lock:
            self.judge.humans[column.id, learner.person.key] = points
            set_by_person(course.grade(column.id, learner.person.key), points, self.lms.now())
        self.done["by_hand"] += 1

    def _ask_to_compare(self) -> None:
        self.write(reconciling.ask)
