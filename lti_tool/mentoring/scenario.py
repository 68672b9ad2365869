"""Stories with choices: where a path leads, and what its choices add up to.

The answer of kind ``scenario`` is ``{"path": [choice, …], "first": ending}``. The path is of the walk under way; the
first ending is recorded once and stays, so that trying another way is free.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

PATH: Final = "path"
FIRST: Final = "first"
WORDS: Final = ("strong", "some", "neutral", "costly")
"""What a counter is called, from high to low."""


class WrongWay(ValueError):
    """A choice that the story does not offer at that moment."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person may do in a moment: where it leads, what is said about it, and what it adds to each counter."""

    id: str
    text: str
    to: str
    note: str
    signals: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A point of a story; one without choices is an ending."""

    id: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def is_ending(self) -> bool:
        """Whether the story ends here."""
        return not self.choices

    def choice(self, choice_id: str) -> Choice:
        """Return one of its choices.

        :raise WrongWay: it has no such choice.
        """
        found = next((choice for choice in self.choices if choice.id == choice_id), None)
        if found is None:
            raise WrongWay(choice_id)
        return found


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A choice that was made, and the moment it was made in."""

    moment: Moment
    choice: Choice


@dataclass(frozen=True, kw_only=True)
class Trail:
    """A walk so far: the choices made in order, and where they lead."""

    taken: tuple[Taken, ...]
    here: Moment

    @property
    def signals(self) -> Counter[str]:
        """What the choices add up to; every counter starts at 0."""
        return add_up(each.choice.signals for each in self.taken)


def follow(moments: Mapping[str, Moment], start: str, path: Sequence[str]) -> Trail:
    """Walk a path of choices from the start.

    :raise WrongWay: the story does not offer one of them there.
    """
    here = moments[start]
    taken: list[Taken] = []
    for choice_id in path:
        choice = here.choice(choice_id)
        taken.append(Taken(moment=here, choice=choice))
        here = moments[choice.to]
    return Trail(taken=tuple(taken), here=here)


def add_up(signals: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Return the sum of each counter."""
    total: Counter[str] = Counter()
    for each in signals:
        total.update(each)
    return total


def word_for(count: int) -> str:
    """Return which of ``WORDS`` a counter is called."""
    if count >= 2:
        return "strong"
    if count == 1:
        return "some"
    return "neutral" if count == 0 else "costly"


def first_ending(value: Mapping[str, Any]) -> str | None:
    """Return the ending that a learner reached first, or None if they reached none yet."""
    return value.get(FIRST)
