"""Choosing content for a course: what a platform takes, what we have, and what becomes of a choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.library.model import Workshop
from lti_tool.lti.deep_linking import ContentItem
from lti_tool.lti.gradebook import LineItem
from lti_tool.lti.messages import DeepLinkingLaunch, Role
from lti_tool.models import Course, Deployment, Selection, Visit
from lti_tool.services import grading
from lti_tool.services.visits import CurrentVisit

BUILDERS = (Role.INSTRUCTOR, Role.DESIGNER)
IGNORES_DATES = frozenset({"moodle"})
"""Families that drop the dates of a link (Moodle 4.5, observed 2026-11-22)."""
WHOLE_POINTS = frozenset({"moodle"})
"""Families that take whole points from 1 to 100 only (Moodle 4.5, observed 2026-11-22)."""


@dataclass(frozen=True, kw_only=True)
class Picker:
    """What the platform of this visit takes back, and where to."""

    return_url: str
    deployment_id: str
    data: str | None
    may_choose: bool
    takes_links: bool
    takes_several: bool
    takes_line_items: bool
    title: str | None
    text: str | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that a link can open: the whole workshop, or one module."""

    part: str
    name: str
    title: str
    """What the link is called unless somebody changes it."""
    minutes: int
    modules: int
    """How many modules it has that open now; 1 for a module."""
    later: int
    """How many modules open in a later version."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Everything that the picker's page can ask."""

    choices: tuple[Choice, ...]
    several: bool
    grades: bool
    whole_points: bool
    dates: bool
    send_when: str


@dataclass(frozen=True, kw_only=True)
class ChosenLink:
    """One link to be made."""

    part: str
    title: str
    points: Decimal | None = None
    """What its column is worth; None if no grade is collected."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody chose."""

    links: tuple[ChosenLink, ...]
    send_when: str
    lines_per_module: bool = False
    opens_at: datetime | None = None
    due_at: datetime | None = None


def keep(session: Session, launch: DeepLinkingLaunch, visit_id: str) -> None:
    """Keep what a deep linking request asked, for as long as its visit.

    Who builds a course may choose: instructors and designers of the course, and administrators. Where the request
    names no roles, which it need not, the platform alone decides who adds content to its course.
    """
    asked = launch.settings
    session.flush()
    session.add(
        Selection(
            visit_id=session.scalars(select(Visit.id).filter_by(public_id=visit_id)).one(),
            return_url=asked.return_url,
            data=None if asked.data is None else asked.data.encode(),
            may_choose=launch.role in BUILDERS or launch.is_administrator or not launch.states_roles,
            takes_links=asked.takes_links,
            takes_several=asked.takes_several,
            takes_line_items=asked.takes_line_items,
            title=asked.title,
            text=asked.text,
        )
    )


def find(session: Session, visit: CurrentVisit) -> Picker:
    """Return what the platform of this visit takes back."""
    asked = session.scalars(select(Selection).filter_by(visit_id=visit.row_id)).one()
    deployment = select(Deployment.deployment_id).join(Course).filter(Course.id == visit.course_id)
    return Picker(
        return_url=asked.return_url,
        deployment_id=session.scalars(deployment).one(),
        data=None if asked.data is None else asked.data.decode(),
        may_choose=asked.may_choose,
        takes_links=asked.takes_links,
        takes_several=asked.takes_several,
        takes_line_items=asked.takes_line_items,
        title=asked.title,
        text=asked.text,
    )


def offer(picker: Picker, workshop: Workshop, family: str) -> Offer:
    """Return what this platform's picker can ask: the whole workshop, and each module that opens already."""
    opened = [module for module in workshop.graded if not module.opens_later]
    required = [each for module in opened for each in module.activities if each.required]
    whole = Choice(
        part=grading.WHOLE,
        name=workshop.title,
        title=picker.title or workshop.title,
        minutes=sum(each.minutes for each in required if not each.opens_later),
        modules=len(opened),
        later=len(workshop.graded) - len(opened),
    )
    single = [
        Choice(
            part=module.id,
            name=module.title,
            title=f"{workshop.title}: {module.title}"[:255],
            minutes=module.minutes,
            modules=1,
            later=0,
        )
        for module in opened
    ]
    return Offer(
        choices=(whole, *single),
        several=picker.takes_several,
        grades=picker.takes_line_items,
        whole_points=family in WHOLE_POINTS,
        dates=family not in IGNORES_DATES,
        send_when=grading.usual_send_when(family),
    )


def content_items(chosen: Chosen, workshop: Workshop, text: str | None) -> Sequence[ContentItem]:
    """Return a choice as the platform takes it. What a link opens stands in ``custom`` and in the line item."""
    return [
        ContentItem(
            title=link.title,
            text=text,
            custom=_custom(chosen, link, workshop),
            line_item=_line_item(link, workshop),
            opens_at=chosen.opens_at,
            due_at=chosen.due_at,
        )
        for link in chosen.links
    ]


def _custom(chosen: Chosen, link: ChosenLink, workshop: Workshop) -> dict[str, str]:
    custom = {"workshop": workshop.id}
    if link.part != grading.WHOLE:
        custom["module"] = link.part
    if link.points is None:
        return custom | {"grade": "none"}
    custom["send"] = chosen.send_when
    if chosen.lines_per_module and link.part == grading.WHOLE:
        custom["lines"] = "modules"
    return custom


def _line_item(link: ChosenLink, workshop: Workshop) -> LineItem | None:
    if link.points is None:
        return None
    resource_id = grading.resource_id(workshop.id, link.part)
    return LineItem(label=link.title, maximum=link.points, resource_id=resource_id, tag=grading.TAG)
