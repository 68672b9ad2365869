"""Learners: their own data, to take away or to delete.

Files also answer to a post: a page without cookies fetches them with a ticket.
"""

import json
from dataclasses import asdict

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lti_tool.services import erasure, privacy, progress
from lti_tool.services.privacy import PersonalData
from lti_tool.services.progress import Author
from lti_tool.web.access import visit_blueprint
from lti_tool.web.outline import current_workshop
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("mine", __name__, "/my-data", lambda visit: visit.works)


@bp.get("/")
def show() -> str:
    """Say what is kept, and offer to take it away or to delete it."""
    data = _data()
    return render_template(
        "learn/my_data.html",
        data=data,
        answers=sum(bool(each.stored.value) for each in data.written),
        done=sum(bool(each.stored.completed_at) for each in data.written),
        revisions=progress.REVISIONS_KEPT,
        revision_days=progress.REVISIONS_KEPT_FOR.days,
        download_json_url=url_for("mine.download_json"),
        download_html_url=url_for("mine.download_html"),
        delete_url=url_for("mine.confirm_delete"),
        reset_url=url_for("mine.confirm_reset"),
        erase_url=url_for("mine.confirm_erase"),
        home_url=url_for("home.page"),
    )


@bp.route("/three-steps.json", methods=["GET", "POST"])
def download_json() -> ResponseReturnValue:
    """Hand over everything as JSON, for programs."""
    text = json.dumps(asdict(_data()), default=str, indent=2, ensure_ascii=False)
    return text, 200, _attachment("three-steps.json", "application/json")


@bp.route("/three-steps.html", methods=["GET", "POST"])
def download_html() -> ResponseReturnValue:
    """Hand over everything as one page, for people."""
    text = render_template("learn/export.html", data=_data(), workshop=current_workshop())
    return text, 200, _attachment("three-steps.html", "text/html; charset=utf-8")


@bp.get("/delete")
def confirm_delete() -> str:
    """Ask before everything that the learner wrote is deleted."""
    return render_template(
        "learn/my_data_delete.html", delete_url=url_for("mine.delete"), my_data_url=url_for("mine.show")
    )


@bp.post("/delete")
def delete() -> ResponseReturnValue:
    """Delete everything that the learner wrote, also what they posted; points stay."""
    with tool().database.transaction() as session:
        erasure.delete_answers(session, tool().sealer, _author(), current_workshop())
    return redirect(url_for("mine.show"), 303)


@bp.get("/reset")
def confirm_reset() -> str:
    """Ask before the learner begins anew: the grade goes down with it."""
    return render_template(
        "learn/my_data_reset.html", reset_url=url_for("mine.reset"), my_data_url=url_for("mine.show")
    )


@bp.post("/reset")
def reset() -> ResponseReturnValue:
    """Delete answers and completion, and let the gradebook know."""
    with tool().database.transaction() as session:
        erasure.reset_workshop(session, tool().sealer, _author(), current_workshop())
    return redirect(url_for("home.page"), 303)


@bp.get("/erase")
def confirm_erase() -> str:
    """Ask before everything about this person is deleted, and name the grades that would never arrive."""
    with tool().database.reading() as session:
        waiting = privacy.grades_on_their_way(session, visit.member_id)
    return render_template(
        "learn/my_data_erase.html",
        waiting=waiting,
        erase_url=url_for("mine.erase"),
        my_data_url=url_for("mine.show"),
    )


@bp.post("/erase")
def erase() -> str:
    """Delete everything about this person. The visit is over with it, so this answer is the last page."""
    with tool().database.transaction() as session:
        erasure.erase_person(session, visit.member_id)
    return render_template("learn/my_data_erased.html")


def _author() -> Author:
    return Author(institution_id=visit.institution_id, member_id=visit.member_id)


def _data() -> PersonalData:
    parts = tool()
    with parts.database.reading() as session:
        return privacy.personal_data(session, parts.sealer, _author(), current_workshop())


def _attachment(name: str, kind: str) -> dict[str, str]:
    return {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
