"""The front matter of a module's page, and what each kind of activity may say there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import Field

from lti_tool.library.schemas.base import Shape, Text


class PageHead(Shape):
    """The front matter of ``modules/*.md``; the entries of activities are read one by one by their type."""

    id: Text
    title: Text
    activities: list[dict[str, Any]] = Field(min_length=1)


class After(Shape):
    """A module that must be complete, and for how many days, before an activity opens."""

    module: Text
    days: int = Field(ge=0)


class Entry(Shape):
    """What every activity says of itself."""

    id: Text
    type: Text
    title: Text
    points: int = Field(ge=0)
    minutes: int = Field(ge=0)
    objectives: list[Text] = Field(default_factory=list)
    audience: Literal["private", "group"] = "private"
    optional: bool = False
    opens: Literal["now", "later"] = "now"
    after: After | None = None


class NoOptions(Shape):
    """Nothing to say beside what every activity says."""


class ReadingOptions(Shape):
    """Which section of the page to read."""

    body: Text


class StatementOptions(Shape):
    """What to acknowledge."""

    statement: Text


class InstrumentOptions(Shape):
    """What to rate."""

    instrument: Text


class SortOptions(Shape):
    """What to sort."""

    sort: Text


class PrioritiesOptions(Shape):
    """Where suggestions come from, and how many to confirm."""

    from_: Text = Field(alias="from")
    min: int = 1
    max: int = 3


class WritingOptions(Shape):
    """What to write about, how much, and whether paper or a talk will do instead."""

    prompts: list[Text] = Field(min_length=1)
    min_words: int = 0
    offline: bool = True


class CheckOptions(Shape):
    """Which questions to answer."""

    check: Text


class FromOptions(Shape):
    """Which earlier work this one goes on from."""

    from_: Text | None = Field(default=None, alias="from")


class ScenarioOptions(Shape):
    """Which story to walk through."""

    scenario: Text


class BuilderOptions(Shape):
    """Which document to write."""

    builder: Text


OPTIONS: Final[Mapping[str, type[Shape]]] = MappingProxyType(
    {
        "reading": ReadingOptions,
        "choice_ack": StatementOptions,
        "rating_set": InstrumentOptions,
        "sort": SortOptions,
        "needs_assessment": InstrumentOptions,
        "priorities": PrioritiesOptions,
        "reflection": WritingOptions,
        "knowledge_check": CheckOptions,
        "network_map": FromOptions,
        "gap_view": FromOptions,
        "fit_check": FromOptions,
        "scenario": ScenarioOptions,
        "discussion": WritingOptions,
        "goals": BuilderOptions,
        "message": BuilderOptions,
        "agenda": BuilderOptions,
        "agreement": BuilderOptions,
        "follow_up": BuilderOptions,
        "evaluation": NoOptions,
        "check_in": BuilderOptions,
    }
)
"""Every type of activity that a pack may use."""
