"""Rules about the needs self-assessment: what the formulas expect, and every sentence a page may want (V008, V009)."""

from collections.abc import Iterator
from typing import Any

from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.rules.exercises import used
from lti_tool.library.schemas.page import InstrumentOptions
from lti_tool.mentoring import needs

_SCALES = {"importance", "support"}
_RANGE = (1, 5)
_NOTES = (*needs.NOTES, "not_scored", "strength", "hot_items", "all_alike", "caution")
_SCREENS = {"other", "results"}


def needs_can_be_scored(pack: Pack) -> Iterator[Problem]:
    """V008, V009: a needs self-assessment that this release opens is the one that our formulas are made for."""
    for activity, file in used(pack, InstrumentOptions, "instruments", "needs_assessment"):
        yield from _scales(activity, file)
        yield from _scoring(activity, file)
        yield from _texts(activity, file)
        yield from _bands(activity, file)
        for position, area in enumerate(pack.manifest.content.areas):
            if area.id in _SCREENS:
                message = f"{area.id}: the needs self-assessment needs this name itself"
                yield pack.manifest.problem("V002", message, "areas", position, "id")


def _scales(activity: str, file: PackFile[Any]) -> Iterator[Problem]:
    scales = file.content.scales
    if set(scales) != _SCALES or any(not each.question or not each.skip_label for each in scales.values()):
        message = f"{activity} needs the scales importance and support, each with a question and a skip_label"
        yield file.problem("V008", message, "scales")
    for name, scale in scales.items():
        if (scale.min, scale.max) != _RANGE:
            yield file.problem("V008", f"{name}: {activity} is scored from 1 to 5", "scales", name)


def _scoring(activity: str, file: PackFile[Any]) -> Iterator[Problem]:
    scoring = file.content.scoring
    said = (scoring.method, scoring.factor, scoring.min_answered_share, scoring.min_scored_areas, scoring.decimals)
    formula = (needs.FACTOR, float(needs.MIN_ANSWERED_SHARE), needs.MIN_SCORED_AREAS, needs.DECIMALS)
    if said != ("weighted_gap", *formula):
        message = f"{activity} is scored by weighted_gap with factor, shares and decimals {formula}"
        yield file.problem("V008", message, "scoring")


def _texts(activity: str, file: PackFile[Any]) -> Iterator[Problem]:
    content = file.content
    if not content.intro or not content.stem:
        yield file.problem("V008", f"{activity} needs an intro and a stem")
    if [each.id for each in content.questions if each.max_length] != ["other"]:
        yield file.problem("V008", f"{activity} needs one open question, other, with a max_length", "questions")
    there = {note.key for note in content.notes}
    for key in _NOTES:
        if key not in there:
            yield file.problem("V009", f"{key}: {activity} has no note of this key", "notes")


def _bands(activity: str, file: PackFile[Any]) -> Iterator[Problem]:
    bands = file.content.bands
    if tuple((band.key, band.from_) for band in bands) != needs.BANDS:
        wanted = ", ".join(f"{key} from {begins}" for key, begins in needs.BANDS)
        yield file.problem("V009", f"{activity} needs the bands {wanted}", "bands")
    for position, band in enumerate(bands):
        if not band.label:
            yield file.problem("V009", f"{band.key}: the band has no label", "bands", position)
