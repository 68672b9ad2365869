"""The one way in which figures are rounded for people and gradebooks."""

from decimal import Decimal
from fractions import Fraction


def half_up(value: Fraction | int, decimals: int) -> Decimal:
    """Round an exact value to ``decimals`` places; a tie goes away from zero (46.25 becomes 46.3).

    Python's own ``round()`` sends ties to the even digit and a float has lost the tie already, so neither
    may be used for a figure that somebody sees. The result has exactly ``decimals`` places, also for 100.00.

    :raise ValueError: ``decimals`` is negative.
    """
    if decimals < 0:
        raise ValueError("decimals counts places after the point")
    exact = Fraction(value)
    scaled = abs(exact.numerator) * 10**decimals
    whole = (2 * scaled + exact.denominator) // (2 * exact.denominator)
    digits = tuple(int(digit) for digit in str(whole))
    # Built from its digits, because arithmetic on Decimal is cut at the precision of the current context.
    return Decimal((1 if exact < 0 and whole else 0, digits, -decimals))
