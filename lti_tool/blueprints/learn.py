"""Learners: the activities of the workshop, their grade. Those who teach see the same as a preview."""

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from lti_tool import clock
from lti_tool.activities import KINDS
from lti_tool.activities.base import NO_SUCH_BUTTON, Activity, AnswerRefused, BadAnswer, Step, Value, Work
from lti_tool.errors import ToolError
from lti_tool.language import gettext as _
from lti_tool.language import mark
from lti_tool.services import discussions, evaluations, grade_states, grading, progress
from lti_tool.services.evaluations import CourseOf
from lti_tool.services.grade_states import GradeState
from lti_tool.services.progress import AnswerStale, Author, Stored
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.outline import current_workshop, module_states, open_activities, opened_activity
from lti_tool.web.requests import JsonNotValid, json_object, printable
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("learn", __name__, "", lambda visit: not visit.chooses)

WIRE_FIELDS = {"version", "csrf_token", "do", "screen"}
"""Form fields that are not part of an answer."""
LONGEST_NAME = 200
"""Of a screen or a button: it goes into an address."""


class VersionMissing(ToolError):
    """An autosave that does not say which version it saw."""

    status = 428
    code = "version-missing"
    message = mark("This save did not say which version it changes, so nothing was changed.")
    remedy = mark("Reload the page and try again.")


@bp.get("/activities/<activity_id>")
def activity(activity_id: str) -> ResponseReturnValue:
    """Show one activity, as the learner left it; ``screen`` asks for one of its screens."""
    shown = opened_activity(activity_id)
    stored, work = _stored(shown)
    return _page(shown, stored, work, screen=request.args.get("screen", ""))


@bp.post("/activities/<activity_id>")
def submit(activity_id: str) -> ResponseReturnValue:
    """Take the form of an activity: keep it (``save``), go to another screen, finish, or press a button of its own."""
    shown = opened_activity(activity_id)
    stored, work = _stored(shown)
    fields = {name: printable(value) for name, value in request.form.items() if name not in WIRE_FIELDS}
    screen, do = (request.form.get(name, "")[:LONGEST_NAME] for name in ("screen", "do"))
    try:
        step = _step(shown, fields, stored.value, work, do)
    except AnswerRefused as refused:
        return _page(shown, stored, work, screen=screen, posted=fields, errors=refused.errors), refused.status
    if KINDS[shown.kind].is_anonymous and visit.works:
        return _send_unnamed(shown, step.value)
    if not visit.works:
        return _look_on(shown, step, work, screen)
    try:
        _save(shown, step.value, expected=_version(request.form.get("version")), complete=step.completes)
    except AnswerStale as stale:
        return _both_texts(shown, stale.current, step.value, work, do), stale.status
    return redirect(_after(shown, step, work, screen), 303)


@bp.put("/activities/<activity_id>/answer")
def autosave(activity_id: str) -> ResponseReturnValue:
    """Keep a draft that a script sends; never finishes an activity."""
    shown = opened_activity(activity_id)
    body = json_object()
    fields = body.get("value")
    if not isinstance(fields, dict) or not visit.works or KINDS[shown.kind].is_anonymous:
        raise PageMissing if not visit.works or KINDS[shown.kind].is_anonymous else JsonNotValid
    if "version" not in body:
        raise VersionMissing
    stored, work = _stored(shown)
    try:
        texts = {name: printable(given) for name, given in fields.items()}
        value = KINDS[shown.kind].keep(shown, texts, stored.value, work)
        saved = _save(shown, value, expected=_version(body["version"]), complete=False)
    except AnswerRefused as refused:
        return {"errors": refused.errors}, refused.status
    except AnswerStale as stale:
        yours = _wire(shown, Stored(value=value), work)
        return {"current": _wire(shown, stale.current, work), "yours": yours}, stale.status
    return {"version": saved.version, "saved_at": _iso(saved.saved_at)}


