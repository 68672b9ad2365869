"""The harness on trial: each of these mistakes is made in a copy of the tool, and torture must find something wrong.

``make mutants`` runs this file. A mutant that survives is a hole in the harness.
"""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from torture_figures import FOUND

ROOT = Path(__file__).resolve().parents[2]
TORTURE = ("tests/faults/torture.py",)
PATIENCE = 1800
"""Seconds after which a mutant has survived."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One mistake: text of a module, and what stands in its place."""

    name: str
    module: str
    changes: tuple[tuple[str, str], ...]
    judge: tuple[str, ...] = TORTURE
    """What has to fail: torture, or tests where torture cannot see the mistake."""


MUTANTS = (
    Mutant(
        name="enqueue after commit",
        module="services/progress.py",
        changes=(
            (
                "        grading.queue_member(session, author.member_id, workshop)\n    return after\n",
                "        _queue_later(session, author.member_id, workshop)\n    return after\n\n\n"
                "def _queue_later(session, member_id, workshop):\n"
                "    from sqlalchemy import event\n\n"
                "    engine = session.get_bind()\n\n"
                "    def queue(_):\n"
                "        with Session(engine) as fresh, fresh.begin():\n"
                "            grading.queue_member(fresh, member_id, workshop)\n\n"
                "    event.listen(session, 'after_commit', queue, once=True)\n",
            ),
        ),
    ),
    Mutant(
        name="mark before send",
        module="jobs/grades.py",
        changes=(
            (
                "            # A lease that runs out while",
                "            self._record(lane, [Report(claimed=claimed, finding=Finding.SENT)])\n"
                "            # A lease that runs out while",
            ),
        ),
    ),
    Mutant(
        name="acknowledge the current version",
        module="services/reports.py",
        changes=(
            (
                "row.delivered_version, row.delivered_at = claimed.version,",
                "row.delivered_version, row.delivered_at = row.version,",
            ),
            ("is_newest = row.version == claimed.version", "is_newest = True"),
        ),
    ),
    Mutant(
        name="409 is success",
        module="jobs/grades.py",
        changes=(
            (
                "is_ours = look.shows(score) if look.was_allowed else claimed.is_repeat or outcome.is_second",
                "is_ours = True",
            ),
        ),
    ),
    Mutant(
        name="time of the send",
        module="services/deliveries.py",
        changes=(("timestamp=row.changed_at", "timestamp=clock.now().replace(microsecond=0)"),),
    ),
    Mutant(
        name="no gap of a whole second",
        module="services/grading.py",
        changes=(("before.replace(microsecond=0) + SECOND", "before.replace(microsecond=0)"),),
    ),
    Mutant(
        name="no look at who holds the lease",
        module="services/reports.py",
        changes=(
            (".where(_delivery.c.state == DeliveryState.SENDING, _delivery.c.id", ".where(_delivery.c.id"),
            ("if (row.lease_owner, row.lease_until) == leases[row.id]", "if row.id in leases"),
        ),
        # Torture may find it too, on a machine that lets a worker stand still for exactly long enough.
        judge=(
            "-P",
            "-m",
            "pytest",
            "-q",
            "-n",
            "0",
            "tests/services/test_services_deliveries.py",
            "-k",
            "older_lease",
        ),
    ),
    Mutant(
        name="a retry gets a new time",
        module="services/deliveries.py",
        changes=(
            (
                "timestamp=row.changed_at",
                "timestamp=clock.now().replace(microsecond=0) if row.sent_version == row.version else row.changed_at",
            ),
        ),
    ),
    Mutant(
        name="one breaker for all platforms",
        module="services/pacing.py",
        changes=(
            (
                "_IS_UP = or_(_pace.c.opened_at.is_(None), _is_over(_pace.c.probe_at))\n",
                "_other = _pace.alias()\n"
                "_opened = select(_other.c.id).where(_other.c.opened_at.is_not(None), ~_is_over(_other.c.probe_at))\n"
                "_IS_UP = ~_opened.exists()\n",
            ),
        ),
        judge=("-P", "-m", "pytest", "-q", "-n", "0", "tests/services/test_services_pacing.py", "-k", "breaker_is_one"),
    ),
    Mutant(
        name="the token again after 401",
        module="lti/calls.py",
        changes=(("            self._tokens.forget(platform, [scope], token)\n", "            pass\n"),),
    ),
)


def main() -> None:
    """Try every mutant, and say which ones live."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--only", help="words that the name begins with")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    alive = []
    for mutant in MUTANTS:
        if mutant.name.startswith(given.only or ""):
            begun = time.monotonic()
            is_killed, found = kill(mutant, given.seed)
            verdict = "killed" if is_killed else "ALIVE"
            print(f"{verdict} after {time.monotonic() - begun:.0f} s: {mutant.name}: {found}", flush=True)
            alive += [] if is_killed else [mutant.name]
    sys.exit(bool(alive))


def kill(mutant: Mutant, seed: str) -> tuple[bool, str]:
    """Say whether a mutant is found out, and by which words."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "lti_tool", folder / "lti_tool", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "lti_tool" / mutant.module).write_text(changed(mutant))
        words = [sys.executable, *mutant.judge, *(["--seed", seed] if mutant.judge == TORTURE else [])]
        paths = os.pathsep.join([str(folder), str(ROOT / "tests")])
        log = folder / "log"
        with log.open("wb") as out:
            try:
                code = subprocess.run(
                    words,
                    cwd=ROOT,
                    env={**os.environ, "PYTHONPATH": paths},
                    stdout=out,
                    stderr=out,
                    timeout=PATIENCE,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                code = 0
        return code == (FOUND if mutant.judge == TORTURE else 1), _last_words(log.read_text(errors="replace"))


def changed(mutant: Mutant) -> str:
    """Return the text of its module with the mistake in it."""
    text = (ROOT / "lti_tool" / mutant.module).read_text()
    for old, new in mutant.changes:
        assert text.count(old) == 1, f"{mutant.name}: {old!r} is not there, or more than once"
        text = text.replace(old, new)
    return text


def _last_words(log: str) -> str:
    told = [line for line in log.splitlines() if "SIGKILL" in line or line.startswith(("FAILED", "lost", "Assertion"))]
    return told[-1] if told else log[-300:]


if __name__ == "__main__":
    main()
