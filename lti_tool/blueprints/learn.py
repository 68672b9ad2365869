"""Learners: the workshop's first page, its activities, their grade. Those who teach see the same as a preview."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.activities import KINDS
from lti_tool.activities.base import Activity, AnswerRefused, Value
from lti_tool.errors import ToolError
from lti_tool.library.model import Module, Workshop
from lti_tool.services import grading, progress
from lti_tool.services.grading import GradeState
from lti_tool.services.progress import AnswerStale, Author, Stored
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.requests import JsonNotValid, json_object
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("learn", __name__, "", lambda visit: not visit.chooses)

WIRE_FIELDS = {"version", "csrf_token", "do"}
"""Form fields that are not part of an answer."""


@dataclass(frozen=True, kw_only=True)
class ActivityState:
    """An activity as a page lists it."""

    activity: Activity
    state: str
    url: str


@dataclass(frozen=True, kw_only=True)
class ModuleState:
    """A module as the home page shows it."""

    module: Module
    activities: tuple[ActivityState, ...]

    @property
    def total(self) -> int:
        """How many activities it has."""
        return len(self.activities)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(each.state == "done" for each in self.activities)

    @property
    def minutes_left(self) -> int:
        """How long the rest takes most people, of what can be opened."""
        return sum(each.activity.minutes for each in self.activities if each.state in ("not_started", "in_progress"))

    @property
    def state(self) -> str:
        """``later``, ``done``, ``in_progress`` or ``not_started``."""
        states = {each.state for each in self.activities}
        for whole in ("later", "done", "not_started"):
            if states == {whole}:
                return whole
        return "in_progress"


class VersionMissing(ToolError):
    """An autosave that does not say which version it saw."""

    status = 428
    code = "version-missing"
    message = "This save did not say which version it changes, so nothing was changed."
    remedy = "Reload the page and try again."


@bp.get("/")
def home() -> str:
    """Show the modules, how far the learner is, and one button that goes on."""
    workshop = _workshop()
    modules = _modules(workshop)
    every = [each for module in modules for each in module.activities]
    return render_template(
        "learn/home.html",
        workshop=workshop,
        modules=modules,
        done=sum(module.done for module in modules),
        total=len(every),
        minutes_left=sum(module.minutes_left for module in modules),
        next=next((each for each in every if each.state in ("not_started", "in_progress")), None),
        grade=_grade(),
        grade_line_url=url_for("learn.grade_line"),
        grade_url=url_for("learn.grade"),
        my_data_url=url_for("mine.show"),
    )


@bp.get("/activities/<activity_id>")
def activity(activity_id: str) -> ResponseReturnValue:
    """Show one activity, as the learner left it."""
    shown = _activity(activity_id)
    return _page(shown, _stored(shown))


@bp.post("/activities/<activity_id>")
def submit(activity_id: str) -> ResponseReturnValue:
    """Take the form of an activity: keep it (``save``), or finish the activity."""
    shown = _activity(activity_id)
    stored = _stored(shown)
    fields = {name: value for name, value in request.form.items() if name not in WIRE_FIELDS}
    finishing = request.form.get("do") == "finish"
    try:
        value = _read(shown, fields, stored.value, finishing=finishing)
    except AnswerRefused as refused:
        return _page(shown, stored, posted=fields, errors=refused.errors), refused.status
    if not visit.works:
        return _look_on(shown, value, finishing=finishing)
    try:
        _save(shown, value, expected=_version(request.form.get("version")), complete=finishing)
    except AnswerStale as stale:
        return _both_texts(shown, stale.current, value, finishing=finishing), stale.status
    return redirect(_after(shown, value, finishing=finishing), 303)


@bp.put("/activities/<activity_id>/answer")
def autosave(activity_id: str) -> ResponseReturnValue:
    """Keep a draft that a script sends; never finishes an activity."""
    shown = _activity(activity_id)
    body = json_object()
    fields = body.get("value")
    if not isinstance(fields, dict) or not visit.works:
        raise JsonNotValid if visit.works else PageMissing
    if "version" not in body:
        raise VersionMissing
    kind = KINDS[shown.kind]
    try:
        value = kind.keep(shown, fields, _stored(shown).value)
        saved = _save(shown, value, expected=_version(body["version"]), complete=False)
    except AnswerRefused as refused:
        return {"errors": refused.errors}, refused.status
    except AnswerStale as stale:
        return {"current": _wire(shown, stale.current), "yours": _wire(shown, Stored(value=value))}, stale.status
    return {"version": saved.version, "saved_at": _iso(saved.saved_at)}


@bp.get("/grade")
def grade() -> str:
    """Show what each activity is worth and where the grade is."""
    workshop = _workshop()
    with tool().database.reading() as session:
        done = grading.completed(session, visit.member_id, workshop.id) if visit.works else frozenset()
        worth = grading.worth(session, visit.assignment_id)
    standing = grading.standing(workshop, visit.part, done, worth)
    return render_template(
        "learn/grade.html",
        workshop=workshop,
        rows=[
            (each.module, [(line.activity, line.activity.points, line.state) for line in each.activities])
            for each in _modules(workshop)
        ],
        score=f"{standing.given} of {standing.maximum}",
        grade=_grade(),
        grade_line_url=url_for("learn.grade_line"),
        send_when=visit.send_when,
        home_url=url_for("learn.home"),
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


def _workshop() -> Workshop:
    return tool().workshop(visit.workshop_id)


def _author() -> Author:
    return Author(institution_id=visit.institution_id, member_id=visit.member_id)


def _modules(workshop: Workshop) -> tuple[ModuleState, ...]:
    """Return the modules that this link opens, with how far the learner is in each."""
    states: dict[str, str] = {}
    if visit.works:
        with tool().database.reading() as session:
            states = progress.states(session, visit.member_id, workshop)
    shown = [each for each in workshop.modules if visit.part in (grading.WHOLE, each.id)]
    return tuple(
        ModuleState(
            module=module,
            activities=tuple(
                ActivityState(
                    activity=each,
                    state="later" if each.opens_later else states.get(each.id, "not_started"),
                    url=url_for("learn.activity", activity_id=each.id),
                )
                for each in module.activities
            ),
        )
        for module in shown
    )


def _activity(activity_id: str) -> Activity:
    """Return the activity, if this link opens it and this release has it.

    :raise PageMissing: otherwise.
    """
    workshop = _workshop()
    modules = [module for module in workshop.modules if visit.part in (grading.WHOLE, module.id)]
    for module in modules:
        for each in module.activities:
            if each.id == activity_id and not each.opens_later:
                return each
    raise PageMissing


def _stored(shown: Activity) -> Stored:
    if not visit.works:
        return Stored()
    with tool().database.reading() as session:
        return progress.load(session, tool().sealer, _author(), _workshop(), shown)


def _read(shown: Activity, fields: dict[str, str], before: Value, *, finishing: bool) -> Value:
    kind = KINDS[shown.kind]
    value = kind.keep(shown, fields, before)
    return kind.finish(shown, value, before) if finishing else value


def _save(shown: Activity, value: Value, *, expected: int, complete: bool) -> Stored:
    with tool().database.transaction() as session:
        return progress.save(
            session, tool().sealer, _author(), _workshop(), shown, value, expected=expected, complete=complete
        )


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
    *,
    posted: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    workshop = _workshop()
    kind = KINDS[shown.kind]
    every = [each for module in _modules(workshop) for each in module.activities if each.state != "later"]
    position = next(index for index, each in enumerate(every) if each.activity.id == shown.id)
    value = stored.value | (posted or {})
    return render_template(
        f"activities/{shown.kind}.html",
        workshop=workshop,
        activity=shown,
        module=workshop.module(shown.module_id),
        form=kind.form(shown, value),
        value=value,
        version=stored.version,
        state=stored.state,
        saved_at=stored.saved_at,
        errors=errors or {},
        outcome=kind.outcome(shown, stored.value),
        previous=every[position - 1] if position else None,
        next=every[position + 1] if position + 1 < len(every) else None,
        home_url=url_for("learn.home"),
        save_url=url_for("learn.autosave", activity_id=shown.id),
        finish_url=url_for("learn.submit", activity_id=shown.id),
        mode=visit.mode,
    )


def _look_on(shown: Activity, value: Value, *, finishing: bool) -> ResponseReturnValue:
    """Go on as a learner would, with nothing stored: the answer lives only in this response."""
    if finishing and KINDS[shown.kind].outcome(shown, value) is None:
        return redirect(_after(shown, value, finishing=True), 303)
    return _page(shown, Stored(value=value))


def _after(shown: Activity, value: Value, *, finishing: bool) -> str:
    """Return where a learner goes after a save: on, unless the page itself has something to say."""
    speaks = KINDS[shown.kind].outcome(shown, value) is not None
    if not finishing or speaks:
        return url_for("learn.activity", activity_id=shown.id, _anchor="outcome" if speaks else None)
    every = [each for module in _modules(_workshop()) for each in module.activities if each.state != "later"]
    ids = [each.activity.id for each in every]
    following = every[ids.index(shown.id) + 1 :]
    return following[0].url if following else url_for("learn.home")


def _both_texts(shown: Activity, current: Stored, yours: Value, *, finishing: bool) -> str:
    """Show both texts after a save over a version that was not seen, and let the learner choose."""
    kind = KINDS[shown.kind]
    hidden = [
        *kind.fields(shown, yours).items(),
        ("version", str(current.version)),
        ("do", "finish" if finishing else "save"),
    ]
    return render_template(
        "learn/conflict.html",
        activity=shown,
        current_rows=kind.readable(shown, current.value),
        yours_rows=kind.readable(shown, yours),
        changed_at=current.saved_at,
        hidden=hidden,
        finish_url=url_for("learn.submit", activity_id=shown.id),
        activity_url=url_for("learn.activity", activity_id=shown.id),
    )


def _wire(shown: Activity, stored: Stored) -> dict[str, Any]:
    kind = KINDS[shown.kind]
    return {
        "version": stored.version,
        "saved_at": _iso(stored.saved_at),
        "value": kind.fields(shown, stored.value),
        "rows": kind.readable(shown, stored.value),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _grade() -> GradeState:
    if not visit.works:
        return GradeState(kind="none")
    with tool().database.reading() as session:
        return grading.state_for(session, visit.member_id, visit.assignment_id)
