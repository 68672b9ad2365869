"""Passing a check: how many right answers are enough."""

import pytest

from lti_tool.mentoring.mastery import needed, right


@pytest.mark.parametrize(
    ("questions", "share", "wanted"),
    [(4, 0.75, 3), (5, 0.75, 4), (3, 0.75, 3), (8, 0.75, 6), (3, 1.0, 3), (10, 0.7, 7)],
)
def test_the_share_is_rounded_up(questions: int, share: float, wanted: int):
    assert needed(questions, share) == wanted


def test_only_the_right_option_counts():
    assert right({"a": "x", "b": "y"}, {"a": "x", "b": "x", "c": "x"}) == 1
