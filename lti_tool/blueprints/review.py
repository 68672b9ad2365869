"""Instructors and assistants: what one learner has done, opened from the platform's gradebook. Never an answer."""

from flask import render_template, url_for

from lti_tool.services import classroom, grading
from lti_tool.web.access import visit_blueprint
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("review", __name__, "/review", lambda visit: visit.is_teacher and visit.reviewed_id is not None)


@bp.get("/")
def learner() -> str:
    """Show which activities one learner has finished, and where the grade is."""
    workshop = tool().workshop(visit.workshop_id)
    with tool().database.reading() as session:
        shown = classroom.one_learner(session, visit.reviewed_id or 0, visit.assignment_id, workshop)
    opened = [each for each in workshop.graded if visit.part in (grading.WHOLE, each.id) and not each.opens_later]
    return render_template(
        "teach/learner.html",
        course_title=visit.course_title,
        learner=shown,
        modules=[(each, [one for one in each.activities if one.required and not one.opens_later]) for each in opened],
        progress_url=url_for("teach.progress"),
    )
