"""A content pack whose files all have the right shape: every file by its type, every activity by its module."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from lti_tool.library.pages import Section
from lti_tool.library.problems import Problem
from lti_tool.library.schemas import workshop
from lti_tool.library.schemas.base import Shape
from lti_tool.library.schemas.page import Entry, PageHead
from lti_tool.library.yaml_nodes import Loc, YamlText

S = TypeVar("S", bound=Shape)
S_co = TypeVar("S_co", bound=Shape, covariant=True)


@dataclass(frozen=True, kw_only=True)
class PackFile(Generic[S_co]):
    """A YAML file whose shape is right. ``path`` is as problems name it; ``name`` is inside the locale's folder."""

    path: str
    name: str
    text: YamlText
    content: S_co

    @property
    def folder(self) -> str:
        """Return the folder inside the locale, ``""`` for its top."""
        return self.name.rpartition("/")[0]

    def line(self, *loc: str | int) -> int:
        """Return the line of a value."""
        return self.text.line(*loc)

    def problem(self, code: str, message: str, *loc: str | int) -> Problem:
        """Return an error at the line of a value."""
        return Problem(path=self.path, line=self.line(*loc), code=code, message=message)


@dataclass(frozen=True, kw_only=True)
class ActivityEntry:
    """An activity as its module's page declares it.

    ``options`` may be None while it opens later: then it need not say yet what it will open.
    """

    position: int
    entry: Entry
    options: Shape | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A module's page whose shape is right."""

    file: PackFile[PageHead]
    activities: tuple[ActivityEntry, ...]
    sections: tuple[Section, ...]

    def section(self, name: str) -> Section | None:
        """Return the section of that name, or None."""
        return next((section for section in self.sections if section.name == name), None)

    def problem(self, code: str, message: str, activity: ActivityEntry | None = None, *loc: str) -> Problem:
        """Return an error at the line of an activity's entry, or of the page's head."""
        where: Loc = () if activity is None else ("activities", activity.position, *loc)
        return self.file.problem(code, message, *where)


@dataclass(frozen=True, kw_only=True)
class Prose:
    """A Markdown file that belongs to no module: slides, handouts."""

    path: str
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Locale:
    """All files in one language."""

    name: str
    files: tuple[PackFile[Any], ...]
    pages: tuple[Page, ...]
    prose: tuple[Prose, ...]

    def of(self, shape: type[S]) -> list[PackFile[S]]:
        """Return the files of exactly one type."""
        return [file for file in self.files if type(file.content) is shape]

    def find(self, folder: str, reference: str) -> PackFile[Any] | None:
        """Return the file in a folder that declares this id; ``needs@1`` also asks for a major version."""
        wanted, _, version = reference.partition("@")
        for file in self.files:
            if file.folder == folder and file.content.id == wanted:
                declared = getattr(file.content, "version", "")
                return file if not version or declared.split(".", 1)[0] == version else None
        return None


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack whose files all have the right shape. ``released`` is the text of ``released.json``, if there is one."""

    folder: Path
    manifest: PackFile[workshop.Manifest]
    references: PackFile[workshop.References]
    locales: Mapping[str, Locale]
    released: str | None

    @property
    def default(self) -> Locale:
        """Return the locale that all others are translated from: the first one named."""
        return self.locales[self.manifest.content.locales[0]]
