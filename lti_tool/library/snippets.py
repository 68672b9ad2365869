"""Every text of a locale with the place where it stands, for the rules that look at texts whatever they are for."""

from collections.abc import Iterator
from dataclasses import dataclass

from lti_tool.library.pack import Locale, PackFile, Page, Prose
from lti_tool.library.problems import Level, Problem
from lti_tool.library.schemas.base import Shape
from lti_tool.library.translation import is_read, strings_of
from lti_tool.library.yaml_nodes import Loc


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """One text. ``name`` says where it stands independent of order: two locales share it."""

    path: str
    line: int
    file: str
    name: Loc
    text: str

    def problem(self, code: str, message: str, *, below: int = 0, level: Level = Level.ERROR) -> Problem:
        """Return a problem some lines below the text's first line."""
        return Problem(path=self.path, line=self.line + below, code=code, message=message, level=level)

    @property
    def is_prose(self) -> bool:
        """Whether somebody reads it: not an id, and not the name of something else."""
        return is_read(self.name)


def snippets_of(locale: Locale) -> Iterator[Snippet]:
    """Yield every text of a locale: values of its YAML files, sections of its pages, its other Markdown."""
    for file in locale.files:
        yield from in_file(file)
    for page in locale.pages:
        yield from in_file(page.file)
        yield from sections_of(page)
    for prose in locale.prose:
        yield whole(prose)


def in_file(file: PackFile[Shape]) -> Iterator[Snippet]:
    """Yield the texts of one YAML file, or of a page's front matter."""
    for name, at, text in strings_of(file.text.data):
        yield Snippet(path=file.path, line=file.line(*at), file=file.name, name=name, text=text)


def sections_of(page: Page) -> Iterator[Snippet]:
    """Yield the sections of a page."""
    for section in page.sections:
        yield Snippet(
            path=page.file.path,
            line=section.line + 1,
            file=page.file.name,
            name=("##", section.name),
            text=section.text,
        )


def whole(prose: Prose) -> Snippet:
    """Return a Markdown file as one text."""
    return Snippet(path=prose.path, line=1, file=prose.name, name=(), text=prose.text)
