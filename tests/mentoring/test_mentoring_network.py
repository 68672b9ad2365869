"""The map's figures: the worked examples of the specification, and what holds for every map."""

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.mentoring.gaps import AreaView, gap_index, gaps_of, views_of, who_can_introduce
from lti_tool.mentoring.guidance import RULES, Note, Standing, notes_for
from lti_tool.mentoring.network import (
    ATTRIBUTES,
    CLOSENESS,
    FREQUENCY,
    Measures,
    Network,
    density_word,
    introduced_in_a_circle,
    leaned_on,
    measures_of,
    network_of,
    range_word,
    same_labels,
    shape_of,
    shown,
    strength_word,
)

AREAS = ("direction", "skills", "scholarship", "visibility", "balance", "support", "belonging", "feedback")
PERSONAL = frozenset({"balance", "support", "belonging"})


@dataclass(frozen=True)
class Scored:
    """What the map knows of a need."""

    need: Fraction | None
    band: str | None


NEEDS = {
    "direction": Scored(Fraction(185, 4), "clear"),
    "skills": Scored(Fraction(50, 4), "some"),
    "scholarship": Scored(Fraction(145, 4), "clear"),
    "visibility": Scored(Fraction(230, 4), "large"),
    "balance": Scored(Fraction(130, 4), "clear"),
    "support": Scored(Fraction(20, 4), "covered"),
    "belonging": Scored(Fraction(0), "covered"),
    "feedback": Scored(Fraction(125, 4), "clear"),
}


def person(name: str, areas: str, ties: str, *about: str, status: str = "current", **more: str) -> dict[str, Any]:
    """Return somebody as an answer holds them: ``ties`` is closeness and frequency."""
    closeness, _, frequency = ties.partition(" ")
    known = dict(zip(("setting", "discipline", "seniority", "assesses_me"), about, strict=False))
    return {
        "id": name,
        "label": name,
        "status": status,
        "areas": areas.split(),
        "closeness": closeness,
        "frequency": frequency,
        **known,
        **more,
    }


FIVE: dict[str, Any] = {
    "people": [
        person("p1", "direction feedback", "moderate quarterly", "team", "same", "leader", "yes"),
        person("p2", "support balance", "close weekly", "team", "same", "peer", "no"),
        person("p3", "scholarship direction", "distant yearly", "organisation", "related", "senior", "no"),
        person("p4", "support balance belonging", "close monthly", "outside", "different", "", "no"),
        person("p5", "skills feedback", "moderate weekly", "team", "same", "senior", "unsure"),
        person("c1", "visibility", "distant rarely", "organisation", "same", "senior", "unsure", status="candidate"),
    ],
    "ties": [["p1", "p5"], ["p2", "p5"], ["p1", "p3"]],
    "ties_done": True,
}
TWO: dict[str, Any] = {
    "people": [
        person("a", "support", "close weekly", "team", "same", "peer"),
        person("b", "direction skills feedback", "moderate", "outside", "same", "senior"),
    ]
}
NOBODY: dict[str, Any] = {}
PRIORITIES = ("visibility", "direction", "scholarship")

FIGURES = {
    "five people": (FIVE, "5 0.30 0.65 0.75 0.84 0.83 0.81 0.88 0.27 wide_strong 37.0"),
    "two people": (TWO, "2 - 0.75 1.00 0.00 1.00 0.67 0.50 0.75 starting 78.5"),
    "nobody": (NOBODY, "0 - - - - - - 0.00 - starting 100.0"),
}
STATUSES = {
    "five people": (FIVE, "untapped covered thin open untapped covered covered untapped"),
    "two people": (TWO, "thin covered open open open covered quiet thin"),
    "nobody": (NOBODY, "open quiet open open open quiet quiet open"),
}
COVERAGE = [
    ("direction", 2, "0.50", Fraction(1)),
    ("skills", 1, "0.75", Fraction(1, 2)),
    ("scholarship", 1, "0.13", Fraction(1, 2)),
    ("visibility", 0, None, Fraction(0)),
    ("balance", 2, "1.00", Fraction(1)),
    ("support", 2, "1.00", Fraction(1)),
    ("belonging", 1, "0.88", Fraction(1, 2)),
    ("feedback", 2, "0.75", Fraction(1)),
]
STRENGTHS = {"p1": "1/2", "p2": "1", "p3": "1/8", "p4": "7/8", "p5": "3/4"}


