"""A virtual learner's browser: cookies, redirects, forms and one LTI launch."""

import html
import re
import time
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urljoin, urlsplit

from launchbench.claims import IdTokens, person
from launchbench.config import Load, Platform, Target
from launchbench.keys import Signer
from launchbench.wire import Client, Message, WireError

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S | re.I)
INPUT = re.compile(r"<input\b([^>]*)>", re.I)
ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
MAX_REDIRECTS = 8


class LaunchFailed(Exception):
    """A launch that did not end on the tool's page; the message is the kind of failure."""


class Cookies:
    """What one browser remembers for one tool.

    The bench plays the TLS proxy as well, so ``Secure`` cookies are kept over
    plain HTTP. A jar that does not ``send`` is a browser that blocks
    third-party cookies.
    """

    def __init__(self, send: bool = True) -> None:
        self._send = send
        self._jar: dict[str, str] = {}

    def take(self, response: Message) -> None:
        for name, value in response.headers:
            if name == b"set-cookie":
                pair, *attributes = value.decode("latin-1").split(";")
                key, _, content = pair.strip().partition("=")
                expired = any(a.strip().lower() == "max-age=0" for a in attributes) or not content
                if expired:
                    self._jar.pop(key, None)
                else:
                    self._jar[key] = content

    def header(self) -> str:
        if not self._send or not self._jar:
            return ""
        return "Cookie: " + "; ".join(f"{k}={v}" for k, v in self._jar.items()) + "\r\n"


@dataclass
class Launched:
    """A launch that arrived: the page, where it is, and how long the tool took over it."""

    page: Message
    url: SplitResult
    seconds: float
    requests: int


@dataclass
class Browser:
    """Launches one tool, as one person after another."""

    platform: Platform
    target: Target
    load: Load
    signer: Signer
    tokens: IdTokens
    client: Client
    jars: dict[int, Cookies] = field(default_factory=dict)
    cookies: Cookies = field(init=False)
    waited: float = field(init=False, default=0.0)
    requests: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._auth_url = self.platform.registration()["auth_url"]
        self._headers = "".join(f"{k}: {v}\r\n" for k, v in self.target.headers.items())
        self._headers += "User-Agent: launchbench\r\nAccept: text/html,*/*\r\n"

    async def launch(self, number: int) -> Launched:
        self.cookies = self._jar(number)
        self.waited, self.requests = 0.0, 0
        try:
            return await self._launch(number)
        except WireError as error:
            raise LaunchFailed(f"connection: {error}") from error
        except TimeoutError as error:
            raise LaunchFailed("timeout") from error

    def _jar(self, number: int) -> Cookies:
        """An empty jar, or with ``cookies = "keep"`` the one that this person's browser has filled before."""
        if self.load.cookies == "keep":
            return self.jars.setdefault(number, Cookies())
        return Cookies(send=self.load.cookies == "send")

    async def _launch(self, number: int) -> Launched:
        asked = await self._initiate(number)
        payload = self.tokens.payload(number, asked["nonce"])
        answer = {"id_token": self.signer.sign(payload)}
        if "state" in asked:
            answer["state"] = asked["state"]
        page, url = await self._follow("POST", urlsplit(asked["redirect_uri"]), answer, "launch")
        if self.target.marker not in page.text():
            raise LaunchFailed("launch: page without marker")
        return Launched(page, url, self.waited, self.requests)

    async def _initiate(self, number: int) -> dict[str, str]:
        """Third-party login initiation, up to the tool's authentication request."""
        hints = {
            "iss": self.platform.issuer,
            "login_hint": person(number)["sub"],
            "target_link_uri": self.target.target_link_uri,
            "lti_message_hint": f"launch-{number}",
            "client_id": self.platform.client_id,
            "lti_deployment_id": self.platform.deployment_id,
        }
        page, url = await self._follow(self.target.login_method, urlsplit(self.target.login_url), hints, "login")
        if page.status == 200:
            raise LaunchFailed("login: page instead of a redirect to the platform")
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        missing = {"nonce", "redirect_uri", "client_id"} - set(asked)
        if missing:
            raise LaunchFailed(f"login: no {', '.join(sorted(missing))} in the request")
        return asked

    async def _follow(
        self, method: str, url: SplitResult, form: dict[str, str], stage: str
    ) -> tuple[Message, SplitResult]:
        """Send a form, then go where the tool sends us, until a page or the platform."""
        for _ in range(MAX_REDIRECTS):
            page = await self.send(method, url, form)
            if page.status in (301, 302, 303, 307, 308):
                where = urljoin(url.geturl(), (page.header(b"location") or b"").decode())
                if page.status < 304:
                    method, form = "GET", {}
                url = urlsplit(where)
                if where.startswith(self._auth_url):
                    return page, url
                continue
            if page.status != 200:
                raise LaunchFailed(f"{stage}: status {page.status}")
            step = self._interstitial(page, method, url, form)
            if step is None:
                return page, url
            method, url, form = step
            if url.geturl().startswith(self._auth_url):
                return Message(status=302), url._replace(query=urlencode(form) or url.query)
        raise LaunchFailed(f"{stage}: too many redirects")

    def _interstitial(self, page: Message, method: str, url: SplitResult, form: dict[str, str]):
        """The next request, if that page is one the tool only shows on the way."""
        if not self.target.interstitials:
            return None
        text = page.text()
        for known in self.target.interstitials:
            if known.match not in text:
                continue
            if known.submit:
                return _submission(text, url)
            if not known.resend.items() <= dict(form | dict(parse_qsl(url.query))).items():
                form = dict(parse_qsl(url.query)) | form | known.resend
                return "GET", url._replace(query=""), form
        return None

    async def send(
        self,
        method: str,
        url: SplitResult,
        form: dict[str, str] | None = None,
        *,
        body: str = "",
        content_type: str = "",
        headers: str = "",
    ) -> Message:
        """One request with this browser's cookies; its time counts as the tool's."""
        content = body.encode()
        if form and method == "GET":
            joined = urlencode(form) if not url.query else f"{url.query}&{urlencode(form)}"
            url = url._replace(query=joined)
        elif form:
            content = urlencode(form).encode()
            content_type = "application/x-www-form-urlencoded"
        block = self._headers + self.cookies.header() + headers
        if content_type:
            block += f"Content-Type: {content_type}\r\n"
        started = time.perf_counter()
        response = await self.client.request(method, url, block, content)
        self.waited += time.perf_counter() - started
        self.requests += 1
        self.cookies.take(response)
        return response


def _attributes(text: str) -> dict[str, str]:
    return {
        name.lower(): html.unescape(double or single or bare) for name, double, single, bare in ATTRIBUTE.findall(text)
    }


def _submission(text: str, url: SplitResult):
    """What submitting the page's first form sends, and where."""
    found = FORM.search(text)
    if not found:
        raise LaunchFailed("page without a form to submit")
    form = _attributes(found[1])
    inputs = (_attributes(tag) for tag in INPUT.findall(found[2]))
    values = {tag["name"]: tag.get("value", "") for tag in inputs if "name" in tag}
    action = urlsplit(urljoin(url.geturl(), form.get("action", "")))
    return form.get("method", "GET").upper(), action, values
