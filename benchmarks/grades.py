"""What it costs to bring scores to gradebooks, and what a learner waits: `make bench WHAT=grades`.

Web server and worker run as they ship, for one platform and for eight, whose services take 0 ms, 20 ms or 2 s to
answer. Learners first complete an activity each, with the worker at work: that is their wait. Then all their scores
change at once, for a worker that was held until all of them were due: that is the rate and the cost.
"""

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import stands
import uvloop
from launchbench.browser import Browser
from launchbench.config import Faults, Load, Target
from launchbench.config import Platform as Settings
from launchbench.keys import Signer
from launchbench.platform import Platform
from launchbench.processes import Watch
from launchbench.runs import Bench, percentiles
from sqlalchemy import select

from lti_tool import clock
from lti_tool.db import Database
from lti_tool.models import DeliveryState, GradeDelivery
from lti_tool.services import grading

WORKER_LANES = 8
"""Requests that the worker has under way at most; one platform alone gets four of them."""
LANES = {1: 4, 8: WORKER_LANES}
MIX = Faults(latency_ms=20, status={"429": 0.05, "503": 0.05}, drop=0.02, retry_after=1)
ENVIRONMENT = {"LTI_TOOL_WORK_THREADS": str(WORKER_LANES), "LTI_TOOL_GRADE_RETRY_SCALE": "0.02"}
"""Our own waits between tries, which matter to the faults alone, are shortened."""
ACTIVITY = "activities/m0.welcome"
HIDDEN = re.compile(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"')
PATIENCE = 120.0
SETTLED = 2.0
"""Seconds after which the worker has noted what arrived last."""


class Running(NamedTuple):
    """The tool at work, and the platforms that it works for."""

    target: Target
    environment: dict[str, str]
    worker: int
    platforms: list[Platform]

    @property
    def arrived(self) -> int:
        """How many scores the platforms have accepted since they were told to forget."""
        return sum(len(platform.arrivals) for platform in self.platforms)


class Seat(NamedTuple):
    """A learner with the form of an activity open, about to finish it."""

    browser: Browser
    url: str
    form: dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=240, help="of all platforms together")
    parser.add_argument("--platforms", type=int, choices=LANES, action="append", help="default: 1 and 8")
    parser.add_argument("--latency", type=int, action="append", help="in ms; default: 0, 20 and 2000")
    parser.add_argument("--database", choices=stands.DATABASES, default=stands.DATABASES[0])
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(
        "| platforms, latency | learner waits, p50 and p95 ms | scores/s (limit) | CPU ms a score: worker + database |"
    )
    print("| --- | --- | --- | --- |")
    for count in options.platforms or LANES:
        with ExitStack() as stack:
            running = start(stack, options.database, count)
            uvloop.run(measure(running, options.latency or [0, 20, 2000], options.learners))


def start(stack: ExitStack, database: str, count: int) -> Running:
    """Start web server and worker, each to be counted by itself, with so many platforms registered."""
    listens = [f"127.0.0.1:{stands.free_port()}" for _ in range(count)]
    settings = [Settings(listen=listen) for listen in listens]
    here = stack.enter_context(stands.place(database, stands.SERVERS[0], settings[0]))
    for each in settings:
        each.key_file = str(here.folder / "platform.pem")
    port = stands.free_port()
    environment = stands.prepared(here, port, settings) | ENVIRONMENT
    web = stands.serve("lti_tool.app:from_environment()", here, port)
    pid = stack.enter_context(stands.running(web, environment, port))
    worker = subprocess.Popen([sys.executable, "-m", "lti_tool", "work"], env=environment, stdout=sys.stderr)
    stack.callback(worker.wait, 60)
    stack.callback(worker.terminate)
    processes = here.processes(pid) | {"worker": {"pid": worker.pid}}
    signer = Signer.load(Path(settings[0].key_file), settings[0].kid)
    platforms = [Platform(each, signer) for each in settings]
    return Running(stands.target(port, processes), environment, worker.pid, platforms)


