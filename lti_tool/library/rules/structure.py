"""Rules about the workshop as a whole: ids, weights, points, minutes, objectives, anonymity (V002–V006, V017)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lti_tool.library.pack import Pack, PackFile, Page
from lti_tool.library.problems import Level, Problem
from lti_tool.library.schemas.exercises import Instrument, Scenario, SortFile
from lti_tool.library.schemas.workshop import Manifest
from lti_tool.library.yaml_nodes import Loc

_ID = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")
_FORM_FIELDS = frozenset({"version", "csrf_token", "do", "first"})
"""Names that forms and stored answers use themselves."""
_WHOLE = 100
"""What the weights of all modules make together."""
_FEWEST = 5
"""The smallest number of people that may stand behind a pooled result."""


def ids_are_good(pack: Pack) -> Iterator[Problem]:
    """V002: ids have the right form and stand once in their scope."""
    manifest = pack.manifest
    if manifest.content.id != pack.folder.name:
        yield manifest.problem("V002", f"{manifest.content.id}: the id must be the name of the folder", "id")
    objectives = [(name, ("objectives", position)) for position, name in enumerate(manifest.content.objectives)]
    yield from _unique(manifest, objectives)
    yield from _lists_of(manifest, manifest.text.data, ())
    yield from _lists_of(pack.references, pack.references.text.data, ())
    for locale in pack.locales.values():
        yield from _distinct_files(locale.files)
        yield from _distinct_activities(locale.pages)
        for file in locale.files:
            yield from _inside(file)


def weights_make_a_whole(pack: Pack) -> Iterator[Problem]:
    """V003: module weights are whole numbers, none below 0, and 100 together."""
    manifest = pack.manifest
    modules = manifest.content.modules
    for position, module in enumerate(modules):
        if not _is_whole(module.weight):
            message = f"{module.id}: the weight {module.weight} is not a whole number of 0 or more"
            yield manifest.problem("V003", message, "modules", position, "weight")
            return
    if (total := sum(module.weight for module in modules)) != _WHOLE:
        yield manifest.problem("V003", f"the weights sum to {total}, not to {_WHOLE}", "modules")


def points_make_the_weight(pack: Pack) -> Iterator[Problem]:
    """V004: the points of a module's activities sum to its weight."""
    for module, page in _pages(pack):
        points = sum(activity.entry.points for activity in page.activities if not activity.entry.optional)
        if _is_whole(module.weight) and points != module.weight:
            message = f"{module.id}: the points sum to {points}, the weight is {module.weight}"
            yield page.file.problem("V004", message, "activities")


def minutes_make_the_length(pack: Pack) -> Iterator[Problem]:
    """V005: the minutes of a module's activities sum to its own."""
    for module, page in _pages(pack):
        minutes = sum(activity.entry.minutes for activity in page.activities if not activity.entry.optional)
        if minutes != module.minutes:
            yield Problem(
                path=page.file.path,
                line=page.file.line("activities"),
                code="V005",
                message=f"{module.id}: the minutes sum to {minutes}, the module has {module.minutes}",
                level=Level.WARNING,
            )


def objectives_are_served(pack: Pack) -> Iterator[Problem]:
    """V006: every module names an objective, every objective is served by an activity, and none is made up."""
    manifest = pack.manifest
    known = set(manifest.content.objectives)
    for position, module in enumerate(manifest.content.modules):
        if not module.objectives:
            yield manifest.problem("V006", f"{module.id}: the module names no objective", "modules", position)
        for unknown in sorted(set(module.objectives) - known):
            yield manifest.problem(
                "V006", f"{module.id}: there is no objective {unknown}", "modules", position, "objectives"
            )
    served: set[str] = set()
    for module, page in _pages(pack):
        for activity in page.activities:
            named = activity.entry.objectives or module.objectives
            served.update(named)
            for unknown in sorted(set(activity.entry.objectives) - known):
                yield page.problem("V006", f"{activity.entry.id}: there is no objective {unknown}", activity)
    for position, name in enumerate(manifest.content.objectives):
        if name not in served:
            yield manifest.problem("V006", f"{name}: no activity serves this objective", "objectives", position)


