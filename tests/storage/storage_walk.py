"""A browser without cookies in front of a platform that keeps values: the pages' scripts, played by the test."""

import json
from typing import Any

from bs4 import BeautifulSoup
from stage import SAME_ORIGIN, Browser, Stage, ask_platform, inspect
from werkzeug.test import TestResponse

from lti_tool.demo_lms import begin


class Cookieless(Browser):
    """Keeps no cookie; ``kept`` is the platform's storage, ``token`` what pages send as a header."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.client = stage.app.test_client(use_cookies=False)
        self.kept: dict[str, str] = {}
        self.token = ""

    def launch(self, person: str, *, course: str = "canvas-m101", link: str = "as-they-go") -> BeautifulSoup:
        """Open a link as a person and return the first page of the tool."""
        response = self.confirm(self.fetched(self.post_launch(self.answer(person, course=course, link=link))))
        assert response.status_code == 200, response.text
        page = inspect(response.text, "/lti/launch/confirm")
        self.token = headers_of(page)["Authorization"]
        self.home = page.select_one("[hx-get]")["hx-get"]
        return self.open(self.home)

    def answer(self, person: str, *, course: str = "canvas-m101", link: str = "as-they-go") -> dict[str, str]:
        """Go through the sign-in as ``storage.js`` does; return what the platform would have the browser post."""
        page = self.put_page(person, course=course, link=link)
        place = page.select_one("[data-storage=put]")
        self.kept[place["data-key"]] = place["data-value"]
        return ask_platform(place["data-go-on"])

    def put_page(
        self, person: str, *, course: str = "canvas-m101", link: str = "as-they-go", **more: str
    ) -> BeautifulSoup:
        """Begin a sign-in and return the page that the browser without cookies gets."""
        found = self.stage.lms.courses[course]
        call = begin(self.stage.lms, found, found.links[link], found.people[person])
        response = self.login(call.fields | more, method=call.method)
        assert response.status_code == 200, response.text
        return inspect(response.text, "/lti/login/check")

    def fetched(self, response: TestResponse) -> dict[str, str]:
        """Do what ``storage.js`` does on the page after the launch: fetch the proof, delete it, fill in the form."""
        assert response.status_code == 200, response.text
        form = inspect(response.text, "/lti/launch").select_one("form[data-storage=get]")
        assert form["action"] == "/lti/launch/confirm"
        fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
        return fields | {"proof": self.kept.pop(form["data-key"], "")}

    def confirm(self, fields: dict[str, str], **headers: str) -> TestResponse:
        """Post a launch with its proof, as our own page does."""
        sent = {**SAME_ORIGIN, **headers}
        return self.client.post("/lti/launch/confirm", base_url=self.base_url, data=fields, headers=sent)

    def get(self, path: str) -> TestResponse:
        """Get a page as htmx does."""
        return self.client.get(path, base_url=self.base_url, headers=self._header)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> TestResponse:
        """Post a form as htmx does."""
        return super().post(path, fields, **{**self._header, **headers})

    def ticket(self, path: str, csrf: str) -> TestResponse:
        """Ask for a ticket as ``visit.js`` does."""
        sent = {**SAME_ORIGIN, **self._header, "X-CSRF-Token": csrf}
        return self.client.post(f"{self.visit}/tickets", base_url=self.base_url, json={"path": path}, headers=sent)

    def bare(self, method: str, path: str, **how: Any) -> TestResponse:
        """Send a request without the header, as the browser itself does."""
        headers = SAME_ORIGIN | how.pop("headers", {})
        return self.client.open(path, method=method, base_url=self.base_url, headers=headers, **how)

    @property
    def _header(self) -> dict[str, str]:
        return {"Authorization": self.token} if self.token else {}


def headers_of(page: BeautifulSoup) -> dict[str, str]:
    """Return the headers that htmx sends from this document."""
    found: dict[str, str] = json.loads(page.html["hx-headers:inherited"])
    return found
