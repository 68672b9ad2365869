"""What the first page shows, found in one look: the visit, how far its learner is, and where the grade is."""

from dataclasses import dataclass, field
from datetime import timedelta

from lti_tool.prepared import Door, Prepared, Row
from lti_tool.services import grade_states, progress, visits
from lti_tool.services.grade_states import GradeState
from lti_tool.services.progress import Begun
from lti_tool.services.visits import CurrentVisit

_FOUND = Prepared(grade_states.with_state(visits.FOUND.add_columns(progress.BEGUN.label("begun"))))


@dataclass(frozen=True, kw_only=True)
class Arrival(CurrentVisit):
    """A visit of the first page, with what was found beside it. Who only looks has begun nothing, and has no grade."""

    found: Row = field(repr=False)

    @property
    def begun(self) -> Begun:
        """How far the learner is."""
        return progress.begun_in(self.found["begun"] if self.works else None)

    @property
    def grade(self) -> GradeState:
        """Where the learner's grade is."""
        return grade_states.state_of(self.found) if self.works else GradeState(kind="none")


def find(door: Door, public_id: str, secret: str, idle: timedelta) -> Arrival:
    """Return the visit as ``visits.find`` does, with what the first page shows of it.

    :raise PlatformUnknown, VisitOver: as there.
    """
    found = visits.look(door, _FOUND, public_id, secret, idle)
    return Arrival(**visits.fields(found, secret), found=found)
