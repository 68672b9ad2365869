"""Rules about what learners and facilitators are promised: a way around every question, and the time (V018, V020)."""

from collections.abc import Iterator

from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.schemas.exercises import Builder, BuilderField, Builders, Evaluation, Instrument
from lti_tool.library.schemas.facilitator import RunSheet
from lti_tool.library.schemas.page import WritingOptions


def nobody_must_disclose(pack: Pack) -> Iterator[Problem]:
    """V018: no free text is required without paper or a talk instead, and every rating can be skipped."""
    for page in pack.default.pages:
        for activity in page.activities:
            if isinstance(activity.options, WritingOptions) and not activity.options.offline:
                message = f"{activity.entry.id}: free text needs an offline alternative"
                yield page.problem("V018", message, activity, "offline")
    for locale in pack.locales.values():
        for file in [*locale.of(Instrument), *locale.of(Evaluation)]:
            yield from _ratings(file)
        for builders in locale.of(Builders):
            yield from _builders(builders)


def _ratings(file: PackFile[Instrument]) -> Iterator[Problem]:
    for name, scale in file.content.scales.items():
        if not scale.skip:
            yield file.problem("V018", f"{name}: a rating can be skipped: skip: true", "scales", name, "skip")


def _builders(file: PackFile[Builders]) -> Iterator[Problem]:
    for position, builder in enumerate(file.content.builders):
        if not builder.offline and any(field.required and field.type == "text" for field in _fields(builder)):
            message = f"{builder.id}: required text needs an offline alternative"
            yield file.problem("V018", message, "builders", position)


def _fields(builder: Builder) -> list[BuilderField]:
    return [*builder.fields, *(builder.lines.fields if builder.lines else [])]


def sessions_last_as_long_as_they_say(pack: Pack) -> Iterator[Problem]:
    """V020: the minutes of a run sheet sum to its length."""
    for locale in pack.locales.values():
        for file in locale.of(RunSheet):
            minutes = sum(step.minutes for step in file.content.steps)
            if minutes != file.content.length:
                yield file.problem(
                    "V020", f"{file.content.id}: the steps take {minutes} minutes of {file.content.length}", "length"
                )
