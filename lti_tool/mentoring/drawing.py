"""The map as a drawing: where everybody stands, in figures that a template turns into lines and words.

The learner is in the middle; three rings say how close somebody is, a sector for each area says what they mainly help
with, clockwise from twelve o'clock. Where several stand in one place, they step off the ring to both sides, so that no
figure hides another; a name that would cover something is left to the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import Final

from lti_tool.mentoring.network import CANDIDATE, Network, Person

CENTRE: Final = (470.0, 390.0)
RADIUS: Final = 300
RINGS: Final[Mapping[str, Fraction]] = {
    "close": Fraction(35, 100),
    "moderate": Fraction(62, 100),
    "distant": Fraction(88, 100),
}
SPREAD: Final = Fraction(4, 5)
"""The part of a sector in which people stand; the rest keeps neighbouring sectors apart."""

_SIZE, _SMALL_SIZE = 17.0, 9.0
_YOU = 32.0
_TICK = 9.0
_LETTER, _LINE = 9.6, 22.0
_LONGEST_NAME = 16
_LANES: Final = ((0.0,), (-18.0, 18.0), (-26.0, 0.0, 26.0))
_WORDS_AT: Final = (0.74, 0.5, 0.62, 0.86, 0.38)
"""Where in an open sector its words may stand, by the part of the radius; the first free place is taken."""
_LABEL_LINE = 23
_BEND = 0.18
"""By how much a tie swings outwards: away from the learner."""
_CLEAR_OF_YOU = 70.0
"""A tie whose middle is nearer to the learner goes around them."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle that something takes up."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share any place."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, kw_only=True)
class Name:
    """Where a name or a word stands beside its figure; ``anchor`` as SVG has it."""

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Somebody on the picture; ``number`` is that of their line in the table."""

    person: Person
    number: int
    area: str
    x: float
    y: float
    size: float
    shape: str
    """``circle`` career, ``square`` psychosocial, ``triangle`` both."""
    dashed: bool
    name: Name | None
    """None where it would cover something."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark on the rim: this person helps with this area too."""

    number: int
    area: str
    inner: tuple[float, float]
    outer: tuple[float, float]
    text: tuple[float, float]
    dashed: bool


@dataclass(frozen=True, kw_only=True)
class Sector:
    """An area's slice of the circle: its borders, and where its label and its words stand."""

    area: str
    start: tuple[float, float]
    end: tuple[float, float]
    lines: tuple[Name, ...]
    is_open: bool
    words: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A line between two who know each other, ``bend`` the point it is drawn towards: it swings around the middle."""

    one: Figure
    two: Figure
    bend: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A ring, the edge of the zone around it, and where its word stands."""

    closeness: str
    radius: float
    edge: float
    word: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The whole picture. ``unplaced`` are people who cannot be drawn yet: no area, or not said how close."""

    figures: tuple[Figure, ...]
    ties: tuple[Tie, ...]
    ticks: tuple[Tick, ...]
    sectors: tuple[Sector, ...]
    rings: tuple[Ring, ...]
    """From the outermost to the innermost, so that the nearer covers the farther."""
    unplaced: tuple[Person, ...]


@dataclass(frozen=True, kw_only=True)
class SectorOf:
    """What the drawing must know of an area: its label, its family, and whether nobody is there who is needed."""

    id: str
    label: str
    family: str
    is_open: bool = False


def draw(network: Network, areas: Sequence[SectorOf]) -> Drawing:
    """Return the drawing of a map; the same map is drawn the same everywhere."""
    order = {area.id: place for place, area in enumerate(areas)}
    numbered = [(number, person) for number, person in enumerate(network.persons, 1)]
    placed = [(number, person) for number, person in numbered if _has_a_place(person, order)]
    bare = [_figure(number, person, placed, areas, order) for number, person in placed]
    taken = [_around(CENTRE, _YOU), *(_around((figure.x, figure.y), figure.size) for figure in bare)]
    sectors = tuple(_sector(area, place, len(areas), taken) for place, area in enumerate(areas))
    taken += [_words_box(sector.words) for sector in sectors if sector.is_open]
    taken += [_box(line) for sector in sectors for line in sector.lines]
    ticks = tuple(_ticks(placed, order))
    taken += [_around(tick.text, _TICK) for tick in ticks]
    figures = tuple(_named(bare, taken))
    by_id = {figure.person.id: figure for figure in figures}
    return Drawing(
        figures=figures,
        ties=tuple(
            Tie(one=by_id[one], two=by_id[two], bend=_bend(by_id[one], by_id[two]))
            for one, two in sorted(sorted(tie) for tie in network.current_ties)
            if one in by_id and two in by_id
        ),
        ticks=ticks,
        sectors=sectors,
        rings=tuple(_rings(Fraction(180, len(areas)))),
        unplaced=tuple(person for _, person in numbered if not _has_a_place(person, order)),
    )


def offset(place: int, together: int, sector: Fraction = Fraction(45)) -> Fraction:
    """Return by how many degrees one of several people in a sector and ring stands beside the sector's middle."""
    return (Fraction(place + 1, together + 1) - Fraction(1, 2)) * sector * SPREAD


