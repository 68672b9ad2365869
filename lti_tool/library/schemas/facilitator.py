"""The files for whoever leads a session."""

from pydantic import Field

from lti_tool.library.schemas.base import Shape, Text


class Step(Shape):
    """What happens for some minutes."""

    at: Text | None = None
    minutes: int = Field(ge=0)
    what: Text
    view: Text | None = None
    handout: Text | None = None


class RunSheet(Shape):
    """``facilitator/*.yaml``: a session of ``length`` minutes."""

    id: Text
    title: Text
    length: int
    people: int | None = None
    steps: list[Step] = Field(min_length=1)
