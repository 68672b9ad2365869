"""The needs self-assessment: from two ratings per line to a profile, its ranking, and what changed since the last time.

Everything is computed from the ratings as exact fractions; figures are rounded once, for display, and a band is taken
from the figure that is shown. A line counts with both ratings only, and a skip is never a 0.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from lti_tool.mentoring.rounding import half_up

FACTOR: Final = 5
"""Makes 100 of the largest gap: 5 × 5 × (5 − 1)."""
MIN_ANSWERED_SHARE: Final = Fraction(1, 2)
MIN_SCORED_AREAS: Final = 4
"""With fewer there is no overall figure."""
DECIMALS: Final = 1
BANDS: Final = (("covered", 0), ("some", 10), ("clear", 30), ("large", 50))
"""Each band with the displayed score it begins at."""
NOTES: Final = ("p_none", "p_all_covered", "p_psych", "p_many", "p_default")
"""What can be said of a whole profile, in the order of the checks."""
OTHER: Final = "other"
"""Stands among priorities for the need that the learner names."""

_SUGGESTED = 3
_LEAST_SUGGESTED = 10
_HOT = 60
_MOST_HOT = 3
_MANY_GAPS = 5
_FEWEST_ALIKE = 16
_CHANGE = 10

Ratings = Mapping[str, Sequence[Any]]
"""``item -> [importance, support]``, each a figure, ``"skip"``, or None while it is open."""


class Change(StrEnum):
    """What became of a gap. Never "better": the importance may have dropped."""

    SMALLER = "smaller"
    LARGER = "larger"
    SAME = "same"
    NONE = "none"
    """One of the two is not scored."""


@dataclass(frozen=True, kw_only=True)
class ItemNeed:
    """A line with both ratings, and its need: 0 to 100."""

    id: str
    importance: int
    support: int
    need: int


@dataclass(frozen=True, kw_only=True)
class AreaNeed:
    """One area of a profile. All figures are None while fewer than half of its lines have both ratings."""

    id: str
    items: tuple[ItemNeed, ...]
    need: Fraction | None = None
    importance: Fraction | None = None
    support: Fraction | None = None

    @property
    def scored(self) -> bool:
        """Whether enough lines are answered."""
        return self.need is not None

    @property
    def shown(self) -> Decimal | None:
        """Return the need as it is displayed."""
        return None if self.need is None else half_up(self.need, DECIMALS)

    @property
    def importance_shown(self) -> Decimal | None:
        """Return the mean importance as it is displayed."""
        return None if self.importance is None else half_up(self.importance, DECIMALS)

    @property
    def support_shown(self) -> Decimal | None:
        """Return the mean support as it is displayed."""
        return None if self.support is None else half_up(self.support, DECIMALS)

    @property
    def band(self) -> str | None:
        """Return the key of the band: ``covered``, ``some``, ``clear`` or ``large``."""
        return None if self.shown is None else band_of(self.shown)

    @property
    def raw_gap(self) -> Fraction | None:
        """Return how far support stays behind importance; below 0 there is more than enough."""
        return None if self.importance is None or self.support is None else self.importance - self.support

    @property
    def is_strength(self) -> bool:
        """Whether the learner is so well supported here that they may have something to give."""
        return self.support is not None and self.importance is not None and self.support >= 4 and self.importance >= 3


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One round of the self-assessment in figures."""

    on: str
    """The day, as ``2026-11-25``."""
    version: str
    areas: Mapping[str, AreaNeed]
    """By id, in the fixed order of areas."""

    @property
    def ranking(self) -> tuple[str, ...]:
        """Return the scored areas, the largest need first; what ties in need ties on importance, then on the gap."""
        scored = [area for area in self.areas.values() if area.scored]
        return tuple(area.id for area in sorted(scored, key=_rank, reverse=True))

    @property
    def suggested(self) -> tuple[str, ...]:
        """Return the areas to suggest as priorities: the first three of the ranking that show at least a small gap."""
        worth = [each for each in self.ranking if (self.areas[each].shown or 0) >= _LEAST_SUGGESTED]
        return tuple(worth[:_SUGGESTED])

    @property
    def overall(self) -> Fraction | None:
        """Return the mean need of the scored areas, None if there are too few of them."""
        needs = [area.need for area in self.areas.values() if area.need is not None]
        return sum(needs, Fraction(0)) / len(needs) if len(needs) >= MIN_SCORED_AREAS else None

    @property
    def overall_shown(self) -> Decimal | None:
        """Return the overall need as it is displayed."""
        return None if self.overall is None else half_up(self.overall, DECIMALS)

    @property
    def hot(self) -> tuple[str, ...]:
        """Return the most pressing lines, at most three: the highest need first, then in their order."""
        items = [item for area in self.areas.values() for item in area.items if item.need >= _HOT]
        return tuple(item.id for item in sorted(items, key=lambda item: -item.need)[:_MOST_HOT])

    @property
    def all_alike(self) -> bool:
        """Whether a good half of the lines is rated and every rating is the same figure."""
        items = [item for area in self.areas.values() for item in area.items]
        figures = {figure for item in items for figure in (item.importance, item.support)}
        return len(items) >= _FEWEST_ALIKE and len(figures) == 1

    def note(self, personal: Collection[str]) -> str:
        """Return the key of the one sentence about the whole profile; ``personal`` areas are not about the career."""
        bands = {each: area.band for each, area in self.areas.items() if area.band}
        if not bands:
            return "p_none"
        if set(bands.values()) == {"covered"}:
            return "p_all_covered"
        if sum(bands.get(each) == "large" for each in personal) >= 2:
            return "p_psych"
        return "p_many" if sum(band in ("clear", "large") for band in bands.values()) >= _MANY_GAPS else "p_default"