def point(degrees: Fraction | float, radius: float) -> tuple[float, float]:
    """Return the point at an angle, clockwise from twelve o'clock, and a distance from the centre."""
    turn = float(degrees) * pi / 180
    return round(CENTRE[0] + radius * sin(turn), 1), round(CENTRE[1] - radius * cos(turn), 1)


def _rings(border: Fraction) -> list[Ring]:
    """Return the rings, their words on the border of the first sector, where nobody stands."""
    radii = [float(ring * RADIUS) for ring in RINGS.values()]
    edges = [*((one + two) / 2 for one, two in pairwise(radii)), float(RADIUS)]
    rings = zip(RINGS, radii, edges, strict=True)
    return [Ring(closeness=name, radius=radius, edge=edge, word=point(border, radius)) for name, radius, edge in rings][
        ::-1
    ]


def _bend(one: Figure, two: Figure) -> tuple[float, float]:
    across, down = (one.x + two.x) / 2 - CENTRE[0], (one.y + two.y) / 2 - CENTRE[1]
    if hypot(across, down) < _CLEAR_OF_YOU:
        length = hypot(two.x - one.x, two.y - one.y) or 1.0
        side = 1 if across * (two.y - one.y) - down * (two.x - one.x) >= 0 else -1
        reach = 2 * _CLEAR_OF_YOU * side / length
        return _from_centre(across + (two.y - one.y) * reach, down - (two.x - one.x) * reach)
    return _from_centre(across * (1 + _BEND), down * (1 + _BEND))


def _from_centre(across: float, down: float) -> tuple[float, float]:
    return round(CENTRE[0] + across, 1), round(CENTRE[1] + down, 1)


def _has_a_place(person: Person, order: Mapping[str, int]) -> bool:
    return person.closeness in RINGS and any(area in order for area in person.areas)


def _main_area(person: Person, order: Mapping[str, int]) -> str:
    return next(area for area in person.areas if area in order)


def _figure(
    number: int,
    person: Person,
    placed: Sequence[tuple[int, Person]],
    areas: Sequence[SectorOf],
    order: Mapping[str, int],
) -> Figure:
    area = _main_area(person, order)
    beside = [
        other.id for _, other in placed if _main_area(other, order) == area and other.closeness == person.closeness
    ]
    place, sector = beside.index(person.id), Fraction(360, len(areas))
    ring = float(RINGS[person.closeness] * RADIUS)
    lanes, size = _lanes(len(beside), ring, sector)
    x, y = point(order[area] * sector + offset(place, len(beside), sector), ring + lanes[place % len(lanes)])
    families = {areas[order[each]].family for each in person.areas if each in order}
    shape = "triangle" if len(families) > 1 else "circle" if families == {"career"} else "square"
    return Figure(
        person=person,
        number=number,
        area=area,
        x=x,
        y=y,
        size=size,
        shape=shape,
        dashed=person.status == CANDIDATE,
        name=None,
    )


def _lanes(together: int, ring: float, sector: Fraction) -> tuple[tuple[float, ...], float]:
    """Return on how many lanes people stand where they are many, and how large they are drawn."""
    step = float(sector * SPREAD) / (together + 1) * pi / 180 * ring
    for lanes in _LANES:
        across = lanes[1] - lanes[0] if len(lanes) > 1 else 0.0
        if together == 1 or (hypot(step, across) >= 2 * _SIZE and step * len(lanes) >= 2 * _SIZE):
            return lanes, _SIZE
    return _LANES[-1], _SMALL_SIZE


