"""The score: the worked examples of the grading policy, and what must hold for every workshop."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.mentoring.score import (
    GradedActivity,
    GradedModule,
    Profile,
    Progress,
    WeightsRefused,
    module_share,
    module_standing,
    with_weights,
    workshop_standing,
)

POINTS = {
    "m0": {"welcome": 2, "privacy": 2, "start": 2, "what": 4},
    "m1": {"read": 2, "needs": 8, "priorities": 4, "reflect": 3, "check": 3},
    "m2": {"read": 2, "map": 8, "gaps": 4, "fit": 5, "scenario": 4, "discuss": 2},
    "m3": {"read": 2, "cards": 5, "mentee": 5, "scen_b": 4, "scen_c": 4, "check": 5},
    "m4": {"smart": 4, "message": 4, "agenda": 3, "agreement": 3, "follow": 2, "eval": 4},
}
FUNDAMENTALS = tuple(
    GradedModule(
        id=module,
        weight=sum(activities.values()),
        activities=tuple(
            GradedActivity(id=f"{module}.{name}", points=points, is_reading=name in ("welcome", "read"))
            for name, points in activities.items()
        ),
    )
    for module, activities in POINTS.items()
)
ALL = {activity.id for module in FUNDAMENTALS for activity in module.activities}


def of(*modules: str) -> set[str]:
    """Return the ids of all activities of some modules."""
    return {name for name in ALL if name.split(".")[0] in modules}


G1_DONE = of("m0") | of("m1") - {"m1.reflect"} | {"m2.read", "m2.map"}
G3_WEIGHTS = {"m0": 0, "m1": 30, "m2": 30, "m3": 20, "m4": 20}

EXAMPLES = [
    # name, done, without, weights, score, complete
    ("G1", G1_DONE, set(), {}, "37.00", False),
    ("G2", G1_DONE, {"m2.discuss"}, {}, "37.87", False),
    ("G3", G1_DONE, set(), G3_WEIGHTS, "37.50", False),
    ("G4", G1_DONE, {"m1.reflect"}, {}, "40.00", False),
    ("G5", ALL - {"m4.eval"}, set(), {}, "96.00", False),
    ("G6", ALL - of("m3"), of("m3"), {}, "100.00", True),
    ("G7", of("m0") | {"m1.check"}, set(), {}, "13.00", False),
    ("nothing done", set(), set(), {}, "0.00", False),
    ("everything done", ALL, set(), {}, "100.00", True),
    ("all of what has a weight", ALL - of("m0"), set(), G3_WEIGHTS, "100.00", True),
]


@pytest.mark.parametrize(("name", "done", "without", "weights", "score", "complete"), EXAMPLES)
def test_the_worked_examples(
    name: str, done: set[str], without: set[str], weights: dict[str, int], score: str, complete: bool
):
    modules = with_weights(FUNDAMENTALS, weights)

    standing = workshop_standing(modules, done, without=without)

    assert (str(standing.given), standing.complete) == (score, complete)


def test_the_score_stays_exact_until_its_end():
    thirds = GradedModule(id="m", weight=1, activities=tuple(GradedActivity(id=n, points=1) for n in "abc"))

    assert module_share(thirds, {"a"}) == Fraction(1, 3)
    assert str(workshop_standing([thirds], {"a", "b"}).given) == "66.67"


@pytest.mark.parametrize(
    ("done", "score", "complete"),
    [(ALL - {"m0.welcome"}, "0.00", False), (ALL, "100.00", True), (set(), "0.00", False)],
)
def test_all_or_nothing_gives_nothing_before_all(done: set[str], score: str, complete: bool):
    standing = workshop_standing(FUNDAMENTALS, done, profile=Profile.ALL_OR_NOTHING)

    assert (str(standing.given), standing.complete) == (score, complete)


def test_participation_spreads_the_points_of_readings_over_the_rest_of_the_module():
    # Of m1, 18 of 20 points are no reading; the needs are 8 of them, which is as 8 + 8/18 × 2 of 20.
    standing = workshop_standing(FUNDAMENTALS, {"m1.needs", "m2.read"}, profile=Profile.PARTICIPATION)

    assert str(standing.given) == "8.89"


def test_participation_is_complete_without_the_readings():
    readings = {"m0.welcome", "m1.read", "m2.read", "m3.read"}

    standing = workshop_standing(FUNDAMENTALS, ALL - readings, profile=Profile.PARTICIPATION)

    assert (str(standing.given), standing.complete) == ("100.00", True)


@pytest.mark.parametrize(
    ("done", "maximum", "given", "complete"),
    [
        (G1_DONE, None, "17.00", False),
        (G1_DONE, Decimal(100), "85.00", False),
        (G1_DONE, Decimal("7.5"), "6.38", False),  # 6.375
        (ALL, None, "20.00", True),
        (set(), Decimal(100), "0.00", False),
    ],
)
def test_a_module_has_a_score_of_its_own(done: set[str], maximum: Decimal | None, given: str, complete: bool):
    standing = module_standing(FUNDAMENTALS[1], done, maximum=maximum)

    assert (str(standing.given), standing.complete) == (given, complete)
    assert standing.maximum == (Decimal(20) if maximum is None else maximum)


def test_a_module_of_which_nothing_counts_has_no_score():
    assert module_standing(FUNDAMENTALS[3], ALL, without=of("m3")).given is None


def test_a_workshop_of_which_nothing_counts_has_no_score_and_is_not_complete():
    standing = workshop_standing(FUNDAMENTALS, ALL, without=ALL)

    assert (standing.given, standing.complete, standing.progress) == (None, False, Progress.NOT_STARTED)


def test_nearly_complete_is_never_shown_as_complete():
    activities = (GradedActivity(id="big", points=999_999), GradedActivity(id="small", points=1))

    standing = workshop_standing([GradedModule(id="m", weight=1, activities=activities)], {"big"})

    assert (str(standing.given), standing.complete) == ("99.99", False)


@pytest.mark.parametrize(("done", "word"), [(set(), "not started"), ({"m0.start"}, "in progress"), (ALL, "completed")])
def test_progress_is_said_in_words(done: set[str], word: str):
    assert workshop_standing(FUNDAMENTALS, done).progress == word


@pytest.mark.parametrize(
    "weights",
    [{"m0": -1}, {"m0": 101}, {"m0": 2.5}, {"m0": True}, {"m9": 10}, dict.fromkeys(POINTS, 0)],
    ids=["negative", "above 100", "not whole", "no number", "unknown module", "all zero"],
)
def test_weights_that_make_no_score_are_refused(weights: dict[str, int]):
    with pytest.raises(WeightsRefused):
        with_weights(FUNDAMENTALS, weights)


# What must hold for every workshop


@st.composite
def workshops(draw: Callable[..., object]) -> tuple[GradedModule, ...]:
    """Any modules with any points, at least one of them with a weight and something to do."""
    sizes = draw(
        st.lists(
            st.tuples(st.integers(0, 100), st.lists(st.integers(1, 50), min_size=1, max_size=6)), min_size=1, max_size=6
        )
    )
    assert isinstance(sizes, list)
    modules = [
        GradedModule(
            id=f"m{number}",
            weight=weight,
            activities=tuple(
                GradedActivity(id=f"m{number}.a{position}", points=points, is_reading=position == 1)
                for position, points in enumerate(all_points)
            ),
        )
        for number, (weight, all_points) in enumerate(sizes)
    ]
    first = modules[0]
    return (GradedModule(id="m0", weight=max(1, first.weight), activities=first.activities), *modules[1:])


@st.composite
def situations(draw: Callable[..., object]) -> tuple[tuple[GradedModule, ...], set[str], set[str], Profile]:
    """A workshop, what is done, what is excused, and a profile."""
    modules = draw(workshops())
    assert isinstance(modules, tuple)
    names = [activity.id for module in modules for activity in module.activities]
    done = draw(st.sets(st.sampled_from(names)))
    without = draw(st.sets(st.sampled_from(names)))
    profile = draw(st.sampled_from(Profile))
    return modules, done, without, profile  # type: ignore[return-value]  # hypothesis draws are untyped here


@given(situations())
def test_a_score_lies_between_nothing_and_everything(situation):
    modules, done, without, profile = situation

    standing = workshop_standing(modules, done, without=without, profile=profile)

    assert standing.given is None or 0 <= standing.given <= 100


@given(situations(), st.data())
def test_one_more_activity_never_lowers_a_score(situation, data):
    modules, done, without, profile = situation
    more = data.draw(st.sampled_from([activity.id for module in modules for activity in module.activities]))

    before = workshop_standing(modules, done, without=without, profile=profile)
    after = workshop_standing(modules, done | {more}, without=without, profile=profile)

    assert (before.given is None) == (after.given is None)
    assert before.given is None or before.given <= after.given


@given(situations())
def test_complete_and_a_full_score_are_the_same(situation):
    modules, done, without, profile = situation
    counted = {
        activity.id
        for module in modules
        for activity in module.activities
        if module.weight
        and activity.id not in without
        and not (profile is Profile.PARTICIPATION and activity.is_reading)
    }

    standing = workshop_standing(modules, done, without=without, profile=profile)

    assert standing.complete == (bool(counted) and counted <= done)
    assert standing.complete == (standing.given == 100)


@given(situations())
def test_a_module_line_follows_the_same_rules(situation):
    modules, done, without, profile = situation
    for module in modules:
        standing = module_standing(module, done, maximum=Decimal(100), without=without, profile=profile)

        assert standing.given is None or 0 <= standing.given <= 100
        assert standing.complete == (standing.given == 100)
