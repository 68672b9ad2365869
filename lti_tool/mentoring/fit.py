"""How well a possible mentor fits, from what the learner has seen so far. Nobody is ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lti_tool.mentoring.rounding import half_up

CRITERIA: Final = ("f1", "f2", "f3", "f4", "f5", "f6")
CAUTION: Final = "f7"
"""Whether this person also judges the learner, or competes with them: a flag, no figure."""
UNKNOWN: Final = "?"
SIGNS: Final[Mapping[str, int]] = {"2": 2, "1": 1, "0": 0}
ENOUGH = 4
"""Criteria that must be known before a figure says anything."""
MOST_CANDIDATES = 5


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """What is known of a person: the figure if enough is, its word, the open criteria, and the flag."""

    known: int
    figure: Decimal | None
    word: str
    """``strong``, ``possible``, ``weak`` or ``find_out``."""
    open: tuple[str, ...]
    caution: bool


def fit_of(answers: Mapping[str, str]) -> FitResult:
    """Return how well somebody fits; a criterion that was left out is as open as one marked ``?``."""
    signs = [SIGNS[given] for name in CRITERIA if (given := answers.get(name, "")) in SIGNS]
    figure = _figure(signs)
    return FitResult(
        known=len(signs),
        figure=figure,
        word=_word(figure),
        open=tuple(name for name in CRITERIA if answers.get(name, "") not in SIGNS),
        caution=answers.get(CAUTION) == "yes",
    )


def _figure(signs: Sequence[int]) -> Decimal | None:
    return half_up(Fraction(100 * sum(signs), 2 * len(signs)), 1) if len(signs) >= ENOUGH else None


def _word(figure: Decimal | None) -> str:
    if figure is None:
        return "find_out"
    return "strong" if figure >= 75 else "possible" if figure >= 50 else "weak"
