"""Reading a content pack from its folder, and everything that no later rule could look past (V001, V021)."""

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from lti_tool.library.pack import ActivityEntry, Locale, Pack, PackFile, Page, Prose
from lti_tool.library.pages import PageText, read_page
from lti_tool.library.problems import Problem
from lti_tool.library.schemas import exercises, facilitator, workshop
from lti_tool.library.schemas.base import Shape
from lti_tool.library.schemas.page import OPTIONS, Entry, PageHead
from lti_tool.library.yaml_nodes import Loc, YamlMistake, YamlText, read_yaml

S = TypeVar("S", bound=Shape)

LARGEST_FILE: Final = 512 * 1024
"""Bytes."""
_HIDDEN_DIRECTION: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
"""Characters that turn the direction of text without ending it; isolates (U+2066 to U+2069) are allowed."""

MANIFEST: Final = "workshop.yaml"
REFERENCES: Final = "references.yaml"
RELEASED: Final = "released.json"
_BESIDE: Final = frozenset({"README.md", "LICENSE", "CHANGELOG.md"})
"""Files that may stand in a pack's folder for those who keep it; nobody else reads them."""
_LOCALE_FILES: Final[Mapping[str, type[Shape]]] = MappingProxyType(
    {
        "texts.yaml": workshop.Texts,
        "areas.yaml": workshop.Areas,
        "objectives.yaml": workshop.Objectives,
        "evaluation.yaml": exercises.Evaluation,
        "builders.yaml": exercises.Builders,
        "map.yaml": exercises.NetworkMap,
        "fit.yaml": exercises.Fit,
    }
)
_LOCALE_FOLDERS: Final[Mapping[str, type[Shape]]] = MappingProxyType(
    {
        "instruments": exercises.Instrument,
        "checks": exercises.Check,
        "sorts": exercises.SortFile,
        "scenarios": exercises.Scenario,
        "statements": exercises.StatementFile,
        "facilitator": facilitator.RunSheet,
    }
)
_PROSE_FOLDERS: Final = ("facilitator", "handouts")


