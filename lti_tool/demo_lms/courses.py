"""Courses of the demo, their links to the tool, their gradebook columns and the grades in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from lti_tool.demo_lms.people import Part, Person, opaque
from lti_tool.demo_lms.rules import Rules


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The tool as one client of this platform."""

    key: str
    client_id: str
    deployment_id: str
    rules: Rules
    endpoint_query: str = ""
    """A query that the authorization endpoint already has, as the OpenID standard allows."""
    scopes: frozenset[str] | None = None
    """What the services allow it; ``None``: all there are."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """An activity of a course that opens the tool (a resource link)."""

    key: str
    id: str
    title: str
    custom: dict[str, str]
    graded: bool
    """The platform made a gradebook column together with the activity."""
    grade_service: bool
    """Launches carry the claim of the grade services."""
    url: str = ""
    """The address that the tool gave it; empty: the tool's own."""


@dataclass(kw_only=True)
class Column:
    """A line item."""

    id: str
    label: str
    maximum: Decimal
    link_id: str | None = None
    resource_id: str | None = None
    tag: str | None = None
    own: bool = False
    """Made by the platform with its activity, not by the tool."""
    locked: bool = False
    attempts_allowed: int | None = None
    more: dict[str, object] = field(default_factory=dict)
    """Members that the tool sent and the standard does not name."""


@dataclass(kw_only=True)
class Grade:
    """One person's cell of the gradebook."""

    raw: Decimal | None = None
    """What the tool sent, in the column's points, before anything was clipped or overridden."""
    final: Decimal | None = None
    """What people see."""
    set_by_person: bool = False
    locked: bool = False
    timestamp: datetime | None = None
    """The moment of the newest change that later scores are compared with."""
    arrived: datetime | None = None
    attempts: int = 0
    submitted_at: str | None = None
    comments: list[str] = field(default_factory=list)
    accepted: list[dict[str, object]] = field(default_factory=list)
    """Every score that was accepted, as it was sent."""

    @property
    def complete(self) -> bool:
        """Return whether the condition "receive a grade" is met."""
        return self.final is not None


@dataclass(kw_only=True)
class Course:
    """A course with everything that belongs to it."""

    key: str
    id: str
    label: str
    title: str
    registration: Registration
    people: dict[str, Person]
    links: dict[str, Link]
    removed: dict[str, Person] = field(default_factory=dict)
    """Learners who are no longer enrolled."""
    columns: dict[str, Column] = field(default_factory=dict)
    grades: dict[tuple[str, str], Grade] = field(default_factory=dict)
    """By (column id, person key)."""
    history: tuple[str, ...] = ()
    """The ids of the courses it was copied from, the nearest first."""

    @property
    def rules(self) -> Rules:
        """Return the rules of the platform family this course follows."""
        return self.registration.rules

    def grade(self, column_id: str, person_key: str) -> Grade:
        """Return the cell, empty if nothing was graded yet."""
        return self.grades.setdefault((column_id, person_key), Grade())

    def columns_of(self, link: Link) -> list[Column]:
        """Return the columns that belong to a link."""
        return [column for column in self.columns.values() if column.link_id == link.id]

    def gradable(self, sub: str) -> Person | None:
        """Return the enrolled learner with this id; staff and test students cannot be graded."""
        people = (p for p in self.people.values() if p.part is Part.LEARNER and p.sub(self.rules) == sub)
        return next(people, None)


def seed(
    registrations: list[Registration], people: dict[str, Person], above: int = 0
) -> tuple[dict[str, Course], Iterator[int]]:
    """Return the courses by key, and the numbers that later columns get; all ids are ``above`` a number."""
    numbers, course_numbers, link_numbers = count(above + 2), count(above + 2), count(above + 1)
    courses: dict[str, Course] = {}
    for registration in registrations:
        for label, title in [("M101", "Mentoring 101"), ("FYS", "First-Year Seminar")]:
            key = f"{registration.key}-{label.lower()}"
            number = next(course_numbers)
            courses[key] = Course(
                key=key,
                id=str(number) if registration.rules.numeric_ids else opaque(f"course/{key}"),
                label=label,
                title=title,
                registration=registration,
                people=_members(people, registration.rules),
                links=_links(key, registration.rules, link_numbers),
            )
            for link in courses[key].links.values():
                if link.graded:
                    column = _own_column(link, str(next(numbers)), registration.rules)
                    courses[key].columns[column.id] = column
    return courses, numbers


def _members(people: dict[str, Person], rules: Rules) -> dict[str, Person]:
    # Moodle has no test student: a teacher who switches role launches with their own id.
    return {key: p for key, p in people.items() if rules.family != "moodle" or p.part is not Part.TEST}


def _links(course_key: str, rules: Rules, numbers: Iterator[int]) -> dict[str, Link]:
    due = "$Canvas.assignment.dueAt.iso8601" if rules.family == "canvas" else "$ResourceLink.submission.endDateTime"
    workshop = {"workshop": "fundamentals", "due": due}
    wanted = [
        ("as-they-go", "Three Steps", workshop | {"send": "as_they_go"}, True, True),
        ("when-complete", "Three Steps (graded at the end)", workshop | {"send": "when_complete"}, True, True),
        ("module", "Three Steps: welcome module", workshop | {"module": "m0", "send": "as_they_go"}, True, True),
        ("ungraded", "Three Steps (not graded)", workshop, False, False),
        ("by-hand", "Three Steps (added by hand)", {"due": due}, False, True),
    ]
    links = {}
    for key, title, custom, graded, grade_service in wanted:
        number = next(numbers)
        links[key] = Link(
            key=key,
            id=str(number) if rules.numeric_ids else opaque(f"link/{course_key}/{key}"),
            title=title,
            custom=custom,
            graded=graded,
            grade_service=grade_service,
        )
    return links


def _own_column(link: Link, number: str, rules: Rules) -> Column:
    column_id = number if rules.numeric_ids else opaque(f"column/{link.id}")
    maximum = Decimal(20 if link.key == "module" else 100)
    return Column(id=column_id, label=link.title, maximum=maximum, link_id=link.id, own=True)
