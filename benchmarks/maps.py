"""What the page with a map of 25 people costs the server: `make bench WHAT=maps`, with a database's URL in `ARGS`."""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from stage import Browser, Stage, hidden, make_settings

from lti_tool.cli.serve import prepare

PEOPLE = 25
ROUNDS = 50
CLOSENESS = ("close", "moderate", "distant")


def main(database_url: str) -> None:
    prepare(make_settings(database_url))
    stage = Stage(database_url)
    learner = stage.browser()
    learner.launch("mai")
    (workshop,) = stage.tool.workshops.values()
    draw(learner, workshop.activity("m2.map").content.area_ids)
    address = f"{learner.visit}/activities/m2.map?screen=picture"
    figures = len(learner.open(address).select("svg.map [data-figure]"))
    found = [one_page(learner, address) for _ in range(ROUNDS)]
    stage.stop()
    cpu, wall = (statistics.median(column) for column in zip(*found, strict=True))
    sys.stdout.write(f"a map of {figures} people, the whole page: CPU {cpu:.0f} ms, wall {wall:.0f} ms\n")


def draw(learner: Browser, areas: Sequence[str]) -> None:
    """Draw a circle of the most people there may be, each of whom knows the next."""
    path = f"{learner.visit}/activities/m2.map"
    people = [f"p{number}" for number in range(1, PEOPLE + 1)]
    fields = {"people": " ".join(people)}
    for number, person in enumerate(people):
        fields |= {
            f"{person}-label": f"Person {number + 1}",
            f"{person}-main": areas[number % len(areas)],
            f"{person}-closeness": CLOSENESS[number % len(CLOSENESS)],
            f"{person}-setting": "team",
        }
    fields |= {f"tie-{one}-{other}": "yes" for one, other in pairwise(people)}
    answer = learner.post(path, {**hidden(learner.open(path)), **fields, "do": "go:picture"})
    assert answer.status_code == 303, answer.text


def one_page(learner: Browser, address: str) -> tuple[float, float]:
    """Return the CPU and wall time of one answer, in ms."""
    cpu, wall = time.process_time(), time.perf_counter()
    assert learner.get(address).status_code == 200
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/map.sqlite")
