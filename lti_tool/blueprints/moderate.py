"""Those who teach: what learners posted, and hiding a post with a reason. Assistants only read.

Who wrote a post without a name is on no page here.
"""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.activities.base import Activity
from lti_tool.language import gettext as _
from lti_tool.language import mark
from lti_tool.services import discussions
from lti_tool.services.discussions import LONGEST_REASON, Group, ModeratedPost
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.outline import current_workshop, opened_modules
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("moderate", __name__, "/teach/discussion", lambda visit: visit.is_teacher)

SAY_WHY = mark("Say why: the author reads it.")
SHORTER = mark("Keep the reason below %(most)s characters.")


@dataclass(frozen=True, kw_only=True)
class Thread:
    """One discussion of the workshop, with its questions by id."""

    activity: Activity
    questions: dict[str, str]
    posts: list[ModeratedPost]


@bp.get("/")
def posts() -> str:
    """Show every discussion that this link opens."""
    return _page({})


@bp.post("/<activity_id>/hide")
def hide(activity_id: str) -> ResponseReturnValue:
    """Hide a post from the group, with a reason for its author."""
    group, post = _group(_theirs(activity_id)), request.form.get("post", "")
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        said = _(SHORTER, most=LONGEST_REASON) if reason else _(SAY_WHY)
        return _page({post: said}, typed=reason[:LONGEST_REASON]), 422
    with tool().database.transaction() as session:
        if not discussions.hide(session, tool().sealer, group, post, by_id=visit.member_id, reason=reason):
            raise PageMissing
    return redirect(url_for("moderate.posts"), 303)


@bp.post("/<activity_id>/show")
def show(activity_id: str) -> ResponseReturnValue:
    """Let the group read a post again."""
    group = _group(_theirs(activity_id))
    with tool().database.transaction() as session:
        if not discussions.unhide(session, tool().sealer, group, request.form.get("post", "")):
            raise PageMissing
    return redirect(url_for("moderate.posts"), 303)


def _page(errors: dict[str, str], typed: str = "") -> str:
    with tool().database.reading() as session:
        threads = [
            Thread(
                activity=each,
                questions=dict(each.content.questions),
                posts=discussions.posts_for_teachers(session, tool().sealer, _group(each)),
            )
            for each in _discussions()
        ]
    return render_template(
        "teach/discussion.html",
        workshop=current_workshop(),
        course_title=visit.course_title,
        threads=threads,
        errors=errors,
        typed=typed,
        longest=LONGEST_REASON,
        decides=visit.instructs,
        progress_url=url_for("teach.progress"),
    )


def _discussions() -> list[Activity]:
    every = [each for module in opened_modules() for each in module.activities]
    return [each for each in every if each.kind == "discussion" and not each.opens_later]


def _theirs(activity_id: str) -> Activity:
    """Return a discussion that this person may moderate.

    :raise PageMissing: there is none, or they only look.
    """
    found = next((each for each in _discussions() if each.id == activity_id), None)
    if found is None or not visit.instructs:
        raise PageMissing
    return found


def _group(shown: Activity) -> Group:
    return Group(
        institution_id=visit.institution_id,
        course_id=visit.course_id,
        workshop_id=visit.workshop_id,
        activity_id=shown.id,
    )
