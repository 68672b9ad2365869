"""The map as a drawing: where people stand, what they look like, and that nothing hides anything."""

from fractions import Fraction
from itertools import combinations
from math import hypot
from typing import Any

import pytest

from lti_tool.mentoring.drawing import CENTRE, RADIUS, Drawing, Figure, SectorOf, draw, offset, point
from lti_tool.mentoring.network import Network, network_of, unnamed

CAREER = ("direction", "skills", "scholarship", "visibility", "feedback")
AREAS = ("direction", "skills", "scholarship", "visibility", "balance", "support", "belonging", "feedback")


def drawn(*people: str, ties: list[list[str]] | None = None, open_areas: tuple[str, ...] = ()) -> Drawing:
    """Return the drawing of people given as "areas closeness status"."""
    value: dict[str, Any] = {"people": [], "ties": ties or []}
    for number, about in enumerate(people, 1):
        areas, closeness, *status = about.split()
        value["people"].append(
            {
                "id": f"p{number}",
                "label": f"Person number {number}",
                "areas": areas.split("+"),
                "closeness": closeness,
                "status": (status or ["current"])[0],
            }
        )
    return draw(network_of(value), sectors(open_areas))


def sectors(open_areas: tuple[str, ...] = ()) -> list[SectorOf]:
    """Return the eight areas as the drawing knows them."""
    families = {area: "career" if area in CAREER else "psychosocial" for area in AREAS}
    return [SectorOf(id=area, label=area, family=families[area], is_open=area in open_areas) for area in AREAS]


def distance(one: Figure, two: Figure) -> float:
    """Return how far apart two figures stand."""
    return hypot(one.x - two.x, one.y - two.y)


@pytest.mark.parametrize(
    ("together", "offsets"), [(1, ["0"]), (2, ["-6", "6"]), (3, ["-9", "0", "9"]), (5, ["-12", "-6", "0", "6", "12"])]
)
def test_people_in_one_place_share_36_degrees_in_the_order_of_entry(together: int, offsets: list[str]):
    assert [offset(place, together) for place in range(together)] == [Fraction(each) for each in offsets]


@pytest.mark.parametrize(("closeness", "part"), [("close", 0.35), ("moderate", 0.62), ("distant", 0.88)])
def test_one_person_stands_on_their_ring_in_the_middle_of_the_sector(closeness: str, part: float):
    above, right = drawn(f"direction {closeness}", f"scholarship {closeness}").figures

    assert (above.x, above.y) == (CENTRE[0], round(CENTRE[1] - part * RADIUS, 1))
    assert (right.x, right.y) == (round(CENTRE[0] + part * RADIUS, 1), CENTRE[1])


def test_sectors_run_clockwise_from_twelve():
    assert point(0, 100) == (CENTRE[0], CENTRE[1] - 100)
    assert point(90, 100) == (CENTRE[0] + 100, CENTRE[1])
    assert [sector.area for sector in drawn().sectors] == list(AREAS)


@pytest.mark.parametrize(
    ("areas", "shape"),
    [("skills", "circle"), ("skills+feedback", "circle"), ("support", "square"), ("support+skills", "triangle")],
)
def test_the_shape_is_the_family_of_what_somebody_helps_with(areas: str, shape: str):
    (figure,) = drawn(f"{areas} close").figures

    assert figure.shape == shape


def test_a_candidate_is_dashed_and_numbered_like_everybody():
    figures = drawn("skills close", "support distant candidate").figures

    assert [(figure.number, figure.dashed) for figure in figures] == [(1, False), (2, True)]


def test_further_areas_are_marks_on_the_rim():
    ticks = drawn("skills+support+balance close", "direction+support close").ticks

    assert sorted((tick.area, tick.number) for tick in ticks) == [("balance", 1), ("support", 1), ("support", 2)]


def test_ties_join_those_who_know_each_other():
    drawing = drawn("skills close", "support distant", "feedback close candidate", ties=[["p2", "p1"], ["p1", "p3"]])

    assert [(tie.one.number, tie.two.number) for tie in drawing.ties] == [(1, 2)]


def test_a_tie_across_the_middle_goes_around_the_learner():
    (tie,) = drawn("direction close", "balance close", ties=[["p1", "p2"]]).ties

    assert hypot(tie.bend[0] - CENTRE[0], tie.bend[1] - CENTRE[1]) > 70


def test_who_has_no_area_or_no_closeness_is_named_as_not_on_the_picture():
    value = {
        "people": [
            {"id": "p1", "label": "A", "areas": [], "closeness": "close"},
            {"id": "p2", "label": "B", "areas": ["skills"]},
            {"id": "p3", "label": "C", "areas": ["skills"], "closeness": "close"},
        ]
    }

    drawing = draw(network_of(value), sectors())

    assert [figure.number for figure in drawing.figures] == [3]
    assert [person.label for person in drawing.unplaced] == ["A", "B"]


@pytest.mark.parametrize("together", range(2, 8))
@pytest.mark.parametrize("closeness", ["close", "moderate", "distant"])
def test_several_in_one_place_do_not_hide_each_other(together: int, closeness: str):
    figures = drawn(*[f"skills {closeness}"] * together).figures

    assert all(distance(one, two) >= one.size + two.size for one, two in combinations(figures, 2))


def test_25_people_are_all_drawn_and_a_name_is_left_out_rather_than_laid_over_something():
    places = [f"{AREAS[number % 8]} {('close', 'moderate', 'distant')[number % 3]}" for number in range(25)]

    figures = drawn(*places).figures

    assert len(figures) == 25
    names = [figure.name for figure in figures if figure.name]
    assert len({(name.x, name.y) for name in names}) == len(names)


def test_an_open_sector_has_its_words_beside_everybody_who_stands_there():
    drawing = drawn("visibility distant candidate", "visibility moderate candidate", open_areas=("visibility",))

    (sector,) = (sector for sector in drawing.sectors if sector.is_open)
    assert all(hypot(figure.x - sector.words[0], figure.y - sector.words[1]) > 16 for figure in drawing.figures)


def test_the_same_map_is_drawn_the_same():
    assert drawn("skills close", "support distant") == drawn("skills close", "support distant")


def test_others_see_numbers_for_names_and_no_notes():
    value = {"people": [{"id": "p1", "label": "Dr Okafor", "note": "secret"}, {"id": "p2", "label": "Ana"}]}

    shared = unnamed(network_of(value), "Person {n}")

    assert [person.label for person in shared.persons] == ["Person 1", "Person 2"]
    assert "secret" not in repr(shared)
    assert "Okafor" not in repr(shared)


def test_an_empty_map_is_a_picture_too():
    drawing = draw(Network(), sectors(("skills",)))

    assert (drawing.figures, drawing.ties, len(drawing.sectors), len(drawing.rings)) == ((), (), 8, 3)