def figures(value: dict[str, Any]) -> str:
    """Return what is shown of a map, in the order of the specification's table; ``-`` stands for a blank."""
    network = network_of(value)
    measures = measures_of(network, AREAS)
    views = views_of(network, AREAS, NEEDS, ())
    shown_figures = [
        shown(measures.density),
        shown(measures.mean_strength),
        *(shown(measures.varieties.get(name)) for name in ATTRIBUTES),
        shown(measures.range),
        shown(measures.breadth),
        shown(measures.top_share),
        shape_of(measures),
        gap_index(views, NEEDS),
    ]
    return " ".join([str(measures.size), *("-" if figure is None else str(figure) for figure in shown_figures)])


def standing(value: dict[str, Any], priorities: tuple[str, ...] = (), needs: Any = NEEDS) -> Standing:
    """Return what the notes look at."""
    network = network_of(value)
    views = views_of(network, AREAS, needs, priorities)
    return Standing(
        network=network,
        measures=measures_of(network, AREAS),
        views=views,
        priorities=priorities,
        gap_index=gap_index(views, needs),
        personal=PERSONAL,
    )


def keys(value: dict[str, Any], priorities: tuple[str, ...] = (), needs: Any = NEEDS) -> list[str]:
    """Return the keys of the notes that hold."""
    return [note.key for note in notes_for(standing(value, priorities, needs))]


@pytest.mark.parametrize(("value", "expected"), FIGURES.values(), ids=FIGURES)
def test_the_worked_examples_come_out_to_the_shown_decimal(value: dict[str, Any], expected: str):
    assert figures(value) == expected


@pytest.mark.parametrize(("value", "expected"), STATUSES.values(), ids=STATUSES)
def test_every_area_of_the_worked_examples_stands_as_specified(value: dict[str, Any], expected: str):
    views = views_of(network_of(value), AREAS, NEEDS, ())

    assert [str(view.status) for view in views] == expected.split()


@pytest.mark.parametrize(("area", "count", "best", "cover"), COVERAGE, ids=[row[0] for row in COVERAGE])
def test_coverage_counts_people_and_the_nearest_tie(area: str, count: int, best: str | None, cover: Fraction):
    view = views_of(network_of(FIVE), [area], NEEDS, ())[0]

    assert (len(view.people), view.cover) == (count, cover)
    assert shown(view.best) == (None if best is None else Decimal(best))


def test_strength_is_exact_and_closeness_alone_says_it_without_a_frequency():
    strengths = {person.id: person.strength for person in network_of(FIVE).current}

    assert strengths == {name: Fraction(strength) for name, strength in STRENGTHS.items()}
    assert network_of(TWO).current[1].strength == Fraction(1, 2)


def test_a_candidate_marks_a_gap_as_planned_and_covers_nothing():
    gap = views_of(network_of(FIVE), ["visibility"], NEEDS, ())[0]

    assert [person.id for person in gap.planned] == ["c1"]
    assert (gap.status, gap.cover) == ("open", 0)


def test_gaps_come_by_the_learners_priorities_first():
    views = views_of(network_of(FIVE), AREAS, NEEDS, PRIORITIES)

    gaps = [view.area for view in gaps_of(views, PRIORITIES)]

    assert gaps == ["visibility", "direction", "scholarship", "balance", "feedback"]


@pytest.mark.parametrize(
    ("area", "confirmed", "expected"),
    [
        ("visibility", True, "open"),
        ("scholarship", True, "thin"),
        ("balance", True, "untapped"),
        ("visibility", False, "unknown"),
        ("balance", False, "unknown"),
    ],
)
def test_without_ratings_an_area_is_judged_only_where_the_learner_made_it_a_priority(
    area: str, confirmed: bool, expected: str
):
    views = views_of(network_of(FIVE), AREAS, {}, (area,) if confirmed else ())

    assert {view.area: str(view.status) for view in views}[area] == expected


