"""The measurements: launches, grades and rosters, one target at a time."""

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from string import Formatter
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from launchbench.browser import Browser, Cookies, Launched, LaunchFailed
from launchbench.claims import IdTokens, person
from launchbench.config import Action, Load, Target
from launchbench.platform import Platform
from launchbench.processes import Watch
from launchbench.wire import Client, WireError


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at the usual places of a distribution (nearest rank)."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    places = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {name: round(ordered[min(last, int(share * len(ordered)))] * 1000, 3) for name, share in places.items()}


@dataclass
class Tally:
    """What one measured stretch has counted so far."""

    done: int = 0
    seconds: list[float] = field(default_factory=list)
    requests: int = 0
    connects: int = 0
    failures: Counter[str] = field(default_factory=Counter)


class Bench:
    """Runs one target's learners against it, with the platform in the same loop."""

    def __init__(self, platform: Platform, target: Target, load: Load, first_user: int = 0) -> None:
        self.platform = platform
        self.target = target
        self.load = load
        self.first_user = first_user
        self._tokens = IdTokens(platform.settings, load, target.target_link_uri)
        self._jars: dict[int, Cookies] = {}

    def browser(self) -> Browser:
        client = Client(
            keep_alive=self.load.keep_alive,
            timeout=self.load.timeout,
            connect=self.target.address,
        )
        return Browser(
            self.platform.settings, self.target, self.load,
            self.platform.signer, self._tokens, client, self._jars,
        )  # fmt: skip

    def _person(self, turn: int) -> int:
        return self.first_user + turn % self.load.users

    async def launches(self) -> dict[str, Any]:
        """Launch after launch, each by a browser that has never seen the tool."""

        def visits(first: int) -> Callable[..., Awaitable[float]]:
            async def one(browser: Browser, turn: int, tally: Tally) -> float:
                launched = await browser.launch(self._person(first + turn))
                tally.requests += launched.requests
                return launched.seconds

            return one

        await self._drive(visits(self.load.launches), self.load.warmup, Tally())
        return await self._measured(visits(0), self.load.launches)

    async def grades(self, patience: float = 10.0) -> dict[str, Any]:
        """Launch everyone first; then have the tool send scores, and see them arrive."""
        action = self._action("grades")
        sessions = await self._sessions(self.load.launches)

        async def one(browser: Browser, turn: int, tally: Tally) -> float:
            return await self._act(action, *sessions[turn % len(sessions)], turn, tally)

        self.platform.forget()
        calls = len(sessions) * action.times
        expected = calls * action.scores
        started = time.perf_counter()
        report = await self._measured(one, calls, settle=lambda: self._arrived(expected, patience))
        arrivals = self.platform.arrivals
        took = (arrivals[-1][0] - started) if arrivals else 0.0
        report["scores"] = {
            "expected": expected,
            "arrived": len(arrivals),
            "per_second": round(len(arrivals) / took, 1) if took else 0.0,
            "seconds_to_last": round(took, 3),
            "cpu_ms_per_score": {
                name: round(group["cpu_seconds"] * 1000 / len(arrivals), 3)
                for name, group in report["processes"].items()
                if arrivals
            },
        }
        return report

    async def roster(self) -> dict[str, Any]:
        """Have the tool read the course's members, however many pages that is."""
        action = self._action("roster")
        sessions = await self._sessions(1)

        async def one(browser: Browser, turn: int, tally: Tally) -> float:
            return await self._act(action, *sessions[0], turn, tally)

        self.platform.forget()
        return await self._measured(one, action.times)

    def _action(self, name: str) -> Action:
        action = getattr(self.target, name)
        if action is None:
            raise SystemExit(f"launchbench: [targets.{self.target.name}.{name}] is missing")
        return action

    async def _sessions(self, count: int) -> list[tuple[Browser, Launched, int]]:
        sessions = []
        for turn in range(count):
            browser = self.browser()
            number = self._person(turn)
            sessions.append((browser, await browser.launch(number), number))
        return sessions

    async def _act(
        self, action: Action, browser: Browser, launched: Launched, number: int, turn: int, tally: Tally
    ) -> float:
        """Do what the target's action says, as one launched learner; the time it took."""
        values = {"score": str(turn % 101), "turn": str(turn), "user": person(number)["sub"]}
        page = launched.page.text()
        for name, pattern in action.extract.items():
            found = re.search(pattern, page)
            if not found:
                raise LaunchFailed(f"page without {name}")
            values[name] = found[1]
        for name, given in parse_qs(launched.url.query).items():
            values[f"query.{name}"] = given[0]
        url = urlsplit(urljoin(launched.url.geturl(), _fill(action.url, values, quoted=True)))
        quoted = action.content_type.endswith("urlencoded")
        browser.waited = 0.0
        response = await browser.send(
            action.method, url,
            body=_fill(action.body, values, quoted=quoted),
            content_type=action.content_type if action.body else "",
            headers="".join(
                f"{key}: {_fill(value, values)}\r\n" for key, value in action.headers.items()
            ),
        )  # fmt: skip
        tally.requests += 1
        if response.status >= 400:
            raise LaunchFailed(f"action: status {response.status}")
        if action.marker not in response.text():
            raise LaunchFailed("action: answer without marker")
        return browser.waited

    async def _arrived(self, expected: int, patience: float) -> None:
        """Wait for scores that a tool sends in the background, while any still come."""
        seen, since = -1, time.perf_counter()
        while len(self.platform.arrivals) < expected:
            if len(self.platform.arrivals) != seen:
                seen, since = len(self.platform.arrivals), time.perf_counter()
            elif time.perf_counter() - since > patience:
                return
            await asyncio.sleep(0.005)

    async def _measured(
        self, one: Callable[..., Awaitable[float]], count: int, settle: Callable[[], Awaitable[None]] | None = None
    ) -> dict[str, Any]:
        watch = Watch(self.target.processes)
        signer = self.platform.signer
        signed, signing = signer.signed, signer.cpu_seconds
        seen = Counter(self.platform.seen)
        tally = Tally()
        watch.start()
        own_cpu, started = time.process_time(), time.perf_counter()
        await self._drive(one, count, tally)
        if settle:
            await settle()
        elapsed, own_cpu = time.perf_counter() - started, time.process_time() - own_cpu
        processes = watch.stop()
        done = max(tally.done, 1)
        signed = signer.signed - signed
        return {
            "target": self.target.name,
            "count": count,
            "succeeded": tally.done,
            "failures": dict(tally.failures),
            "seconds": round(elapsed, 3),
            "per_second": round(tally.done / elapsed, 2),
            "latency_ms": percentiles(tally.seconds),
            "requests_each": round(tally.requests / done, 2),
            "connects": tally.connects,
            "cpu_ms_each": {name: round(group["cpu_seconds"] * 1000 / done, 3) for name, group in processes.items()},
            "processes": processes,
            "platform": {k: n - seen[k] for k, n in self.platform.seen.items() if n > seen[k]},
            "generator": {
                "cpu_ms_each": round(own_cpu * 1000 / done, 3),
                "cpu_share": round(own_cpu / elapsed, 3),
                "sign_cpu_ms": round((signer.cpu_seconds - signing) * 1000 / signed, 3) if signed else None,
            },
            "load_average": round(os.getloadavg()[0], 2),
        }

    async def _drive(self, one: Callable[..., Awaitable[float]], count: int, tally: Tally) -> None:
        """Take turns: each worker the next one as it is free, or all at a set rate."""
        turns = iter(range(count))
        pace = 1 / self.load.rate if self.load.rate else 0.0
        started = time.perf_counter()

        async def worker() -> None:
            browser = self.browser()
            for turn in turns:
                late = started + turn * pace - time.perf_counter() if pace else 0.0
                if late > 0:
                    await asyncio.sleep(late)
                try:
                    waited = await one(browser, turn, tally)
                except (LaunchFailed, WireError, TimeoutError) as error:
                    tally.failures[str(error) or type(error).__name__] += 1
                else:
                    tally.seconds.append(waited + max(0.0, -late))  # being late is waiting too
                    tally.done += 1
            tally.connects += browser.client.connects
            browser.client.close()

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.load.concurrency, count)):
                group.create_task(worker())


def _fill(template: str, values: dict[str, str], *, quoted: bool = False) -> str:
    """Put values in place of ``{name}``; as in a format string, ``{{`` stands for a brace."""
    filled = ""
    for text, name, _, _ in Formatter().parse(template):
        filled += text
        if name is not None:
            if name not in values:
                raise SystemExit(f"launchbench: nothing known for {{{name}}}")
            filled += quote(values[name], safe="") if quoted else values[name]
    return filled
