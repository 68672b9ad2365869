"""Comparing possible mentors: the worked examples, and that a guess is never made of what is not known."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.mentoring.fit import CRITERIA, fit_of

EXAMPLES = [
    ("21?212", "80.0", "strong"),
    ("110211", "50.0", "possible"),
    ("011001", "25.0", "weak"),
    ("2???12", None, "find_out"),
    ("222112", "83.3", "strong"),  # 10 of 12: 83.33…
    ("2221?1", "80.0", "strong"),
    ("212121", "75.0", "strong"),
    ("22220?", "80.0", "strong"),
    ("1111??", "50.0", "possible"),
    ("1110??", "37.5", "weak"),
    ("??????", None, "find_out"),
]


def answers(signs: str) -> dict[str, str]:
    """Return one sign per criterion."""
    return dict(zip(CRITERIA, signs, strict=True))


@pytest.mark.parametrize(("signs", "figure", "word"), EXAMPLES)
def test_the_worked_examples(signs: str, figure: str | None, word: str):
    result = fit_of(answers(signs))

    assert (result.figure, result.word) == (None if figure is None else Decimal(figure), word)


def test_what_is_not_known_becomes_a_question_whether_it_was_said_or_left_out():
    said, left_out = fit_of(answers("2???12")), fit_of({"f1": "2", "f5": "1", "f6": "2"})

    assert said.open == left_out.open == ("f2", "f3", "f4")
    assert said.known == left_out.known == 3


@pytest.mark.parametrize(("given_flag", "caution"), [("yes", True), ("no", False), ("unsure", False), ("", False)])
def test_somebody_who_judges_me_is_flagged_and_scored_as_before(given_flag: str, caution: bool):
    result = fit_of(answers("21?212") | {"f7": given_flag})

    assert (result.caution, result.figure) == (caution, Decimal("80.0"))


@settings(deadline=None)
@given(st.text("012?", min_size=6, max_size=6))
def test_a_figure_is_between_0_and_100_and_only_there_when_four_are_known(signs: str):
    result = fit_of(answers(signs))

    assert result.known == 6 - signs.count("?")
    assert (result.figure is not None) == (result.known >= 4)
    assert result.figure is None or 0 <= result.figure <= 100
