"""Threads for lanes: what is due is claimed for as many as are free, and a lane that ends makes room at once."""

import threading
import time
from dataclasses import dataclass, field

from lti_tool.jobs.grades import Courier
from lti_tool.log import log
from lti_tool.services import deliveries, workers
from lti_tool.services.deliveries import Lane

IDLE = 1.0
"""Seconds to sleep when nothing is due."""
FINISH_WITHIN = 20.0
"""Seconds that lanes get to finish what they have in hand when the worker is told to stop."""


@dataclass(kw_only=True)
class Dispatcher:
    """Keeps up to ``threads`` lanes going until ``stop`` is set."""

    courier: Courier
    threads: int
    stop: threading.Event
    _lanes: set[threading.Thread] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _room: threading.Event = field(default_factory=threading.Event)
    _beaten_at: float | None = None

    def run(self) -> None:
        """Work until told to stop; then finish what is in hand, or let go of it."""
        found_some = True
        while not self.stop.is_set():
            try:
                self._beat()
                found_some = self._step(found_some)
            except Exception as error:  # the database is away: the loop outlives it
                log.fault(error)
                found_some = False
            if not found_some:
                self._room.wait(IDLE)
                self._room.clear()
        self._finish()

    def _step(self, found_some: bool) -> bool:
        """Start as many lanes as there is room and work for; say whether there was any."""
        with self._guard:
            free = self.threads - len(self._lanes)
        # Looking costs little, claiming may have to wait for whoever writes: only look while nothing comes.
        if not free or not (found_some or self._is_due()):
            return False
        lanes = self.courier.take(free)
        for lane in lanes:
            # A daemon: a platform that does not answer must not keep the process from ending.
            thread = threading.Thread(target=self._carry, args=(lane,), daemon=True)
            with self._guard:
                self._lanes.add(thread)
            thread.start()
        return bool(lanes)

    def _is_due(self) -> bool:
        with self.courier.database.looking() as door:
            return deliveries.is_due(door)

    def _carry(self, lane: Lane) -> None:
        try:
            self.courier.carry(lane, self.stop.is_set)
        except Exception as error:  # its lease runs out, and somebody takes over
            log.fault(error)
        with self._guard:
            self._lanes.discard(threading.current_thread())
        self._room.set()

    def _beat(self) -> None:
        now = time.monotonic()
        if self._beaten_at is None or now - self._beaten_at >= workers.BEAT_EVERY.total_seconds():
            self._beaten_at = now
            with self.courier.database.transaction() as session:
                workers.beat(session, self.courier.owner, self.threads)

    def _finish(self) -> None:
        end = time.monotonic() + FINISH_WITHIN
        with self._guard:
            lanes = list(self._lanes)
        for thread in lanes:
            thread.join(max(0.0, end - time.monotonic()))
        with self.courier.database.transaction() as session:
            deliveries.let_go(session, self.courier.owner)
            workers.leave(session, self.courier.owner)
