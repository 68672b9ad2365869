"""Gradebook columns: which ones a link fills, where they are, what they are worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import upsert
from lti_tool.library.model import Workshop
from lti_tool.lti.messages import GradeEndpoints
from lti_tool.models import Assignment, GradebookColumn
from lti_tool.services import grading

DEFAULT_POINTS = Decimal(100)
"""What a column is worth until we know better."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the link itself says about grades, in its custom parameters."""

    send_when: str
    collects_grade: bool = True
    lines_per_module: bool = False


def keep(
    session: Session, endpoints: GradeEndpoints | None, assignment: Assignment, wishes: Wishes, workshop: Workshop
) -> None:
    """Keep the columns that an assignment fills; queue what was done before one of them could be used.

    A column per module is only noted here: the worker makes it, before the first score for it.
    """
    if not wishes.collects_grade:
        return
    key = {"assignment_id": assignment.id, "part": assignment.part}
    once = {"maximum": DEFAULT_POINTS}
    column_id = upsert(session, GradebookColumn, key, once=once, label=assignment.title)
    address = endpoints.lineitem if endpoints else None
    changed = _place(session, session.get_one(GradebookColumn, column_id), address)
    if wishes.lines_per_module and assignment.part == grading.WHOLE:
        changed = _add_lines(session, assignment, workshop) or changed
    if changed:
        grading.queue_course(session, assignment.course_id, workshop)


def settle_points(session: Session, column_id: int, maximum: Decimal | None, workshops: Mapping[str, Workshop]) -> bool:
    """Note what a column is worth, None if nobody tells; say whether scores for it had to be made anew."""
    column = session.get_one(GradebookColumn, column_id)
    column.points_known = True
    if maximum is None or maximum == column.maximum:
        return False
    column.maximum = maximum
    assignment = column.assignment
    grading.queue_course(session, assignment.course_id, workshops[assignment.workshop_id])
    return True


def _place(session: Session, column: GradebookColumn, address: str | None) -> bool:
    """Keep the address of a column; say whether it is another column than before."""
    if not address:
        return False
    # Canvas names the same line item under several hosts: only another path is another column.
    moved = urlsplit(address).path != urlsplit(column.url or "").path
    column.url = address
    if moved:
        column.points_known = False
        grading.resume_column(session, column.id)
    return moved


def _add_lines(session: Session, assignment: Assignment, workshop: Workshop) -> bool:
    """Note a column for each module that is worth something, at the module's own points; say whether one is new."""
    known = set(session.scalars(select(GradebookColumn.part).filter_by(assignment_id=assignment.id)))
    worth = {module.id: sum(each.points for each in module.activities) for module in workshop.graded_modules()}
    missing = [module_id for module_id, points in worth.items() if points and module_id not in known]
    for module_id in missing:
        key = {"assignment_id": assignment.id, "part": module_id}
        title = workshop.module(module_id).title
        once = {"maximum": Decimal(worth[module_id]), "points_known": True, "label": title}
        upsert(session, GradebookColumn, key, once=once)
    return bool(missing)
