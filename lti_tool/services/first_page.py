"""What the first page shows, in one look: the visit, how far its learner is, and where the grade is."""

from dataclasses import dataclass
from datetime import timedelta

from lti_tool.prepared import Door, Prepared
from lti_tool.services import grading, progress, visits
from lti_tool.services.grading import GradeState
from lti_tool.services.progress import Begun
from lti_tool.services.visits import CurrentVisit

_FOUND = Prepared(grading.with_state(visits.FOUND.add_columns(progress.BEGUN.label("begun"))))


@dataclass(frozen=True, kw_only=True)
class Arrival(CurrentVisit):
    """A visit of the first page."""

    begun: Begun
    grade: GradeState


def find(door: Door, public_id: str, secret: str, idle: timedelta) -> Arrival:
    """Return the visit as ``visits.find`` does, with what the first page shows of it.

    :raise PlatformUnknown, VisitOver: as there.
    """
    found = visits.look(door, _FOUND, public_id, secret, idle)
    begun, grade = progress.begun_in(found["begun"]), grading.state_of(found)
    return Arrival(**visits.fields(found, secret), begun=begun, grade=grade)
