"""Learners: what their group wrote, once they have finished their own part; and a word to the teachers about a post."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.activities.base import Activity
from lti_tool.services import discussions, progress
from lti_tool.services.discussions import Group
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.outline import current_workshop, opened_activity
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("discuss", __name__, "/discussion", lambda visit: visit.works)


@bp.get("/<activity_id>")
def posts(activity_id: str) -> str:
    """Show the group's posts to whoever has finished this activity."""
    shown = _discussion(activity_id)
    with tool().database.reading() as session:
        done = progress.states(session, visit.member_id, current_workshop()).get(shown.id) == "done"
        found = discussions.posts_for(session, tool().sealer, _group(shown), visit.member_id) if done else []
    return render_template(
        "learn/discussion.html",
        activity=shown,
        done=done,
        questions=dict(shown.content.questions),
        posts=found,
        report_url=url_for("discuss.report", activity_id=shown.id),
        activity_url=url_for("learn.activity", activity_id=shown.id),
        home_url=url_for("home.page"),
    )


@bp.post("/<activity_id>/report")
def report(activity_id: str) -> ResponseReturnValue:
    """Tell the teachers that a post needs a look; the author does not learn who did."""
    shown = _discussion(activity_id)
    with tool().database.transaction() as session:
        done = progress.states(session, visit.member_id, current_workshop()).get(shown.id) == "done"
        if not done or not discussions.report(session, _group(shown), visit.member_id, request.form.get("post", "")):
            raise PageMissing
    return redirect(url_for("discuss.posts", activity_id=shown.id), 303)


def _discussion(activity_id: str) -> Activity:
    """Return the activity, if this link opens it and it is a discussion.

    :raise PageMissing: otherwise.
    """
    shown = opened_activity(activity_id)
    if shown.kind != "discussion":
        raise PageMissing
    return shown


def _group(shown: Activity) -> Group:
    return Group(
        institution_id=visit.institution_id,
        course_id=visit.course_id,
        workshop_id=visit.workshop_id,
        activity_id=shown.id,
    )
