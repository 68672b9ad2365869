"""What a run of torture did to the tool, what came of it, and how much of it is enough."""

from collections import Counter
from dataclasses import dataclass, field, fields

FOUND = 3
"""The status of a run that found something wrong."""


@dataclass
class Figures:
    """What was done to the tool, and what came of it."""

    deaths: Counter[str] = field(default_factory=Counter)
    """How many processes were killed, by role and point."""
    faults: Counter[str] = field(default_factory=Counter)
    """How many scores met trouble, by sort, before or after they took effect."""
    posts: int = 0
    pauses: int = 0
    steps: int = 0
    by_hand: int = 0
    rests: int = 0
    compared: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    """What must not be, by sort."""

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return self.deaths.total()

    @property
    def faulted(self) -> int:
        """How many scores met trouble."""
        return self.faults.total()

    def __add__(self, other: "Figures") -> "Figures":
        """Return both together."""
        both = Figures(wrong={sort: [*texts] for sort, texts in self.wrong.items()})
        for name in (each.name for each in fields(self) if each.name != "wrong"):
            setattr(both, name, getattr(self, name) + getattr(other, name))
        for sort, texts in other.wrong.items():
            both.wrong.setdefault(sort, []).extend(texts)
        return both

    def __str__(self) -> str:
        wrong = ", ".join(f"{sort} {len(texts)}" for sort, texts in self.wrong.items())
        return (
            f"{self.kills} SIGKILL, {self.posts} scores posted, {self.faulted} of them met trouble,"
            f" {self.pauses} pauses, {self.steps} clock steps, {self.by_hand} grades by hand,"
            f" {self.rests} rests, {self.compared} scores compared: {wrong or 'nothing wrong'}"
        )


@dataclass(frozen=True, kw_only=True)
class Aim:
    """How much harm is enough. A run that has done less has proved nothing."""

    kills: int
    faulted: int
    rests: int

    def is_reached(self, figures: Figures) -> bool:
        """Say whether so much was done."""
        return figures.kills >= self.kills and figures.faulted >= self.faulted and figures.rests >= self.rests
