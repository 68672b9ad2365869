"""Learners: their documents, as pages and files, what they share of them, and the certificate.

Files also answer to a post: a page without cookies fetches them with a ticket.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool import clock, language
from lti_tool.activities.base import Activity, Work
from lti_tool.activities.paper import Paper, Picture
from lti_tool.language import gettext as _
from lti_tool.papers import pdf, text
from lti_tool.services import grading, papers, sharing
from lti_tool.services.papers import Certificate, MadePaper
from lti_tool.services.progress import Author
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.outline import current_workshop, opened_activity
from lti_tool.web.pages import picture
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("papers", __name__, "/documents", lambda visit: visit.works)


@bp.get("/")
def index() -> str:
    """List the learner's documents: what is there, and what an activity would make."""
    with tool().database.reading() as session:
        made = [_make(each) for each in papers.makers(current_workshop()) if _opens(each)]
        certificate = papers.certificate(session, visit.member_id, current_workshop(), visit.timezone)
    return render_template(
        "papers/index.html",
        made=made,
        has_certificate=certificate is not None,
        certificate_opens=visit.part == grading.WHOLE,
        home_url=url_for("home.page"),
    )


@bp.get("/<activity_id>/")
def show(activity_id: str) -> str:
    """Show one document, with every way to take it along, and whether it is shared."""
    made, paper = _paper(activity_id)
    with tool().database.reading() as session:
        shared = sharing.state(session, visit.member_id, current_workshop().id, activity_id)
    return render_template(
        "papers/paper.html",
        activity=made.activity,
        paper=paper,
        as_text=text.as_text(paper),
        has_pdf=pdf.is_available(),
        may_be_shared=sharing.may_be_shared(made.activity),
        shared=shared,
        index_url=url_for("papers.index"),
    )


@bp.route("/<activity_id>/print", methods=["GET", "POST"])
def printed(activity_id: str) -> str:
    """Show one document alone, as it prints."""
    made, paper = _paper(activity_id)
    return render_template("papers/print.html", activity=made.activity, paper=paper)


@bp.route("/<activity_id>/<form>", methods=["GET", "POST"])
def download(activity_id: str, form: str) -> ResponseReturnValue:
    """Hand over one document as a file: ``text``, ``docx``, ``pdf`` or ``ics``."""
    writer = _WRITERS.get(form)
    made, paper = _paper(activity_id)
    if writer is None or (form == "ics" and not paper.events):
        raise PageMissing
    content, media_type, suffix = writer(made, paper)
    return content, 200, _attachment(f"{paper.name}.{suffix}", media_type)


@bp.post("/<activity_id>/share")
def share(activity_id: str) -> ResponseReturnValue:
    """Let the teachers of this course see it, or take that back (``do``)."""
    shown = opened_activity(activity_id)
    if not sharing.may_be_shared(shown):
        raise PageMissing
    where = visit.member_id, current_workshop().id, activity_id
    with tool().database.transaction() as session:
        if request.form.get("do") == "share":
            sharing.share(session, *where, with_names=request.form.get("names") == "yes")
        else:
            sharing.take_back(session, *where)
    return redirect(url_for("papers.show", activity_id=activity_id, _anchor="sharing"), 303)


@bp.get("/certificate")
def certificate() -> str:
    """Show the certificate, as it prints."""
    return render_template(
        "papers/certificate.html",
        workshop=current_workshop(),
        certificate=_certificate(),
        has_pdf=pdf.is_available(),
        index_url=url_for("papers.index"),
    )


@bp.route("/certificate.pdf", methods=["GET", "POST"])
def certificate_pdf() -> ResponseReturnValue:
    """Hand over the certificate as a tagged PDF."""
    found, workshop = _certificate(), current_workshop()
    lines = {
        "title": _("Certificate of completion"),
        "name": found.name or _("The learner"),
        "statement": _("has completed the workshop"),
        "workshop": workshop.title,
        "facts": _(
            "%(date)s · version %(version)s · about %(minutes)s minutes of work",
            date=language.day(found.completed_on, "long"),
            version=workshop.version,
            minutes=workshop.minutes,
        ),
        "objectives_title": _("What it is about"),
        "objectives": [each.text for each in workshop.objectives],
    }
    made = pdf.certificate_pdf(lines, language=language.current().tag)
    return made, 200, _attachment("certificate.pdf", "application/pdf")


def _as_text(_made: MadePaper, paper: Paper) -> tuple[bytes, str, str]:
    return text.as_text(paper).encode(), "text/plain; charset=utf-8", "txt"


def _as_docx(_made: MadePaper, paper: Paper) -> tuple[bytes, str, str]:
    from lti_tool.papers import word  # with what it brings, nine MiB that most processes never need

    drawn = {component: png for component, svg in _pictures(paper).items() if (png := pdf.as_png(svg))}
    made = word.as_docx(paper, language=language.current().tag, made_at=clock.now(), pictures=drawn)
    return made, word.MEDIA_TYPE, "docx"


def _as_pdf(_made: MadePaper, paper: Paper) -> tuple[bytes, str, str]:
    made = pdf.as_pdf(paper, language=language.current().tag, pictures=_pictures(paper))
    return made, "application/pdf", "pdf"


def _pictures(paper: Paper) -> dict[str, str]:
    """Return the SVG of each picture of a paper."""
    return {block.component: str(picture(block)) for block in paper.blocks if isinstance(block, Picture)}


def _as_ics(made: MadePaper, paper: Paper) -> tuple[bytes, str, str]:
    from lti_tool.papers import calendar  # as above

    events = [replace(event, uid=_entry_id(event.uid)) for event in paper.events]
    return calendar.as_ics(events, version=made.version, made_at=clock.now()), calendar.MEDIA_TYPE, "ics"


def _entry_id(uid: str) -> str:
    """Return what a calendar entry is called: no other learner's, course's or installation's is (RFC 5545, 3.8.4.7)."""
    base_url = tool().settings.base_url
    whose = f"{base_url} {visit.member_id} {visit.workshop_id} {uid}"
    return f"{hashlib.sha256(whose.encode()).hexdigest()[:32]}@{urlsplit(base_url).hostname}"


_WRITERS: dict[str, Callable[[MadePaper, Paper], tuple[bytes, str, str]]] = {
    "text": _as_text,
    "docx": _as_docx,
    "pdf": _as_pdf,
    "ics": _as_ics,
}


def _author() -> Author:
    return Author(institution_id=visit.institution_id, member_id=visit.member_id)


def _opens(activity: Activity) -> bool:
    return visit.part in (grading.WHOLE, activity.module_id)


def _make(activity: Activity) -> MadePaper:
    work = Work(today=clock.today(visit.timezone), support_contacts=visit.support_contacts)
    with tool().database.reading() as session:
        return papers.make(session, tool().sealer, _author(), current_workshop(), activity, work)


def _paper(activity_id: str) -> tuple[MadePaper, Paper]:
    """Return a document that is there.

    :raise PageMissing: the activity makes none, or there is nothing in it yet.
    """
    shown = opened_activity(activity_id)
    if shown not in papers.makers(current_workshop()):
        raise PageMissing
    made = _make(shown)
    if made.paper is None:
        raise PageMissing
    return made, made.paper


def _certificate() -> Certificate:
    with tool().database.reading() as session:
        found = papers.certificate(session, visit.member_id, current_workshop(), visit.timezone)
    if found is None or visit.part != grading.WHOLE:
        raise PageMissing
    return found


def _attachment(name: str, media_type: str) -> dict[str, str]:
    return {"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{name}"'}