async def measure(running: Running, latencies: list[int], learners: int) -> None:
    """Let learners finish something at each latency, then let all their scores go out at each latency."""
    for platform in running.platforms:
        await platform.start()
    try:
        seats = [await sit(running, number) for number in range(learners)]
        share = learners // len(latencies)
        for number, latency in enumerate(latencies):
            answer_after(running, Faults(latency_ms=latency))
            waits = await finish(seats[number * share : (number + 1) * share])
            await all_arrived(running, share)
            few = learners if latency < 1000 else min(learners, 8 * len(running.platforms))
            cells = await drain(running, Faults(latency_ms=latency), few)
            print(f"| {len(running.platforms)}, {latency} ms | {waits} | {cells} |", flush=True)
        cells = await drain(running, MIX, learners)
        print(f"| {len(running.platforms)}, faults | | {cells} |")
        print(f"Faults: {learners} scores, {seen(running, 'tokens')} tokens, ", end="")
        print(f"{seen(running, 'lineitems created')} line items made.\n", flush=True)
    finally:
        for platform in running.platforms:
            platform.stop()


async def sit(running: Running, number: int) -> Seat:
    """Launch a learner, open the activity and read its form."""
    platform = running.platforms[number % len(running.platforms)]
    browser = Bench(platform, running.target, Load(custom={"send": "as_they_go"}, timeout=PATIENCE)).browser()
    launched = await browser.launch(number)
    url = urlsplit(urljoin(launched.url.geturl(), ACTIVITY))
    page = (await browser.send("GET", url)).text()
    return Seat(browser, url.geturl(), dict(HIDDEN.findall(page)) | {"do": "finish"})


def answer_after(running: Running, faults: Faults) -> None:
    """Let the platforms forget what came, and be as slow and as bad from now on."""
    for platform in running.platforms:
        platform.forget()
        platform.misbehave(faults)


async def finish(seats: list[Seat]) -> str:
    """Let learners finish their activity, one after another; return what they wait."""
    seconds = []
    for browser, url, form in seats:
        began = time.perf_counter()
        answer = await browser.send("POST", urlsplit(url), form, headers="Sec-Fetch-Site: same-origin\r\n")
        seconds.append(time.perf_counter() - began)
        if answer.status != 303:
            raise SystemExit(f"an activity was not finished: status {answer.status}")
    found = percentiles(seconds)
    return f"{found['p50']:.1f}, {found['p95']:.1f}"


async def drain(running: Running, faults: Faults, scores: int) -> str:
    """Hold the worker until so many scores are due, let it go; return rate and cost as cells of a row."""
    await asyncio.sleep(SETTLED)
    answer_after(running, faults)
    os.kill(running.worker, signal.SIGSTOP)
    scores = change(running, scores)
    watch = Watch(running.target.processes)
    watch.start()
    os.kill(running.worker, signal.SIGCONT)
    await all_arrived(running, scores)
    # From the first: an idle worker looks once a second whether something is due.
    arrived = sorted(moment for platform in running.platforms for moment, *_ in platform.arrivals)
    rate = (scores - 1) / (arrived[-1] - arrived[0])
    await asyncio.sleep(SETTLED)
    spent = watch.stop()
    cost = [spent[name]["cpu_seconds"] * 1000 / scores for name in ("worker", "postgresql") if name in spent]
    limit = f"{LANES[len(running.platforms)] * 1000 / faults.latency_ms:.0f}" if faults.latency_ms else "none"
    return f"{rate:.1f} ({limit}) | {' + '.join(f'{each:.2f}' for each in cost)}"


async def all_arrived(running: Running, scores: int) -> None:
    """Wait until so many scores have arrived; it ends the measurement if they do not."""
    until = time.perf_counter() + PATIENCE
    while running.arrived < scores:
        if time.perf_counter() > until:
            raise SystemExit(f"{running.arrived} of {scores} scores have arrived")
        await asyncio.sleep(0.005)


def seen(running: Running, what: str) -> int:
    """Return how often all platforms together have seen something."""
    return sum(platform.seen[what] for platform in running.platforms)


def change(running: Running, scores: int) -> int:
    """Leave so many scores as a learner leaves them who has completed more; return how many they are.

    None insists: one that somebody asks for in place of a teacher's grade is looked at, too, which is a second request.
    """
    database = Database(running.environment["LTI_TOOL_DATABASE_URL"])
    with database.transaction() as session:
        sent = select(GradeDelivery).filter_by(state=DeliveryState.SENT).order_by(GradeDelivery.id).limit(scores)
        found = session.scalars(sent).all()
        for row in found:
            now = clock.now()
            row.version, row.changed_at = row.version + 1, grading.later(row.changed_at, now)
            row.wait_anew(now)
    database.engine.dispose()
    return len(found)


if __name__ == "__main__":
    main()
