"""One tool and one learning platform, wired together over real HTTP, and browsers to walk through them."""

import base64
import secrets
import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import html5lib
import requests
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from lti_tool.app import create_app
from lti_tool.db import Database
from lti_tool.demo_lms import LmsConfig, LmsServer, begin
from lti_tool.jobs import runner
from lti_tool.jobs.catching_up import catch_up_one
from lti_tool.services import platforms
from lti_tool.services.platforms import Registration
from lti_tool.settings import Settings

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
ENCRYPTION_KEYS = "test:" + base64.b64encode(secrets.token_bytes(32)).decode()
SECRET_KEY = secrets.token_urlsafe(48)
SUPPORT = "Student counselling, room 12"


def make_settings(database_url: str, **values: Any) -> Settings:
    """Return settings for tests; their secrets are made anew in every process."""
    defaults = {"base_url": "http://localhost:8000", "secret_key": SECRET_KEY, "encryption_keys": ENCRYPTION_KEYS}
    return Settings.load(**{**defaults, "database_url": database_url, "grade_retry_scale": 0.001, **values})


class Stage:
    """A running tool with its database, and a running demo LMS where it is registered."""

    def __init__(self, database_url: str, *, other_hosts: tuple[str, ...] = (), **values: Any) -> None:
        self._web = make_server("127.0.0.1", 0, _nothing_yet, threaded=True)
        base_url = f"http://localhost:{self._web.port}"
        self.lms_server = LmsServer(LmsConfig(port=0, tool_url=base_url))
        self.lms = self.lms_server.lms
        hosts = ",".join([self.lms_server.url.removeprefix("http://"), *other_hosts])
        self.settings = make_settings(database_url, base_url=base_url, private_hosts=hosts, **values)
        self.app = self._web.app = create_app(self.settings)
        self.tool = self.app.extensions["tool"]
        self.database: Database = self.tool.database
        self._register()
        servers = (partial(self._web.serve_forever, poll_interval=0.05), self.lms_server.serve)
        self._threads = [threading.Thread(target=run, daemon=True) for run in servers]
        for thread in self._threads:
            thread.start()
        self._courier = runner.courier(self.settings, self.database, self.tool.http)

    def stop(self) -> None:
        """Stop both servers and close the database."""
        self._web.shutdown()
        self.lms_server.stop()
        for thread in self._threads:
            thread.join()
        self._web.server_close()
        self.tool.http.close()
        self.database.engine.dispose()

    def browser(self) -> "Browser":
        """Return a browser of its own, with no cookies yet."""
        return Browser(self)

    def deliver(self) -> int:
        """Queue and deliver every score that is due; return how many were tried."""
        while catch_up_one(self.database, self._courier.workshops):
            pass
        tried = 0
        while self._courier.deliver_one():
            tried += 1
        return tried

    def grade(self, course: str, link: str, person: str) -> Any:
        """Return what the demo LMS's gradebook holds for a person in the link's first column."""
        found = self.lms.courses[course]
        (column, *_) = found.columns_of(found.links[link])
        return found.grade(column.id, person)

    def _register(self) -> None:
        with self.database.transaction() as session:
            for each in self.lms.registrations():
                deployments = (each.pop("deployment_id"),)
                owner = {"institution": "Test Hospital", "support_contacts": SUPPORT, "deployment_ids": deployments}
                platforms.add(session, Registration(**each, **owner))


