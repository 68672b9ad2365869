"""Which notes a map deserves: conditions only. What a note says stands in the workshop's ``map.yaml``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from lti_tool.mentoring.gaps import AreaView, Status
from lti_tool.mentoring.network import DENSE, HALF, Measures, Network, Person, leaned_on, shown

SHOWN_AT_FIRST = 3
LITTLE = Decimal("20.0")
SUPPORT = "support"
"""The area of those one confides in."""
NO_VARIETY = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note by its key, with the areas and the people it speaks of."""

    key: str
    areas: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything the notes look at. ``personal`` are the areas about the learner rather than the work."""

    network: Network
    measures: Measures
    views: tuple[AreaView, ...]
    priorities: Sequence[str]
    gap_index: Decimal | None
    personal: frozenset[str]

    def priorities_that_are(self, status: Status) -> tuple[AreaView, ...]:
        """Return the confirmed priorities of a status, most important first."""
        views = {view.area: view for view in self.views}
        return tuple(views[area] for area in self.priorities if area in views and views[area].status is status)


Rule = Callable[[Standing], Note | None]


def notes_for(standing: Standing) -> tuple[Note, ...]:
    """Return every note whose condition holds, most useful first; pages show three and offer the rest."""
    return tuple(note for rule in RULES.values() if (note := rule(standing)) is not None)


def _empty(at: Standing) -> Note | None:
    return Note(key="g01_empty") if at.measures.size == 0 else None


def _one(at: Standing) -> Note | None:
    return Note(key="g02_one", people=at.network.current) if at.measures.size == 1 else None


def _open_priority(at: Standing) -> Note | None:
    return _about(at, Status.OPEN, "g03_open_priority")


def _thin_priority(at: Standing) -> Note | None:
    return _about(at, Status.THIN, "g04_thin_priority")


def _untapped_priority(at: Standing) -> Note | None:
    return _about(at, Status.UNTAPPED, "g05_untapped_priority")


def _assessor_confidant(at: Standing) -> Note | None:
    confidants = at.network.helping(SUPPORT)
    judged = bool(confidants) and all(person.assesses_me == "yes" for person in confidants)
    return Note(key="g06_assessor_confidant", people=confidants) if judged else None


def _lean(at: Standing) -> Note | None:
    share, person = shown(at.measures.top_share), leaned_on(at.network)
    leans = person is not None and at.measures.size > 1 and share is not None and share > HALF
    return Note(key="g07_lean", people=(person,)) if person and leans else None


def _no_personal(at: Standing) -> Note | None:
    # An empty map is not "all work": there the first note says what to do.
    views = [view for view in at.views if view.area in at.personal]
    bare = at.measures.size > 0 and bool(views) and not any(view.people for view in views)
    return Note(key="g08_no_personal") if bare and any(view.band != "covered" for view in views) else None


def _same_place(at: Standing) -> Note | None:
    settled = sum(bool(person.setting) for person in at.network.current)
    alike = shown(at.measures.varieties.get("setting")) == NO_VARIETY
    return Note(key="g09_same_place") if settled >= 3 and alike else None


def _closed(at: Standing) -> Note | None:
    density = shown(at.measures.density)
    return Note(key="g10_closed") if at.measures.size >= 4 and density is not None and density >= DENSE else None


def _no_peer(at: Standing) -> Note | None:
    ranks = [person.seniority for person in at.network.current if person.seniority]
    return Note(key="g11_no_peer") if len(ranks) >= 3 and not {"peer", "near"}.intersection(ranks) else None


def _dormant(at: Standing) -> Note | None:
    quiet = tuple(
        person
        for person in at.network.current
        if person.closeness in ("close", "moderate") and person.frequency in ("yearly", "rarely")
    )
    return Note(key="g12_dormant", people=quiet) if quiet else None


def _connector(at: Standing) -> Note | None:
    openers = tuple(person for person in at.network.current if len(at.network.introduced_by(person)) >= 2)
    return Note(key="g13_connector", people=openers[:1]) if openers else None


def _fine(at: Standing) -> Note | None:
    wide = shown(at.measures.range)
    fits = at.gap_index is not None and at.gap_index <= LITTLE and wide is not None and wide >= HALF
    return Note(key="g14_fine") if fits else None


def _about(at: Standing, status: Status, key: str) -> Note | None:
    views = at.priorities_that_are(status)
    people = {person.id: person for view in views for person in view.people}
    return Note(key=key, areas=tuple(view.area for view in views), people=tuple(people.values())) if views else None


RULES: Final = MappingProxyType(
    {
        "g01_empty": _empty,
        "g02_one": _one,
        "g03_open_priority": _open_priority,
        "g04_thin_priority": _thin_priority,
        "g05_untapped_priority": _untapped_priority,
        "g06_assessor_confidant": _assessor_confidant,
        "g07_lean": _lean,
        "g08_no_personal": _no_personal,
        "g09_same_place": _same_place,
        "g10_closed": _closed,
        "g11_no_peer": _no_peer,
        "g12_dormant": _dormant,
        "g13_connector": _connector,
        "g14_fine": _fine,
    }
)
"""The conditions by the key of their note, in the order in which notes are shown."""
