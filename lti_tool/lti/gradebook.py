"""What goes into a gradebook and what comes back: exact decimals, checked when they are made."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

TOLERANCE = Decimal("0.000001")
"""How far apart two equal shares may be: platforms keep five decimals, or floats."""


@dataclass(frozen=True, kw_only=True)
class LineItem:
    """A gradebook column as we want it. ``resource_id`` and ``tag`` are ours and survive a course copy."""

    label: str
    maximum: Decimal
    resource_id: str
    tag: str

    def __post_init__(self) -> None:
        _require(self.maximum.is_finite() and self.maximum > 0, "the maximum is a finite number above 0")


@dataclass(frozen=True, kw_only=True)
class Score:
    """One learner's score. ``timestamp`` is when the score changed, not when it is sent, in whole seconds."""

    user_id: str
    given: Decimal
    maximum: Decimal
    timestamp: datetime
    complete: bool
    completed_at: datetime | None = None
    """When it first became complete; repeated unchanged, so that Canvas counts one submission."""
    submission_known: bool = False
    """The platform has taken the completed score already."""
    insists: bool = False
    """It replaces a grade that a person set: somebody asked for that."""

    def __post_init__(self) -> None:
        """Stop a wrong number here, in our own code: the platform would put it in a gradebook."""
        _require(bool(self.user_id), "a score belongs to somebody")
        _require(self.given.is_finite() and self.maximum.is_finite(), "scores are finite numbers")
        _require(self.maximum > 0, "the maximum is above 0")
        _require(0 <= self.given <= self.maximum, "a score lies between 0 and its maximum")
        moments = [self.timestamp] + ([self.completed_at] if self.completed_at else [])
        _require(all(moment.tzinfo for moment in moments), "times are aware")

    @property
    def activity_progress(self) -> str:
        """``Completed`` or ``InProgress``; grading is always ``FullyGraded``, all else erases grades on Moodle."""
        return "Completed" if self.complete else "InProgress"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the gradebook holds for one learner; a missing score in an existing result is 0 (Moodle)."""

    user_id: str
    score: Decimal
    maximum: Decimal

    def shows(self, score: Score) -> bool:
        """Tell whether this is that score: the same share of the maximum, within a millionth."""
        return self._is_share(score.given / score.maximum)

    def equals(self, share: str) -> bool:
        """Tell the same of a share that is written as ``given/maximum``."""
        given, _, maximum = share.partition("/")
        return self._is_share(Decimal(given) / Decimal(maximum))

    def _is_share(self, share: Decimal) -> bool:
        return self.maximum > 0 and abs(self.score / self.maximum - share) <= TOLERANCE


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)