def few_people_stay_hidden(pack: Pack) -> Iterator[Problem]:
    """V017: pooled results need five people, those of sensitive areas at least as many."""
    manifest = pack.manifest
    anonymity = manifest.content.anonymity
    if anonymity.min < _FEWEST:
        yield manifest.problem("V017", f"min is {anonymity.min}, at least {_FEWEST} is needed", "anonymity", "min")
    elif anonymity.min_sensitive < anonymity.min:
        yield manifest.problem(
            "V017", f"min_sensitive is {anonymity.min_sensitive}, below min", "anonymity", "min_sensitive"
        )


def _is_whole(weight: int | float) -> bool:
    return isinstance(weight, int) and weight >= 0


def _pages(pack: Pack) -> Iterator[tuple[Any, Page]]:
    pages = {page.file.content.id: page for page in pack.default.pages}
    for module in pack.manifest.content.modules:
        if module.id in pages:
            yield module, pages[module.id]


def _distinct_files(files: Iterable[PackFile[Any]]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for file in files:
        if not file.folder:
            continue
        yield from _unique(file, [(file.content.id, ("id",))])
        if (file.folder, file.content.id) in seen:
            yield file.problem("V002", f"{file.content.id}: another file of this folder has the same id", "id")
        seen.add((file.folder, file.content.id))


def _distinct_activities(pages: Iterable[Page]) -> Iterator[Problem]:
    seen: set[str] = set()
    for page in pages:
        for activity in page.activities:
            name = activity.entry.id
            if not _ID.match(name):
                yield page.problem("V002", f"{name}: {_WRONG_FORM}", activity, "id")
            elif name in seen:
                yield page.problem("V002", f"{name}: another activity has the same id", activity, "id")
            seen.add(name)
        names = [(section.name, section.line) for section in page.sections]
        for name, line in names:
            if [other for other, _ in names].index(name) != names.index((name, line)):
                yield Problem(path=page.file.path, line=line, code="V002", message=f"{name}: {_TWICE}")


_WRONG_FORM = "an id begins with a letter and has up to 64 letters, digits and _ . -"
_TWICE = "this id stands here a second time"


def _inside(file: PackFile[Any]) -> Iterator[Problem]:
    yield from _lists_of(file, file.text.data, ())
    if isinstance(file.content, Scenario):
        yield from _unique(file, [(name, ("nodes", name)) for name in file.content.nodes])
    if isinstance(file.content, Instrument | SortFile):
        listed = "items" if isinstance(file.content, Instrument) else "cards"
        for position, entry in enumerate(getattr(file.content, listed)):
            if entry.id in _FORM_FIELDS:
                yield file.problem("V002", f"{entry.id}: the tool needs this name itself", listed, position, "id")


def _lists_of(file: PackFile[Any], data: object, at: Loc) -> Iterator[Problem]:
    """Look at every list of a file whose entries have ids; each list is a scope of its own."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _lists_of(file, value, (*at, key))
    elif isinstance(data, list):
        entries = [(position, entry) for position, entry in enumerate(data) if isinstance(entry, Mapping)]
        named = [
            (entry[key], (*at, position, key)) for position, entry in entries for key in ("id", "key") if key in entry
        ]
        yield from _unique(file, named)
        for position, entry in entries:
            yield from _lists_of(file, entry, (*at, position))


def _unique(file: PackFile[Any] | PackFile[Manifest], names: Iterable[tuple[str, Loc]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, at in names:
        if not _ID.match(name):
            yield file.problem("V002", f"{name}: {_WRONG_FORM}", *at)
        elif name in seen:
            yield file.problem("V002", f"{name}: {_TWICE}", *at)
        seen.add(name)
