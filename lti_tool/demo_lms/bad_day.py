"""A bad day: a platform that mixes trouble of every sort among its good answers, from a seed."""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from lti_tool.demo_lms.records import Call, Fault

Effect = Literal["before", "after"]
"""Whether the trouble comes before the request took effect, or after."""

_PAGE = "<!DOCTYPE html><html lang='en'><title>Maintenance</title><p>We are back in a minute.</p></html>"
SORTS: Mapping[str, Fault] = {
    "429": Fault(call="score", status=429),
    "429 with a wait": Fault(call="score", status=429, headers={"Retry-After": "1"}),
    "403 throttled": Fault(call="score", status=403, headers={"X-Rate-Limit-Remaining": "0.0"}),
    "401": Fault(call="score", status=401),
    "404": Fault(call="score", status=404),
    "409": Fault(call="score", status=409, body="[]"),
    "500": Fault(call="score", status=500),
    "502": Fault(call="score", status=502, body=_PAGE, headers={"Content-Type": "text/html"}),
    "503": Fault(call="score", status=503),
    "dropped": Fault(call="score", drop="before"),
    "slow": Fault(call="score", delay=0.2),
    "a page instead": Fault(call="score", status=200, body=_PAGE, headers={"Content-Type": "text/html"}),
    "redirected": Fault(call="score", status=302, headers={"Location": "/lti/maintenance"}),
}
"""What can go wrong with an answer. Each happens before the request took effect as often as after it."""
GRADE_CALLS: tuple[Call, ...] = ("score", "results", "columns", "column", "token")


class BadDay:
    """Decides which calls meet trouble, and counts what they met. The same seed decides the same, call by call."""

    def __init__(self, seed: object, shares: Mapping[Call, float], sorts: Mapping[str, Fault] = SORTS) -> None:
        """``shares`` say how many of the calls of each sort meet trouble, from 0 to 1."""
        self._random = random.Random(str(seed))  # noqa: S311 - chance for a play, not for a secret
        self._lock = threading.Lock()
        self._shares = shares
        self._sorts = sorts
        self.calls: Counter[Call] = Counter()
        """How many calls of each sort there were, well answered or not."""
        self.met: Counter[tuple[Call, str, Effect]] = Counter()
        """How often a call met which trouble, and whether before or after it took effect."""

    def take(self, call: Call) -> Fault | None:
        """Return the trouble that the next call of this sort meets; ``None``: it is answered well."""
        with self._lock:
            self.calls[call] += 1
            if self._random.random() >= self._shares.get(call, 0):
                return None
            name = self._random.choice(list(self._sorts))
            effect: Effect = self._random.choice(("before", "after"))
            self.met[call, name, effect] += 1
        fault = self._sorts[name]
        is_late = effect == "after"
        return replace(fault, call=call, takes_effect=is_late, drop=effect if fault.drop else None)
