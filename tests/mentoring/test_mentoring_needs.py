"""The needs self-assessment: two worked examples, the tables of scores and bands, and what holds for any ratings."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from needs_examples import ALL_ANSWERED, AREAS, PERSONAL, WITH_SKIPS, Pairs, answer

from lti_tool.mentoring import needs

QUICK_VALUES = {
    1: (0, 0, 0, 0, 0),
    2: (10, 0, 0, 0, 0),
    3: (30, 15, 0, 0, 0),
    4: (60, 40, 20, 0, 0),
    5: (100, 75, 50, 25, 0),
}
# area: need, shown, band, importance, support, raw gap
EXAMPLE_A = {
    "direction": (Fraction(185, 4), "46.3", "clear", "4.5", "2.5", "2.0"),
    "skills": (Fraction(50, 4), "12.5", "some", "4.25", "3.75", "0.5"),
    "scholarship": (Fraction(145, 4), "36.3", "clear", "3.5", "1.5", "2.0"),
    "visibility": (Fraction(230, 4), "57.5", "large", "4.25", "1.75", "2.5"),
    "balance": (Fraction(130, 4), "32.5", "clear", "4.25", "2.75", "1.5"),
    "support": (Fraction(20, 4), "5.0", "covered", "4.0", "3.75", "0.25"),
    "belonging": (Fraction(0), "0.0", "covered", "2.5", "3.0", "-0.5"),
    "feedback": (Fraction(125, 4), "31.3", "clear", "4.0", "2.5", "1.5"),
}
# area: lines that count, need, shown, band
EXAMPLE_B = {
    "direction": (2, Fraction(75, 2), "37.5", "clear"),
    "skills": (1, None, None, None),
    "scholarship": (4, Fraction(10, 4), "2.5", "covered"),
    "visibility": (3, Fraction(200, 3), "66.7", "large"),
    "balance": (0, None, None, None),
    "support": (4, Fraction(0), "0.0", "covered"),
    "belonging": (2, Fraction(100), "100.0", "large"),
    "feedback": (4, Fraction(20), "20.0", "some"),
}

ratings = st.one_of(st.integers(min_value=1, max_value=5), st.just("skip"), st.none())
pairs = st.lists(st.tuples(ratings, ratings), min_size=2, max_size=8)


def profile(areas: dict[str, Pairs]) -> needs.Profile:
    found = needs.profile_of(answer(areas), tuple(areas))
    assert found is not None
    return found


def scored(pairs: list[Any]) -> needs.AreaNeed:
    return needs.score_area("a", [[f"a{number}", *pair] for number, pair in enumerate(pairs)])


def ranked(**pairs: Pairs) -> tuple[str, ...]:
    return profile(pairs).ranking


@pytest.mark.parametrize("importance", QUICK_VALUES)
def test_the_need_of_a_line_follows_the_table(importance: int):
    row = tuple(needs.item_need(importance, support) for support in range(1, 6))

    assert row == QUICK_VALUES[importance]


@pytest.mark.parametrize("area", AREAS)
def test_with_every_line_answered_each_area_has_its_figures(area: str):
    found = profile(ALL_ANSWERED).areas[area]

    need, shown, band, importance, support, gap = EXAMPLE_A[area]
    assert (found.need, str(found.shown), found.band) == (need, shown, band)
    assert (found.importance, found.support, found.raw_gap) == tuple(map(Fraction, (importance, support, gap)))
    assert not found.is_strength


def test_with_every_line_answered_the_profile_has_its_ranking_and_its_words():
    found = profile(ALL_ANSWERED)

    assert found.overall == Fraction("27.65625")
    assert str(found.overall_shown) == "27.7"
    assert found.ranking == (
        "visibility",
        "direction",
        "scholarship",
        "balance",
        "feedback",
        "skills",
        "support",
        "belonging",
    )
    assert found.suggested == ("visibility", "direction", "scholarship")
    assert found.hot == ("vis2", "dir1", "vis3")
    assert found.note(PERSONAL) == "p_many"
    assert not found.all_alike


@pytest.mark.parametrize("area", AREAS)
def test_with_skips_an_area_counts_what_is_answered(area: str):
    found = profile(WITH_SKIPS).areas[area]

    answered, need, shown, band = EXAMPLE_B[area]
    assert len(found.items) == answered
    assert (found.need, found.band) == (need, band)
    assert found.shown == (None if shown is None else Decimal(shown))
    assert found.is_strength == (area == "support")


def test_with_skips_the_profile_has_its_ranking_and_its_words():
    found = profile(WITH_SKIPS)

    assert found.overall == Fraction(340, 9)  # 37.777…
    assert str(found.overall_shown) == "37.8"
    assert found.ranking == ("belonging", "visibility", "direction", "feedback", "scholarship", "support")
    assert found.suggested == ("belonging", "visibility", "direction")
    assert found.note(PERSONAL) == "p_default"


@pytest.mark.parametrize(
    ("shown", "band"),
    [
        ("0.0", "covered"),
        ("9.9", "covered"),
        ("10.0", "some"),
        ("29.9", "some"),
        ("30.0", "clear"),
        ("49.9", "clear"),
        ("50.0", "large"),
        ("100.0", "large"),
    ],
)
def test_a_band_ends_where_the_next_begins(shown: str, band: str):
    assert needs.band_of(Decimal(shown)) == band


def test_the_band_is_that_of_the_figure_on_the_page():
    exact = Fraction(2996, 100)  # shows as 30.0

    found = needs.AreaNeed(id="a", items=(), need=exact, importance=Fraction(4), support=Fraction(2))

    assert (str(found.shown), found.band) == ("30.0", "clear")


LARGE: Pairs = [(5, 1)] * 4
CLEAR: Pairs = [(5, 3), (5, 3), (4, 2), (4, 3)]
COVERED: Pairs = [(3, 3)] * 4
SKIPPED: Pairs = [("skip", "skip")] * 4


@pytest.mark.parametrize(
    ("areas", "note"),
    [
        ({}, "p_none"),
        (dict.fromkeys(AREAS, COVERED), "p_all_covered"),
        ({"skills": COVERED}, "p_all_covered"),
        (dict.fromkeys(AREAS, LARGE), "p_psych"),
        ({"balance": LARGE, "support": LARGE}, "p_psych"),
        ({"balance": LARGE, "skills": LARGE}, "p_default"),
        ({"balance": LARGE, "support": CLEAR}, "p_default"),
        (dict.fromkeys(AREAS, CLEAR), "p_many"),
        (dict.fromkeys(AREAS[:5], CLEAR), "p_many"),
        (dict.fromkeys(AREAS[:4], CLEAR) | {"support": COVERED}, "p_default"),
    ],
)
def test_one_sentence_speaks_of_the_whole_profile(areas: dict[str, Pairs], note: str):
    found = profile(dict.fromkeys(AREAS, SKIPPED) | areas)

    assert found.note(PERSONAL) == note


def test_below_four_scored_areas_there_is_no_overall_figure():
    three = profile(dict.fromkeys(AREAS, SKIPPED) | dict.fromkeys(AREAS[:3], CLEAR))
    four = profile(dict.fromkeys(AREAS, SKIPPED) | dict.fromkeys(AREAS[:4], CLEAR))

    assert three.overall_shown is None
    assert str(four.overall_shown) == "40.0"


def test_what_ties_in_need_ties_on_importance_then_on_the_gap_then_on_the_order():
    # The same need of 0 throughout.
    by_importance = ranked(a=[(2, 2), (2, 2)], b=[(3, 3), (3, 3)])
    by_gap = ranked(a=[(3, 5), (3, 5)], b=[(3, 3), (3, 3)])
    by_order = ranked(b=[(3, 3), (3, 3)], a=[(3, 3), (3, 3)])

    assert by_importance == ("b", "a")
    assert by_gap == ("b", "a")
    assert by_order == ("b", "a")


def test_an_area_that_shows_less_than_ten_is_not_suggested():
    found = profile({"skills": [(2, 1), (2, 1)], "support": [(2, 1), (2, 2), (2, 1), (2, 1)]})

    assert found.suggested == ("skills",)


@pytest.mark.parametrize(("rated", "alike"), [(16, True), (15, False)])
def test_sixteen_lines_with_one_figure_are_worth_a_word(rated: int, alike: bool):
    found = profile({"skills": [(4, 4)] * rated})

    assert found.all_alike == alike


def test_one_other_figure_makes_them_differ():
    assert not profile({"skills": [(4, 4)] * 16 + [(4, 3)]}).all_alike


def test_a_line_is_open_until_both_ratings_are_given_or_skipped():
    ratings = {"a": [3, "skip"], "b": [3, None], "c": ["skip", "skip"]}

    assert needs.open_lines(ratings, ("a", "b", "c", "d")) == ["b", "d"]


def test_without_a_finished_round_there_is_no_profile():
    assert needs.profile_of({}, AREAS) is None
    assert needs.profile_of({"ratings": {"dir1": [5, 1]}, "rounds": []}, AREAS) is None


def test_a_round_keeps_every_line_as_it_was_given():
    ratings = {"dir1": [5, 2], "dir2": ["skip", 3]}

    kept = needs.round_of(ratings, {"direction": ("dir1", "dir2", "dir3")}, on="2026-11-25", version="1.0.0")

    lines = [["dir1", 5, 2], ["dir2", "skip", 3], ["dir3", None, None]]
    assert kept == {"on": "2026-11-25", "version": "1.0.0", "areas": {"direction": lines}}


def test_the_last_round_is_the_profile():
    value = answer(ALL_ANSWERED, WITH_SKIPS)

    found = needs.profile_of(value, AREAS)

    assert found is not None
    assert (found.on, str(found.overall_shown)) == ("2026-11-02", "37.8")


@pytest.mark.parametrize(
    ("before", "now", "delta", "change"),
    [
        ("57.5", "40.0", "-17.5", needs.Change.SMALLER),
        ("46.3", "38.8", "-7.5", needs.Change.SAME),
        ("20.0", "30.0", "10.0", needs.Change.LARGER),
        ("20.0", "29.9", "9.9", needs.Change.SAME),
        ("30.0", "20.0", "-10.0", needs.Change.SMALLER),
        (None, "20.0", None, needs.Change.NONE),
        ("20.0", None, None, needs.Change.NONE),
    ],
)
def test_ten_points_on_the_page_are_a_change(before: str | None, now: str | None, delta: str | None, change: str):
    shown = [None if figure is None else Decimal(figure) for figure in (before, now, delta)]

    found = needs.AreaChange(id="visibility", before=shown[0], now=shown[1])

    assert (found.delta, found.change) == (shown[2], change)


def test_two_rounds_are_compared_area_by_area():
    now = ALL_ANSWERED | {"visibility": [(4, 2), (4, 2), (4, 2), (4, 2)], "skills": SKIPPED}

    before, after = needs.profiles_of(answer(ALL_ANSWERED, now), AREAS)

    changes = {each.id: each for each in needs.compare(before, after)}
    assert (changes["visibility"].delta, changes["visibility"].change) == (Decimal("-17.5"), needs.Change.SMALLER)
    assert changes["skills"].change is needs.Change.NONE
    assert changes["feedback"].change is needs.Change.SAME


def test_rounds_of_another_major_version_are_not_compared():
    (old,) = needs.profiles_of(answer(ALL_ANSWERED, version="1.4.0"), AREAS)
    (same,) = needs.profiles_of(answer(ALL_ANSWERED, version="1.9.1"), AREAS)
    (new,) = needs.profiles_of(answer(ALL_ANSWERED, version="2.0.0"), AREAS)

    assert needs.compare(old, same)
    assert not needs.compare(old, new)


def test_confirmed_priorities_come_in_the_learners_order():
    assert needs.priorities_of({"chosen": ["support", "other"], "suggested": ["skills"]}) == ("support", "other")
    assert needs.priorities_of({}) == ()


@given(pairs)
def test_a_need_lies_between_0_and_100(lines: list[Any]):
    found = scored(lines)

    assert found.need is None or 0 <= found.need <= 100


@given(st.integers(1, 5), st.integers(1, 5))
def test_more_importance_or_less_support_never_lowers_a_need(importance: int, support: int):
    need = needs.item_need(importance, support)

    assert needs.item_need(min(5, importance + 1), support) >= need
    assert needs.item_need(importance, max(1, support - 1)) >= need


@given(st.lists(st.integers(1, 5).flatmap(lambda given: st.tuples(st.just(given), st.integers(given, 5))), min_size=1))
def test_whoever_gets_all_they_want_has_no_need(lines: list[Any]):
    assert scored(lines).need == 0


@given(pairs, st.randoms())
def test_the_order_of_lines_does_not_matter(lines: list[Any], random: Any):
    shuffled = random.sample(lines, len(lines))

    assert scored(shuffled).need == scored(lines).need


@given(pairs)
def test_a_skip_is_not_a_zero(lines: list[Any]):
    answered = [pair for pair in lines if all(isinstance(figure, int) for figure in pair)]

    found = scored(lines)

    assert found.scored == (bool(answered) and 2 * len(answered) >= len(lines))
    if found.scored:
        assert found.need == scored(answered).need