def _named(figures: Sequence[Figure], taken: list[Box]) -> list[Figure]:
    """Give each figure its name at the first side where it covers nothing."""
    named = []
    for figure in figures:
        name = next((name for name in _sides(figure) if not any(_box(name).overlaps(box) for box in taken)), None)
        if name is not None:
            taken.append(_box(name))
        named.append(Figure(**{key: getattr(figure, key) for key in Figure.__dataclass_fields__} | {"name": name}))
    return named


def _sides(figure: Figure) -> list[Name]:
    label = figure.person.label
    text = label if len(label) <= _LONGEST_NAME else label[: _LONGEST_NAME - 1].rstrip() + "…"
    away = figure.size + 6
    below = Name(x=figure.x, y=round(figure.y + away + 13, 1), anchor="middle", text=text)
    above = Name(x=figure.x, y=round(figure.y - away, 1), anchor="middle", text=text)
    right = Name(x=round(figure.x + away, 1), y=round(figure.y + 5, 1), anchor="start", text=text)
    left = Name(x=round(figure.x - away, 1), y=round(figure.y + 5, 1), anchor="end", text=text)
    return [below, above, right, left] if figure.x >= CENTRE[0] else [below, above, left, right]


def _box(name: Name) -> Box:
    width = len(name.text) * _LETTER
    left = name.x - {"start": 0.0, "middle": width / 2, "end": width}[name.anchor]
    return Box(left=left, top=name.y - _LINE + 4, right=left + width, bottom=name.y + 4)


def _around(at: tuple[float, float], size: float) -> Box:
    return Box(left=at[0] - size, top=at[1] - size, right=at[0] + size, bottom=at[1] + size)


def _words_box(at: tuple[float, float]) -> Box:
    return Box(left=at[0] - 56, top=at[1] - 16, right=at[0] + 56, bottom=at[1] + 16)


def _ticks(placed: Sequence[tuple[int, Person]], order: Mapping[str, int]) -> list[Tick]:
    """Return the marks on the rim, area by area; several in one sector share it as people do."""
    further = [
        (area, number, person)
        for area in order
        for number, person in placed
        if area in person.areas and area != _main_area(person, order)
    ]
    sector = Fraction(360, len(order))
    ticks = []
    for area, number, person in further:
        together = [each for each, _, _ in further].count(area)
        place = [other for each, other, _ in further if each == area].index(number)
        angle = order[area] * sector + offset(place, together, sector)
        ticks.append(
            Tick(
                number=number,
                area=area,
                inner=point(angle, RADIUS - 7),
                outer=point(angle, RADIUS + 7),
                text=point(angle, RADIUS + 19),
                dashed=person.status == CANDIDATE,
            )
        )
    return ticks


def _sector(area: SectorOf, place: int, count: int, taken: Sequence[Box]) -> Sector:
    wide = Fraction(360, count)
    middle = place * wide
    spots = [point(middle, RADIUS * part) for part in _WORDS_AT]
    free = (spot for spot in spots if not any(_words_box(spot).overlaps(box) for box in taken))
    return Sector(
        area=area.id,
        start=point(middle - wide / 2, RADIUS),
        end=point(middle + wide / 2, RADIUS),
        lines=_label(area.label, float(middle)),
        is_open=area.is_open,
        words=next(free, spots[0]),
    )


def _label(label: str, degrees: float) -> tuple[Name, ...]:
    """Return a label outside the rim, in lines of a few words, on the side where its sector is."""
    lines = _wrapped(label)
    x, y = point(degrees, RADIUS + 32)
    side, height = sin(degrees * pi / 180), cos(degrees * pi / 180)
    anchor = "middle" if abs(side) < 0.3 else "start" if side > 0 else "end"
    # Above the circle the last line stands nearest to it, below the first one does, at the sides the middle.
    first = y - (len(lines) - 1) * _LABEL_LINE * (height + 1) / 2 + 6 - 6 * height
    return tuple(
        Name(x=x, y=round(first + place * _LABEL_LINE, 1), anchor=anchor, text=line) for place, line in enumerate(lines)
    )


def _wrapped(label: str, most: int = 13) -> list[str]:
    """Return a label in as few lines as will do, of about the same length."""
    lines = _broken(label, most)
    narrower = [_broken(label, width) for width in range(most - 1, 3, -1)]
    return [lines, *(found for found in narrower if len(found) == len(lines))][-1]


def _broken(label: str, most: int) -> list[str]:
    lines = [""]
    for word in label.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > most:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
