"""Mentee habits: the mean of each facet, the strongest, and the one to grow next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lti_tool.mentoring.rounding import half_up

FEWEST_ANSWERED: Final = 2
"""A facet with fewer answered lines has no mean."""
DECIMALS: Final = 1


@dataclass(frozen=True, kw_only=True)
class FacetMean:
    """One facet; ``mean`` is None while too few of its lines are answered."""

    id: str
    mean: Fraction | None

    @property
    def shown(self) -> Decimal | None:
        """Return the mean as it is displayed."""
        return None if self.mean is None else half_up(self.mean, DECIMALS)


@dataclass(frozen=True, kw_only=True)
class Habits:
    """A profile of habits. With fewer than two scored facets there is nothing to compare."""

    facets: tuple[FacetMean, ...]

    @property
    def _scored(self) -> list[tuple[Fraction, str]]:
        return [(each.mean, each.id) for each in self.facets if each.mean is not None]

    @property
    def is_even(self) -> bool:
        """Whether all scored facets are exactly equal, two at least."""
        return len(self._scored) > 1 and len({mean for mean, _ in self._scored}) == 1

    @property
    def strongest(self) -> str | None:
        """Return the facet with the highest mean, the first of several; None if there is nothing to compare."""
        return max(self._scored, key=lambda each: each[0])[1] if self._differ else None

    @property
    def to_grow(self) -> str | None:
        """Return the facet with the lowest mean, the first of several; None if there is nothing to compare."""
        return min(self._scored, key=lambda each: each[0])[1] if self._differ else None

    @property
    def _differ(self) -> bool:
        return len(self._scored) > 1 and not self.is_even


def profile(ratings: Mapping[str, Sequence[int | None]]) -> Habits:
    """Return the profile of the ratings of each facet, in order; a skipped line is None and counts nowhere."""
    return Habits(facets=tuple(FacetMean(id=facet, mean=_mean(given)) for facet, given in ratings.items()))


def _mean(given: Sequence[int | None]) -> Fraction | None:
    answered = [each for each in given if each is not None]
    return Fraction(sum(answered), len(answered)) if len(answered) >= FEWEST_ANSWERED else None
