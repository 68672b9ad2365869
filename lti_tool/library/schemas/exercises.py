"""The files that activities are made of: instruments, checks, sorts, scenarios, statements, builders, map, fit."""

from typing import Literal

from pydantic import Field, model_validator

from lti_tool.library.schemas.base import Feature, Shape, Text, Version, Words


class Scale(Shape):
    """A rating scale, anchors from low to high."""

    question: Text | None = None
    min: int
    max: int
    anchors: list[Text]
    skip: bool = False
    skip_label: Text | None = None


class Scoring(Shape):
    """How ratings become figures."""

    method: Literal["none", "mean", "weighted_gap", "retrospective"] = "none"
    factor: int | None = None
    min_answered_share: float | None = None
    min_scored_areas: int | None = None
    decimals: int = 1


class Band(Shape):
    """A range of scores from ``from`` on, in words."""

    key: Text
    from_: int | float = Field(alias="from")
    label: Text | None = None
    text: Text | None = None


class Note(Shape):
    """A sentence shown under a condition that the formulas know by its key."""

    key: Text
    text: Text


class Facet(Shape):
    """A group of items that are summed up together."""

    id: Text
    label: Text
    tip: Text | None = None
    rated: list[Text] = Field(default_factory=list)
    """The scales on which its items are rated, where an instrument has several."""


class InstrumentItem(Shape):
    """A sentence to rate, and what it speaks about."""

    id: Text
    text: Text
    area: Text | None = None
    facet: Text | None = None
    objective: Text | None = None


class OpenQuestion(Shape):
    """A question answered in own words."""

    id: Text
    text: Text
    max_length: int | None = None


class Instrument(Shape):
    """``instruments/*.yaml``."""

    id: Text
    version: Version
    title: Text | None = None
    intro: Text | None = None
    stem: Text | None = None
    scales: dict[str, Scale] = Field(min_length=1)
    scoring: Scoring = Scoring()
    facets: list[Facet] = Field(default_factory=list)
    bands: list[Band] = Field(default_factory=list)
    notes: list[Note] = Field(default_factory=list)
    questions: list[OpenQuestion] = Field(default_factory=list)
    items: list[InstrumentItem] = Field(min_length=1)


class BuilderOption(Shape):
    """A choice in a builder's field."""

    id: Text
    text: Text


class ChoiceQuestion(Shape):
    """A question answered by choosing, one or several."""

    id: Text
    text: Text
    several: bool = False
    options: list[BuilderOption] = Field(min_length=2)


class NumberQuestion(Shape):
    """A question answered with a figure."""

    id: Text
    text: Text
    max: int


class Evaluation(Instrument):
    """``evaluation.yaml``: ratings, questions in own words, and the page's own sentences."""

    choices: list[ChoiceQuestion] = Field(default_factory=list)
    numbers: list[NumberQuestion] = Field(default_factory=list)
    words: dict[str, Text] = Field(default_factory=dict)


class Option(Shape):
    """An answer to choose, and what is said to whoever chooses it."""

    id: Text
    text: Text
    note: Text | None = None
    correct: bool = False


class Question(Shape):
    """A question with one right answer."""

    id: Text
    text: Text
    options: list[Option]


class Check(Shape):
    """``checks/*.yaml``."""

    id: Text
    questions: list[Question]


class PileEntry(Shape):
    """A pile, how many cards it takes, and what is said when there are too few or too many."""

    id: Text
    label: Text
    text: str = ""
    min: int = 0
    max: int | None = None
    too_few: Text | None = None
    too_many: Text | None = None


class CardEntry(Shape):
    """A card: the pile it belongs to and what is said about it, or the family it counts for."""

    id: Text
    text: Text
    pile: Text | None = None
    also: list[Text] = Field(default_factory=list)
    feedback: Text | None = None
    family: Text | None = None
    notice: Text | None = None
    refs: list[Text] = Field(default_factory=list)


class Family(Shape):
    """A group of cards that are counted together."""

    id: Text
    label: Text


