"""The people around a learner: who they are, how strong the ties are, how varied the circle is.

Only people who help already (``current``) are measured; a candidate is drawn, named, and counts for nothing yet.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from lti_tool.mentoring.rounding import half_up

CURRENT = "current"
CANDIDATE = "candidate"
SELF = "self"
"""``introduced_by`` of somebody whom the learner met without help."""
MOST_PEOPLE = 25

CLOSENESS: Final[Mapping[str, Fraction]] = MappingProxyType(
    {"close": Fraction(1), "moderate": Fraction(1, 2), "distant": Fraction(0)}
)
FREQUENCY: Final[Mapping[str, Fraction]] = MappingProxyType(
    {
        "weekly": Fraction(1),
        "monthly": Fraction(3, 4),
        "quarterly": Fraction(1, 2),
        "yearly": Fraction(1, 4),
        "rarely": Fraction(0),
    }
)
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "setting": ("team", "organisation", "field", "outside"),
        "discipline": ("same", "related", "different"),
        "seniority": ("peer", "near", "senior", "leader"),
    }
)
"""What people can differ in; the more they do, the wider the circle sees."""

DECIMALS = 2
HALF = Decimal("0.50")
DENSE = Decimal("0.70")
LOOSE = Decimal("0.30")
SHAPES: Final = ("wide_strong", "wide_light", "close_knit", "starting")
SHAPED_FROM = 3
"""Fewer people have no shape yet."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody on the map; a field is empty where the learner did not say."""

    id: str
    label: str
    status: str = CURRENT
    areas: tuple[str, ...] = ()
    """What they help with; the first is their main area."""
    closeness: str = ""
    frequency: str = ""
    role: str = ""
    setting: str = ""
    discipline: str = ""
    seniority: str = ""
    assesses_me: str = ""
    introduced_by: str = ""
    note: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything that a map needs of a person is said."""
        return bool(self.label and self.closeness and (self.areas or self.status == CANDIDATE))

    @property
    def strength(self) -> Fraction:
        """Return how strong the tie is, 0 to 1; without a frequency, closeness alone says it."""
        close = CLOSENESS.get(self.closeness, Fraction(0))
        return (close + FREQUENCY[self.frequency]) / 2 if self.frequency else close


@dataclass(frozen=True, kw_only=True)
class Network:
    """A learner's map. ``ties`` are pairs of people who know each other; ``seen`` says the picture was opened."""

    persons: tuple[Person, ...] = ()
    """Everybody with a label, in the order in which they were named."""
    ties: frozenset[frozenset[str]] = frozenset()
    ties_done: bool = False
    few: bool = False
    seen: bool = False

    @property
    def current(self) -> tuple[Person, ...]:
        """Return who helps already and is described well enough to count."""
        return tuple(person for person in self.persons if person.status == CURRENT and person.is_complete)

    @property
    def candidates(self) -> tuple[Person, ...]:
        """Return who might help one day."""
        return tuple(person for person in self.persons if person.status == CANDIDATE)

    @property
    def current_ties(self) -> frozenset[frozenset[str]]:
        """Return the ties among those who count."""
        ids = {person.id for person in self.current}
        return frozenset(tie for tie in self.ties if tie <= ids)

    def person(self, person_id: str) -> Person | None:
        """Return one person, or None."""
        return next((person for person in self.persons if person.id == person_id), None)

    def helping(self, area: str) -> tuple[Person, ...]:
        """Return who helps with an area."""
        return tuple(person for person in self.current if area in person.areas)

    def introduced_by(self, person: Person) -> tuple[Person, ...]:
        """Return whom of those who count somebody has introduced."""
        return tuple(other for other in self.current if other.introduced_by == person.id)


@dataclass(frozen=True, kw_only=True)
class Measures:
    """The figures of a circle, exact; None where too little is known for one."""

    size: int
    density: Fraction | None
    mean_strength: Fraction | None
    varieties: Mapping[str, Fraction]
    """By attribute, those that at least two people have."""
    range: Fraction | None
    breadth: Fraction
    top_share: Fraction | None
    """The part of all help that comes from the one person who helps with most."""


def network_of(value: Mapping[str, Any]) -> Network:
    """Return the map that an answer of kind ``network_map`` holds; an empty one for an empty answer."""
    return Network(
        persons=tuple(_person(entry) for entry in value.get("people", ()) if entry.get("label")),
        ties=frozenset(frozenset(pair) for pair in value.get("ties", ()) if len(set(pair)) == 2),
        ties_done=bool(value.get("ties_done")),
        few=bool(value.get("few")),
        seen=bool(value.get("seen")),
    )


