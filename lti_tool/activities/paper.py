"""Papers: what a learner takes along of their work, in plain blocks that page, text, DOCX and PDF are made from."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading inside a paper."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Prose:
    """A paragraph; lines in it stay lines."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Points:
    """A list of short items."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Labels, each with its text."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; the first cell of each row names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing that ``templates/components/`` + ``component`` turns into SVG; the text says the same in words."""

    component: str
    drawing: object
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Blank lines to sign on paper; nothing of it is stored."""

    labels: tuple[str, ...]


Block: TypeAlias = Heading | Prose | Points | Rows | Table | Picture | Signatures


@dataclass(frozen=True, kw_only=True)
class Event:
    """A day to remember; ``uid`` stays the same when it is moved, so that a calendar moves it, too.

    It is unique among the events of one learner in one workshop; whoever makes a file makes it unique in the world.
    """

    uid: str
    on: date
    title: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One document. ``name`` is its short name in addresses and files: ``map``, ``agenda``."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    events: tuple[Event, ...] = ()
    body: str = ""
    """The text itself where the paper is one to send: copied alone, without headings."""
