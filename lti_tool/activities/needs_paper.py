"""A profile of needs as something to take along: bars, the same as a table, and what it says area by area."""

from dataclasses import dataclass
from datetime import date

from lti_tool.activities.paper import Heading, Paper, Picture, Points, Prose, Table
from lti_tool.language import day, number
from lti_tool.mentoring.needs import AreaNeed, Profile


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: a share of 100, or None where the area is not scored."""

    label: str
    shown: str
    share: float | None
    band: str


@dataclass(frozen=True, kw_only=True)
class SaidOfArea:
    """What the pack says about one area: its label, its band in a word, its text."""

    label: str
    need: AreaNeed
    band: str
    text: str


def needs_paper(profile: Profile, areas: tuple[SaidOfArea, ...], words: dict[str, str], note: str) -> Paper:
    """Return the profile's paper; ``words`` are the pack's words for papers."""
    bars = tuple(_bar(area) for area in areas)
    title = words["paper_title"].replace("{day}", day(date.fromisoformat(profile.on)))
    sentence = "; ".join(f"{bar.label}: {bar.shown} ({bar.band})" for bar in bars)
    table = Table(
        caption=words["paper_caption"],
        head=(words["paper_area"], words["paper_score"], words["paper_band"]),
        rows=tuple((bar.label, bar.shown, bar.band) for bar in bars),
    )
    return Paper(
        name="profile",
        title=title,
        blocks=(
            Picture(component="profile", drawing=bars, title=title, text=sentence),
            Prose(text=note),
            table,
            Heading(text=words["paper_areas"]),
            Points(items=tuple(area.text for area in areas)),
            Prose(text=words["caution"]),
        ),
    )


def _bar(area: SaidOfArea) -> Bar:
    shown = area.need.shown
    return Bar(
        label=area.label,
        shown=number(shown),
        share=None if shown is None else float(shown),
        band=area.band,
    )
