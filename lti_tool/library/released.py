"""What a released version promised: ids, types, and a fingerprint of everything whose meaning must not drift."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pydantic import Field, ValidationError

from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.schemas.base import Shape, Version
from lti_tool.library.schemas.exercises import Check, Instrument, Scenario, SortFile
from lti_tool.library.yaml_nodes import Loc


class ReleasedActivity(Shape):
    """An activity as released."""

    type: str
    required: bool


class ReleasedFile(Shape):
    """A file as released: its own version, if it has one, and the fingerprints of its parts."""

    version: Version | None = None
    parts: dict[str, str]


class Released(Shape):
    """``released.json``: written by a release, compared with by every later check."""

    version: Version
    activities: dict[str, ReleasedActivity] = Field(default_factory=dict)
    files: dict[str, ReleasedFile] = Field(default_factory=dict)


class ReleasedUnreadable(Exception):
    """``released.json`` is not what a release has written."""


def read_released(text: str) -> Released:
    """Read ``released.json``.

    :raise ReleasedUnreadable: somebody has changed it by hand, or it comes from elsewhere.
    """
    try:
        return Released.model_validate_json(text)
    except ValidationError as mistake:
        raise ReleasedUnreadable("not as a release writes it") from mistake


def snapshot(pack: Pack) -> Released:
    """Return what a release of this pack promises. Only the first language counts: translations may be mended."""
    return Released(
        version=pack.manifest.content.version,
        activities={
            activity.entry.id: ReleasedActivity(type=activity.entry.type, required=not activity.entry.optional)
            for page in pack.default.pages
            for activity in page.activities
        },
        files={
            file.name: ReleasedFile(
                version=getattr(file.content, "version", None),
                parts={name: _fingerprint(meaning) for name, _, meaning in parts_of(file)},
            )
            for file in pack.default.files
            if any(parts_of(file))
        },
    )


def as_json(released: Released) -> str:
    """Return the text of ``released.json``: sorted, so that a change shows as what it is."""
    return json.dumps(released.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def parts_of(file: PackFile[Any]) -> Iterator[tuple[str, Loc, object]]:
    """Yield (name, where, meaning) of everything in a file that answers refer to."""
    content = file.content
    if isinstance(content, Instrument):
        yield from _instrument_parts(content)
    elif isinstance(content, Check):
        for position, question in enumerate(content.questions):
            options = sorted((option.id, option.text, option.correct) for option in question.options)
            yield question.id, ("questions", position), (question.text, options)
    elif isinstance(content, SortFile):
        yield from _sort_parts(content)
    elif isinstance(content, Scenario):
        for name, node in content.nodes.items():
            choices = sorted((choice.id, choice.text, choice.to) for choice in node.choices)
            yield name, ("nodes", name), (node.text, choices, node.end)


def fingerprint_of(file: PackFile[Any]) -> dict[str, tuple[Loc, str]]:
    """Return each part of a file with its line's place and its fingerprint."""
    return {name: (at, _fingerprint(meaning)) for name, at, meaning in parts_of(file)}


def _instrument_parts(content: Instrument) -> Iterator[tuple[str, Loc, object]]:
    for name, scale in content.scales.items():
        yield f"scale {name}", ("scales", name), (scale.question, scale.min, scale.max, scale.anchors)
    for position, item in enumerate(content.items):
        yield item.id, ("items", position), (item.text, item.area, item.facet, item.objective)


def _sort_parts(content: SortFile) -> Iterator[tuple[str, Loc, object]]:
    for position, card in enumerate(content.cards):
        yield card.id, ("cards", position), (card.text, card.pile, sorted(card.also), card.family)
    for position, pile in enumerate(content.piles):
        yield f"pile {pile.id}", ("piles", position), pile.label


def _fingerprint(meaning: object) -> str:
    return hashlib.sha256(json.dumps(meaning, ensure_ascii=False).encode()).hexdigest()[:16]