def test_without_ratings_there_is_no_share_of_a_need_to_show():
    assert gap_index(views_of(network_of(FIVE), AREAS, {}, ()), {}) is None
    met = dict.fromkeys(AREAS, Scored(Fraction(0), "covered"))
    assert gap_index(views_of(network_of(FIVE), AREAS, met, ()), met) is None


def test_the_worked_example_gets_three_notes_and_no_more():
    notes = notes_for(standing(FIVE, PRIORITIES))

    assert [(note.key, note.areas, [person.id for person in note.people]) for note in notes] == [
        ("g03_open_priority", ("visibility",), []),
        ("g04_thin_priority", ("scholarship",), ["p3"]),
        ("g05_untapped_priority", ("direction",), ["p1", "p3"]),
    ]


def test_an_introduction_is_asked_of_whoever_works_where_the_candidate_does():
    assert getattr(who_can_introduce(network_of(FIVE), "visibility"), "id", None) == "p3"
    assert who_can_introduce(network_of(FIVE), "belonging") is None


def test_an_introduction_is_asked_first_of_whoever_made_one_before():
    value = {"people": [*FIVE["people"], person("p6", "skills", "close", introduced_by="p2")]}

    assert getattr(who_can_introduce(network_of(value), "visibility"), "id", None) == "p2"


TEAM = [person(f"t{number}", "skills", "close weekly", "team", "same", "senior") for number in range(4)]
ALL_KNOW_EACH_OTHER = [[f"t{one}", f"t{two}"] for one in range(4) for two in range(one)]
HOLDS: dict[str, tuple[dict[str, Any], tuple[str, ...], Any]] = {
    "g01_empty": (NOBODY, (), NEEDS),
    "g02_one": ({"people": TEAM[:1]}, (), NEEDS),
    "g03_open_priority": (NOBODY, ("direction",), {}),
    "g04_thin_priority": (TWO, ("direction",), {}),
    "g05_untapped_priority": (FIVE, ("direction",), {}),
    "g06_assessor_confidant": ({"people": [person("x", "support", "close", assesses_me="yes")]}, (), NEEDS),
    "g07_lean": (TWO, (), NEEDS),
    "g08_no_personal": ({"people": TEAM}, (), NEEDS),
    "g09_same_place": ({"people": TEAM[:3]}, (), NEEDS),
    "g10_closed": ({"people": TEAM, "ties": ALL_KNOW_EACH_OTHER, "ties_done": True}, (), NEEDS),
    "g11_no_peer": ({"people": TEAM[:3]}, (), NEEDS),
    "g12_dormant": ({"people": [person("x", "skills", "close yearly")]}, (), NEEDS),
    "g13_connector": (
        {"people": [*TEAM[:1], *(person(name, "skills", "close", introduced_by="t0") for name in "xy")]},
        (),
        NEEDS,
    ),
    "g14_fine": (
        {"people": [person("x", " ".join(AREAS), "close", "team"), person("y", " ".join(AREAS), "close", "field")]},
        (),
        NEEDS,
    ),
}
DOES_NOT_HOLD: dict[str, tuple[dict[str, Any], tuple[str, ...], Any]] = {
    "g01_empty": ({"people": TEAM[:1]}, (), NEEDS),
    "g02_one": (TWO, (), NEEDS),
    "g03_open_priority": (NOBODY, ("skills",), NEEDS),  # a small gap is not judged open
    "g04_thin_priority": (FIVE, ("direction",), NEEDS),
    "g05_untapped_priority": (FIVE, ("scholarship",), NEEDS),
    "g06_assessor_confidant": (FIVE, (), NEEDS),
    "g07_lean": ({"people": [*TEAM[:2]]}, (), NEEDS),  # one half exactly
    "g08_no_personal": (NOBODY, (), NEEDS),
    "g09_same_place": ({"people": TEAM[:2]}, (), NEEDS),
    "g10_closed": ({"people": TEAM, "ties": ALL_KNOW_EACH_OTHER}, (), NEEDS),  # the step was not saved
    "g11_no_peer": ({"people": TEAM[:2]}, (), NEEDS),
    "g12_dormant": ({"people": [person("x", "skills", "distant rarely")]}, (), NEEDS),
    "g13_connector": ({"people": [*TEAM[:1], person("x", "skills", "close", introduced_by="t0")]}, (), NEEDS),
    "g14_fine": (FIVE, (), NEEDS),
}


