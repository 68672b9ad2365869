"""Courses, the links in them, and the people who come through them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, Id
from lti_tool.models.institutions import Deployment


class Course(Base):
    """A context of the platform; a launch without one has a course of its own for its link."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("deployment_id", "kind", "context_id"),)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    kind: Mapped[str] = mapped_column(String(10))
    """``context``, or ``link`` where the platform named no context."""
    context_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(255))
    lineitems_url: Mapped[str | None] = mapped_column(String(2000))
    """Where its gradebook columns are listed and made (AGS), as last seen."""
    grade_scopes: Mapped[list[Any]] = mapped_column(JSON)
    """What the platform lets us do with grades here, as last seen."""
    memberships_url: Mapped[str | None] = mapped_column(String(2000))
    history: Mapped[str] = mapped_column(String(1000), server_default="")
    """``$Context.id.history``: the courses it was copied from, as the platform tells; only ever a hint."""
    catch_up_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to queue what everybody has completed: a column has become usable. None: nothing to catch up with."""
    created_at: Mapped[datetime]

    deployment: Mapped[Deployment] = relationship()


class Assignment(Base):
    """One resource link: it opens a workshop, or one module of it."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "resource_link_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    resource_link_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(255))
    workshop_id: Mapped[str] = mapped_column(String(64))
    part: Mapped[str] = mapped_column(String(64))
    """``workshop``, or the id of the one module that the link opens."""
    send_when: Mapped[str] = mapped_column(String(20))
    """``when_complete`` or ``as_they_go``."""
    collects_grade: Mapped[bool] = mapped_column(server_default=true())
    """False where the link itself says that it wants no column (``grade=none``)."""
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()


class Person(Base):
    """A ``sub`` of one platform. Never an e-mail address, never matched by name."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("platform_id", "sub"),)

    id: Mapped[Id]
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    sub: Mapped[str] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(String(255))
    """As the platform gives it, for the teacher's list; None where the platform keeps it to itself."""
    created_at: Mapped[datetime]


class Roster(Base):
    """How far we are with a course's list of people; its own row, so that reading it holds up no launch."""

    __tablename__ = "roster"

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), unique=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to read it next; None until somebody wants it."""
    tried_at: Mapped[datetime | None]
    tries: Mapped[int]
    """How often reading it has failed since it last succeeded."""
    read_at: Mapped[datetime | None]
    """As of when we know it; None if nothing was ever read."""
    is_complete: Mapped[bool]
    """Whether that reading came to the end of the list."""
    problem: Mapped[str | None] = mapped_column(String(50))
    """A stable word for why the last try failed; the page turns it into a sentence."""
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]

    course: Mapped[Course] = relationship()


class Member(Base):
    """A person in a course, with the role of the last launch, or the roster's until they come."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("course_id", "person_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    is_test: Mapped[bool]
    """The platform's test student: works like a learner, is never graded or counted."""
    last_active_on: Mapped[date | None]
    has_launched: Mapped[bool] = mapped_column(server_default=true())
    """False for those whom only the roster names; a launch's word on the role outweighs the roster's."""
    listed_at: Mapped[datetime | None]
    """When the roster last named them as active; None if it never did."""
    unlisted_since: Mapped[datetime | None]
    """When a complete roster first left them out; their work stays."""
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
