"""Course builders: choose what a course gets, and go back to the platform with it (deep linking)."""

from collections.abc import Iterable

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.forms.selection import SelectionForm, errors_of, selection_form
from lti_tool.library.model import Workshop
from lti_tool.lti import deep_linking, texts
from lti_tool.lti.deep_linking import ContentItem
from lti_tool.services import linking, signing_keys
from lti_tool.services.linking import Offer, Picker
from lti_tool.web.access import visit_blueprint
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("select", __name__, "/select", lambda visit: visit.chooses)


@bp.get("/")
def picker() -> ResponseReturnValue:
    """Show what can be added of one workshop; to those who do not build the course, that they cannot."""
    asked = _asked()
    if refused := _refused(asked):
        return refused
    workshop = tool().workshop(request.args.get("workshop"))
    offer = linking.offer(asked, workshop, visit.platform.family)
    return _page(workshop, offer, selection_form(offer), {})


@bp.post("/")
def choose() -> ResponseReturnValue:
    """Take the choice back to the platform, or nothing (``do`` is ``cancel``)."""
    asked = _asked()
    if request.form.get("do") == "cancel":
        return _go_back(asked, [])
    if refused := _refused(asked):
        return refused
    workshop = tool().workshop(request.form.get("workshop"))
    offer = linking.offer(asked, workshop, visit.platform.family)
    form = selection_form(offer, request.form)
    if errors := errors_of(form, offer):
        return _page(workshop, offer, form, errors), 422
    return _go_back(asked, linking.content_items(form.chosen(offer), workshop, asked.text))


def _asked() -> Picker:
    with tool().database.reading() as session:
        return linking.find(session, visit)


def _refused(asked: Picker) -> ResponseReturnValue | None:
    """Return a page with nothing but the way back, where there is nothing to choose for this person or place."""
    if asked.may_choose and asked.takes_links:
        return None
    reason = "place" if asked.may_choose else "person"
    return render_template("select/not_here.html", reason=reason, action=url_for("select.choose")), 403


def _page(workshop: Workshop, offer: Offer, form: SelectionForm, errors: dict[str, str]) -> str:
    chosen = form["part"].data
    return render_template(
        "select/picker.html",
        workshop=workshop,
        workshops=[(each, url_for("select.picker", workshop=each.id)) for each in tool().workshops.values()],
        offer=offer,
        form=form,
        errors=errors,
        chosen=chosen if isinstance(chosen, list) else [chosen],
        family=visit.platform.family,
        course_title=visit.course_title,
        action=url_for("select.choose"),
    )


def _go_back(asked: Picker, items: Iterable[ContentItem]) -> str:
    """Return the page that posts the signed answer to the platform, on its own or by its button."""
    parts = tool()
    with parts.database.reading() as session:
        key = signing_keys.current(session, parts.sealer)
    items = list(items)
    answer = deep_linking.response(
        visit.platform,
        key,
        items,
        deployment_id=asked.deployment_id,
        launch_url=parts.settings.base_url + url_for("launch.launch"),
        data=asked.data,
    )
    # The platform may send the form on to another of its addresses; Chromium checks those, too.
    g.form_action = [texts.origin(asked.return_url) or "", *visit.frame_origins]
    return render_template("select/send.html", action=asked.return_url, answer=answer, count=len(items))
