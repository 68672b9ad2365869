"""What a map says back: the drawing, the figures in words, the shape, the notes, and how every area stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from lti_tool.activities.base import Area, Work
from lti_tool.activities.network_content import MapContent, Question
from lti_tool.language import number
from lti_tool.mentoring.drawing import Drawing, SectorOf, draw
from lti_tool.mentoring.gaps import AreaView, Status, gap_index, views_of, who_can_introduce
from lti_tool.mentoring.guidance import SHOWN_AT_FIRST, Note, Standing, notes_for
from lti_tool.mentoring.needs import priorities_of, profile_of
from lti_tool.mentoring.network import (
    Measures,
    Network,
    Person,
    density_word,
    measures_of,
    range_word,
    same_labels,
    shape_of,
    shown,
    strength_word,
)
from lti_tool.mentoring.phrases import fill

READS = ("needs_assessment", "priorities")
LARGE = 15


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measure as a line of the page: its name, the figure if there is one, and what it means."""

    label: str
    figure: str
    words: str


@dataclass(frozen=True, kw_only=True)
class MapPicture:
    """What ``templates/components/map.html`` draws: the drawing, the words in it, and the words for the rings."""

    drawing: Drawing
    words: Mapping[str, str]
    rings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AreaLine:
    """An area as a line of the page: who helps, how it stands, and whom or what to try where nobody does."""

    area: Area
    view: AreaView
    short: str
    sentence: str
    helpers: str
    planned: str
    who_could: str
    route: str


@dataclass(frozen=True, kw_only=True)
class MapOutcome:
    """What the page has to say about a map. ``seen`` is False until the learner has finished it once."""

    network: Network
    picture: MapPicture
    title: str
    description: str
    measures: tuple[Figure, ...]
    shape: Question
    first_notes: tuple[Markup, ...]
    more_notes: tuple[Markup, ...]
    areas: tuple[AreaLine, ...]
    gap_index: Figure | None
    remarks: tuple[str, ...]
    """Things to look at that stop nobody."""
    knows_needs: bool
    seen: bool


def standing_of(content: MapContent, network: Network, work: Work) -> Standing:
    """Return everything that can be known of a map, with the needs and priorities there are."""
    profile = profile_of(work.of("needs_assessment"), content.area_ids)
    needs = profile.areas if profile else {}
    priorities = priorities_of(work.of("priorities"))
    views = views_of(network, content.area_ids, needs, priorities)
    return Standing(
        network=network,
        measures=measures_of(network, content.area_ids),
        views=views,
        priorities=priorities,
        gap_index=gap_index(views, needs),
        personal=frozenset(area.id for area in content.areas if area.family == "psychosocial"),
    )


def outcome_of(content: MapContent, network: Network, work: Work) -> MapOutcome:
    """Return what the page says about a map."""
    at = standing_of(content, network, work)
    notes = tuple(_note(content, network, note) for note in notes_for(at))
    return MapOutcome(
        network=network,
        picture=draw_map(content, at),
        title=content.words["picture_title"],
        description=description(content, at),
        measures=figures_of(content, at.measures),
        shape=content.shapes[shape_of(at.measures)],
        first_notes=notes[:SHOWN_AT_FIRST],
        more_notes=notes[SHOWN_AT_FIRST:],
        areas=tuple(area_line(content, network, view) for view in at.views),
        gap_index=_gap_index(content, at),
        remarks=_remarks(content, network),
        knows_needs=any(view.band for view in at.views) or bool(at.priorities),
        seen=network.seen,
    )


def draw_map(content: MapContent, at: Standing) -> MapPicture:
    """Return the picture of a map: the same on every page, in print and in a download."""
    open_areas = {view.area for view in at.views if view.status is Status.OPEN}
    sectors = [
        SectorOf(id=area.id, label=area.label, family=area.family, is_open=area.id in open_areas)
        for area in content.areas
    ]
    rings = {option.id: option.label for option in content.questions["closeness"].options}
    return MapPicture(drawing=draw(at.network, sectors), words=content.words, rings=rings)