@pytest.mark.parametrize("key", RULES)
def test_a_note_is_given_when_its_condition_holds_and_only_then(key: str):
    assert key in keys(*HOLDS[key])
    assert key not in keys(*DOES_NOT_HOLD[key])


def test_notes_come_in_the_order_of_their_keys():
    given_keys = keys({"people": TEAM, "ties": ALL_KNOW_EACH_OTHER, "ties_done": True}, ("direction", "skills"))

    assert given_keys == sorted(given_keys)
    assert given_keys == ["g03_open_priority", "g08_no_personal", "g09_same_place", "g10_closed", "g11_no_peer"]


@pytest.mark.parametrize(
    ("ties", "people", "word"),
    [(0, 5, "few"), (3, 5, "some"), (2, 4, "some"), (7, 5, "most"), (10, 5, "most"), (2, 5, "few")],
)
def test_how_many_know_each_other_is_said_by_the_shown_figure(ties: int, people: int, word: str):
    names = [f"t{number}" for number in range(people)]
    pairs = [[one, two] for one in names for two in names if one < two][:ties]
    value = {"people": [person(name, "skills", "close") for name in names], "ties": pairs, "ties_done": True}

    assert density_word(measures_of(network_of(value), AREAS)) == word


@pytest.mark.parametrize(
    ("closeness", "settings", "shape"),
    [
        ("close", "team field outside", "wide_strong"),
        ("distant", "team field outside", "wide_light"),
        ("close", "team team team", "close_knit"),
        ("distant", "team team team", "starting"),
        ("close", "team field", "starting"),
        ("close", "- - -", "starting"),
    ],
)
def test_the_shape_follows_strength_and_variety(closeness: str, settings: str, shape: str):
    people = [
        person(f"p{number}", "skills", closeness, setting.strip("-")) for number, setting in enumerate(settings.split())
    ]

    measures = measures_of(network_of({"people": people}), AREAS)

    assert shape_of(measures) == shape


def test_the_words_follow_the_figures():
    measures = measures_of(network_of(FIVE), AREAS)
    empty = measures_of(Network(), AREAS)

    assert (density_word(measures), strength_word(measures), range_word(measures)) == ("some", "strong", "varied")
    assert (density_word(empty), strength_word(empty), range_word(empty)) == ("", "", "")


def test_somebody_half_described_is_named_and_does_not_count():
    value = {
        "people": [
            person("no area", "", "close"),
            person("not said how close", "skills", ""),
            person("known", "skills", "close"),
            {"id": "blank", "label": ""},
        ]
    }

    network = network_of(value)

    assert [each.label for each in network.persons] == ["no area", "not said how close", "known"]
    assert [each.label for each in network.current] == ["known"]


def test_ties_to_candidates_and_to_people_who_are_gone_do_not_count():
    value = FIVE | {"ties": [["p1", "c1"], ["p1", "gone"], ["p1", "p1"], ["p2", "p1"], ["p1", "p2"]]}

    assert network_of(value).current_ties == {frozenset({"p1", "p2"})}


def test_two_labels_alike_are_noticed_whatever_their_capitals():
    people = [person("x", "skills", "close"), person("y", "skills", "close") | {"label": "X"}]

    assert same_labels(network_of({"people": people}).persons) == ("X",)
    assert same_labels(network_of(FIVE).persons) == ()


