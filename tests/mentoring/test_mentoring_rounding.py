"""Rounding: half up, from exact values, at every place where a figure is shown."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.mentoring.rounding import half_up

TIES = [
    # needs profile, one decimal
    (Fraction(185, 4), 1, "46.3"),  # 46.25, where round() says 46.2
    (Fraction(145, 4), 1, "36.3"),
    (Fraction(125, 4), 1, "31.3"),
    (Fraction(49, 4), 1, "12.3"),
    (Fraction(50, 4), 1, "12.5"),
    (Fraction(200, 3), 1, "66.7"),
    (Fraction(17700, 640), 1, "27.7"),  # 27.65625
    (Fraction(11, 3), 1, "3.7"),
    (Fraction(7, 2), 1, "3.5"),
    # shares, whole per cent
    (Fraction(25, 2), 0, "13"),  # 12.5 %
    (Fraction(1, 2), 0, "1"),
    (Fraction(3, 2), 0, "2"),
    (Fraction(5, 2), 0, "3"),
    # scores, two decimals
    (Fraction(1, 8), 2, "0.13"),  # 0.125
    (27 + Fraction(250, 23), 2, "37.87"),
    (Fraction(100), 2, "100.00"),
    (Fraction(0), 2, "0.00"),
    (Fraction(1, 200), 2, "0.01"),
    (Fraction(1, 201), 2, "0.00"),
    # effect sizes may be negative
    (Fraction(-9, 4), 1, "-2.3"),
    (Fraction(-1, 1000), 1, "0.0"),
]


@pytest.mark.parametrize(("value", "decimals", "shown"), TIES)
def test_a_tie_goes_away_from_zero(value: Fraction, decimals: int, shown: str):
    assert str(half_up(value, decimals)) == shown


def test_the_precision_of_the_moment_does_not_matter():
    with decimal.localcontext(prec=3):
        assert str(half_up(Fraction(1234567895, 10), 0)) == "123456790"


def test_a_negative_number_of_decimals_is_a_mistake():
    with pytest.raises(ValueError, match="places after the point"):
        half_up(Fraction(1), -1)


@given(st.fractions(max_denominator=10_000), st.integers(min_value=0, max_value=6))
def test_the_result_is_the_nearest_and_has_the_decimals_asked_for(value: Fraction, decimals: int):
    shown = half_up(value, decimals)

    assert abs(Fraction(shown) - value) <= Fraction(1, 2 * 10**decimals)
    assert shown.as_tuple().exponent == -decimals


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=4))
def test_it_agrees_with_the_decimal_module_where_that_is_exact(hundred_thousandths: int, decimals: int):
    exact = Decimal(hundred_thousandths) / 100_000

    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=decimal.ROUND_HALF_UP)

    assert half_up(Fraction(hundred_thousandths, 100_000), decimals) == rounded
