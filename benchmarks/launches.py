"""What a launch costs the tool, next to the floor under the same server: `make bench`.

The floor and the tool take turns, in the other order every second round: the machine's moods fall on both alike.
The figures that count are ratios within a round; the table gives their median, and their least and greatest.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
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


class Pair(NamedTuple):
    """The floor and the tool, launched one after the other."""

    floor: Report
    tool: Report


class Course(NamedTuple):
    """Where the two stand: on which database, under which server."""

    database: str
    floor: Target
    tool: Target


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
    """Start the floor and the tool on databases of one kind."""
    here = stack.enter_context(stands.place(kind, server, platform))
    return Course(kind, stack.enter_context(stands.floor(here)), stack.enter_context(stands.tool(here, worker=False)))


async def measure(settings: Settings, courses: list[Course], options: argparse.Namespace) -> None:
    """Launch in rounds; the first one warms everything up and does not count. Print a table of ratios at the end."""
    platform = Platform(settings, Signer.load(Path(settings.key_file), settings.kid))
    await platform.start()
    found: dict[tuple[str, str], list[Pair]] = {}
    try:
        for number in range(options.rounds + 1):
            for course in courses:
                for browser in options.browser or BROWSERS:
                    pair = await turn(platform, course, browser, options.launches, floor_first=number % 2 == 0)
                    if number:
                        found.setdefault((course.database, browser), []).append(pair)
    finally:
        platform.stop()
    print_table(found)


async def turn(platform: Platform, course: Course, browser: str, launches: int, *, floor_first: bool) -> Pair:
    """Launch the floor and the tool, one after the other; a launch that fails ends everything."""
    load = Load(launches=launches, warmup=PEOPLE, users=PEOPLE, cookies=BROWSERS[browser])
    reports: dict[str, Report] = {}
    for target in (course.floor, course.tool) if floor_first else (course.tool, course.floor):
        report = reports[target.name] = await Bench(platform, target, load).launches()
        if report["failures"]:
            raise SystemExit(f"{course.database}, {browser}, {target.name}: {report['failures']}")
    pair = Pair(reports["floor"], reports["tool"])
    print(f"{course.database} {browser}: CPU {cpu(pair.floor):.2f} and {cpu(pair.tool):.2f} ms", file=sys.stderr)
    return pair


def show_machine(options: argparse.Namespace) -> None:
    """Say what was run, and on what."""
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{os.cpu_count()} cores, Python {python}, {options.server}, {options.rounds} rounds of {options.launches}\n")


def print_table(found: dict[tuple[str, str], list[Pair]]) -> None:
    """Print the medians over the rounds, as Markdown."""
    print("| database, browser | floor: CPU ms (database) | tool: CPU ms (database) | CPU ratio | launches/s | ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    for (database, browser), pairs in found.items():
        costs = [spent([getattr(pair, name) for pair in pairs]) for name in Pair._fields]
        rates = [statistics.median(getattr(pair, name)["per_second"] for pair in pairs) for name in Pair._fields]
        cpu_ratio = spread([cpu(pair.tool) / cpu(pair.floor) for pair in pairs])
        rate_ratio = spread([pair.tool["per_second"] / pair.floor["per_second"] for pair in pairs])
        cells = [f"{database}, {browser}", *costs, cpu_ratio, " and ".join(f"{rate:.0f}" for rate in rates), rate_ratio]
        print("| " + " | ".join(cells) + " |")
    tools = [pair.tool for pairs in found.values() for pair in pairs]
    launched = sum(report["succeeded"] for report in tools)
    fetched = sum(report["platform"].get("jwks", 0) for report in tools)
    print(f"\nKey sets fetched in {launched} launches: {fetched}.")


def cpu(report: Report) -> float:
    """Return the CPU milliseconds of one launch, server and database together."""
    return float(sum(report["cpu_ms_each"].values()))


def spent(reports: list[Report]) -> str:
    """Return the median cost, and how much of it is the database server's."""
    database = statistics.median(report["cpu_ms_each"].get("postgresql", 0.0) for report in reports)
    return f"{statistics.median(map(cpu, reports)):.2f} ({database:.2f})"


def spread(ratios: list[float]) -> str:
    """Return the median of ratios, with the least and the greatest."""
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
