"""What our tables say about a launch when it comes: one look, so that what is there already is not written again.

Most launches repeat what an earlier one said. Writing it again would lock the course for everybody who comes at the
same moment, and cost more than all the rest of the launch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, false, or_, select

from lti_tool.db import Base, table, upsert
from lti_tool.lti.messages import Launch, LinkClaim, Role
from lti_tool.models import (
    Assignment,
    Course,
    DeliveryState,
    Deployment,
    GradebookColumn,
    GradeDelivery,
    Member,
    Person,
    Platform,
    PlatformState,
    Visit,
)
from lti_tool.prepared import Door, Prepared, Row, writing
from lti_tool.services.platforms import CONFIG
from lti_tool.services.power import mightier

NO_COURSE = ("none", "")
"""Kind and id of the course that stands in where somebody chooses content and the platform named no course."""
_ROWS: dict[type[Base], tuple[str, ...]] = {
    Platform: (*CONFIG, "auto_deploy", "state"),
    Deployment: ("id",),
    Course: ("id", "title", "lineitems_url", "grade_scopes", "memberships_url", "history"),
    Person: ("id", "name"),
    Member: ("id", "role", "is_test", "has_launched", "unlisted_since"),
    Assignment: ("id", "title", "workshop_id", "part", "send_when", "collects_grade"),
    GradebookColumn: ("id", "url", "label", "missing_since"),
}
_LABELS = {model: tuple((name, f"{model.__name__}.{name}") for name in names) for model, names in _ROWS.items()}
"""What the columns are called in the one row of a look, beside their own names."""
_platform, _deployment, _course, _person, _member, _assignment, _column = map(table, _ROWS)
_delivery, _visit = table(GradeDelivery), table(Visit)
_HELD = (DeliveryState.HELD, DeliveryState.CANCELLED)


class PlatformChanged(Exception):
    """An operator changed or paused the platform while somebody came from it."""


@cache
def _statement(role: Role) -> Prepared:
    """Return the look at everything that a launch with this role touches."""
    is_held = or_(*(_delivery.c.state == each for each in _HELD))
    held = exists().where(_delivery.c.member_id == _member.c.id, is_held)
    is_mightier = or_(false(), *(_visit.c.role == each for each in mightier(role)))
    mighty = exists().where(_visit.c.member_id == _member.c.id, _visit.c.ended_at.is_(None), is_mightier)
    columns = [table(each).c[name].label(label) for each, labels in _LABELS.items() for name, label in labels]
    return Prepared(
        select(*columns, held.label("holds_scores"), mighty.label("has_mightier_visits"))
        .select_from(_platform)
        .outerjoin(
            _deployment,
            and_(_deployment.c.platform_id == _platform.c.id, _deployment.c.deployment_id == bindparam("deployment")),
        )
        .outerjoin(
            _course,
            and_(
                _course.c.deployment_id == _deployment.c.id,
                _course.c.kind == bindparam("kind"),
                _course.c.context_id == bindparam("context"),
            ),
        )
        .outerjoin(_person, and_(_person.c.platform_id == _platform.c.id, _person.c.sub == bindparam("sub")))
        .outerjoin(_member, and_(_member.c.course_id == _course.c.id, _member.c.person_id == _person.c.id))
        .outerjoin(
            _assignment,
            and_(_assignment.c.course_id == _course.c.id, _assignment.c.resource_link_id == bindparam("link")),
        )
        .outerjoin(_column, and_(_column.c.assignment_id == _assignment.c.id, _column.c.part == bindparam("part")))
        .where(_platform.c.id == bindparam("platform"))
    )


@dataclass(frozen=True, kw_only=True)
class Known:
    """The rows that belong to a launch, as they stood when it came: one of each model, of Nones if there is none."""

    rows: Mapping[type[Base], Row]
    holds_scores: bool
    """Whether scores of this member are held or cancelled, for whatever reason."""
    has_mightier_visits: bool
    """Whether this member has open visits with a mightier role than that of the launch."""

    def get(self, model: type[Base], name: str) -> Any:
        """Return a value of the model's row; None if there is no such row."""
        return self.rows[model][name]

    def says(self, model: type[Base], **values: Any) -> bool:
        """Say whether the model's row is there and holds these values."""
        row = self.rows[model]
        return row["id"] is not None and values.items() <= row.items()

    def keep(
        self,
        door: Door,
        model: type[Base],
        key: dict[str, Any],
        *,
        once: dict[str, Any] | None = None,
        **values: Any,
    ) -> int:
        """Return the id of the model's row, whose key this is; it is written only where it differs.

        :raise TransactionNeeded: it differs, and the door is no transaction.
        """
        if self.says(model, **values):
            return int(self.get(model, "id"))
        return upsert(writing(door), model, key, once=once, **values)


def look(door: Door, launch: Launch, link: LinkClaim | None, part: str = "") -> Known:
    """Return what is known of a launch's platform, deployment, course, person, member, link and gradebook column.

    :raise PlatformChanged: the platform is not what it was when the launch was verified.
    """
    kind, context_id = course_key(launch, link)
    names = {
        "platform": launch.platform_id,
        "deployment": launch.deployment_id,
        "kind": kind,
        "context": context_id,
        "sub": launch.person.sub,
        "link": link.id if link else "",
        "part": part,
    }
    found = _statement(launch.role).first(door, names)
    if found is None:
        raise PlatformChanged
    known = Known(
        rows={model: {name: found[label] for name, label in labels} for model, labels in _LABELS.items()},
        holds_scores=bool(found["holds_scores"]),
        has_mightier_visits=bool(found["has_mightier_visits"]),
    )
    if not known.says(Platform, state=PlatformState.ACTIVE, **vars(launch.platform)):
        raise PlatformChanged
    return known


def course_key(launch: Launch, link: LinkClaim | None) -> tuple[str, str]:
    """Return kind and id of the course; where the platform named none, of one that belongs to the link alone."""
    if launch.course:
        return "context", launch.course.id
    return ("link", link.id) if link else NO_COURSE
