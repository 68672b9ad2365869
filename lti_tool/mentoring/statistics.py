"""Figures of an evaluation: exact inside, rounded once for people, and fewer of them the fewer people answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from lti_tool.mentoring.rounding import half_up

FEWEST: Final = 5
"""Below this nothing is shown."""
FULL: Final = 10
"""From here on everything is shown."""
DECIMALS: Final = 2
AGREES_FROM: Final = 4
_EXACT: Final = 40
"""Digits of a square root: many more than are shown."""

_T_95: Final = (
    *(2262, 2228, 2201, 2179, 2160, 2145, 2131, 2120, 2110, 2101, 2093),
    *(2086, 2080, 2074, 2069, 2064, 2060, 2056, 2052, 2048, 2045, 2042),
)
"""Two-sided 95 % quantiles of Student's t for 9 to 30 degrees of freedom, in thousandths."""
_T_BEYOND: Final = ((40, 2042), (60, 2021), (120, 2000))
_T_LARGE: Final = 1980
_WORDS: Final = (
    (Fraction(1, 5), "very_small"),
    (Fraction(1, 2), "small"),
    (Fraction(4, 5), "medium"),
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """How people changed from before to now. What few people may not be told from is None."""

    n: int
    mean_before: Decimal | None = None
    mean_now: Decimal | None = None
    median_before: Decimal | None = None
    median_now: Decimal | None = None
    mean_change: Decimal | None = None
    improved: int | None = None
    same: int | None = None
    lower: int | None = None
    sd: Decimal | None = None
    interval: tuple[Decimal, Decimal] | None = None
    effect: Decimal | None = None
    """Mean change in standard deviations of change (d_z)."""
    small_sample_effect: Decimal | None = None
    """The same, without its bias in small groups (g_z)."""
    effect_word: str = ""
    everyone_alike: bool = False
    """Everyone changed by the same amount: then there is no spread to set the change against."""


def change_of(pairs: Sequence[tuple[int | None, int | None]]) -> Change:
    """Return how people changed; a pair with one value missing is left out."""
    complete = [(before, now) for before, now in pairs if before is not None and now is not None]
    n = len(complete)
    if n < FEWEST:
        return Change(n=n)
    before, now = [each[0] for each in complete], [each[1] for each in complete]
    changes = [later - earlier for earlier, later in complete]
    spread = _Spread.of(changes) if n >= FULL else None
    return Change(
        n=n,
        mean_before=half_up(_mean(before), DECIMALS),
        mean_now=half_up(_mean(now), DECIMALS),
        median_before=half_up(_median(before), DECIMALS),
        median_now=half_up(_median(now), DECIMALS),
        mean_change=half_up(_mean(changes), DECIMALS),
        improved=sum(each > 0 for each in changes),
        same=sum(each == 0 for each in changes),
        lower=sum(each < 0 for each in changes),
        sd=half_up(spread.sd, DECIMALS) if spread else None,
        interval=spread.interval if spread else None,
        effect=half_up(spread.effect, DECIMALS) if spread and spread.sd else None,
        small_sample_effect=half_up(spread.effect * spread.correction, DECIMALS) if spread and spread.sd else None,
        effect_word=effect_word(spread.effect) if spread and spread.sd else "",
        everyone_alike=bool(spread and not spread.sd),
    )


def agreement_of(answers: Sequence[int | None]) -> int | None:
    """Return how many of 100 agree (4 or 5 of 5); None below five answers."""
    given = [answer for answer in answers if answer is not None]
    if len(given) < FEWEST:
        return None
    return int(half_up(Fraction(100 * sum(answer >= AGREES_FROM for answer in given), len(given)), 0))


def effect_word(effect: Fraction) -> str:
    """Return the conventional word for an effect: ``very_small``, ``small``, ``medium`` or ``large``."""
    return next((word for below, word in _WORDS if abs(effect) < below), "large")


def t_quantile(freedom: int) -> Fraction:
    """Return the two-sided 95 % quantile of Student's t, from nine degrees of freedom on."""
    if freedom < FULL - 1:
        raise ValueError("an interval needs ten people")
    if freedom - (FULL - 1) < len(_T_95):
        return Fraction(_T_95[freedom - (FULL - 1)], 1000)
    return Fraction(next((value for below, value in _T_BEYOND if freedom < below), _T_LARGE), 1000)


@dataclass(frozen=True, kw_only=True)
class _Spread:
    """How much changes differ from each other. The root is cut after many digits, everything else is exact."""

    n: int
    mean: Fraction
    sd: Fraction

    @classmethod
    def of(cls, changes: Sequence[int]) -> "_Spread":
        mean = _mean(changes)
        variance = sum(((each - mean) ** 2 for each in changes), Fraction()) / (len(changes) - 1)
        return cls(n=len(changes), mean=mean, sd=_root(variance))

    @property
    def effect(self) -> Fraction:
        return self.mean / self.sd

    @property
    def correction(self) -> Fraction:
        return 1 - Fraction(3, 4 * (self.n - 1) - 1)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        if not self.sd:
            return None
        reach = t_quantile(self.n - 1) * self.sd / _root(Fraction(self.n))
        return half_up(self.mean - reach, DECIMALS), half_up(self.mean + reach, DECIMALS)


def _mean(values: Sequence[int]) -> Fraction:
    return Fraction(sum(values), len(values))


def _median(values: Sequence[int]) -> Fraction:
    ordered, middle = sorted(values), len(values) // 2
    return Fraction(ordered[middle]) if len(values) % 2 else Fraction(ordered[middle - 1] + ordered[middle], 2)


def _root(value: Fraction) -> Fraction:
    with localcontext(prec=_EXACT):
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())
