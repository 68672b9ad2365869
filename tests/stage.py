"""One tool and one learning platform, wired together over real HTTP, and browsers to walk through them."""

import base64
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import html5lib
import lxml.html
import urllib3
from bs4 import BeautifulSoup
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from plain_words import plain_words
from werkzeug.datastructures import EnvironHeaders
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from lti_tool.app import build, create_app
from lti_tool.cli.serve import Quiet
from lti_tool.db import Database
from lti_tool.demo_lms import Lms, LmsConfig, LmsServer, LoginCall, begin
from lti_tool.jobs import runner
from lti_tool.jobs.catching_up import catch_up_one
from lti_tool.pseudo import LONG
from lti_tool.services import platforms
from lti_tool.services.platforms import Registration
from lti_tool.settings import Settings

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
ENCRYPTION_KEYS = "test:" + base64.b64encode(secrets.token_bytes(32)).decode()
SECRET_KEY = secrets.token_urlsafe(48)
SUPPORT = "Student counselling, room 12"
PLATFORM_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
"""Of every stage's platform in this process; a platform's key says nothing about its data."""


def make_settings(database_url: str, **values: Any) -> Settings:
    """Return settings for tests; their secrets are made anew in every process."""
    defaults = {"base_url": "http://localhost:8000", "secret_key": SECRET_KEY, "encryption_keys": ENCRYPTION_KEYS}
    usual = {"grade_retry_scale": 0.001, "pseudo_locales": True}
    return Settings.load(**{**defaults, "database_url": database_url, **usual, **values})


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """Return what a process must find in its environment to be the tool with these settings."""
    values = {
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEYS": ENCRYPTION_KEYS,
        "PRIVATE_HOSTS": ",".join(settings.private_hosts),
        **more,
    }
    return {f"LTI_TOOL_{name}": value for name, value in values.items()}


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to happen; fail if it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def lent_app(settings: Settings) -> Iterator[Flask]:
    """Lend a tool with these settings that knows nothing of whoever had it before, as it is faster than a new one."""
    # What the settings decide while an app is built, a lent one cannot follow.
    app = create_app(settings) if settings.trusted_proxies or not _apps else _apps.pop()
    tool = build(settings)
    tool = app.extensions["tool"] = replace(tool, database=_databases.pop(settings.database_url, tool.database))
    yield app
    tool.http.close()
    if tool.database.engine.dialect.name == "sqlite":
        tool.database.engine.dispose()  # the next test finds another file there
    _databases[settings.database_url] = tool.database
    if not settings.trusted_proxies:
        _apps.append(app)


_apps: list[Flask] = []
_databases: dict[str, Database] = {}
"""By address: what SQLAlchemy, or PostgreSQL on a connection, has worked out for one test serves the next as well."""
_parsed: set[int] = set()


def leave_databases() -> None:
    """Close the connections of all databases that were lent."""
    while _databases:
        _databases.popitem()[1].engine.dispose()


class Ground:
    """Two servers that listen, for one stage after another: most tests take less time than setting these up."""

    def __init__(self) -> None:
        self.web = make_server("127.0.0.1", 0, ServiceUnavailable(), threaded=True, request_handler=Quiet)
        self.base_url = f"http://localhost:{self.web.port}"
        self._config = LmsConfig(port=0, tool_url=self.base_url, signing_key=PLATFORM_KEY)
        self.lms_server = LmsServer(self._config)
        for serve in (partial(self.web.serve_forever, poll_interval=0.05), self.lms_server.serve):
            threading.Thread(target=serve, daemon=True).start()

    def clear(self) -> None:
        """Serve nothing, and be another platform from now on."""
        self.web.app = ServiceUnavailable()
        self.lms_server.renew(self._config)


_grounds: list[Ground] = []
"""Those that no stage stands on now."""


class Stage:
    """A running tool with its database, and a running demo LMS where it is registered."""

    def __init__(
        self, database_url: str, *, other_hosts: tuple[str, ...] = (), over_http: bool = False, **values: Any
    ) -> None:
        self._over_http = over_http
        self._ground = _grounds.pop() if _grounds else Ground()
        self.lms_server = self._ground.lms_server
        self.lms = self.lms_server.lms
        base_url, lms_host = self._ground.base_url, self.lms_server.url.removeprefix("http://")
        hosts = ",".join([lms_host, *other_hosts])
        self.settings = make_settings(database_url, base_url=base_url, private_hosts=hosts, **values)
        self._stack = ExitStack()
        self.app = self._ground.web.app = self._stack.enter_context(lent_app(self.settings))
        self._plain = self.app.wsgi_app
        self.tool = self.app.extensions["tool"]
        self.database: Database = self.tool.database
        register(self.database, self.lms)
        self._courier = runner.courier(self.settings, self.database, self.tool.http)

    def stop(self) -> None:
        """Leave the ground to the next stage and close the database."""
        self._ground.clear()
        self.app.wsgi_app = self._plain  # what a test put before it belongs to that test
        self._stack.close()
        _grounds.append(self._ground)

    def client(self, **how: Any) -> Client:
        """Return something that sends requests and keeps cookies: over real HTTP, or at once to the app."""
        app = Wire(self.settings.base_url) if self._over_http else self.app
        return Client(app, self.app.response_class, **how)

    def browser(self, language: str = "") -> "Browser":
        """Return a browser of its own, with no cookies yet; it may ask for a language of the tool."""
        return Browser(self, language)

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


