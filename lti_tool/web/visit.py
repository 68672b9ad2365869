"""The visit of this request, and the cookies that tie it to one browser.

Every visit has its public id in the address and its secret in a cookie of its own, so that two tabs, two courses or
two roles in one browser never mix. One more cookie, ``__Host-b``, marks the browser itself: a sign-in that began in
one browser cannot be finished in another.
"""

import secrets
from datetime import timedelta
from typing import cast

from flask import g, request
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from lti_tool.services import visits
from lti_tool.services.visits import CurrentVisit, Opened, VisitOver
from lti_tool.web.tool import tool

BROWSER_COOKIE = "__Host-b"
VISIT_COOKIE = "__Host-v-"
BROWSER_COOKIE_AGE = timedelta(days=365)
VISITS_KEPT = 10
"""How many visits a browser holds at once; the oldest lose their cookie."""

visit = cast(CurrentVisit, LocalProxy(lambda: g.visit))
"""The visit of this request. Only where a guard has found one."""


def find(public_id: str) -> CurrentVisit:
    """Return the visit in this address, if this browser holds its secret.

    :raise VisitOver: it does not, or the visit has ended.
    """
    secret = request.cookies.get(VISIT_COOKIE + public_id, "")
    if not secret:
        raise VisitOver
    parts = tool()
    with parts.database.reading() as session:
        found = visits.find(session, public_id, secret, timedelta(minutes=parts.settings.visit_idle_minutes))
    if visits.needs_touch(found):
        with parts.database.transaction() as session:
            visits.touch(session, found)
    return found


def hand_over(response: Response, opened: Opened) -> None:
    """Give this browser the secret of a fresh visit, and take away those of the oldest."""
    _set(response, VISIT_COOKIE + opened.id, opened.secret, timedelta(hours=tool().settings.visit_hours))
    held = [name.removeprefix(VISIT_COOKIE) for name in request.cookies if name.startswith(VISIT_COOKIE)]
    if len(held) >= VISITS_KEPT:
        with tool().database.reading() as session:
            for old in visits.oldest_of(session, held, VISITS_KEPT - 1):
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
