"""Every visit: a one-time ticket for what a page's header cannot open, and the way into a window of its own."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.services import tickets
from lti_tool.web import visit as browser
from lti_tool.web.access import visit_blueprint
from lti_tool.web.errors import PageMissing
from lti_tool.web.requests import json_object
from lti_tool.web.tool import tool
from lti_tool.web.visit import visit

bp = visit_blueprint("tickets", __name__, "", lambda visit: True)
PATH_LIMIT = 500


@bp.post("/tickets")
def issue() -> ResponseReturnValue:
    """Make a ticket for one path of this visit: good once, for a minute.

    :raise PageMissing: the path is not of this visit; or a ticket asks for another one.
    """
    path = json_object().get("path")
    secret = browser.secret_of(visit.id)
    if not secret or not isinstance(path, str) or not _is_ours(path):
        raise PageMissing
    parts = tool()
    with parts.database.transaction() as session:
        ticket = tickets.issue(session, parts.sealer, visit, secret, path)
    return {"ticket": ticket}


@bp.post("/window")
def window() -> ResponseReturnValue:
    """Go on in a window of its own: its cookie is first-party there, and a ticket is what it is given for.

    :raise PageMissing: no ticket, or the page is not of this visit.
    """
    page = request.form.get("page", "")
    if not browser.came_by_ticket() or not _is_ours(page):
        raise PageMissing
    response = redirect(page, 303)
    browser.keep(response, visit.id)
    return response


def _is_ours(path: str) -> bool:
    """Say whether a path is below this visit's own, and nothing that a browser reads as another address."""
    below = url_for("tickets.window").removesuffix("window")
    return (
        path.startswith(below)
        and len(path) <= PATH_LIMIT
        and path.isascii()
        and path.isprintable()
        and "\\" not in path
    )
