"""Guards: who may come in. Every blueprint names one; a test proves it."""

import hmac
from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, request
from werkzeug.exceptions import NotFound

from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.services.visits import CurrentVisit, Finder, find
from lti_tool.web import visit as visits
from lti_tool.web.speaking import speak
from lti_tool.web.tool import tool

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class RequestForged(ToolError):
    """A write that did not come from one of our own pages."""

    status = 403
    code = "not-from-our-page"
    message = mark("This did not come from one of our pages, so nothing was changed.")
    remedy = mark("Go back to your course, open the activity again and repeat what you did.")


def anyone() -> None:
    """Let anybody in: an open page is a decision, not an oversight."""


def from_any_frame() -> None:
    """Let anybody in, in a frame of any site: pages before a launch hold nothing personal."""
    g.frame_ancestors = "*"


def visit_blueprint(
    name: str, import_name: str, below: str, may: Callable[[CurrentVisit], bool], finder: Finder = find
) -> Blueprint:
    """Return a blueprint of pages at ``/v/<visit_id>`` and ``below``, for those visits of which ``may`` is true.

    Its views read the visit from ``web.visit``, and its links stay inside the visit they stand in. Whatever else they
    show may be found with the visit, by a ``finder`` of their own.
    """
    bp = Blueprint(name, import_name, url_prefix="/v/<visit_id>" + below)
    bp.url_value_preprocessor(_take_visit_id)
    bp.url_defaults(_same_visit)
    bp.before_request(visitors_who(may, finder))
    return bp


def _take_visit_id(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.visit_id = (values or {}).pop("visit_id", "")


def _same_visit(_endpoint: str, values: dict[str, Any]) -> None:
    if "visit" in g:
        values.setdefault("visit_id", g.visit.id)


def visitors_who(may: Callable[[CurrentVisit], bool], finder: Finder) -> Callable[[], None]:
    """Return a guard that lets in the visits of which ``may`` is true; for all others there is no such page."""

    def guard() -> None:
        from_any_frame()
        found = visits.find(g.visit_id, finder)
        if not may(found):
            raise NotFound
        g.visit = found
        speak(found.locale)
        g.frame_ancestors = " ".join(found.frame_origins) or "'none'"
        if request.method not in SAFE_METHODS:
            refuse_forgery(found)

    return guard


def refuse_other_sites() -> None:
    """Refuse a write unless it came from one of our own pages.

    A browser without Fetch Metadata writes ``Origin: null`` on our forms, because our pages send no referrer: there
    what else the write carries decides alone.

    :raise RequestForged: ``Sec-Fetch-Site`` or, where a browser sends none, ``Origin`` names another site.

    Source: OWASP, Cross-Site Request Forgery Prevention, Fetch Metadata with Origin as fallback; WHATWG Fetch,
    "append a request Origin header".
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "null")
    ours = site == "same-origin" if site else origin in (tool().settings.base_url, "null")
    if not ours:
        raise RequestForged


def refuse_forgery(visit: CurrentVisit) -> None:
    """Refuse a write unless it came from our own page and carries the visit's token, or a ticket made with it.

    :raise RequestForged: it came from another site, or the token is missing.
    """
    refuse_other_sites()
    if visits.came_by_ticket():
        return
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), visit.csrf_token.encode()):
        raise RequestForged
