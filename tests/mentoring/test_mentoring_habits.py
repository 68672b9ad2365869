"""Mentee habits: means by facet, the strongest, the one to grow next."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.mentoring.habits import profile

ratings = st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=3, max_size=3)


def four(text: str) -> dict[str, list[int | None]]:
    """Return the facets of ``4 2 3 | …``, a dash for a skip."""
    facets = ("prepare", "communicate", "follow", "reflect")
    lines = [[None if each == "–" else int(each) for each in part.split()] for part in text.split("|")]
    return dict(zip(facets, lines, strict=True))


def test_the_worked_example():
    habits = profile(four("4 2 3 | 4 3 – | 5 4 2 | 3 – –"))

    assert [str(facet.shown) for facet in habits.facets] == ["3.0", "3.5", "3.7", "None"]
    assert [facet.mean for facet in habits.facets] == [3, Fraction(7, 2), Fraction(11, 3), None]
    assert (habits.strongest, habits.to_grow, habits.is_even) == ("follow", "prepare", False)


@pytest.mark.parametrize(
    ("text", "strongest", "to_grow", "is_even"),
    [
        ("3 3 3 | 3 3 3 | 3 3 3 | 3 3 3", None, None, True),
        ("3 3 3 | 3 – 3 | – – – | 3 3 3", None, None, True),
        ("5 5 5 | 5 5 5 | 1 1 1 | 1 1 1", "prepare", "follow", False),  # ties go by the order of the facets
        ("1 1 1 | 5 5 5 | 5 5 5 | 1 1 1", "communicate", "prepare", False),
        ("4 4 4 | – – – | – – – | – – –", None, None, False),  # one facet is nothing to compare
        ("– – – | – – – | – – – | – – –", None, None, False),
        ("4 – – | 2 3 – | 3 3 – | 5 – –", "follow", "communicate", False),
    ],
)
def test_ties_skips_and_even_habits(text, strongest, to_grow, is_even):
    habits = profile(four(text))

    assert (habits.strongest, habits.to_grow, habits.is_even) == (strongest, to_grow, is_even)


@pytest.mark.parametrize(("text", "shown"), [("1 2 –", "1.5"), ("1 2 2", "1.7"), ("5 4 5", "4.7"), ("3 – 4", "3.5")])
def test_means_are_shown_with_one_decimal(text, shown):
    (facet,) = profile({"one": [None if each == "–" else int(each) for each in text.split()]}).facets

    assert str(facet.shown) == shown


@given(st.dictionaries(st.sampled_from("abcd"), ratings, min_size=1))
def test_strongest_and_weakest_are_what_they_say(given_ratings):
    habits = profile(given_ratings)
    means = {facet.id: facet.mean for facet in habits.facets if facet.mean is not None}

    assert all(1 <= mean <= 5 for mean in means.values())
    if habits.strongest and habits.to_grow:
        assert means[habits.strongest] == max(means.values())
        assert means[habits.to_grow] == min(means.values())
        assert means[habits.strongest] > means[habits.to_grow]
    else:
        assert len(set(means.values())) <= 1
