"""What all files of a pack share: only known keys, no silent conversions."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from lti_tool import features

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(min_length=1)]
"""A piece of a sentence: the blanks around it belong to it."""
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]


def _known_feature(name: str) -> str:
    if name not in features.KNOWN:
        raise ValueError(f"no release has a feature of this name; there are {', '.join(sorted(features.KNOWN))}")
    return name


Feature = Annotated[str, AfterValidator(_known_feature)]


class Shape(BaseModel):
    """A mapping whose keys are all known. Numbers are not read from text, nor text from numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def major(version: str) -> int:
    """Return the first figure of a version: what a reference such as ``needs@1`` names."""
    return int(version.split(".", 1)[0])
