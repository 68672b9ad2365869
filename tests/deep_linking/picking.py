"""Choosing content through the whole real flow: request, picker, answer, and what the platform makes of it."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from stage import Browser, Page, inspect
from werkzeug.test import TestResponse

from lti_tool.demo_lms.choosing import begin_choosing, begin_review

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


@dataclass
class Answer:
    """What the picker sends back: where to, and the signed text."""

    action: str
    text: str
    page: Page
    policy: str

    @property
    def claims(self) -> dict[str, Any]:
        """The payload, unchecked."""
        return jwt.decode(self.text, options={"verify_signature": False})

    @property
    def items(self) -> list[dict[str, Any]]:
        """The chosen links."""
        return self.claims[DL + "content_items"]

    def deliver(self) -> requests.Response:
        """Post it to the platform, as the browser does."""
        return requests.post(self.action, data={"JWT": self.text}, timeout=10)


def ask(
    browser: Browser,
    person: str = "ines",
    *,
    course: str = "moodle-m101",
    several: bool = True,
    data: str | None = None,
    without: tuple[str, ...] = (),
    settings: dict[str, Any] | None = None,
    **claims: Any,
) -> TestResponse:
    """Post a deep linking request; ``claims`` and ``settings`` replace parts, ``without`` names claims to drop."""
    lms = browser.stage.lms
    found = lms.courses[course]
    form = browser.answer_to(begin_choosing(lms, found, found.people[person], several=several, data=data))
    good = jwt.decode(form["id_token"], options={"verify_signature": False})
    good |= {CLAIM + name: value for name, value in claims.items()}
    for name in without:
        good.pop(name if name in good else CLAIM + name)
    good[DL + "deep_linking_settings"] |= settings or {}
    for name in [name for name, value in (settings or {}).items() if value is ...]:
        del good[DL + "deep_linking_settings"][name]
    return browser.post_launch({**form, "id_token": lms.sign(good)})


def pick(browser: Browser, person: str = "ines", **how: Any) -> Page:
    """Open the picker."""
    response = ask(browser, person, **how)
    assert response.status_code == 303, response.text
    browser.home = urlsplit(response.location).path
    assert browser.home.endswith("/select/")
    return browser.open(browser.home)


def fields_of(page: Page) -> dict[str, Any]:
    """Return what a browser would send for the picker as it stands."""
    sent: dict[str, Any] = {}
    for field in page.tree.xpath("//main//form//input[@name]"):
        if field.type not in ("checkbox", "radio") or field.checked:
            sent.setdefault(field.name, []).append(field.get("value", ""))
    return sent


def press(browser: Browser, page: Page, do: str = "add", **changes: Any) -> TestResponse:
    """Send the picker's form; a change to None leaves the field out."""
    changes = {name.replace("title_", "title-").replace("points_", "points-"): value for name, value in changes.items()}
    fields = {**fields_of(page), **changes, "do": do}
    return browser.post(browser.home, {name: value for name, value in fields.items() if value is not None})


def answer(browser: Browser, page: Page, do: str = "add", **changes: Any) -> Answer:
    """Send the picker's form and return what goes to the platform."""
    response = press(browser, page, do, **changes)
    assert response.status_code == 200, response.text
    sending = inspect(response.text, "send")
    form = sending.select_one("form[data-send]")
    policy = response.headers["Content-Security-Policy"]
    return Answer(form["action"], form.select_one("[name=JWT]")["value"], sending, policy)


def review(
    browser: Browser, person: str, learner: str, *, course: str = "moodle-m101", link: str = "as-they-go"
) -> TestResponse:
    """Open a learner's work from the gradebook, as far as the tool's answer to the launch."""
    lms = browser.stage.lms
    found = lms.courses[course]
    (column, *_) = found.columns_of(found.links[link])
    call = begin_review(lms, found, column.id, found.people[learner], found.people[person])
    return browser.post_launch(browser.answer_to(call))


def payload(token: str) -> bytes:
    """Return a token's payload as it was signed."""
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims_text(token: str) -> dict[str, Any]:
    """Return a token's payload, read."""
    return json.loads(payload(token))
