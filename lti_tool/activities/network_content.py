"""What ``map.yaml`` says: the questions of the map, its words, its notes, and the actions to choose from after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from lti_tool.activities.base import Area, Source

SCREENS: Final = ("name", "help", "close", "more", "knows", "picture")
DETAILS: Final = ("setting", "discipline", "seniority", "assesses_me")
MORE_DETAILS: Final = ("role", "introduced_by", "note")
QUESTIONS: Final = (
    *SCREENS,
    "label",
    "status",
    "main",
    "also",
    "closeness",
    "frequency",
    *DETAILS,
    *MORE_DETAILS,
    "few",
)
"""Every question that ``map.yaml`` must have."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice in a menu, with what menus of the interface ask for: ``id`` and ``label``."""

    id: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about a person, or a step of the map: a short label, the question itself, its choices."""

    id: str
    label: str
    text: str
    options: tuple[Option, ...] = ()

    def word(self, option_id: str) -> str:
        """Return what a choice is called; empty for none."""
        return next((option.label for option in self.options if option.id == option_id), "")


@dataclass(frozen=True, kw_only=True)
class MapContent:
    """Everything the map and the choice of an action say."""

    version: str
    locale: str
    intro: str
    privacy: str
    areas: tuple[Area, ...]
    questions: Mapping[str, Question]
    words: Mapping[str, str]
    shapes: Mapping[str, Question]
    notes: Mapping[str, Markup]
    actions: tuple[Question, ...]
    action_words: Mapping[str, str]

    @property
    def area_ids(self) -> tuple[str, ...]:
        """Return the ids of all areas in order."""
        return tuple(area.id for area in self.areas)

    def area(self, area_id: str) -> Area | None:
        """Return an area, or None if there is none of this id."""
        return next((area for area in self.areas if area.id == area_id), None)

    def area_labels(self, area_ids: Iterable[str]) -> str:
        """Return the labels of areas as one phrase."""
        found = (self.area(area_id) for area_id in area_ids)
        return self.joined(area.label for area in found if area)

    def joined(self, labels: Iterable[str]) -> str:
        """Return labels as one phrase: one, two and three."""
        return joined(labels, self.words)


def read_map(source: Source) -> MapContent:
    """Return what the pack's ``map.yaml`` says."""
    document = source.file("map.yaml")
    return MapContent(
        version=document["version"],
        locale=source.locale,
        intro=document["intro"] or "",
        privacy=document["privacy"] or "",
        areas=source.areas,
        questions={entry["id"]: question(entry) for entry in document["questions"]},
        words=document["words"],
        shapes={entry["id"]: question(entry) for entry in document["shapes"]},
        notes={entry["id"]: source.inline(entry["text"]) for entry in document["notes"]},
        actions=tuple(question(entry) for entry in document["actions"]),
        action_words=document["action_words"],
    )


def question(entry: Mapping[str, Any]) -> Question:
    """Return one entry of a file as a question."""
    options = tuple(Option(id=option["id"], label=option["text"]) for option in entry["options"])
    return Question(id=entry["id"], label=entry["label"] or "", text=entry["text"], options=options)


def joined(labels: Iterable[str], words: Mapping[str, str]) -> str:
    """Return labels as one phrase, with the words for ``and`` and the comma of a language."""
    *first, last = [*labels] or [""]
    return words["comma"].join(first) + words["and"] + last if first else last
