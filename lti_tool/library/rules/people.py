"""The rule about the map and the comparison of mentors: their files have what the formulas know by its id (V013)."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from lti_tool.activities.gap_view import ASKS_FOR
from lti_tool.activities.network_content import QUESTIONS
from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.schemas.exercises import Fit, NetworkMap
from lti_tool.mentoring.fit import CAUTION, CRITERIA
from lti_tool.mentoring.guidance import RULES
from lti_tool.mentoring.network import ATTRIBUTES, CLOSENESS, FREQUENCY, SHAPES

_MAP: Final[Mapping[str, Collection[str]]] = MappingProxyType(
    {"questions": QUESTIONS, "shapes": SHAPES, "notes": RULES, "actions": ASKS_FOR}
)
_FIT: Final[Mapping[str, Collection[str]]] = MappingProxyType({"criteria": (*CRITERIA, CAUTION), "notes": CRITERIA})
_CHOICES: Final[Mapping[str, Collection[str]]] = MappingProxyType(
    {"closeness": CLOSENESS, "frequency": FREQUENCY, **ATTRIBUTES}
)


def people_can_be_drawn_and_compared(pack: Pack) -> Iterator[Problem]:
    """V013: where a pack opens the map or the comparison, every question, shape, note and action is there."""
    opened = {
        activity.entry.type
        for page in pack.default.pages
        for activity in page.activities
        if activity.entry.opens == "now"
    }
    if opened & {"network_map", "gap_view"}:
        for file in pack.default.of(NetworkMap):
            yield from _missing(file, _MAP)
            yield from _choices(file)
    if "fit_check" in opened:
        for fit in pack.default.of(Fit):
            yield from _missing(fit, _FIT)


def _missing(file: PackFile[Any], wanted: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    for part, names in wanted.items():
        there = {entry.id for entry in getattr(file.content, part)}
        for name in names:
            if name not in there:
                yield file.problem("V013", f"{part}: there is no {name}", part)


def _choices(file: PackFile[NetworkMap]) -> Iterator[Problem]:
    for position, question in enumerate(file.content.questions):
        wanted = _CHOICES.get(question.id)
        if wanted is not None and [option.id for option in question.options] != [*wanted]:
            yield file.problem("V013", f"{question.id}: the choices must be {', '.join(wanted)}", "questions", position)
