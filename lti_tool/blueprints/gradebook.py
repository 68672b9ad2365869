"""Instructors and assistants: where every grade of their course is. Instructors can send again."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.log import log
from lti_tool.lti.messages import Role
from lti_tool.services import gradebook, resending
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("gradebook", __name__, "/teach/grades", lambda visit: visit.is_teacher)


@bp.get("")
def show() -> str:
    """Show each learner's grade in each column: where it is, why, and what helps."""
    with tool().database.reading() as session:
        columns = gradebook.of_course(session, visit.course_id)
    return render_template(
        "teach/grades.html",
        course_title=visit.course_title,
        columns=columns,
        workshop=tool().workshop(visit.workshop_id),
        may_send=_may_send(),
        resend_url=url_for("gradebook.resend"),
        sync_url=url_for("gradebook.sync"),
        progress_url=url_for("teach.progress"),
    )


@bp.post("/resend")
def resend() -> ResponseReturnValue:
    """Send one learner's score again, in place of what the gradebook shows."""
    chosen = request.form.get("delivery", "")
    if not _may_send() or not (chosen.isascii() and chosen.isdigit() and len(chosen) < 16):
        raise PageMissing
    with tool().database.transaction() as session:
        if not gradebook.is_of_course(session, int(chosen), visit.course_id):
            raise PageMissing
        resending.resend(session, [int(chosen)])
    log.info("grade resent", delivery=int(chosen), by="instructor")
    return redirect(url_for("gradebook.show", _anchor=f"d{chosen}"), 303)


@bp.post("/sync")
def sync() -> ResponseReturnValue:
    """Try everything again that is held, and have the gradebook compared with what was sent."""
    if not _may_send():
        raise PageMissing
    with tool().database.transaction() as session:
        resending.sync_course(session, visit.course_id)
    log.info("grades synced", course=visit.course_id, by="instructor")
    return redirect(url_for("gradebook.show"), 303)


def _may_send() -> bool:
    """Say whether this person may send again: assistants look."""
    return visit.role is Role.INSTRUCTOR
