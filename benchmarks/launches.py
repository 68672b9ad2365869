"""What a launch costs the tool, next to two floors under the same server: `make bench`.

One does the least that a launch takes, one the least that keeps the rules of a launch. They and the tool take turns, in
the other order every second round: the machine's moods fall on all alike.
The figures that count are ratios within a round; the table gives their median, and their least and greatest.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import stands
import uvloop
from launchbench.config import Load, Target
from launchbench.config import Platform as Settings
from launchbench.keys import Signer
from launchbench.platform import Platform
from launchbench.runs import Bench

Report = dict[str, Any]
BROWSERS = {"warm": "keep", "first-time": "send"}
"""Browsers that have been here before keep their cookies; a first-time browser has none."""
PEOPLE = 100


class Turn(NamedTuple):
    """The two floors and the tool, launched one after the other."""

    floor: Report
    rules: Report
    tool: Report


class Course(NamedTuple):
    """Where the three stand: on which database, under which server."""

    database: str
    targets: tuple[Target, ...]


def main() -> None:
    options = read_options()
    # Asked to stop, whatever was started ends first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        platform = Settings(listen=f"127.0.0.1:{stands.free_port()}", key_file=str(folder / "platform.pem"))
        courses = [prepare(stack, kind, options.server, platform) for kind in options.database or stands.DATABASES]
        show_machine(options)
        uvloop.run(measure(platform, courses, options))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--launches", type=int, default=400, help="measured in each turn, after 100 that are not")
    parser.add_argument("--server", choices=stands.SERVERS, default=stands.SERVERS[0])
    parser.add_argument("--database", choices=stands.DATABASES, action="append", help="default: both")
    parser.add_argument("--browser", choices=BROWSERS, action="append", help="default: both")
    return parser.parse_args()


def prepare(stack: ExitStack, kind: str, server: str, platform: Settings) -> Course:
    """Start the floors and the tool on databases of one kind."""
    here = stack.enter_context(stands.place(kind, server, platform))
    running = (stands.floor(here), stands.floor(here, "rules"), stands.tool(here, worker=False))
    return Course(kind, tuple(map(stack.enter_context, running)))


async def measure(settings: Settings, courses: list[Course], options: argparse.Namespace) -> None:
    """Launch in rounds; the first one warms everything up and does not count. Print a table of ratios at the end."""
    platform = Platform(settings, Signer.load(Path(settings.key_file), settings.kid))
    await platform.start()
    found: dict[tuple[str, str], list[Turn]] = {}
    try:
        for number in range(options.rounds + 1):
            for course in courses:
                for browser in options.browser or BROWSERS:
                    done = await turn(platform, course, browser, options.launches, backwards=number % 2 == 1)
                    if number:
                        found.setdefault((course.database, browser), []).append(done)
    finally:
        platform.stop()
    print_table(found)


async def turn(platform: Platform, course: Course, browser: str, launches: int, *, backwards: bool) -> Turn:
    """Launch the floors and the tool, one after the other; a launch that fails ends everything."""
    load = Load(launches=launches, warmup=PEOPLE, users=PEOPLE, cookies=BROWSERS[browser])
    reports: dict[str, Report] = {}
    for target in course.targets[::-1] if backwards else course.targets:
        report = reports[target.name] = await Bench(platform, target, load).launches()
        if report["failures"]:
            raise SystemExit(f"{course.database}, {browser}, {target.name}: {report['failures']}")
    done = Turn(**reports)
    costs = ", ".join(f"{name} {cpu(report):.2f}" for name, report in done._asdict().items())
    print(f"{course.database} {browser}: CPU ms {costs}", file=sys.stderr)
    return done


def show_machine(options: argparse.Namespace) -> None:
    """Say what was run, and on what."""
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{os.cpu_count()} cores, Python {python}, {options.server}, {options.rounds} rounds of {options.launches}\n")


def print_table(found: dict[tuple[str, str], list[Turn]]) -> None:
    """Print the medians over the rounds, as Markdown."""
    print("| database, browser | | CPU ms (database) | of the floor's | of the rules' | launches/s | of the floor's |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for (database, browser), turns in found.items():
        for name in Turn._fields:
            own, floors, rules = ([getattr(turn, each) for turn in turns] for each in (name, "floor", "rules"))
            cells = [f"{database}, {browser}", name, spent(own), shares(cpu, own, floors), shares(cpu, own, rules)]
            rate = statistics.median(map(per_second, own))
            print("| " + " | ".join([*cells, f"{rate:.0f}", shares(per_second, own, floors)]) + " |")
    tools = [turn.tool for turns in found.values() for turn in turns]
    launched = sum(report["succeeded"] for report in tools)
    fetched = sum(report["platform"].get("jwks", 0) for report in tools)
    print(f"\nKey sets fetched in {launched} launches: {fetched}.")


def cpu(report: Report) -> float:
    """Return the CPU milliseconds of one launch, server and database together."""
    return float(sum(report["cpu_ms_each"].values()))


def per_second(report: Report) -> float:
    """Return the launches of a second."""
    return float(report["per_second"])


def spent(reports: list[Report]) -> str:
    """Return the median cost, and how much of it is the database server's."""
    database = statistics.median(report["cpu_ms_each"].get("postgresql", 0.0) for report in reports)
    return f"{statistics.median(map(cpu, reports)):.2f} ({database:.2f})"


def shares(figure: Callable[[Report], float], own: list[Report], others: list[Report]) -> str:
    """Return the median of a figure's ratios to the others', round by round, with the least and the greatest."""
    ratios = [figure(one) / figure(other) for one, other in zip(own, others, strict=True)]
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
