"""Instructors and assistants: who has done what in their course. Never an answer."""

from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lti_tool.activities.base import Activity
from lti_tool.services import classroom, grading, rosters
from lti_tool.services.classroom import LearnerProgress
from lti_tool.services.grade_states import GradeState
from lti_tool.web.access import visit_blueprint
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("teach", __name__, "/teach", lambda visit: visit.is_teacher)


@dataclass(frozen=True, kw_only=True)
class LearnerRow:
    """A learner's line in the table."""

    label: str
    is_test: bool
    is_listed: bool
    last_active: date | None
    cells: tuple[str, ...]
    grade: GradeState

    @property
    def done(self) -> int:
        """How many activities are done."""
        return self.cells.count("done")

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.cells)


@bp.get("/")
def progress() -> str:
    """Show learners and activities, when each was last here, and where the grades are."""
    workshop = tool().workshop(visit.workshop_id)
    modules = [each for each in workshop.graded if visit.part in (grading.WHOLE, each.id)]
    opened = [(each, [one for one in each.activities if one.required and not one.opens_later]) for each in modules]
    shown = [(module, activities) for module, activities in opened if activities]
    columns = [each for _, activities in shown for each in activities]
    with tool().database.reading() as session:
        learners = classroom.progress(session, visit.assignment_id, workshop)
        notice = classroom.column_notice(session, visit.assignment_id)
        copied = classroom.is_copy(session, visit.course_id)
        roster = rosters.state(session, visit.course_id)
    return render_template(
        "teach/progress.html",
        workshop=workshop,
        course_title=visit.course_title,
        modules=shown,
        learners=[_row(each, columns) for each in learners],
        has_begun=any(each.has_launched for each in learners),
        roster=roster,
        read_again_url=url_for("teach.read_again"),
        column_notice=notice,
        is_copy=copied,
        family=visit.platform.family,
        send_when=visit.send_when,
        preview_url=url_for("home.page"),
        discussion_url=url_for("moderate.posts"),
    )


@bp.post("/roster")
def read_again() -> ResponseReturnValue:
    """Have the worker read the course's list of people soon."""
    with tool().database.transaction() as session:
        rosters.ask_again(session, visit.course_id)
    return redirect(url_for("teach.progress"), 303)


def _row(learner: LearnerProgress, columns: list[Activity]) -> LearnerRow:
    return LearnerRow(
        label=learner.label,
        is_test=learner.is_test,
        is_listed=learner.is_listed,
        last_active=learner.last_active,
        cells=tuple(learner.states.get(each.id, "not_started") for each in columns),
        grade=learner.grade,
    )
