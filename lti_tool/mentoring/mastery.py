"""Knowledge checks: how many right answers are enough. Any number of tries, and the best one counts."""

from collections.abc import Mapping
from fractions import Fraction


def needed(questions: int, pass_share: float) -> int:
    """Return how many right answers pass a check: a share of its questions, rounded up (0.75 of 5 is 4)."""
    wanted = Fraction(str(pass_share)) * questions
    return -(-wanted.numerator // wanted.denominator)


def right(answers: Mapping[str, str], keys: Mapping[str, str]) -> int:
    """Return how many answers are the right ones; both are ``question -> option``."""
    return sum(answers.get(question) == key for question, key in keys.items())
