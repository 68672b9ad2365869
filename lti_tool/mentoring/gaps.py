"""Where a learner's needs meet nobody: coverage of each area, its status, and how much of the need is uncovered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, Protocol

from lti_tool.mentoring.network import Network, Person
from lti_tool.mentoring.rounding import half_up

WANTED: Final = frozenset({"clear", "large"})
"""Bands of a need that asks for somebody."""
FULL_TIE = Fraction(1, 2)
"""Two people cover an area if one of them is at least this near."""


class Need(Protocol):
    """What is known of the need in one area; both None where it was not scored."""

    @property
    def need(self) -> Fraction | None:
        """Return the exact score, 0 to 100."""

    @property
    def band(self) -> str | None:
        """Return the band of the score."""


class Status(StrEnum):
    """How an area stands: what is needed against who is there."""

    OPEN = "open"
    THIN = "thin"
    UNTAPPED = "untapped"
    """There are people, and the need is there all the same: perhaps nobody asked."""
    QUIET = "quiet"
    COVERED = "covered"
    UNKNOWN = "unknown"


ASKING: Final = frozenset({Status.OPEN, Status.THIN, Status.UNTAPPED})
"""What a learner may want to do something about."""


@dataclass(frozen=True, kw_only=True)
class AreaView:
    """One area of a map: who helps, how well that covers it, and how it stands. ``band`` None: not scored."""

    area: str
    band: str | None
    people: tuple[Person, ...]
    planned: tuple[Person, ...]
    """Candidates for the area: a mark, no cover."""
    best: Fraction | None
    cover: Fraction
    status: Status
    is_priority: bool

    @property
    def asks(self) -> bool:
        """Whether this is a gap of any sort."""
        return self.status in ASKING


def views_of(
    network: Network, areas: Sequence[str], needs: Mapping[str, Need], priorities: Sequence[str]
) -> tuple[AreaView, ...]:
    """Return every area in its order. ``needs`` may miss any area; ``priorities`` are those the learner confirmed."""
    return tuple(_view(network, area, needs.get(area), priorities) for area in areas)


def gaps_of(views: Sequence[AreaView], priorities: Sequence[str]) -> tuple[AreaView, ...]:
    """Return the gaps: priorities first, in the learner's order, the others as the areas stand."""
    order = {area: place for place, area in enumerate(priorities)}
    return tuple(sorted((view for view in views if view.asks), key=lambda view: order.get(view.area, len(order))))


def cover_of(people: Collection[Person]) -> Fraction:
    """Return how well an area is covered by those who help with it: 0, one half, or 1."""
    if not people:
        return Fraction(0)
    carried = len(people) > 1 and max(person.strength for person in people) >= FULL_TIE
    return Fraction(1) if carried else Fraction(1, 2)


def gap_index(views: Sequence[AreaView], needs: Mapping[str, Need]) -> Decimal | None:
    """Return the share of the unmet need that nobody, or one thin tie, covers: 0.0 to 100.0. None without a need."""
    scored = [(need, 1 - view.cover) for view in views if (need := _score(needs, view.area)) is not None]
    whole = sum((need for need, _ in scored), Fraction(0))
    if not whole:
        return None
    return half_up(100 * sum((need * bare for need, bare in scored), Fraction(0)) / whole, 1)


def who_can_introduce(network: Network, area: str) -> Person | None:
    """Return whom to ask for an introduction: who made one before, or works where a candidate for the area does."""
    places = {person.setting for person in network.candidates if area in person.areas and person.setting}
    openers = (person for person in network.current if network.introduced_by(person))
    neighbours = (person for person in network.current if person.setting in places)
    return next(openers, None) or next(neighbours, None)


def _view(network: Network, area: str, need: Need | None, priorities: Sequence[str]) -> AreaView:
    people = network.helping(area)
    cover, band = cover_of(people), need.band if need else None
    return AreaView(
        area=area,
        band=band,
        people=people,
        planned=tuple(person for person in network.candidates if area in person.areas),
        best=max((person.strength for person in people), default=None),
        cover=cover,
        status=_status(band, cover, area in priorities),
        is_priority=area in priorities,
    )


def _status(band: str | None, cover: Fraction, is_priority: bool) -> Status:
    if band in WANTED or (band is None and is_priority):
        return {Fraction(0): Status.OPEN, Fraction(1): Status.UNTAPPED}.get(cover, Status.THIN)
    if band is None:
        return Status.UNKNOWN
    return Status.COVERED if cover else Status.QUIET


def _score(needs: Mapping[str, Need], area: str) -> Fraction | None:
    return needs[area].need if area in needs else None
