"""Torture: the tool's own processes, a platform on a bad day, deaths at every point – then rest, and a comparison.

``make torture`` runs this file with large numbers, and the tests with small ones. One round: a few learners launch and
work; meanwhile scores meet trouble, processes die, stand still and see the clock step, and teachers set grades by hand.
Then everything is left in peace until nothing is on its way, and every score is compared with the answers. A fault that
a busy machine would hide in the next change is seen in one of many short rounds.
"""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from databases import KINDS, Copies, PostgresqlCopies, SqliteCopies, own_postgresql
from stage import make_settings
from torture_control import faketime
from torture_figures import FOUND, Aim, Figures
from torture_house import ROUNDS, House

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""A process that is killed loses nothing that it wrote to a file in memory, either; and nobody waits for a disk."""


def torture(
    copy: Copies, seed: str, aim: Aim, *, turns_whole_clock: bool = False, say: Callable[[str], None] = print
) -> Figures:
    """Go on until so much harm was done, or something is wrong; return the figures."""
    done, houses = Figures(), 0
    while not aim.is_reached(done) and not done.wrong:
        with tempfile.TemporaryDirectory(prefix="torture-", dir=memory(), ignore_cleanup_errors=True) as name:
            folder = Path(name)
            house = House(copy(folder), folder / "house", f"{seed}/{houses}", turns_whole_clock=turns_whole_clock)
            try:
                for number in range(ROUNDS):
                    house.round(number)
                    say(f"house {houses}, round {number}: {done + house.figures}")
                    if aim.is_reached(done + house.figures) or house.figures.wrong:
                        break
            finally:
                house.stop()
            done += house.figures
        houses += 1
    return done


def memory() -> Path | None:
    """Return a folder that lies in memory, if this machine has one."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None


@contextmanager
def copies(kind: str, folder: Path) -> Iterator[Copies]:
    """Make databases of a kind, for a run outside pytest."""
    if kind == "sqlite":
        yield SqliteCopies(folder, make_settings)
        return
    with own_postgresql() as url:
        yield PostgresqlCopies(url, make_settings)


def main() -> None:
    """Torture the tool and print the figures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--faulted", type=int, default=20_000)
    parser.add_argument("--rests", type=int, default=300)
    parser.add_argument("--database", choices=KINDS, action="append", help="both, if none is named")
    parser.add_argument("--faketime", action="store_true", help="turn the clock of whole processes by libfaketime")
    given = parser.parse_args()
    if given.faketime and faketime() is None:
        parser.error("libfaketime is not here; on Debian or Ubuntu: apt install libfaketime")
    kinds = given.database or KINDS
    aim = Aim(**{name: -(-getattr(given, name) // len(kinds)) for name in ("kills", "faulted", "rests")})
    _say(f"seed {given.seed}, clock turned by {'libfaketime' if given.faketime else 'lti_tool.clock'}")
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder, copies(kind, Path(folder)) as copy:
            figures = torture(copy, f"{given.seed}/{kind}", aim, turns_whole_clock=given.faketime, say=_say)
        _say(report(kind, figures))
        if figures.wrong:
            sys.exit(FOUND)


def report(kind: str, figures: Figures) -> str:
    """Return what was done and what came of it, in full."""
    lines = [f"{kind}: {figures}"]
    for name, counter in (("killed", figures.deaths), ("trouble", figures.faults)):
        lines.append(f"  {name}: " + ", ".join(f"{what} {number}" for what, number in counter.most_common()))
    for sort, texts in figures.wrong.items():
        lines += [sort, *(f"  {text}" for text in texts[:10])]
    return "\n".join(lines)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
