"""launchbench: measure LTI 1.3 tools from the platform's side."""

import argparse
import asyncio
import json
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from launchbench.browser import LaunchFailed
from launchbench.config import Bench as BenchFile
from launchbench.config import Faults, Target
from launchbench.keys import Signer
from launchbench.platform import Platform
from launchbench.runs import Bench

MODES = ("launch", "grades", "roster")
OVERRIDES = {
    "launches": int, "warmup": int, "concurrency": int, "rate": float, "users": int,
    "role": str, "cookies": str, "message": str, "timeout": float,
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    bench = BenchFile.load_file(arguments.file)
    if arguments.mode == "registration":
        print(json.dumps(bench.platform.registration(), indent=2))
        return 0
    return uvloop.run(_main(bench, arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launchbench", description=__doc__)
    parser.add_argument("-f", "--file", type=Path, required=True, help="the bench file (TOML)")
    modes = parser.add_subparsers(dest="mode", required=True)
    modes.add_parser("registration", help="print what to register in the tool")
    modes.add_parser("serve", help="serve the platform's endpoints until interrupted")
    try_ = modes.add_parser("try", help="launch once and print the page the learner gets")
    try_.add_argument("target")
    for name in MODES:
        mode = modes.add_parser(name, help=f"measure {name}, target after target, in rounds")
        mode.add_argument("targets", nargs="*", help="targets to interleave (default: all)")
        mode.add_argument("-r", "--rounds", type=int, default=1)
        mode.add_argument("-o", "--out", type=Path, help="write every run's JSON here")
        mode.add_argument(
            "--new-users", action="store_true", help="people nobody has met, in every run (the insert path)"
        )
        mode.add_argument("--latency-ms", type=float, help="the platform services' latency")
        mode.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="KIND=SHARE",
            help="a share of service calls that fail: a status, or drop",
        )
        for option, kind in OVERRIDES.items():
            mode.add_argument(f"--{option.replace('_', '-')}", type=kind)
    return parser


async def _main(bench: BenchFile, arguments: argparse.Namespace) -> int:
    settings = bench.platform
    signer = Signer.load(Path(settings.key_file), settings.kid)
    platform = Platform(settings, signer)
    await platform.start()
    if arguments.mode == "serve":
        platform.misbehave(bench.faults)
        print(json.dumps(settings.registration(), indent=2), flush=True)
        await asyncio.Event().wait()
    if arguments.mode == "try":
        return await _try(bench, platform, bench.targets[arguments.target])
    try:
        runs = await _rounds(bench, platform, arguments)
    finally:
        platform.stop()
    if arguments.out:
        arguments.out.write_text(json.dumps(runs, indent=1) + "\n")
    _print_table(runs)
    return 0 if all(not run["failures"] for run in runs) else 1


async def _try(bench: BenchFile, platform: Platform, target: Target) -> int:
    """One launch, marker or not, for whoever sets up a target."""
    run = Bench(platform, replace(target, marker=""), bench.load_for(target, {}))
    try:
        launched = await run.browser().launch(0)
    except LaunchFailed as failure:
        print(f"launchbench: {failure}", file=sys.stderr)
        return 1
    print(f"{launched.url.geturl()}  {launched.requests} requests", file=sys.stderr)
    print(launched.page.text())
    return 0 if target.marker in launched.page.text() else 1


async def _rounds(bench: BenchFile, platform: Platform, arguments) -> list[dict[str, Any]]:
    """Every target once a round, so that the machine's moods fall on all alike."""
    names = arguments.targets or list(bench.targets)
    overrides = {name: getattr(arguments, name) for name in OVERRIDES if getattr(arguments, name) is not None}
    faults = _faults(bench.faults, arguments)
    runs = []
    for number in range(arguments.rounds):
        for name in names if number % 2 == 0 else reversed(names):
            target = bench.targets[name]
            load = bench.load_for(target, overrides)
            first = (number + 1) * 1_000_000 if arguments.new_users else 0
            run = Bench(platform, target, load, first)
            platform.misbehave(Faults())
            if arguments.mode == "launch":
                report = await run.launches()
            else:
                platform.misbehave(faults)
                report = await getattr(run, arguments.mode)()
            report |= {"round": number, "mode": arguments.mode, "load": vars(load)}
            runs.append(report)
            _print_run(report)
    return runs


def _faults(faults: Faults, arguments) -> Faults:
    given = dict(pair.split("=", 1) for pair in arguments.fault)
    changes: dict[str, Any] = {}
    if arguments.latency_ms is not None:
        changes["latency_ms"] = arguments.latency_ms
    if "drop" in given:
        changes["drop"] = float(given.pop("drop"))
    if given:
        changes["status"] = {status: float(share) for status, share in given.items()}
    return replace(faults, **changes)


def _print_run(report: dict[str, Any]) -> None:
    cpu = " ".join(f"{name} {ms:.2f}" for name, ms in report["cpu_ms_each"].items())
    scores = report.get("scores")
    arrived = f" scores/s {scores['per_second']}" if scores else ""
    print(
        f"{report['round']:>2} {report['target']:<16} ok {report['succeeded']}/{report['count']}"
        f" {report['per_second']:8.1f}/s{arrived} p50 {report['latency_ms'].get('p50', 0):7.2f}"
        f" p99 {report['latency_ms'].get('p99', 0):7.2f} ms | cpu ms: {cpu}"
        f" | generator {report['generator']['cpu_ms_each']:.2f}"
        f" load {report['load_average']}",
        *(f"\n   failed: {count} × {kind}" for kind, count in report["failures"].items()),
        file=sys.stderr, flush=True,
    )  # fmt: skip


def _print_table(runs: list[dict[str, Any]]) -> None:
    """Medians over the rounds; CPU ratios are to the first target, round by round."""
    names = list(dict.fromkeys(run["target"] for run in runs))
    cpu = {name: [sum(run["cpu_ms_each"].values()) for run in runs if run["target"] == name] for name in names}
    print(
        f"{'target':<16} {'/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'cpu ms':>8} {'min':>7} "
        f"{'max':>7} {'vs first':>8} {'PSS MiB':>8}"
    )
    for name in names:
        mine = [run for run in runs if run["target"] == name]

        def median(pick, mine=mine):
            return statistics.median(pick(run) for run in mine)

        ratios = [own / first for own, first in zip(cpu[name], cpu[names[0]], strict=True) if first]
        speed = median(lambda run: run.get("scores", run)["per_second"])
        p50 = median(lambda run: run["latency_ms"].get("p50", 0))
        p99 = median(lambda run: run["latency_ms"].get("p99", 0))
        pss = median(lambda run: sum(group["pss_mib"] for group in run["processes"].values()))
        print(
            f"{name:<16} {speed:>8.1f} {p50:>8.2f} {p99:>8.2f} "
            f"{statistics.median(cpu[name]):>8.2f} {min(cpu[name]):>7.2f} {max(cpu[name]):>7.2f} "
            f"{statistics.median(ratios) if ratios else 0:>8.2f} {pss:>8.0f}"
        )
