"""Launches through the whole real flow, open to a change on the way, and what every refusal must look like."""

import base64
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import time_machine
from mutants import Signer
from stage import Browser, Page, Stage, ask_platform, hidden, inspect
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.db import Base
from lti_tool.demo_lms import begin
from lti_tool.demo_lms.choosing import begin_choosing
from lti_tool.demo_lms.oidc import LoginCall
from lti_tool.errors import ToolError
from lti_tool.prepared import Prepared

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
MEMBERSHIP = LIS + "membership#"
VISIT_COOKIE = "__Host-v-"
ANSWERED = re.compile(r"reference ([0-9a-f]{12}), code ([a-z-]+)\.")
_TABLES = Base.metadata.sorted_tables
_ROWS = {table.name: Prepared(sa.select(table)) for table in _TABLES}
_COUNTS = Prepared(
    sa.union_all(
        *(
            sa.select(sa.literal(table.name).label("name"), sa.func.count().label("count")).select_from(table)
            for table in _TABLES
        )
    )
)
_numbers = itertools.count(1)
_inspected: set[str] = set()
"""Codes whose page was read with a strict eye in this process; the next ones differ in their reference alone."""


@dataclass
class Good:
    """What the platform answered to one sign-in, in its parts; every part may be changed before it is posted."""

    browser: Browser
    claims: dict[str, Any]
    headers: dict[str, Any]
    state: str
    sign: Signer

    @property
    def form(self) -> dict[str, str]:
        """What the browser posts: these claims, signed by the platform."""
        return {"id_token": self.sign(self.claims, self.headers), "state": self.state}

    def post(self) -> TestResponse:
        """Post it in the browser that began the sign-in."""
        return self.browser.post_launch(self.form)


def sign_in(
    browser: Browser,
    person: str = "mai",
    *,
    course: str = "moodle-m101",
    link: str = "as-they-go",
    leave_out: tuple[str, ...] = (),
    **claims: Any,
) -> Good:
    """Go through login and platform; stop before the browser posts the answer.

    ``claims`` replace LTI's own claims in it (``roles=[]``); ``leave_out`` names parameters of the login to drop.
    """
    lms = browser.stage.lms
    found = lms.courses[course]
    return _answered(browser, begin(lms, found, found.links[link], found.people[person]), leave_out, claims)


def sign_in_to_choose(browser: Browser, person: str = "ines", *, course: str = "moodle-m101", **claims: Any) -> Good:
    """Go the same way with the request to choose content, an ``LtiDeepLinkingRequest``."""
    lms = browser.stage.lms
    found = lms.courses[course]
    return _answered(browser, begin_choosing(lms, found, found.people[person]), (), claims)


def _answered(browser: Browser, call: LoginCall, leave_out: tuple[str, ...], claims: dict[str, Any]) -> Good:
    lms = browser.stage.lms
    fields = {name: value for name, value in call.fields.items() if name not in leave_out}
    answer = ask_platform(browser.login(fields, method=call.method).location)
    header, payload, _ = answer["id_token"].split(".")
    signed = _decoded(payload) | {CLAIM + name: value for name, value in claims.items()}
    return Good(browser, signed, _decoded(header), answer["state"], Signer(lms.key, lms.kid))


def newcomer(good: Good, name: str = "") -> Good:
    """Make the launch that of somebody nobody has met, so that tests in one house do not meet."""
    good.claims["sub"] = f"newcomer-{next(_numbers)}"
    for claim in ("given_name", "family_name", "email"):
        good.claims.pop(claim, None)
    good.claims["name"] = name or good.claims["sub"]
    return good


def new_course(good: Good) -> Good:
    """Move the launch into a course of its own."""
    number = next(_numbers)
    good.claims[CLAIM + "context"] = {"id": f"course-{number}", "label": f"C{number}", "title": f"Course {number}"}
    return good


def land(response: TestResponse, browser: Browser) -> Page:
    """Follow an accepted launch to its first page."""
    assert response.status_code == 303, response.text
    browser.home = urlsplit(response.location).path
    return look(browser, browser.home)


def look(browser: Browser, path: str, status: int = 200) -> Page:
    """Open a page and read it, whatever its markup is like."""
    response = browser.get(path)
    assert response.status_code == status, response.text
    return Page(response.text)


def visit_cookies(response: TestResponse) -> list[str]:
    """Return the cookies of visits that a response sets."""
    return [each for each in response.headers.getlist("Set-Cookie") if each.startswith(VISIT_COOKIE)]


def csrf(browser: Browser, activity_id: str = "m0.privacy") -> str:
    """Return the visit's token, as a form of ours carries it."""
    return hidden(look(browser, f"{browser.visit}/activities/{activity_id}"))["csrf_token"]


def rows(stage: Stage) -> dict[str, int]:
    """Return how many rows each table has."""
    with stage.database.looking() as door:
        return {row["name"]: row["count"] for row in _COUNTS.rows(door, {})}


def contents(stage: Stage) -> dict[str, list[str]]:
    """Return everything that stands in the database."""
    with stage.database.looking() as door:
        return {name: sorted(map(repr, every.rows(door, {}))) for name, every in _ROWS.items()}


def refused(response: TestResponse, code: str | None = None, *statuses: int) -> Page:
    """Return the page of a refusal after looking at what each must have: code, sentence, remedy, reference."""
    assert response.status_code in (statuses or (400, 401, 403)), response.text
    assert visit_cookies(response) == []
    assert "Traceback" not in response.text
    page = Page(response.text)
    reference, shown = ANSWERED.search(page.tree.text_content()).groups()
    assert reference == response.headers["X-Request-ID"]
    assert code in (shown, None), f"the page says {shown}"
    if shown not in _inspected:
        inspect(response.text, "refusal")
        _inspected.add(shown)
    kind = _refusals()[shown]
    assert page.tree.findtext(".//h1") == kind.message.rstrip(".")
    assert page.tree.find_class("lead")[0].text_content() == kind.remedy
    return page


@contextmanager
def later(**ahead: float) -> Iterator[None]:
    """Go on that much later."""
    with time_machine.travel(clock.now() + timedelta(**ahead), tick=True):
        yield


def aged(good: Good, created_at: datetime) -> Good:
    """Make the sign-in one that began at another time."""
    signer = good.browser.stage.tool.signer
    attempt = signer.open(good.state)
    good.state = signer.sign(type(attempt)(**{**vars(attempt), "created_at": created_at}))
    return good


def fresh(good: Good) -> Good:
    """Return a copy of an answer nobody posted yet, as if its sign-in had just begun, for others to change."""
    now = int(clock.now().timestamp())
    return aged(replace(good, claims=good.claims | {"iat": now, "exp": now + 60}), clock.now())


def _refusals(kind: type[ToolError] = ToolError) -> dict[str, type[ToolError]]:
    found = {kind.code: kind}
    for each in kind.__subclasses__():
        found |= _refusals(each)
    return found


def _decoded(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=="))