@bp.get("/grade")
def grade() -> str:
    """Show what each activity is worth and where the grade is."""
    workshop = current_workshop()
    with tool().database.reading() as session:
        done = grading.completed(session, visit.member_id, workshop.id) if visit.works else frozenset()
        worth = grading.worth(session, visit.assignment_id)
    standing = grading.standing(workshop, visit.part, done, worth)
    return render_template(
        "learn/grade.html",
        workshop=workshop,
        rows=[
            (each.module, [(line.activity, line.activity.points, line.state) for line in each.activities])
            for each in module_states()
            if each.module.is_graded
        ],
        score=grading.in_words(standing.given, standing.maximum),
        grade=_grade(),
        grade_line_url=url_for("learn.grade_line"),
        send_when=visit.send_when,
        home_url=url_for("home.page"),
    )


@bp.get("/grade/line")
def grade_line() -> ResponseReturnValue:
    """Return the line that says where the grade is, for a page that waits; nothing while there is no news."""
    grade = _grade()
    if grade.kind == "waiting":
        return "", 204
    return render_template(
        "components/grade_line_fragment.html", grade=grade, grade_line_url=url_for("learn.grade_line")
    )


def _author() -> Author:
    return Author(institution_id=visit.institution_id, member_id=visit.member_id)


def _stored(shown: Activity) -> tuple[Stored, Work]:
    """Return the learner's answer, and what the activity may know of them beside it."""
    today, contacts = clock.today(visit.timezone), visit.support_contacts
    if not visit.works:
        return Stored(), Work(today=today, support_contacts=contacts)
    around = tool().sealer, _author(), current_workshop()
    with tool().database.looking() as door:
        stored = progress.load(door, *around, shown)
        answers = progress.answers_by_kind(door, *around, KINDS[shown.kind].reads)
    return stored, Work(today=today, support_contacts=contacts, answers=answers)


def _step(shown: Activity, fields: dict[str, str], before: Value, work: Work, do: str) -> Step:
    """Return what comes of pressing a button; a form without one is kept."""
    kind = KINDS[shown.kind]
    value = kind.keep(shown, fields, before, work)
    if kind.is_anonymous and do != "finish":
        raise BadAnswer({"do": _(NO_SUCH_BUTTON)})
    if do == "finish":
        return Step(value=kind.finish(shown, value, before, work), completes=True)
    if do in ("", "save"):
        return Step(value=value)
    verb, _colon, screen = do.partition(":")
    return Step(value=value, screen=screen) if verb == "go" else kind.act(shown, do, value, work)


def _save(shown: Activity, value: Value, *, expected: int, complete: bool) -> Stored:
    around = tool().sealer, _author(), current_workshop()
    with tool().database.transaction() as session:
        saved = progress.save(session, *around, shown, value, expected=expected, complete=complete)
        if shown.kind == "discussion":
            discussions.follow(session, *around, shown, value)
        return saved


def _send_unnamed(shown: Activity, answers: Value) -> ResponseReturnValue:
    """Record that the learner has sent something; then, in a transaction of its own, what was sent.

    In this order nothing is ever sent twice. If the machine stops in between, one voice is missing and nobody knows
    whose: that is the lesser harm. Answers that are not added, because this person has sent some, are said to be so.
    """
    workshop = current_workshop()
    with tool().database.transaction() as session:
        first = progress.complete_once(session, tool().sealer, _author(), workshop, shown, {"sent": True})
    if first and not visit.is_test:
        course = CourseOf(institution_id=visit.institution_id, course_id=visit.course_id, workshop_id=workshop.id)
        with tool().database.transaction() as session:
            evaluations.add(session, tool().sealer, course, shown.content.version, answers)
    again = None if first or not answers else "1"
    return redirect(url_for("learn.activity", activity_id=shown.id, again=again, _anchor="outcome"), 303)


def _version(given: object) -> int:
    """Return the version that a save says it saw.

    :raise VersionMissing: it says none.
    """
    text = str(given) if isinstance(given, int | str) and not isinstance(given, bool) else ""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise VersionMissing
    return int(text)


