"""Texts by where they stand, so that a translation can be compared with what it translates and fall back on it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from lti_tool.library.pack import ActivityEntry, Locale, Pack, PackFile, Page
from lti_tool.library.schemas import page as page_schema
from lti_tool.library.yaml_nodes import Loc
from lti_tool.pseudo import DISGUISES

Rewrite: TypeAlias = Callable[[str], str]

_NAMES = ("id", "key")
_NAMES_SOMETHING = frozenset(
    {
        "id",
        "key",
        "version",
        "class",
        "type",
        "method",
        "needs",
        "area",
        "facet",
        "objective",
        "family",
        "pile",
        "also",
        "to",
        "start",
        "refs",
        "at",
        "chosen",
        "options_from",
        "rated",
        "module",
        "view",
        "handout",
    }
)
"""Keys whose values name something else: a translation cannot change where a choice leads."""
_NAMED_BY_AUTHORS = frozenset({"words", "action_words", "texts", "terms", "errors", "templates", "objectives"})
"""Below these every key is a name of the author's own, whatever else it means elsewhere."""


def translated(pack: Pack, locale: str) -> Locale:
    """Return a locale in which whatever is missing stands in the pack's first language.

    The first language decides what there is: a translation brings texts, never an activity or an item of its own.
    """
    if locale in DISGUISES:
        return rewritten(pack.default, DISGUISES[locale])
    chosen = pack.locales.get(locale, pack.default)
    if chosen is pack.default:
        return chosen
    files = {file.name: file for file in chosen.files}
    pages = {page.file.name: page for page in chosen.pages}
    return Locale(
        name=chosen.name,
        files=tuple(_translated_file(file, files.get(file.name)) for file in pack.default.files),
        pages=tuple(_translated_page(page, pages.get(page.file.name)) for page in pack.default.pages),
        prose=chosen.prose or pack.default.prose,
    )


def rewritten(locale: Locale, rewrite: Rewrite) -> Locale:
    """Return a locale with every text that people read rewritten; what names something else stays."""
    files = tuple(_rewritten_file(file, rewrite) for file in locale.files)
    return replace(locale, files=files, pages=tuple(_rewritten_page(page, rewrite) for page in locale.pages))


def is_read(named: Loc) -> bool:
    """Whether people read what stands in this place; else it is an id, or the name of something else."""
    *above, key = [part for part in named if isinstance(part, str)] or [""]
    return key not in _NAMES_SOMETHING or (bool(above) and above[-1] in _NAMED_BY_AUTHORS)


def strings_of(data: Any, at: Loc = (), named: Loc = ()) -> Iterator[tuple[Loc, Loc, str]]:
    """Yield every text in a file's data as (where by names, where by position, text).

    In the first, an entry of a list goes by its ``id`` or ``key`` if it has one, so that order does not matter.
    """
    if isinstance(data, str):
        yield named, at, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from strings_of(value, (*at, key), (*named, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from strings_of(value, (*at, position), (*named, _name(value, position)))


def _name(entry: object, position: int) -> str | int:
    if isinstance(entry, Mapping):
        return next((str(entry[key]) for key in _NAMES if key in entry), position)
    return position


def _overlaid(default: Any, translation: Any, at: Loc = ()) -> Any:
    """Return the default's data with every text that the translation has in the same place."""
    if isinstance(default, str):
        return translation if isinstance(translation, str) and is_read(at) else default
    if isinstance(default, Mapping) and isinstance(translation, Mapping):
        return {key: _overlaid(value, translation.get(key), (*at, key)) for key, value in default.items()}
    if isinstance(default, list) and isinstance(translation, list):
        named = {_name(entry, position): entry for position, entry in enumerate(translation)}
        return [_overlaid(entry, named.get(_name(entry, place)), (*at, place)) for place, entry in enumerate(default)]
    return default


def _rewritten_file(file: PackFile[Any], rewrite: Rewrite) -> PackFile[Any]:
    data = file.content.model_dump(by_alias=True, exclude_unset=True)
    return replace(file, content=type(file.content).model_validate(_rewritten(data, rewrite)))


def _rewritten_page(page: Page, rewrite: Rewrite) -> Page:
    head = page.file.content.model_copy(update={"title": rewrite(page.file.content.title)})
    return Page(
        file=replace(page.file, content=head),
        activities=tuple(_retitled(each, rewrite(each.entry.title)) for each in page.activities),
        sections=tuple(replace(section, text=rewrite(section.text)) for section in page.sections),
    )


def _rewritten(data: Any, rewrite: Rewrite, at: Loc = ()) -> Any:
    if isinstance(data, str):
        return rewrite(data) if is_read(at) else data
    if isinstance(data, Mapping):
        return {key: _rewritten(value, rewrite, (*at, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [_rewritten(each, rewrite, (*at, place)) for place, each in enumerate(data)]
    return data


def _translated_file(default: PackFile[Any], translation: PackFile[Any] | None) -> PackFile[Any]:
    if translation is None:
        return default
    data = _overlaid(default.text.data, translation.text.data)
    return replace(default, content=type(default.content).model_validate(data))


def _translated_page(default: Page, translation: Page | None) -> Page:
    if translation is None:
        return default
    titles = {entry.entry.id: entry.entry.title for entry in translation.activities}
    sections = {section.name: section for section in translation.sections}
    head = page_schema.PageHead.model_validate({**default.file.text.data, "title": translation.file.content.title})
    return Page(
        file=replace(default.file, content=head),
        activities=tuple(_retitled(entry, titles.get(entry.entry.id)) for entry in default.activities),
        sections=tuple(sections.get(section.name, section) for section in default.sections),
    )


def _retitled(default: ActivityEntry, title: str | None) -> ActivityEntry:
    if title is None:
        return default
    return replace(default, entry=default.entry.model_copy(update={"title": title}))
