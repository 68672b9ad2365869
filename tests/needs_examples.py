"""Two worked examples of the needs self-assessment: ratings as a learner gives them, and what follows from them."""

from typing import Any

AREAS = ("direction", "skills", "scholarship", "visibility", "balance", "support", "belonging", "feedback")
PERSONAL = ("balance", "support", "belonging")

Pairs = list[tuple[int | str, int | str]]

ALL_ANSWERED: dict[str, Pairs] = {
    "direction": [(5, 2), (5, 3), (4, 2), (4, 3)],
    "skills": [(5, 4), (5, 4), (4, 4), (3, 3)],
    "scholarship": [(4, 1), (3, 1), (4, 2), (3, 2)],
    "visibility": [(4, 2), (5, 1), (5, 2), (3, 2)],
    "balance": [(4, 3), (4, 2), (5, 3), (4, 3)],
    "support": [(4, 4), (5, 5), (4, 3), (3, 3)],
    "belonging": [(3, 3), (2, 3), (2, 2), (3, 4)],
    "feedback": [(5, 3), (4, 2), (3, 2), (4, 3)],
}
WITH_SKIPS: dict[str, Pairs] = {
    "direction": [(5, 2), (4, "skip"), ("skip", "skip"), (3, 3)],
    "skills": [(4, 2), ("skip", "skip"), ("skip", "skip"), ("skip", "skip")],
    "scholarship": [(1, 1), (1, 1), (2, 1), (1, 1)],
    "visibility": [(5, 1), (4, 1), (4, 2), ("skip", 3)],
    "balance": [("skip", "skip")] * 4,
    "support": [(3, 5), (3, 5), (4, 5), (4, 5)],
    "belonging": [(5, 1), (5, 1), ("skip", "skip"), ("skip", "skip")],
    "feedback": [(4, 3), (4, 3), (4, 3), (4, 3)],
}


def lines(area: str, pairs: Pairs) -> list[list[Any]]:
    """Return the lines of an area as a round keeps them: ``[item, importance, support]``."""
    return [[f"{area[:3]}{number}", *pair] for number, pair in enumerate(pairs, start=1)]


def answer(*rounds: dict[str, Pairs], version: str = "1.0.0") -> dict[str, Any]:
    """Return an answer of kind ``needs_assessment`` with these finished rounds, one a day."""
    last = rounds[-1] if rounds else {}
    return {
        "ratings": {name: pair for area, pairs in last.items() for name, *pair in lines(area, pairs)},
        "other": "",
        "rounds": [
            {
                "on": f"2026-11-{day:02}",
                "version": version,
                "areas": {area: lines(area, pairs) for area, pairs in each.items()},
            }
            for day, each in enumerate(rounds, start=1)
        ],
    }