def without_notes(network: Network) -> Network:
    """Return the map without what the learner wrote to themselves."""
    return replace(network, persons=tuple(replace(person, note="") for person in network.persons))


def unnamed(network: Network, pattern: str) -> Network:
    """Return the map as others may see it: ``Person 1…n`` for the labels, and no notes."""
    numbered = enumerate(without_notes(network).persons, 1)
    persons = tuple(replace(person, label=pattern.format(n=number)) for number, person in numbered)
    return replace(network, persons=persons)


def measures_of(network: Network, areas: Collection[str]) -> Measures:
    """Return the figures of a circle; ``areas`` are all areas somebody could help with."""
    people = network.current
    size = len(people)
    links = [sum(area in areas for area in person.areas) for person in people]
    varieties = _varieties(people)
    return Measures(
        size=size,
        density=_density(size, len(network.current_ties)) if network.ties_done else None,
        mean_strength=_mean([person.strength for person in people]),
        varieties=varieties,
        range=_mean(list(varieties.values())),
        breadth=Fraction(sum(bool(network.helping(area)) for area in areas), len(areas)) if areas else Fraction(0),
        top_share=Fraction(max(links), sum(links)) if any(links) else None,
    )


def leaned_on(network: Network) -> Person | None:
    """Return who helps with the most areas: the first of them, if several do."""
    return max(network.current, key=lambda person: len(person.areas), default=None)


def shown(value: Fraction | None) -> Decimal | None:
    """Return a measure as people see it; every threshold looks at this figure, so that no page contradicts itself."""
    return None if value is None else half_up(value, DECIMALS)


def density_word(measures: Measures) -> str:
    """Return ``most``, ``some`` or ``few`` (of the people know each other); empty where nobody can say."""
    figure = shown(measures.density)
    if figure is None:
        return ""
    return "most" if figure >= DENSE else "some" if figure >= LOOSE else "few"


def strength_word(measures: Measures) -> str:
    """Return ``strong`` or ``light``; empty where nobody can say."""
    return _word(measures.mean_strength, "strong", "light")


def range_word(measures: Measures) -> str:
    """Return ``varied`` or ``similar``; empty where nobody can say."""
    return _word(measures.range, "varied", "similar")


def shape_of(measures: Measures) -> str:
    """Return the circle's shape: one of ``SHAPES``."""
    if measures.size < SHAPED_FROM or measures.range is None:
        return "starting"
    wide, strong = range_word(measures) == "varied", strength_word(measures) == "strong"
    if wide:
        return "wide_strong" if strong else "wide_light"
    return "close_knit" if strong else "starting"


def same_labels(persons: Iterable[Person]) -> tuple[str, ...]:
    """Return the labels that more than one person has, whatever their capitals, each once."""
    counts = Counter(person.label.casefold() for person in persons)
    labels = {person.label.casefold(): person.label for person in persons}
    return tuple(label for folded, label in labels.items() if counts[folded] > 1)


def introduced_in_a_circle(introductions: Mapping[str, str]) -> tuple[str, ...]:
    """Return who, by these introductions, came to be known through somebody they introduced themselves."""
    return tuple(person for person in introductions if _leads_back(person, introductions))


def _person(entry: Mapping[str, Any]) -> Person:
    texts = {name: str(entry.get(name) or "") for name in Person.__dataclass_fields__ if name != "areas"}
    return Person(**texts | {"status": texts["status"] or CURRENT}, areas=tuple(entry.get("areas", ())))


def _density(size: int, ties: int) -> Fraction | None:
    return Fraction(2 * ties, size * (size - 1)) if size > 1 else None


def _varieties(people: Sequence[Person]) -> dict[str, Fraction]:
    found = {name: _variety([getattr(person, name) for person in people], kinds) for name, kinds in ATTRIBUTES.items()}
    return {name: variety for name, variety in found.items() if variety is not None}


def _variety(given: Sequence[str], kinds: Sequence[str]) -> Fraction | None:
    """Return Blau's index over its maximum: 0 all alike, 1 as different as so few people can be."""
    known = [each for each in given if each]
    if len(known) < 2:
        return None
    alike = sum((Fraction(count, len(known)) ** 2 for count in Counter(known).values()), Fraction(0))
    return (1 - alike) / (1 - Fraction(1, min(len(kinds), len(known))))


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def _word(value: Fraction | None, high: str, low: str) -> str:
    figure = shown(value)
    return "" if figure is None else high if figure >= HALF else low


def _leads_back(person: str, introductions: Mapping[str, str]) -> bool:
    at, seen = introductions[person], set[str]()
    while at in introductions and at not in seen:
        if at == person:
            return True
        seen.add(at)
        at = introductions[at]
    return at == person
