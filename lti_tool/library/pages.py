"""A module's page: YAML front matter, then sections of Markdown under ``## name``."""

import re
from dataclasses import dataclass

from lti_tool.library.yaml_nodes import YamlMistake, YamlText, read_yaml

_HEADING = re.compile(r"^## +(\S.*?)\s*$")
_FENCE = "---"


@dataclass(frozen=True, kw_only=True)
class Section:
    """A named piece of Markdown. ``line`` is that of its heading; the text begins on the next."""

    name: str
    line: int
    text: str


@dataclass(frozen=True, kw_only=True)
class PageText:
    """A page as written: what stands between the fences, and the sections."""

    head: YamlText
    sections: tuple[Section, ...]

    def section(self, name: str) -> Section | None:
        """Return the section of that name, or None."""
        return next((section for section in self.sections if section.name == name), None)


def read_page(text: str) -> PageText:
    """Split a page into its front matter and its sections.

    :raise YamlMistake: the front matter is missing, does not end, is no YAML, or text stands outside the sections.
    """
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise YamlMistake("a page begins with front matter between two lines of ---", 1)
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE), None)
    if end is None:
        raise YamlMistake("the front matter does not end: a line of --- is missing", 1)
    head = read_yaml("\n".join(lines[1:end]), first_line=2)
    return PageText(head=head, sections=_sections(lines, end + 1))


def _sections(lines: list[str], start: int) -> tuple[Section, ...]:
    headings = [
        (number, match[1]) for number, line in enumerate(lines[start:], start=start) if (match := _HEADING.match(line))
    ]
    first = headings[0][0] if headings else len(lines)
    for number, line in enumerate(lines[start:first], start=start):
        if line.strip():
            raise YamlMistake("text stands before the first heading: give it a name with ## above it", number + 1)
    ends = [number for number, _ in headings[1:]] + [len(lines)]
    return tuple(
        Section(name=name, line=number + 1, text="\n".join(lines[number + 1 : end]))
        for (number, name), end in zip(headings, ends[: len(headings)], strict=True)
    )