class Browser:
    """Walks through the LMS and the tool as a person's browser would; every page it opens is inspected."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.client: FlaskClient = stage.app.test_client()
        self.base_url = stage.settings.base_url
        self.home = ""

    def launch(self, person: str, *, course: str = "moodle-m101", link: str = "as-they-go") -> BeautifulSoup:
        """Open a link as a person and return the first page of the tool."""
        response = self.post_launch(self.answer(person, course=course, link=link))
        assert response.status_code == 303, response.text
        self.home = urlsplit(response.location).path
        return self.open(self.home)

    def answer(self, person: str, *, course: str = "moodle-m101", link: str = "as-they-go") -> dict[str, str]:
        """Go through the sign-in; return what the platform would have the browser post to ``/lti/launch``."""
        found = self.stage.lms.courses[course]
        call = begin(self.stage.lms, found, found.links[link], found.people[person])
        response = self.login(call.fields, method=call.method)
        form = BeautifulSoup(requests.get(response.location, timeout=10).text, "html.parser").select_one("form")
        return {field["name"]: field["value"] for field in form.select("input[type=hidden]")}

    def login(self, fields: dict[str, str], *, method: str = "POST") -> TestResponse:
        """Begin a sign-in at the tool and let it see that this browser keeps its cookie."""
        sent = {"data": fields} if method == "POST" else {"query_string": fields}
        response = self.client.open("/lti/login", method=method, base_url=self.base_url, **sent)
        while response.status_code == 303 and "/lti/login/check" in response.location:
            response = self.get(response.location)
        return response

    def post_launch(self, form: dict[str, str]) -> TestResponse:
        """Post a platform's answer to the tool, from the platform's site."""
        return self.client.post("/lti/launch", base_url=self.base_url, data=form)

    def get(self, path: str) -> TestResponse:
        """Get a page as it is."""
        return self.client.get(path, base_url=self.base_url)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> TestResponse:
        """Post a form from one of our own pages."""
        return self.client.post(path, base_url=self.base_url, data=fields, headers={**SAME_ORIGIN, **headers})

    def put(self, path: str, body: Any, csrf: str) -> TestResponse:
        """Send JSON as our autosave does."""
        headers = {**SAME_ORIGIN, "X-CSRF-Token": csrf}
        return self.client.put(path, base_url=self.base_url, json=body, headers=headers)

    def open(self, path: str, *, status: int = 200) -> BeautifulSoup:
        """Open a page and inspect it."""
        response = self.get(path)
        assert response.status_code == status, response.text
        return inspect(response.text, path)

    def activity(self, activity_id: str) -> BeautifulSoup:
        """Open an activity of this visit."""
        return self.open(f"{self.visit}/activities/{activity_id}")

    def finish(self, activity_id: str, **answer: str) -> TestResponse:
        """Fill in an activity's form and press its button."""
        page = self.activity(activity_id)
        return self.post(f"{self.visit}/activities/{activity_id}", {**hidden(page), **answer, "do": "finish"})

    @property
    def visit(self) -> str:
        """The address of this visit, ``/v/…``."""
        return "/".join(self.home.split("/")[:3])

    def finish_first_module(self, pile: str = "mentor", rating: str = "3") -> None:
        """Do all of M0; ``pile`` and ``rating`` are the answers."""
        answers: dict[str, dict[str, str]] = {
            "m0.welcome": {},
            "m0.privacy": {"agreed": "yes"},
            "m0.start": dict.fromkeys(("st1", "st2", "st3"), rating),
            "m0.what": {f"w{number}": pile for number in range(1, 9)},
        }
        for activity_id, answer in answers.items():
            assert self.finish(activity_id, **answer).status_code == 303


def hidden(page: BeautifulSoup) -> dict[str, str]:
    """Return the hidden fields of the page's form: its version and its token."""
    return {field["name"]: field["value"] for field in page.select("main form input[type=hidden]")}


def inspect(text: str, path: str) -> BeautifulSoup:
    """Return a page after looking at what every page must have."""
    html5lib.HTMLParser(strict=True).parse(text)
    page = BeautifulSoup(text, "html.parser")
    (heading,) = page.select("h1")
    assert page.title.get_text().strip().startswith(heading.get_text().strip()), f"{path}: the title begins with the h1"
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids)), f"{path}: an id is used twice"
    assert not page.select("[style], style, script:not([src]), [onclick]"), f"{path}: nothing inline"
    for form in page.select("form[method=post]"):
        assert form.get("action"), f"{path}: a form says where it goes"
    return page


def _nothing_yet(_environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []
