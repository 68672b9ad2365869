"""Figures of an evaluation: the worked examples, and what few people are not told."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.mentoring.statistics import Change, agreement_of, change_of, effect_word, t_quantile

E1 = list(zip([2, 3, 2, 1, 3, 2, 4, 2, 3, 2, 3, 2], [4, 4, 4, 3, 4, 4, 4, 3, 5, 4, 4, 3], strict=True))
E2 = list(zip([2, 3, 3, 2, 4, 3, None], [4, 4, 3, 4, 4, 5, 5], strict=True))


def test_twelve_people_get_every_figure():
    change = change_of(E1)

    assert (change.n, change.mean_before, change.mean_now) == (12, Decimal("2.42"), Decimal("3.83"))
    assert (change.mean_change, change.sd) == (Decimal("1.42"), Decimal("0.67"))
    assert (change.improved, change.same, change.lower) == (11, 1, 0)
    assert change.interval == (Decimal("0.99"), Decimal("1.84"))
    assert (change.effect, change.small_sample_effect) == (Decimal("2.12"), Decimal("1.97"))
    assert (change.effect_word, change.everyone_alike) == ("large", False)


def test_six_people_get_means_medians_and_counts_and_an_incomplete_pair_is_left_out():
    change = change_of(E2)

    assert change == Change(
        n=6,
        mean_before=Decimal("2.83"),
        mean_now=Decimal("4.00"),
        median_before=Decimal("3.00"),
        median_now=Decimal("4.00"),
        mean_change=Decimal("1.17"),
        improved=4,
        same=2,
        lower=0,
    )


def test_ten_people_who_changed_alike_have_no_spread_to_measure_against():
    change = change_of([(3, 4)] * 10)

    assert (change.mean_change, change.sd, change.everyone_alike) == (Decimal("1.00"), Decimal("0.00"), True)
    assert (change.interval, change.effect, change.small_sample_effect, change.effect_word) == (None, None, None, "")


@pytest.mark.parametrize(("agree", "of", "share"), [(18, 21, 86), (17, 20, 85), (1, 8, 13), (5, 5, 100), (0, 5, 0)])
def test_the_share_that_agrees_is_a_whole_percent(agree: int, of: int, share: int):
    assert agreement_of([4, 5][:1] * agree + [3] * (of - agree) + [None]) == share


@pytest.mark.parametrize(
    ("n", "means", "spread"), [(4, False, False), (5, True, False), (9, True, False), (10, True, True)]
)
def test_few_people_see_few_figures(n: int, means: bool, spread: bool):
    change = change_of([*([(2, 4), (3, 3)] * n)[:n], (None, 5), (1, None)])

    assert change.n == n
    assert (change.mean_change is not None, change.improved is not None) == (means, means)
    assert (change.sd is not None, change.interval is not None, change.effect is not None) == (spread,) * 3
    assert (agreement_of([5] * n) is not None) == means


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [
        (9, "2.262"),
        (11, "2.201"),
        (20, "2.086"),
        (30, "2.042"),
        (31, "2.042"),
        (39, "2.042"),
        (40, "2.021"),
        (59, "2.021"),
        (60, "2.000"),
        (119, "2.000"),
        (120, "1.980"),
        (1000, "1.980"),
    ],
)
def test_the_quantile_is_that_of_the_table(freedom: int, quantile: str):
    assert t_quantile(freedom) == Fraction(quantile)


def test_there_is_no_quantile_for_fewer_than_ten_people():
    with pytest.raises(ValueError, match="ten people"):
        t_quantile(8)


@pytest.mark.parametrize(
    ("effect", "word"),
    [
        ("0", "very_small"),
        ("0.19", "very_small"),
        ("0.2", "small"),
        ("0.49", "small"),
        ("0.5", "medium"),
        ("0.79", "medium"),
        ("0.8", "large"),
        ("-0.8", "large"),
    ],
)
def test_an_effect_has_its_conventional_word(effect: str, word: str):
    assert effect_word(Fraction(effect)) == word


ratings = st.integers(1, 5)


@given(st.lists(st.tuples(ratings, ratings), min_size=10, max_size=60))
def test_figures_fit_together_and_do_not_depend_on_the_order(pairs: list[tuple[int, int]]):
    change = change_of(pairs)

    assert change == change_of(sorted(pairs))
    assert change.n == len(pairs) == (change.improved or 0) + (change.same or 0) + (change.lower or 0)
    backwards = change_of([(now, before) for before, now in pairs])
    assert replace(backwards, sd=None).improved == change.lower
    assert backwards.sd == change.sd
