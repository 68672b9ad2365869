"""Instructors and assistants: what learners of their course chose to share, and only that."""

from flask import render_template, url_for

from lti_tool import clock
from lti_tool.activities.base import Work
from lti_tool.services import sharing
from lti_tool.services.progress import Author
from lti_tool.web.access import visit_blueprint
from lti_tool.web.outline import current_workshop
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("shared", __name__, "/teach/shared", lambda visit: visit.is_teacher)


@bp.get("/")
def index() -> str:
    """List what is shared now."""
    with tool().database.reading() as session:
        shared = sharing.shared_in_course(session, visit.course_id, current_workshop())
    return render_template("teach/shared.html", shared=shared, progress_url=url_for("teach.progress"))


@bp.post("/<int:share_id>")
def show(share_id: int) -> str:
    """Open one: the learner can see who has looked, so it takes a button and not a link."""
    viewer = Author(institution_id=visit.institution_id, member_id=visit.member_id)
    work = Work(today=clock.today(visit.timezone), support_contacts=visit.support_contacts)
    parts = tool()
    with parts.database.transaction() as session:
        shown, made = sharing.open_shared(
            session, parts.sealer, viewer, visit.course_id, share_id, current_workshop(), work
        )
    return render_template("teach/shared_paper.html", shown=shown, paper=made.paper, index_url=url_for("shared.index"))
