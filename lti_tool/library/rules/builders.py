"""The rule about documents: every blank that a kind needs is there, and every sentence it may say (V013)."""

from collections.abc import Iterator

from lti_tool.activities import KINDS
from lti_tool.activities.builder import BuilderKind
from lti_tool.library.messages import MessageMistake, placeholders
from lti_tool.library.pack import ActivityEntry, Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.schemas.exercises import Builder, BuilderField, Builders
from lti_tool.library.schemas.page import BuilderOptions
from lti_tool.mentoring.blanks import Blank


def documents_can_be_written(pack: Pack) -> Iterator[Problem]:
    """V013: blanks, sentences and templates are there; V014: templates have only places that are filled."""
    builders = {
        builder.id: (file, position, builder)
        for file in pack.default.of(Builders)
        for position, builder in enumerate(file.content.builders)
    }
    for page in pack.default.pages:
        for activity in page.activities:
            kind = KINDS.get(activity.entry.type)
            if isinstance(kind, BuilderKind) and (named := _named(activity)) in builders:
                yield from _document(kind, *builders[named])


def _named(activity: ActivityEntry) -> str:
    if activity.entry.opens == "later" or not isinstance(activity.options, BuilderOptions):
        return ""
    return activity.options.builder


def _document(kind: BuilderKind, file: PackFile[Builders], position: int, builder: Builder) -> Iterator[Problem]:
    at = ("builders", position)
    inside = builder.lines.fields if builder.lines else []
    blanks = {field.id: _blank(field) for field in [*inside, *builder.fields]}
    if bool(builder.lines) != bool(kind.lines_key):
        yield file.problem("V013", f"{builder.id}: {kind.name} {'has' if kind.lines_key else 'has no'} lines", *at)
    if file.content.offline is None:
        yield file.problem("V013", "offline: the box for those who write on paper has no words")
    for name in sorted(kind.needs_blanks - set(blanks)):
        yield file.problem("V013", f"{builder.id}: {kind.name} needs the field {name}", *at)
    said = {*file.content.errors, *builder.errors}
    for name in _unsaid(kind, blanks, said):
        yield file.problem("V013", f"{builder.id}: there is no sentence for {name}", *at)
    for name, known in kind.needs_templates.items():
        if name not in builder.templates:
            yield file.problem("V013", f"{builder.id}: there is no template {name}", *at)
        elif unknown := sorted(_places(builder.templates[name]) - known):
            yield file.problem("V014", f"{builder.id}: nothing fills {unknown[0]}", *at, "templates", name)


def _blank(field: BuilderField) -> Blank:
    kept = ("id", "type", "required", "min", "max", "min_words")
    return Blank(**{name: getattr(field, name) for name in kept})


def _unsaid(kind: BuilderKind, blanks: dict[str, Blank], said: set[str]) -> Iterator[str]:
    """Yield every fault that can happen and has no sentence: its own, or one for all blanks."""
    for name, blank in blanks.items():
        for fault in blank.faults:
            if not {fault, f"{name}.{fault}"} & said:
                yield f"{name}.{fault}"
    for name in sorted(kind.needs_faults):
        if not {name, name.rpartition(".")[2]} & said:
            yield name


def _places(text: str) -> frozenset[str]:
    try:
        return placeholders(text)
    except MessageMistake:  # V014 says so elsewhere
        return frozenset()