def register(database: Database, lms: Lms) -> None:
    """Register the demo LMS at the tool, once for each set of rules."""
    with database.transaction() as session:
        for each in lms.registrations():
            deployments = (each.pop("deployment_id"),)
            owner = {"institution": "Test Hospital", "support_contacts": SUPPORT, "deployment_ids": deployments}
            platforms.add(session, Registration(**each, **owner))


class Wire:
    """A WSGI app that is far away: it sends every request to a server and returns what comes back, byte for byte.

    A test client in front of it is a browser with cookies and forms that speaks real HTTP.
    """

    def __init__(self, base_url: str) -> None:
        self._port = urlsplit(base_url).port

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        path = quote(environ["PATH_INFO"].encode("latin-1")) + f"?{environ['QUERY_STRING']}".rstrip("?")
        connection.putrequest(environ["REQUEST_METHOD"], path, skip_host=True, skip_accept_encoding=True)
        for name, value in EnvironHeaders(environ):
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(environ["wsgi.input"].read())
        with closing(connection), connection.getresponse() as response:
            start_response(f"{response.status} {response.reason}", response.getheaders())
            return [response.read()]


class Browser:
    """Walks through the LMS and the tool as a person's browser would; every page it opens is inspected."""

    def __init__(self, stage: Stage, language: str = "") -> None:
        self.stage = stage
        self.language = language
        self.client = stage.client()
        self.base_url = stage.settings.base_url
        self.home = ""

    def launch(self, person: str, *, course: str = "moodle-m101", link: str = "as-they-go") -> "Page":
        """Open a link as a person and return the first page of the tool."""
        response = self.post_launch(self.answer(person, course=course, link=link))
        assert response.status_code == 303, response.text
        self.home = urlsplit(response.location).path
        return self.open(self.home)

    def answer(self, person: str, *, course: str = "moodle-m101", link: str = "as-they-go") -> dict[str, str]:
        """Go through the sign-in; return what the platform would have the browser post to ``/lti/launch``."""
        found = self.stage.lms.courses[course]
        call = begin(self.stage.lms, found, found.links[link], found.people[person])
        return self.answer_to(call)

    def answer_to(self, call: LoginCall) -> dict[str, str]:
        """Go through the sign-in that a call of the platform begins; return what it would have the browser post."""
        return ask_platform(self.login(call.fields, method=call.method).location)

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
        return self.client.get(path, base_url=self.base_url, headers=self._asks_for)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> TestResponse:
        """Post a form from one of our own pages."""
        return self.client.post(
            path, base_url=self.base_url, data=fields, headers={**SAME_ORIGIN, **self._asks_for, **headers}
        )

    def put(self, path: str, body: Any, csrf: str) -> TestResponse:
        """Send JSON as our autosave does."""
        headers = {**SAME_ORIGIN, "X-CSRF-Token": csrf}
        return self.client.put(path, base_url=self.base_url, json=body, headers=headers)

    @property
    def _asks_for(self) -> dict[str, str]:
        return {"Accept-Language": self.language} if self.language else {}

    def open(self, path: str, *, status: int = 200) -> "Page":
        """Open a page and inspect it."""
        response = self.get(path)
        assert response.status_code == status, response.text
        if self.language == LONG:
            found = plain_words(BeautifulSoup(response.text, "lxml"))
            assert not found, f"{path}: {found}"
        return inspect(response.text, path)

    def activity(self, activity_id: str) -> "Page":
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
        for activity_id, answer in first_module(pile, rating).items():
            assert self.finish(activity_id, **answer).status_code == 303


def ask_platform(address: str) -> dict[str, str]:
    """Follow the tool's redirect to the platform; return the fields that it lets the browser post back."""
    page = lxml.html.document_fromstring(urllib3.request("GET", address, timeout=10).data)
    return {field.name: field.value for field in page.forms[0].xpath(".//input[@type='hidden']")}


def first_module(pile: str = "mentor", rating: str = "3") -> dict[str, dict[str, str]]:
    """Return an answer to each activity of M0, in order."""
    return {
        "m0.welcome": {},
        "m0.privacy": {"agreed": "yes"},
        "m0.start": dict.fromkeys(("st1", "st2", "st3"), rating),
        "m0.what": {f"w{number}": pile for number in range(1, 9)},
    }


class Page:
    """A page that came. BeautifulSoup, much slower than lxml alone, reads it only if a test asks it something."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = lxml.html.document_fromstring(text)

    @cached_property
    def _soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "lxml")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._soup, name)

    def __str__(self) -> str:
        return str(self._soup)


def hidden(page: Page) -> dict[str, str]:
    """Return the hidden fields of the page's forms: their version and their token."""
    return {field.name: field.value for field in page.tree.xpath("//main//form//input[@type='hidden']")}


def inspect(text: str, path: str) -> Page:
    """Return a page after looking at what every page must have."""
    page = Page(text)
    tags = hash(re.sub('="[^"]*"', "", "".join(re.findall("<[^>]*>", text))))
    if tags not in _parsed:  # the dearest look, and the same for pages that are built of the same tags
        html5lib.HTMLParser(strict=True).parse(text)
        _parsed.add(tags)
    (heading,), title = page.tree.xpath("//h1"), page.tree.findtext("head/title")
    said = " ".join(heading.text_content().split())
    assert " ".join(title.split()).startswith(said), f"{path}: the title begins with the h1"
    ids = page.tree.xpath("//@id")
    assert len(ids) == len(set(ids)), f"{path}: an id is used twice"
    inline = page.tree.xpath("//style | //*[@style] | //script[not(@src)] | //*[@onclick]")
    assert not inline, f"{path}: nothing inline"
    assert not page.tree.xpath("//form[@method='post'][not(string(@action))]"), f"{path}: a form says where it goes"
    return page
