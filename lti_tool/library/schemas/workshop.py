"""The files that describe a workshop as a whole: ``workshop.yaml``, ``references.yaml``, texts, areas, objectives."""

from typing import Literal

from pydantic import Field

from lti_tool.library.schemas.base import Shape, Text, Url, Version


class Series(Shape):
    """Where the workshop stands in a series."""

    id: Text
    position: int
    next: Text | None = None


class Area(Shape):
    """A support area. Pooled results of a sensitive one need more people."""

    id: Text
    class_: Literal["career", "psychosocial"] = Field(alias="class")
    sensitive: bool = False


class ModuleEntry(Shape):
    """A module's place in the workshop; its text is a page."""

    id: Text
    weight: int | float
    minutes: int
    objectives: list[Text] = Field(default_factory=list)


class Grading(Shape):
    """How completed work becomes points."""

    profile: Literal["completion", "all_or_nothing", "participation"] = "completion"
    pass_share: float = 0.75


class Anonymity(Shape):
    """From how many people on pooled results are shown."""

    min: int
    min_sensitive: int
    batch: int = 5


class Evidence(Shape):
    """What the workshop is based on, and under which licence its own texts go out."""

    based_on: list[Text] = Field(default_factory=list)
    licence: Text


class Manifest(Shape):
    """``workshop.yaml``."""

    id: Text
    version: Version
    series: Series | None = None
    title: Text
    attribution: Text | None = None
    locales: list[Text] = Field(min_length=1)
    objectives: list[Text] = Field(min_length=1)
    areas: list[Area] = Field(default_factory=list)
    modules: list[ModuleEntry] = Field(min_length=1)
    grading: Grading = Grading()
    anonymity: Anonymity
    evidence: Evidence


class ReferenceEntry(Shape):
    """One source: how a text cites it, and how a list names it."""

    key: Text
    short: Text
    text: Text
    url: Url | None = None


class References(Shape):
    """``references.yaml``; never translated."""

    references: list[ReferenceEntry]


class Translation(Shape):
    """Who turned this locale's files into their language, when and how."""

    locale: Text
    by: Text
    date: Text
    method: Text


class Texts(Shape):
    """``texts.yaml``: single texts by key, and the words a school may swap."""

    texts: dict[str, Text]
    terms: dict[str, Text] = Field(default_factory=dict)
    translation: Translation | None = None


class AreaTexts(Shape):
    """What is said about one area."""

    id: Text
    label: Text
    who: list[Text] = Field(default_factory=list)
    first_step: Text | None = None


class Areas(Shape):
    """``areas.yaml``."""

    areas: list[AreaTexts]


class Objectives(Shape):
    """``objectives.yaml``: each objective in a sentence."""

    objectives: dict[str, Text]