class Unreadable(Exception):
    """Some files have the wrong shape (V001, V021), so that no other rule can look at the pack."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read_pack(folder: Path) -> Pack:
    """Read a whole pack.

    :raise Unreadable: with every file that has the wrong shape.
    """
    return _Reading(folder).pack()


class _Reading:
    """One reading of one folder; collects problems on the way, so that an author sees all of them at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.problems: list[Problem] = []

    def pack(self) -> Pack:
        texts = dict(self.texts())
        manifest = self.shaped(MANIFEST, MANIFEST, texts.pop(MANIFEST, None), workshop.Manifest)
        references = self.shaped(REFERENCES, REFERENCES, texts.pop(REFERENCES, None), workshop.References)
        released = texts.pop(RELEASED, None)
        names = manifest.content.locales if manifest else []
        locales = {name: self.locale(name, texts) for name in names}
        for name in sorted(texts) if manifest else ():
            self.refuse(name, 1, "no file of this name is known here")
        if self.problems or manifest is None or references is None:
            raise Unreadable(sorted(self.problems))
        return Pack(
            folder=self.folder,
            manifest=manifest,
            references=references,
            locales=MappingProxyType(locales),
            released=released,
        )

    def refuse(self, name: str, line: int, message: str, code: str = "V001") -> None:
        self.problems.append(Problem(path=self.path(name), line=line, code=code, message=message))

    def path(self, name: str) -> str:
        return f"{self.folder.name}/{name}"

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every file's name and text; hidden files and an editor's copies (``x.md~``) are not part of a pack."""
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            ignored = name in _BESIDE or name.endswith("~") or any(part.startswith(".") for part in name.split("/"))
            if path.is_file() and not ignored:
                text = self.clean_text(name, path.read_bytes())
                if text is not None:
                    yield name, text

    def clean_text(self, name: str, raw: bytes) -> str | None:
        if len(raw) > LARGEST_FILE:
            self.refuse(name, 1, f"the file has {len(raw)} bytes; {LARGEST_FILE} are allowed", "V021")
            return None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as mistake:
            self.refuse(name, raw[: mistake.start].count(b"\n") + 1, "the text is not UTF-8", "V021")
            return None
        wrong = [(line, found) for line, content in enumerate(text.split("\n"), 1) if (found := _characters(content))]
        for line, found in wrong:
            self.refuse(name, line, found, "V021")
        return None if wrong else text

    def shaped(self, path: str, name: str, text: str | None, shape: type[S]) -> PackFile[S] | None:
        """Read a YAML file into its shape; None, with problems noted, if it has another one."""
        if text is None:
            if not any(problem.path == self.path(path) for problem in self.problems):
                self.refuse(path, 1, "the file is missing")
            return None
        yaml_text = self.parsed(path, text)
        return None if yaml_text is None else self.checked(path, name, yaml_text, shape)

    def parsed(self, path: str, text: str) -> YamlText | None:
        try:
            return read_yaml(text)
        except YamlMistake as mistake:
            self.refuse(path, mistake.line or 1, mistake.message)
            return None

    def checked(self, path: str, name: str, text: YamlText, shape: type[S]) -> PackFile[S] | None:
        content = self.validated(path, text, text.data, shape, ())
        return None if content is None else PackFile(path=self.path(path), name=name, text=text, content=content)

    def validated(
        self, path: str, text: YamlText, data: object, shape: type[S], at: Loc, *, partial: bool = False
    ) -> S | None:
        """Return the data in its shape; ``partial`` does not mind what is missing, and returns None for it."""
        try:
            return shape.model_validate(data)
        except ValidationError as mistake:
            for error in mistake.errors(include_url=False, include_input=False, include_context=False):
                if partial and error["type"] == "missing":
                    continue
                self.refuse(path, text.line(*at, *error["loc"]), _sentence(error["type"], error["msg"], error["loc"]))
            return None

    def locale(self, name: str, texts: dict[str, str]) -> Locale:
        """Take a locale's files out of ``texts`` and read them."""
        mine = {path: texts.pop(path) for path in sorted(texts) if path.startswith(f"{name}/")}
        files: list[PackFile[Any]] = []
        pages: list[Page] = []
        prose: list[Prose] = []
        for path, text in mine.items():
            inner = path.removeprefix(f"{name}/")
            shape = _shape_of(inner)
            if shape is not None:
                files.extend(filter(None, [self.shaped(path, inner, text, shape)]))
            elif inner.startswith("modules/") and inner.endswith(".md"):
                pages.extend(filter(None, [self.page(path, inner, text)]))
            elif inner.split("/")[0] in _PROSE_FOLDERS and inner.endswith(".md"):
                prose.append(Prose(path=self.path(path), name=inner, text=text))
            else:
                self.refuse(path, 1, "no file of this name is known here")
        return Locale(name=name, files=tuple(files), pages=tuple(pages), prose=tuple(prose))

    def page(self, path: str, inner: str, text: str) -> Page | None:
        try:
            written = read_page(text)
        except YamlMistake as mistake:
            self.refuse(path, mistake.line or 1, mistake.message)
            return None
        head = self.checked(path, inner, written.head, PageHead)
        return None if head is None else self.page_with_activities(path, head, written)

    def page_with_activities(self, path: str, head: PackFile[PageHead], written: PageText) -> Page:
        entries = [
            self.activity(path, head.text, position, data) for position, data in enumerate(head.content.activities)
        ]
        return Page(file=head, activities=tuple(filter(None, entries)), sections=written.sections)

    def activity(self, path: str, text: YamlText, position: int, data: dict[str, Any]) -> ActivityEntry | None:
        """Read an entry in two parts: what every activity says, and what its type adds."""
        at: Loc = ("activities", position)
        common = {key: value for key, value in data.items() if key in Entry.model_fields}
        entry = self.validated(path, text, common, Entry, at)
        if entry is None:
            return None
        if entry.type not in OPTIONS:
            known = ", ".join(sorted(OPTIONS))
            self.refuse(path, text.line(*at, "type"), f"{entry.id}: there is no type {entry.type!r}; there are {known}")
            return None
        later = entry.opens == "later"
        rest = {key: value for key, value in data.items() if key not in common}
        unsaid = later and not rest
        options = None if unsaid else self.validated(path, text, rest, OPTIONS[entry.type], at, partial=later)
        return ActivityEntry(position=position, entry=entry, options=options)


def _shape_of(name: str) -> type[Shape] | None:
    folder, _, base = name.rpartition("/")
    if not base.endswith(".yaml"):
        return None
    return _LOCALE_FOLDERS.get(folder) if folder else _LOCALE_FILES.get(base)


def _characters(line: str) -> str | None:
    """Say what is wrong with the characters of a line, if anything."""
    if hidden := sorted(_HIDDEN_DIRECTION.intersection(line)):
        return f"U+{ord(hidden[0]):04X} turns the direction of the text unseen: use isolates (U+2066 to U+2069)"
    if not unicodedata.is_normalized("NFC", line):
        return "the text is not in the form NFC: type the accented letters as one character"
    return None


def _sentence(kind: str, message: str, loc: tuple[str | int, ...]) -> str:
    where = ".".join(str(part) for part in loc) or "file"
    if kind == "extra_forbidden":
        return f"{where}: no such key is known here"
    if kind == "missing":
        return f"{where}: this key is required"
    if kind == "model_type":
        return f"{where}: keys with values are needed here, such as `id: something`"
    return f"{where}: {message[:1].lower()}{message[1:]}"
