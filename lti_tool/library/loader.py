"""From a content pack's folder to a workshop in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, Area, Passage, Reference, Wait
from lti_tool.features import FEATURES
from lti_tool.library.check import problems_of
from lti_tool.library.markdown import Renderer
from lti_tool.library.model import Module, Objective, Workshop
from lti_tool.library.pack import ActivityEntry, Locale, Pack, PackFile, Page
from lti_tool.library.problems import Level, PackRefused, Problem
from lti_tool.library.reading import MANIFEST, Unreadable, read_pack
from lti_tool.library.schemas.workshop import Areas, Manifest, ModuleEntry, Objectives, Texts
from lti_tool.library.terms import swapper
from lti_tool.library.translation import rewritten, translated
from lti_tool.mentoring.score import Profile

SHIPPED = Path(__file__).parent.parent / "content" / "fundamentals"
"""The workshop that comes with the tool."""


@cache
def workshops_of(
    folders: tuple[str, ...], locale: str, terms: tuple[tuple[str, str], ...], /
) -> Mapping[str, Workshop]:
    """Return an installation's workshops by id, in order; they cannot change, so they are read once a language.

    ``fundamentals`` is the one that comes with the tool; anything else is the folder of a pack. The arguments have
    places alone: called in two ways, the same would be read and kept twice.

    :raise PackRefused: a pack has errors, or two have the same id.
    """
    found: dict[str, Workshop] = {}
    for name in folders:
        folder = SHIPPED if name == SHIPPED.name else Path(name)
        workshop = load_workshop(folder, locale=locale, terms=dict(terms))
        if workshop.id in found:
            message = f"{workshop.id}: two workshops of this installation have this id"
            raise PackRefused([Problem(path=f"{name}/{MANIFEST}", line=1, code="V002", message=message)])
        found[workshop.id] = workshop
    return MappingProxyType(found)


def load_workshop(
    folder: Path = SHIPPED,
    *,
    locale: str = "en",
    features: frozenset[str] = FEATURES,
    terms: Mapping[str, str] = MappingProxyType({}),
) -> Workshop:
    """Read a pack and return its workshop in a language, or in the pack's first one if it has not that one.

    A text that a translation lacks is taken from the first language. Lines that promise what ``features`` has not
    are left out. ``terms`` are words to swap, beside those that the pack swaps itself.

    :raise PackRefused: the pack has errors; each is named with file and line.
    """
    pack = _sound_pack(folder)
    chosen = translated(pack, locale)
    manifest = pack.manifest.content
    written = _one(chosen, Texts)
    if swap := swapper({**written.terms, **terms}):
        chosen = rewritten(chosen, swap)
    texts = _one(chosen, Texts).texts
    areas = _areas(manifest, chosen)
    edition = _Edition(
        locale=chosen,
        renderer=Renderer(_references(pack)),
        features=features,
        areas=areas,
        pass_share=manifest.grading.pass_share,
    )
    return Workshop(
        id=manifest.id,
        version=manifest.version,
        title=texts[manifest.title],
        locale=chosen.name,
        objectives=_objectives(manifest, chosen),
        areas=areas,
        modules=tuple(_module(entry, edition) for entry in manifest.modules),
        references=tuple(edition.renderer.references.values()),
        texts=MappingProxyType(dict(texts)),
        attribution=written.texts[manifest.attribution] if manifest.attribution else "",
        minutes=sum(entry.minutes for entry in manifest.modules),
        profile=Profile(manifest.grading.profile),
    )


@dataclass(frozen=True, kw_only=True)
class _Edition:
    """The pack in one language, for a release with these features."""

    locale: Locale
    renderer: Renderer
    features: frozenset[str]
    areas: tuple[Area, ...]
    pass_share: float


@dataclass(frozen=True, kw_only=True)
class _ActivitySource:
    """What one activity may read of its pack."""

    edition: _Edition
    page: Page
    options: Mapping[str, Any]

    @property
    def locale(self) -> str:
        return self.edition.locale.name

    @property
    def features(self) -> frozenset[str]:
        return self.edition.features

    @property
    def areas(self) -> tuple[Area, ...]:
        return self.edition.areas

    @property
    def pass_share(self) -> float:
        return self.edition.pass_share

    def passage(self, name: str) -> Passage:
        section = self.page.section(name)
        if section is None:
            raise KeyError(name)
        return self.edition.renderer.passage(section.text)

    def file(self, name: str) -> Mapping[str, Any]:
        return _content_of(next((file for file in self.edition.locale.files if file.name == name), None), name)

    def document(self, folder: str, name: str) -> Mapping[str, Any]:
        return _content_of(self.edition.locale.find(folder, name), name)

    def inline(self, text: str) -> Markup:
        return self.edition.renderer.inline(text)

    def cited(self, text: str) -> Passage:
        return self.edition.renderer.passage(text)


def _content_of(file: PackFile[Any] | None, name: str) -> Mapping[str, Any]:
    """Return what a file says.

    :raise KeyError: the pack has no such file.
    """
    if file is None:
        raise KeyError(name)
    found: dict[str, Any] = file.content.model_dump(by_alias=True)
    return found


def _sound_pack(folder: Path) -> Pack:
    try:
        pack = read_pack(folder)
    except Unreadable as mistake:
        raise PackRefused(mistake.problems) from mistake
    if errors := [problem for problem in problems_of(pack) if problem.level is Level.ERROR]:
        raise PackRefused(sorted(errors))
    return pack


def _references(pack: Pack) -> dict[str, Reference]:
    return {
        entry.key: Reference(key=entry.key, short=entry.short, text=entry.text, url=entry.url)
        for entry in pack.references.content.references
    }


def _one(locale: Locale, shape: type[Any]) -> Any:
    """Return the content of a file of which a locale has exactly one; the rules have seen that it is there."""
    (file,) = locale.of(shape)
    return file.content


def _objectives(manifest: Manifest, locale: Locale) -> tuple[Objective, ...]:
    sentences = _one(locale, Objectives).objectives
    return tuple(Objective(id=name, text=sentences[name]) for name in manifest.objectives)


def _areas(manifest: Manifest, locale: Locale) -> tuple[Area, ...]:
    said = {area.id: area for file in locale.of(Areas) for area in file.content.areas}
    return tuple(
        Area(
            id=area.id,
            label=said[area.id].label,
            family=area.class_,
            is_sensitive=area.sensitive,
            who_could_help=tuple(said[area.id].who),
            first_step=said[area.id].first_step,
        )
        for area in manifest.areas
    )


def _module(entry: ModuleEntry, edition: _Edition) -> Module:
    (page,) = (page for page in edition.locale.pages if page.file.content.id == entry.id)
    intro = page.section("intro")
    return Module(
        id=entry.id,
        title=page.file.content.title,
        intro=edition.renderer.passage(intro.text).html if intro else Markup(),
        weight=int(entry.weight),
        minutes=entry.minutes,
        objectives=tuple(entry.objectives),
        activities=tuple(_activity(found, entry, page, edition) for found in page.activities),
    )


def _activity(found: ActivityEntry, module: ModuleEntry, page: Page, edition: _Edition) -> Activity:
    entry = found.entry
    return Activity(
        id=entry.id,
        kind=entry.type,
        title=entry.title,
        module_id=module.id,
        points=entry.points,
        minutes=entry.minutes,
        objectives=tuple(entry.objectives or module.objectives),
        audience=entry.audience,
        opens_later=entry.opens == "later",
        required=not entry.optional,
        after=Wait(module_id=entry.after.module, days=entry.after.days) if entry.after else None,
        content=_content(found, page, edition),
    )


def _content(found: ActivityEntry, page: Page, edition: _Edition) -> object | None:
    if found.options is None or found.entry.opens == "later":
        return None
    source = _ActivitySource(edition=edition, page=page, options=found.options.model_dump(by_alias=True))
    return KINDS[found.entry.type].read(source)
