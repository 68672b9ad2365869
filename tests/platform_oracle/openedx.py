"""Open edX as the tests see it: a process to talk to, courses to arrange in it, browsers that go there and back."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from bs4 import BeautifulSoup
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar, get_cookie_header
from stage import SAME_ORIGIN, Browser, Stage

from lti_tool.lti.grades import GradeService
from lti_tool.lti.keys import load_private_key
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.tokens import TokenSource
from lti_tool.services import platforms, signing_keys
from lti_tool.services.platforms import Registration

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = ROOT / ".tools/oracle/bin/python"
SERVER = Path(__file__).with_name("server.py")
PEOPLE = {
    "ines": {"role": "instructor", "full_name": "Ines Okafor"},
    "mai": {"role": "student", "full_name": "Mai Nguyen"},
    "amara": {"role": "student", "full_name": "Amara Diallo"},
}


@contextmanager
def running(log: Path) -> Iterator[str]:
    """Run Open edX's platform; yield its address. It ends when we close its pipe, or when we die."""
    assert PYTHON.exists(), "Open edX's platform is not installed: make .tools/oracle/.ready"
    # Without a word about proxies: it fetches our key set from this machine.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with log.open("wb") as errors:
        process = subprocess.Popen([PYTHON, SERVER], env=environment, stderr=errors, **pipes)
    try:
        line = process.stdout.readline()
        assert line, log.read_text()
        yield json.loads(line)["url"]
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@dataclass
class Course:
    """A course of Open edX with one activity in it that opens our tool, where our tool is registered."""

    stage: Stage
    url: str
    """Where Open edX is."""
    shown: dict[str, Any]
    """What Open edX's Studio shows an author, and a few words more for us."""
    platform: PlatformConfig

    def browser(self) -> "Traveller":
        """Return a browser of somebody with no cookies yet."""
        return Traveller(self)

    def launch(self, person: str) -> "Traveller":
        """Have a person open the activity; return their browser on the tool's first page."""
        traveller = self.browser()
        assert traveller.arrive(person).status_code == 200
        return traveller

    def gradebook(self, person: str) -> list[tuple[float, float]]:
        """Return the signals about a person that arrived at the gradebook: points and maximum."""
        signals = self._desk("seen").json()["gradebook"]
        assert {signal["type"] for signal in signals} <= {"grade"}
        return [(each["value"], each["max_value"]) for each in signals if each["person"] == person]

    def content(self) -> list[dict[str, Any]]:
        """Return the content that an author chose through deep linking."""
        return self._desk("seen").json()["content"]

    def change_key(self) -> None:
        """Have Open edX sign with a new key from now on."""
        assert self._desk("new-key").json() == {"changed": 1}

    def lose_answer(self, ending: str) -> None:
        """Have the answer to the next request lost, after it was acted upon."""
        self._desk("lose-answer", ending=ending)

    @cached_property
    def tokens(self) -> TokenSource:
        """Our own source of tokens for this platform's services."""
        with self.stage.database.reading() as session:
            ours = signing_keys.current(session, self.stage.tool.sealer)
        key = load_private_key(ours.private_pem)
        return TokenSource(self.stage.tool.http, lambda: (ours.kid, key))

    @cached_property
    def grades(self) -> GradeService:
        """Our own client of the grade services."""
        return GradeService(self.stage.tool.http, self.tokens)

    def get(self, address: str, scope: str, media_type: str) -> requests.Response:
        """Ask one of the platform's services as our tool would."""
        token = self.tokens.token(self.platform, [scope])
        headers = {"Authorization": f"Bearer {token}", "Accept": media_type}
        return requests.get(address, headers=headers, timeout=10)

    def _desk(self, name: str, **params: str) -> requests.Response:
        return _ok(requests.get(f"{self.url}/desk/{name}", params={"block": self.shown["block"], **params}, timeout=10))


def arrange(
    stage: Stage, url: str, *, people: dict[str, Any] = PEOPLE, shares_names: bool = False, **fields: Any
) -> Course:
    """Make a course in Open edX as an author would, and register it with our tool as an operator would.

    ``fields`` are the settings of the activity, by Open edX's own names for them.
    """
    base = stage.settings.base_url
    filled_in = {
        "lti_1p3_oidc_url": f"{base}/lti/login",
        "lti_1p3_launch_url": f"{base}/lti/launch",
        "lti_advantage_deep_linking_launch_url": f"{base}/lti/launch",
        "lti_1p3_tool_key_mode": "keyset_url",
        "lti_1p3_tool_keyset_url": f"{base}/lti/jwks.json",
        "custom_parameters": ["send=as_they_go"],
        "weight": 100.0,
    }
    wanted = {"fields": filled_in | fields, "people": people, "shares_names": shares_names}
    shown = _ok(requests.post(f"{url}/desk/arrange", json=wanted, timeout=10)).json()
    registration = Registration(
        institution="Open University Hospital",
        support_contacts="Course team",
        name="Open edX",
        issuer=shown["issuer"],
        client_id=shown["client_id"],
        deployment_ids=(shown["deployment_id"],),
        authorization_endpoint=shown["oidc_callback"],
        token_endpoint=shown["token_url"],
        jwks_uri=shown["keyset_url"],
    )
    with stage.database.transaction() as session:
        config = platforms.get(session, platforms.add(session, registration))
    return Course(stage, url, shown, config)


class KeepsSecureCookies(HTTPAdapter):
    """Keeps cookies as browsers do on one's own machine: ``Secure`` ones go over plain http there, too."""

    def __init__(self) -> None:
        super().__init__()
        self.jar = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request with the cookies of its host, and keep those that come back."""
        request.headers.pop("Cookie", None)
        if header := get_cookie_header(self.jar, request):
            request.headers["Cookie"] = header
        response = super().send(request, *args, **kwargs)
        extract_cookies_to_jar(self.jar, request, response.raw)
        return response


class Traveller(Browser):
    """A browser whose every request goes over the wire, to Open edX and to our tool alike."""

    def __init__(self, course: Course) -> None:
        super().__init__(course.stage)
        self.course = course
        self.wire = requests.Session()
        self.wire.trust_env = False
        self.wire.mount("http://", KeepsSecureCookies())

    def sign_in(self, person: str, **params: str) -> tuple[str, dict[str, str]]:
        """Go through the sign-in up to the form that Open edX lets the browser post: its address and its fields.

        ``choose="1"`` is an author who goes to choose content.
        """
        asked = {"block": self.course.shown["block"], "person": person, **params}
        answer = _ok(self.wire.get(f"{self.course.url}/desk/open", params=asked, timeout=10))
        form = BeautifulSoup(answer.text, "lxml").select_one("form#lti-launch")
        return form["action"], {each["name"]: each["value"] for each in form.select("input[name]")}

    def arrive(self, person: str, **params: str) -> requests.Response:
        """Open the activity as a person and go where the tool leads; return the last page."""
        address, fields = self.sign_in(person, **params)
        answer = self.wire.post(address, data=fields, timeout=10)
        self.home = urlsplit(answer.url).path
        return answer

    def get(self, path: str) -> requests.Response:
        """Get a page as it is."""
        return self.wire.get(self.base_url + path, allow_redirects=False, timeout=10)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> requests.Response:
        """Post a form from one of our own pages."""
        sent = {**SAME_ORIGIN, **headers}
        return self.wire.post(self.base_url + path, data=fields, headers=sent, allow_redirects=False, timeout=10)


def _ok(answer: requests.Response) -> requests.Response:
    assert answer.status_code == 200, answer.text[:2000]
    return answer
