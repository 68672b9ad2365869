"""The score: from the activities a learner has completed to the points in the gradebook.

No function here sees an answer, so none can grade one. All sums are exact fractions, rounded once at the end.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.mentoring.rounding import half_up

MAXIMUM = Decimal(100)
"""What a complete workshop is worth."""
DECIMALS = 2


class Profile(StrEnum):
    """How completed activities become points. No profile looks at answers."""

    COMPLETION = "completion"
    ALL_OR_NOTHING = "all_or_nothing"
    PARTICIPATION = "participation"
    """Readings count nothing; their points go to the other activities of the module in proportion."""


class Progress(StrEnum):
    """How far somebody is, in the words of pages and of the gradebook."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"


class WeightsRefused(ToolError):
    """Somebody set module weights that cannot make a score."""

    status = 422
    code = "weights-refused"
    message = mark("These weights cannot be used.")
    remedy = mark("Give each module a whole number from 0 to 100, and at least one module more than 0.")


@dataclass(frozen=True, kw_only=True)
class GradedActivity:
    """What the formula knows of an activity: its id, its points, and whether it is a reading."""

    id: str
    points: int
    is_reading: bool = False


@dataclass(frozen=True, kw_only=True)
class GradedModule:
    """What the formula knows of a module: its weight and its activities."""

    id: str
    weight: int
    activities: tuple[GradedActivity, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a learner stands: ``given`` of ``maximum`` points, with two decimals.

    ``given`` is None if nothing is left to be graded, because everything is switched off, excused or of weight 0.
    """

    given: Decimal | None
    maximum: Decimal
    complete: bool

    @property
    def progress(self) -> Progress:
        """Say in a word how far the learner is."""
        if self.complete:
            return Progress.COMPLETED
        return Progress.IN_PROGRESS if self.given else Progress.NOT_STARTED


def with_weights(modules: Iterable[GradedModule], weights: Mapping[str, int]) -> tuple[GradedModule, ...]:
    """Return the modules with the weights an instructor has set; a module not named keeps its own.

    :raise WeightsRefused: a weight is not a whole number from 0 to 100, names no module, or none is above 0.
    """
    modules = tuple(modules)
    unknown = set(weights) - {module.id for module in modules}
    wrong = [name for name, weight in weights.items() if type(weight) is not int or not 0 <= weight <= 100]
    if unknown or wrong:
        raise WeightsRefused(", ".join(sorted({*unknown, *wrong})))
    changed = tuple(replace(module, weight=weights.get(module.id, module.weight)) for module in modules)
    if not any(module.weight for module in changed):
        raise WeightsRefused("every weight is 0")
    return changed


def module_share(
    module: GradedModule, done: Set[str], *, without: Set[str] = frozenset(), profile: Profile = Profile.COMPLETION
) -> Fraction | None:
    """Return the completed share of a module, 0 to 1, or None if nothing of it counts.

    ``without`` holds the ids that are switched off for the course or excused for the learner: they leave the
    sum altogether, so that the others weigh more. Spreading the points of readings over the others in proportion
    is the same as leaving them out.
    """
    counted = _counted(module, without, profile)
    whole = sum(activity.points for activity in counted)
    if not whole:
        return None
    share = Fraction(sum(activity.points for activity in counted if activity.id in done), whole)
    return _all_or_nothing(share) if profile is Profile.ALL_OR_NOTHING else share


def workshop_standing(
    modules: Iterable[GradedModule],
    done: Set[str],
    *,
    without: Set[str] = frozenset(),
    profile: Profile = Profile.COMPLETION,
) -> Standing:
    """Return the score of the whole workshop, 0.00 to 100.00.

    The score is exactly 100.00 when every counted activity of every module with a weight is complete, and only then.
    """
    inner = Profile.COMPLETION if profile is Profile.ALL_OR_NOTHING else profile
    shares = [(module.weight, module_share(module, done, without=without, profile=inner)) for module in modules]
    counted = [(weight, share) for weight, share in shares if weight and share is not None]
    if not counted:
        return Standing(given=None, maximum=MAXIMUM, complete=False)
    share = sum((weight * share for weight, share in counted), Fraction()) / sum(weight for weight, _ in counted)
    return _standing(_all_or_nothing(share) if profile is Profile.ALL_OR_NOTHING else share, MAXIMUM)


def module_standing(
    module: GradedModule,
    done: Set[str],
    *,
    maximum: Decimal | None = None,
    without: Set[str] = frozenset(),
    profile: Profile = Profile.COMPLETION,
) -> Standing:
    """Return the score of one module for a gradebook column of its own.

    ``maximum`` is what the column is worth; without it, the module's own points.
    """
    worth = Decimal(sum(activity.points for activity in module.activities)) if maximum is None else maximum
    share = module_share(module, done, without=without, profile=profile)
    if share is None:
        return Standing(given=None, maximum=worth, complete=False)
    return _standing(share, worth)


def _counted(module: GradedModule, without: Set[str], profile: Profile) -> list[GradedActivity]:
    present = [activity for activity in module.activities if activity.points and activity.id not in without]
    if profile is Profile.PARTICIPATION:
        return [activity for activity in present if not activity.is_reading]
    return present


def _all_or_nothing(share: Fraction) -> Fraction:
    return Fraction(1) if share == 1 else Fraction(0)


def _standing(share: Fraction, maximum: Decimal) -> Standing:
    given = half_up(share * Fraction(maximum), DECIMALS)
    if share < 1 and given >= maximum:
        # 99.996 would round to 100.00 and so tell the gradebook that somebody is complete who is not.
        given = maximum - Decimal(1).scaleb(-DECIMALS)
    return Standing(given=max(given, Decimal("0.00")), maximum=maximum, complete=share == 1)
