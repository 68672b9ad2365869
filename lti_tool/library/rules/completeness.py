"""The rule about what must be there: every name leads to something, in every language (V013)."""

from collections.abc import Iterator

from lti_tool.library.pack import ActivityEntry, Locale, Pack, Page
from lti_tool.library.problems import Level, Problem
from lti_tool.library.schemas import exercises
from lti_tool.library.schemas.base import Shape
from lti_tool.library.schemas.page import ReadingOptions, WritingOptions
from lti_tool.library.schemas.workshop import Areas, Objectives, Texts
from lti_tool.library.snippets import Snippet, snippets_of

_FOLDERS = {"statement": "statements", "instrument": "instruments", "sort": "sorts", "check": "checks"}
_FOLDERS["scenario"] = "scenarios"
_NEEDED_FILES: dict[str, tuple[type[Shape] | None, str]] = {
    "evaluation": (exercises.Evaluation, "evaluation.yaml"),
    "network_map": (exercises.NetworkMap, "map.yaml"),
    "fit_check": (exercises.Fit, "fit.yaml"),
}
_NEEDED_TEXTS: dict[str, tuple[str, ...]] = {
    "priorities": ("t.priorities.intro", "t.priorities.empty"),
    "reflection": ("t.reflection.private", "t.reflection.offline", "t.reflection.saved"),
}
"""Texts that the page of an activity shows."""


def nothing_is_missing(pack: Pack) -> Iterator[Problem]:
    """V013: in the first language everything named exists; elsewhere, what is missing is a warning."""
    yield from _texts(pack)
    yield from _objectives(pack)
    yield from _areas(pack)
    yield from _modules(pack)
    for page in pack.default.pages:
        for activity in page.activities:
            if activity.entry.after is not None and activity.entry.after.module not in _module_ids(pack):
                message = f"{activity.entry.id}: there is no module {activity.entry.after.module}"
                yield page.problem("V013", message, activity, "after")
            if activity.options is not None:
                yield from _activity(pack, page, activity, activity.options)
    for locale in pack.locales.values():
        if locale is not pack.default:
            yield from _translation(pack, locale)


def _texts(pack: Pack) -> Iterator[Problem]:
    manifest = pack.manifest
    there = _text_keys(pack)
    for field in ("title", "attribution"):
        key = getattr(manifest.content, field)
        if key is not None and key not in there:
            yield manifest.problem("V013", f"{key}: there is no text of this key", field)


def _objectives(pack: Pack) -> Iterator[Problem]:
    there = {name for file in pack.default.of(Objectives) for name in file.content.objectives}
    for position, name in enumerate(pack.manifest.content.objectives):
        if name not in there:
            yield pack.manifest.problem("V013", f"{name}: the objective has no sentence", "objectives", position)
    for file in pack.default.of(Objectives):
        for name in file.content.objectives:
            if name not in pack.manifest.content.objectives:
                yield file.problem("V013", f"{name}: workshop.yaml has no such objective", "objectives", name)


def _areas(pack: Pack) -> Iterator[Problem]:
    there = {area.id for file in pack.default.of(Areas) for area in file.content.areas}
    for position, area in enumerate(pack.manifest.content.areas):
        if area.id not in there:
            yield pack.manifest.problem("V013", f"{area.id}: the area has no label", "areas", position)
    known = {area.id for area in pack.manifest.content.areas}
    for file in pack.default.of(Areas):
        for position, said in enumerate(file.content.areas):
            if said.id not in known:
                yield file.problem("V013", f"{said.id}: workshop.yaml has no such area", "areas", position)


def _modules(pack: Pack) -> Iterator[Problem]:
    manifest = pack.manifest
    pages = [page.file.content.id for page in pack.default.pages]
    for position, module in enumerate(manifest.content.modules):
        if pages.count(module.id) != 1:
            message = f"{module.id}: {pages.count(module.id)} pages have this id; one is needed"
            yield manifest.problem("V013", message, "modules", position)
    known = {module.id for module in manifest.content.modules}
    for page in pack.default.pages:
        if page.file.content.id not in known:
            yield page.file.problem("V013", f"{page.file.content.id}: workshop.yaml has no such module", "id")


def _activity(pack: Pack, page: Page, activity: ActivityEntry, options: Shape) -> Iterator[Problem]:
    """Say what an open activity names and does not find."""
    builders = {builder.id for file in pack.default.of(exercises.Builders) for builder in file.content.builders}
    for name, reference in options.model_dump(by_alias=True).items():
        if name in _FOLDERS and pack.default.find(_FOLDERS[name], reference) is None:
            yield page.problem("V013", f"{activity.entry.id}: there is no {name} {reference}", activity, name)
        if name == "builder" and reference not in builders:
            yield page.problem("V013", f"{activity.entry.id}: there is no builder {reference}", activity, name)
        if name == "from" and reference is not None and reference not in _activity_ids(pack):
            yield page.problem("V013", f"{activity.entry.id}: there is no activity {reference}", activity, name)
    for name in _sections(options):
        if page.section(name) is None:
            yield page.problem("V013", f"{activity.entry.id}: there is no section ## {name}", activity)
    shape, name = _NEEDED_FILES.get(activity.entry.type, (None, ""))
    if shape is not None and not pack.default.of(shape):
        yield page.problem("V013", f"{activity.entry.id}: there is no {name}", activity)
    yield from _spoken(pack, page, activity)


def _spoken(pack: Pack, page: Page, activity: ActivityEntry) -> Iterator[Problem]:
    needed = _NEEDED_TEXTS.get(activity.entry.type, ()) if activity.entry.opens == "now" else ()
    for key in needed:
        if key not in _text_keys(pack):
            yield page.problem("V013", f"{activity.entry.id}: there is no text {key}", activity)


def _text_keys(pack: Pack) -> set[str]:
    return {key for file in pack.default.of(Texts) for key in file.content.texts}


def _module_ids(pack: Pack) -> set[str]:
    return {module.id for module in pack.manifest.content.modules}


def _activity_ids(pack: Pack) -> set[str]:
    return {activity.entry.id for page in pack.default.pages for activity in page.activities}


def _sections(options: Shape) -> list[str]:
    if isinstance(options, ReadingOptions):
        return [options.body]
    return list(options.prompts) if isinstance(options, WritingOptions) else []


def _translation(pack: Pack, locale: Locale) -> Iterator[Problem]:
    there, wanted = (
        {(snippet.file, snippet.name): snippet for snippet in snippets_of(each) if snippet.is_prose}
        for each in (locale, pack.default)
    )
    for place, snippet in wanted.items():
        if place not in there:
            path = snippet.path.replace(f"/{pack.default.name}/", f"/{locale.name}/", 1)
            line = min((found.line for found in there.values() if found.path == path), default=1)
            yield _warning(path, line, f"{_place(snippet)}: not translated")
    for place, snippet in there.items():
        if place not in wanted and snippet.name[:1] != ("translation",):
            yield _warning(snippet.path, snippet.line, f"{_place(snippet)}: the first language has no such text")


def _place(snippet: Snippet) -> str:
    return ".".join(str(part) for part in snippet.name) or snippet.file


def _warning(path: str, line: int, message: str) -> Problem:
    return Problem(path=path, line=line, code="V013", message=message, level=Level.WARNING)
