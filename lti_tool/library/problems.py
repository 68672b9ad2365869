"""What is wrong with a content pack, said so that its author finds the line."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error stops a pack from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One mistake. ``path`` begins with the pack's own folder; ``line`` counts from 1."""

    path: str
    line: int
    code: str
    message: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        """Return the line that editors can jump from."""
        return f"{self.path}:{self.line}: {self.code} {self.message}"


class PackRefused(Exception):
    """A pack has errors and cannot be used; ``problems`` holds them all."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