class SortFile(Shape):
    """``sorts/*.yaml``."""

    id: Text
    intro: Text
    piles: list[PileEntry] = Field(min_length=2)
    families: list[Family] = Field(default_factory=list)
    cards: list[CardEntry] = Field(min_length=1)
    notes: list[Note] = Field(default_factory=list)
    summary: Text | None = None
    no_priority: Text | None = None


class Choice(Shape):
    """A choice in a story, where it leads, and what is said to whoever takes it."""

    id: Text
    text: Text
    to: Text
    note: Text
    signals: dict[str, int] = Field(default_factory=dict)


class StoryNode(Shape):
    """A moment of a story, or one of its endings."""

    text: Text
    choices: list[Choice] = Field(default_factory=list)
    end: bool = False


class Scenario(Shape):
    """``scenarios/*.yaml``: a story, its counters with their names, and what research says beside it."""

    id: Text
    start: Text
    signals: dict[str, Text] = Field(min_length=1)
    words: dict[str, Text]
    research: Text
    no_contacts: Text | None = None
    nodes: dict[str, StoryNode] = Field(min_length=1)


class StatementLine(Shape):
    """A line to acknowledge; shown only by releases that have what it ``needs``."""

    id: Text
    text: Text
    needs: Feature | None = None


class StatementFile(Shape):
    """``statements/*.yaml``: lines to read, and the sentence beside the box to tick."""

    id: Text
    statement: Text
    lines: list[StatementLine] = Field(min_length=1)


class BuilderField(Shape):
    """A field of a builder."""

    id: Text
    label: Text
    hint: Text | None = None
    type: Literal["text", "choice", "date", "number", "flag", "list"]
    required: bool = False
    min: int | None = None
    max: int | None = None
    min_words: int | None = None
    default: Text | None = None
    """The text that stands there at first."""
    chosen: Text | None = None
    """The option that is chosen at first; ``yes`` for a box that is ticked."""
    options: list[BuilderOption] = Field(default_factory=list)
    options_from: Literal["areas"] | None = None


class BuilderLines(Shape):
    """Fields that are asked several times; the words speak of line ``{n}``."""

    label: Text
    add: Text
    remove: Text
    min: int = Field(default=1, ge=1)
    max: int = Field(ge=1, le=9)
    fields: list[BuilderField] = Field(min_length=1)


class Builder(Shape):
    """A document that the learner writes step by step."""

    id: Text
    title: Text | None = None
    intro: Text | None = None
    offline: bool = True
    lines: BuilderLines | None = None
    fields: list[BuilderField] = Field(default_factory=list)
    templates: dict[str, Text] = Field(default_factory=dict)
    errors: dict[str, Text] = Field(default_factory=dict)
    words: dict[str, list[Text]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks_something(self) -> "Builder":
        if not self.fields and self.lines is None:
            raise ValueError(f"{self.id}: a document needs fields or lines")
        return self


class Builders(Shape):
    """``builders.yaml``: what all documents say alike, and each of them."""

    offline: Text | None = None
    """Beside the box for those who made the document on paper."""
    errors: dict[str, Text] = Field(default_factory=dict)
    builders: list[Builder] = Field(min_length=1)


class Labelled(Shape):
    """A question, criterion, word or note by its id."""

    id: Text
    text: Text
    label: Text | None = None
    options: list[BuilderOption] = Field(default_factory=list)


class NetworkMap(Shape):
    """``map.yaml``: the questions, words and notes of the map, and the actions to choose from after it."""

    version: Version
    intro: Text | None = None
    privacy: Text | None = None
    questions: list[Labelled]
    words: dict[str, Words] = Field(default_factory=dict)
    shapes: list[Labelled] = Field(default_factory=list)
    notes: list[Labelled] = Field(default_factory=list)
    actions: list[Labelled] = Field(default_factory=list)
    action_words: dict[str, Words] = Field(default_factory=dict)


class Fit(Shape):
    """``fit.yaml``: the criteria by which possible mentors are compared."""

    version: Version
    intro: Text | None = None
    criteria: list[Labelled]
    words: dict[str, Words] = Field(default_factory=dict)
    notes: list[Labelled] = Field(default_factory=list)