def _page(
    shown: Activity,
    stored: Stored,
    work: Work,
    *,
    screen: str = "",
    posted: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    kind = KINDS[shown.kind]
    every = open_activities()
    position = next((index for index, each in enumerate(every) if each.activity.id == shown.id), len(every))
    workshop = current_workshop()
    screens = kind.screens(shown, stored.value, work)
    if errors:
        screen = _screen_to_mend(shown, stored, work, errors) or screen
    screen = screen if screen in screens else kind.resume(shown, stored.value, work)
    form = kind.form(shown, stored.value, work, screen, MultiDict(posted) if posted is not None else None)
    return render_template(
        f"activities/{shown.kind}.html",
        workshop=workshop,
        activity=shown,
        module=workshop.module(shown.module_id),
        screens=screens,
        screen=screen,
        form=form,
        carried=_carried(shown, stored, form),
        value=stored.value,
        version=stored.version,
        state=stored.state,
        saved_at=stored.saved_at,
        errors=errors or {},
        outcome=kind.outcome(shown, stored.value, work),
        work=work,
        previous=every[position - 1] if position else None,
        next=every[position + 1] if position + 1 < len(every) else None,
        home_url=url_for("home.page"),
        save_url=url_for("learn.autosave", activity_id=shown.id),
        finish_url=url_for("learn.submit", activity_id=shown.id),
        activity_url=url_for("learn.activity", activity_id=shown.id),
        mode=visit.mode,
    )


def _screen_to_mend(shown: Activity, stored: Stored, work: Work, errors: dict[str, str]) -> str:
    """Return the first screen that holds one of the fields that need another look; empty if none does."""
    kind = KINDS[shown.kind]
    for screen in kind.screens(shown, stored.value, work):
        if any(name in kind.form(shown, stored.value, work, screen) for name in errors):
            return screen
    return ""


def _carried(shown: Activity, stored: Stored, form: BaseForm) -> dict[str, str]:
    """Return what a preview's page must carry along, since nothing is stored: the fields of other screens."""
    if visit.works:
        return {}
    fields = KINDS[shown.kind].fields(shown, stored.value)
    return {name: given for name, given in fields.items() if given and name not in form}


def _look_on(shown: Activity, step: Step, work: Work, screen: str) -> ResponseReturnValue:
    """Go on as a learner would, with nothing stored: the answer lives only in this response."""
    if step.completes and KINDS[shown.kind].outcome(shown, step.value, work) is None:
        return redirect(_after(shown, step, work, screen), 303)
    return _page(shown, Stored(value=step.value), work, screen=step.screen or ("" if step.completes else screen))


def _after(shown: Activity, step: Step, work: Work, screen: str) -> str:
    """Return where a learner goes after a save: on, unless the page itself has something to say."""
    speaks = KINDS[shown.kind].outcome(shown, step.value, work) is not None
    if step.screen or not step.completes or speaks:
        at = step.screen or ("" if step.completes else screen)
        anchor = step.at or ("outcome" if speaks and not at else None)
        # An answer that htmx fetches loses the fragment of its address: there the page itself says where to go on.
        return url_for("learn.activity", activity_id=shown.id, screen=at or None, at=step.at or None, _anchor=anchor)
    every = open_activities()
    ids = [each.activity.id for each in every]
    following = every[ids.index(shown.id) + 1 :] if shown.id in ids else []
    return following[0].url if following else url_for("home.page")


def _both_texts(shown: Activity, current: Stored, yours: Value, work: Work, do: str) -> str:
    """Show both texts after a save over a version that was not seen, and let the learner choose."""
    kind = KINDS[shown.kind]
    return render_template(
        "learn/conflict.html",
        activity=shown,
        current_rows=kind.readable(shown, current.value, work),
        yours_rows=kind.readable(shown, yours, work),
        changed_at=current.saved_at,
        hidden=[*kind.fields(shown, yours).items(), ("version", str(current.version)), ("do", do or "save")],
        finish_url=url_for("learn.submit", activity_id=shown.id),
        activity_url=url_for("learn.activity", activity_id=shown.id),
    )


def _wire(shown: Activity, stored: Stored, work: Work) -> dict[str, Any]:
    kind = KINDS[shown.kind]
    return {
        "version": stored.version,
        "saved_at": _iso(stored.saved_at),
        "value": kind.fields(shown, stored.value),
        "rows": kind.readable(shown, stored.value, work),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _grade() -> GradeState:
    if not visit.works:
        return GradeState(kind="none")
    with tool().database.looking() as door:
        return grade_states.state_for(door, visit.member_id, visit.assignment_id)