def description(content: MapContent, at: Standing) -> str:
    """Return the picture in a sentence, for those who do not see it."""
    words, size = content.words, at.measures.size
    people = fill(words["people"], content.locale, n=size)
    bare = [view.area for view in at.views if view.status is Status.OPEN]
    return f"{people}; {words['nobody_for'].format(areas=content.area_labels(bare))}" if bare else people


def area_line(content: MapContent, network: Network, view: AreaView) -> AreaLine:
    """Return an area as a line of the page."""
    area = next(area for area in content.areas if area.id == view.area)
    words, people = content.words, [person.label for person in view.people]
    planned = words["planned"].format(labels=content.joined(person.label for person in view.planned))
    return AreaLine(
        area=area,
        view=view,
        short=words[f"short_{view.status}"],
        sentence=words[f"status_{view.status}"],
        helpers=words["who_helps"].format(labels=content.joined(people)) if people else "",
        planned=planned if view.planned else "",
        who_could=words["who_could"].format(who=content.joined(area.who_could_help)),
        route=route(content, network, [area.id]),
    )


def route(content: MapContent, network: Network, areas: Sequence[str]) -> str:
    """Return how to find somebody for areas: by an introduction, if somebody could make one."""
    person = next((found for area in areas if (found := who_can_introduce(network, area))), None)
    words = content.words
    return words["route_ask"].format(label=person.label) if person else words["route_trust"]


def _note(content: MapContent, network: Network, note: Note) -> Markup:
    labels = [person.label for person in note.people]
    return content.notes[note.key].format(
        areas=content.area_labels(note.areas),
        labels=content.joined(labels),
        label=labels[0] if labels else "",
        who_could_help=content.joined(_who_could_help(content, note.areas)),
        route=route(content, network, note.areas),
    )


def _who_could_help(content: MapContent, areas: Sequence[str]) -> list[str]:
    """Return who often helps, at most about three: all for one area, fewer of each where there are several."""
    each = max(1, 3 // max(1, len(areas)))
    return [who for area_id in areas if (area := content.area(area_id)) for who in area.who_could_help[:each]]


def figures_of(content: MapContent, measures: Measures) -> tuple[Figure, ...]:
    """Return the five measures in figures and words."""
    words, count = content.words, len(content.areas)
    covered = int(measures.breadth * count)
    return (
        Figure(label=words["size"], figure=number(measures.size), words=words["size_text"]),
        _figure(content, "density", measures.density, density_word(measures)),
        _figure(content, "strength", measures.mean_strength, strength_word(measures)),
        _figure(content, "range", measures.range, range_word(measures)),
        Figure(
            label=words["breadth"],
            figure=number(shown(measures.breadth)),
            words=words["breadth_text"].format(n=covered, all=count),
        ),
    )


def _figure(content: MapContent, name: str, exact: Fraction | None, word: str) -> Figure:
    figure = "" if exact is None else number(shown(exact))
    return Figure(label=content.words[name], figure=figure, words=content.words[f"{name}_{word or 'blank'}"])


def _gap_index(content: MapContent, at: Standing) -> Figure | None:
    if at.gap_index is None:
        return None
    words = content.words
    return Figure(label=words["gap_index"], figure=number(at.gap_index), words=words["gap_index_text"])


def _remarks(content: MapContent, network: Network) -> tuple[str, ...]:
    words, found = content.words, []
    if len(network.persons) >= LARGE:
        found.append(words["large"])
    found += [words["same_label"].format(labels=label) for label in same_labels(network.persons)]
    if unplaced := [person.label for person in network.persons if not _can_stand(person)]:
        found.append(words["unplaced"].format(labels=content.joined(unplaced)))
    return tuple(found)


def _can_stand(person: Person) -> bool:
    return bool(person.areas and person.closeness)
