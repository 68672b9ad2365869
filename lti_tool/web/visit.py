"""The visit of this request, and what ties it to one browser: cookies, or a header where there are none.

Every visit has its public id in the address and its secret in a cookie of its own, so that two tabs, two courses or
two roles in one browser never mix. One more cookie, ``__Host-b``, marks the browser itself: a sign-in that began in
one browser cannot be finished in another.

Where a frame keeps no cookies and the platform's storage bound the browser, pages send the secret as a header. What a
header cannot do (a download, a new window) a form post does, with a ticket that works once.
"""

import secrets
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from flask import g, render_template, request, url_for
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from lti_tool.services import tickets, visits
from lti_tool.services.opening import Opened
from lti_tool.services.visits import CurrentVisit, Finder, VisitOver
from lti_tool.web.speaking import speak
from lti_tool.web.tool import tool

BROWSER_COOKIE = "__Host-b"
VISIT_COOKIE = "__Host-v-"
BROWSER_COOKIE_AGE = timedelta(days=365)
VISITS_KEPT = 10
"""How many visits a browser holds at once; the oldest lose their cookie."""

visit = cast(CurrentVisit, LocalProxy(lambda: g.visit))
"""The visit of this request. Only where a guard has found one."""


def current() -> CurrentVisit:
    """Return the visit of this request itself: what asks it many things asks faster."""
    found: CurrentVisit = g.visit
    return found


ANY = secrets.token_hex(16)
"""Stands for a visit in what is written once for all of them."""


def page_url(endpoint: str, **values: Any) -> str:
    """Return the address of a page of this visit. What it looks like is found out once for all visits."""
    return page_of(visit.id, endpoint, **values)


def page_of(visit_id: str, endpoint: str, **values: Any) -> str:
    """Return the address of a page of a visit."""
    return any_visit(endpoint, **values).replace(ANY, visit_id, 1)


@lru_cache(maxsize=1024)
def any_visit(endpoint: str, **values: Any) -> str:
    """Return the address of a page, with ``ANY`` where the visit belongs."""
    return url_for(endpoint, visit_id=ANY, **values)


def find(public_id: str, finder: Finder) -> CurrentVisit:
    """Return the visit in this address, if this browser holds its secret.

    :raise VisitOver: it does not, or the visit has ended.
    """
    secret = _secret_by_ticket(public_id) or secret_of(public_id)
    if not secret:
        raise VisitOver
    parts = tool()
    with parts.database.looking() as door:
        found = finder(door, public_id, secret, timedelta(minutes=parts.settings.visit_idle_minutes))
    if visits.needs_touch(found):
        with parts.database.transaction() as session:
            visits.touch(session, found)
    return found


def secret_of(public_id: str) -> str:
    """Return the secret that this request shows for a visit, in its header or its cookie; empty if none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else request.cookies.get(VISIT_COOKIE + public_id, "")


def _secret_by_ticket(public_id: str) -> str:
    """Take the one-time ticket of a form post, which then decides alone; empty if there is none."""
    given = request.form.get("ticket", "") if request.method == "POST" else ""
    if not given:
        return ""
    parts = tool()
    with parts.database.transaction() as session:
        g.ticket_secret = tickets.redeem(session, parts.sealer, public_id, request.path, given)
    return cast(str, g.ticket_secret)


def came_by_ticket() -> bool:
    """Say whether a ticket, not a cookie or a header, opened the door for this request."""
    return bool(g.get("ticket_secret"))


def keep(response: Response, public_id: str) -> None:
    """Give this browser the cookie of the visit that a ticket opened: the page is in a window of its own now."""
    _set(response, VISIT_COOKIE + public_id, g.ticket_secret, timedelta(hours=tool().settings.visit_hours))


def go_on_by_header(opened: Opened, landing: str) -> str:
    """Return the page that loads the first one and sends the visit's secret as a header from then on.

    It is the only answer that ever holds the secret; it stays in the page, in no address and no storage.
    """
    parts = tool()
    with parts.database.looking() as door:
        g.visit = visits.find(door, opened.id, opened.secret, timedelta(minutes=parts.settings.visit_idle_minutes))
    speak(g.visit.locale)
    g.frame_ancestors = " ".join(g.visit.frame_origins) or "'none'"
    # This document's policy holds for every page that is swapped into it, also for the way back from the picker.
    g.form_action = g.visit.frame_origins
    return render_template("launch/by_header.html", token=opened.secret, landing=landing)


def hand_over(response: Response, opened: Opened) -> None:
    """Give this browser the secret of a fresh visit, and take away those of the oldest."""
    _set(response, VISIT_COOKIE + opened.id, opened.secret, timedelta(hours=tool().settings.visit_hours))
    held = [name.removeprefix(VISIT_COOKIE) for name in request.cookies if name.startswith(VISIT_COOKIE)]
    # Browsers send the oldest first. Source: RFC 6265, 5.4.
    for old in held[: max(0, len(held) + 1 - VISITS_KEPT)]:
        _set(response, VISIT_COOKIE + old, "", timedelta())


def browser() -> str | None:
    """Return the mark of this browser, or None if it has not shown one."""
    mark = request.cookies.get(BROWSER_COOKIE, "")
    return mark if 32 <= len(mark) <= 64 else None


def mark_browser(response: Response) -> None:
    """Give this browser its mark."""
    _set(response, BROWSER_COOKIE, secrets.token_urlsafe(32), BROWSER_COOKIE_AGE)


def _set(response: Response, name: str, value: str, age: timedelta) -> None:
    """Set a cookie that works in a frame on another site, and only for that pair of sites."""
    response.set_cookie(
        name, value, max_age=age, path="/", secure=True, httponly=True, samesite="None", partitioned=True
    )