@pytest.mark.parametrize(
    ("introductions", "found"),
    [
        ({"a": "b", "b": "c"}, ()),
        ({"a": "self", "b": "a"}, ()),
        ({"a": "a"}, ("a",)),
        ({"a": "b", "b": "a", "c": "a"}, ("a", "b")),
    ],
)
def test_nobody_is_introduced_by_themselves_not_even_by_way_of_others(
    introductions: dict[str, str], found: tuple[str, ...]
):
    assert introduced_in_a_circle(introductions) == found


# A busy machine must not decide a test.
PATIENTLY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ATTRIBUTE_SETS = list(product(*(["", *kinds] for kinds in ATTRIBUTES.values())))
AREA_SETS = [areas for count in (1, 2, 3) for areas in combinations(AREAS, count)]
TIES = list(product(CLOSENESS, ["", *FREQUENCY]))


def _people(status: str = "current") -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.tuples(st.sampled_from(AREA_SETS), st.sampled_from(TIES), st.sampled_from(ATTRIBUTE_SETS))
    return st.lists(one, max_size=6).map(
        lambda rows: [
            person(f"{status}{number}", " ".join(areas), " ".join(tie), *about, status=status)
            for number, (areas, tie, about) in enumerate(rows)
        ]
    )


@st.composite
def maps(draw: st.DrawFn) -> dict[str, Any]:
    """Any map of people who help."""
    people = draw(_people())
    pairs = list(combinations([each["id"] for each in people], 2))
    chosen = draw(st.integers(0, 2 ** len(pairs) - 1))
    ties = [list(pair) for place, pair in enumerate(pairs) if chosen >> place & 1]
    return {"people": people, "ties": ties, "ties_done": draw(st.booleans())}


NEEDED = st.lists(st.integers(0, 400), min_size=len(AREAS), max_size=len(AREAS)).map(
    lambda quarters: {
        area: Scored(Fraction(quarter, 4), "clear" if quarter >= 120 else "covered")
        for area, quarter in zip(AREAS, quarters, strict=True)
    }
)


@PATIENTLY
@given(maps())
def test_measures_stay_between_0_and_1(value: dict[str, Any]):
    measures = measures_of(network_of(value), AREAS)

    every = [measures.density, measures.mean_strength, *measures.varieties.values(), measures.range]
    assert all(0 <= figure <= 1 for figure in [*every, measures.breadth, measures.top_share] if figure is not None)


@PATIENTLY
@given(maps(), st.randoms(use_true_random=False))
def test_measures_do_not_depend_on_the_order_of_entry(value: dict[str, Any], chance: random.Random):
    mixed = value | {"people": chance.sample(value["people"], len(value["people"]))}

    assert measures_of(network_of(mixed), AREAS) == measures_of(network_of(value), AREAS)


@PATIENTLY
@given(maps(), _people("candidate"), NEEDED)
def test_candidates_change_no_figure_and_no_status(
    value: dict[str, Any], candidates: list[dict[str, Any]], needs: dict[str, Scored]
):
    def all_of(value: dict[str, Any]) -> tuple[Measures, list[str], Decimal | None, list[Note]]:
        views: tuple[AreaView, ...] = views_of(network_of(value), AREAS, needs, PRIORITIES)
        return (
            measures_of(network_of(value), AREAS),
            [view.status for view in views],
            gap_index(views, needs),
            list(notes_for(standing(value, PRIORITIES, needs))),
        )

    assert all_of(value | {"people": [*value["people"], *candidates]}) == all_of(value)


@PATIENTLY
@given(maps(), NEEDED)
def test_the_gap_index_is_100_for_an_empty_map_and_never_outside_its_bounds(
    value: dict[str, Any], needs: dict[str, Scored]
):
    empty = gap_index(views_of(Network(), AREAS, needs, ()), needs)
    some = gap_index(views_of(network_of(value), AREAS, needs, ()), needs)

    unmet = any(scored.need for scored in needs.values())
    assert empty == (Decimal("100.0") if unmet else None)
    assert some is None if not unmet else some is not None and 0 <= some <= 100


def test_whoever_helps_with_most_is_named():
    assert getattr(leaned_on(network_of(FIVE)), "id", None) == "p4"
    assert leaned_on(Network()) is None
