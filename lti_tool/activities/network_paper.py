"""The map as something to take along: the picture, everybody in a table with the same numbers, and the figures."""

from lti_tool.activities.base import Work
from lti_tool.activities.network_content import MapContent
from lti_tool.activities.network_outcome import outcome_of
from lti_tool.activities.paper import Heading, Paper, Picture, Points, Prose, Table
from lti_tool.mentoring.network import Network, Person

COLUMNS = ("closeness", "frequency", "setting")
SIGNS = {"circle": "●", "square": "■", "triangle": "▲", "dashed": "◌", "tie": "—", "tick": "|"}
"""The signs of the picture as characters, for its legend."""


def map_paper(content: MapContent, network: Network, work: Work) -> Paper:
    """Return the map's paper. Notes to oneself and what people are to the learner's grades stay at home."""
    outcome, questions = outcome_of(content, network, work), content.questions
    words = content.words
    people = Table(
        caption=words["paper_people"],
        head=(words["paper_number"], *(questions[name].label for name in ("label", "main", "also", *COLUMNS))),
        rows=tuple(_row(content, number, person) for number, person in enumerate(network.persons, 1)),
    )
    figures = Table(
        caption=words["paper_figures"],
        head=(words["paper_measure"], words["paper_figure"], words["paper_meaning"]),
        rows=tuple((line.label, line.figure or "–", line.words) for line in outcome.measures),
    )
    return Paper(
        name="map",
        title=outcome.title,
        blocks=(
            Picture(component="map", drawing=outcome.picture, title=outcome.title, text=outcome.description),
            Points(items=tuple(f"{sign} {words[f'legend_{name}']}" for name, sign in SIGNS.items())),
            people,
            Heading(text=outcome.shape.label),
            Prose(text=outcome.shape.text),
            figures,
        ),
    )


def _row(content: MapContent, number: int, person: Person) -> tuple[str, ...]:
    said = [content.questions[name].word(getattr(person, name)) for name in COLUMNS]
    label = person.label
    if person.status == "candidate":
        label = f"{label} ({content.questions['status'].word('candidate')})"
    return (str(number), label, content.area_labels(person.areas[:1]), content.area_labels(person.areas[1:]), *said)