@dataclass(frozen=True, kw_only=True)
class AreaChange:
    """An area then and now, as displayed; ``delta`` is None where there is no comparison."""

    id: str
    before: Decimal | None
    now: Decimal | None

    @property
    def delta(self) -> Decimal | None:
        """Return by how much the displayed figure changed."""
        return None if self.before is None or self.now is None else self.now - self.before

    @property
    def change(self) -> Change:
        """Return the word for it; below ten points nothing is called a change."""
        if self.delta is None:
            return Change.NONE
        if abs(self.delta) < _CHANGE:
            return Change.SAME
        return Change.LARGER if self.delta > 0 else Change.SMALLER


def item_need(importance: int, support: int) -> int:
    """Return the need of one line: what matters and is missing, 0 to 100."""
    return FACTOR * importance * max(0, importance - support)


def band_of(shown: Decimal) -> str:
    """Return the key of the band that a displayed score lies in."""
    return [key for key, begins in BANDS if begins <= shown][-1]


def score_area(area_id: str, ratings: Sequence[Sequence[Any]]) -> AreaNeed:
    """Score an area from all its lines, each ``[item, importance, support]``."""
    items = tuple(
        ItemNeed(id=name, importance=importance, support=support, need=item_need(importance, support))
        for name, importance, support in ratings
        if isinstance(importance, int) and isinstance(support, int)
    )
    if not items or len(items) < MIN_ANSWERED_SHARE * len(ratings):
        return AreaNeed(id=area_id, items=items)
    return AreaNeed(
        id=area_id,
        items=items,
        need=Fraction(sum(item.need for item in items), len(items)),
        importance=Fraction(sum(item.importance for item in items), len(items)),
        support=Fraction(sum(item.support for item in items), len(items)),
    )


def open_lines(ratings: Ratings, item_ids: Collection[str]) -> list[str]:
    """Return the lines that still want a rating or a skip."""
    return [name for name in item_ids if None in ratings.get(name, (None, None))]


def round_of(ratings: Ratings, items: Mapping[str, Collection[str]], *, on: str, version: str) -> dict[str, Any]:
    """Return a finished round as it is kept: ``items`` names the lines of each area."""
    lines = {area: [[name, *ratings.get(name, (None, None))] for name in names] for area, names in items.items()}
    return {"on": on, "version": version, "areas": lines}


def profiles_of(value: Mapping[str, Any], area_ids: Collection[str]) -> tuple[Profile, ...]:
    """Return every round of an answer of kind ``needs_assessment``, the oldest first."""
    return tuple(
        Profile(
            on=each["on"],
            version=each["version"],
            areas={area: score_area(area, each["areas"].get(area, ())) for area in area_ids},
        )
        for each in value.get("rounds", ())
    )


def profile_of(value: Mapping[str, Any], area_ids: Collection[str]) -> Profile | None:
    """Return the last round of an answer of kind ``needs_assessment``, None before the first."""
    return next(reversed(profiles_of(value, area_ids)), None)


def compare(before: Profile, now: Profile) -> tuple[AreaChange, ...]:
    """Return each area then and now; nothing if the instrument has changed its meaning in between."""
    if _major(before) != _major(now):
        return ()
    return tuple(
        AreaChange(id=each, before=before.areas[each].shown if each in before.areas else None, now=area.shown)
        for each, area in now.areas.items()
    )


def priorities_of(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what an answer of kind ``priorities`` confirms, first things first: areas, and perhaps ``other``."""
    return tuple(value.get("chosen", ()))


def _rank(area: AreaNeed) -> tuple[Fraction, ...]:
    return tuple(figure or Fraction(0) for figure in (area.need, area.importance, area.raw_gap))


def _major(profile: Profile) -> str:
    return profile.version.partition(".")[0]
