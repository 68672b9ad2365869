"""The desk at which course lists are read, and a platform that pages as a test tells it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from roster_course import RosterDesk
from stage import Stage
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from lti_tool.lti import keys
from lti_tool.lti.http import Outbound
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.roster import RosterService
from lti_tool.lti.tokens import TokenSource


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    """The tool and the demo LMS; browsers speak HTTP to the tool, as a platform's do."""
    running = Stage(database_url, over_http=True)
    yield running
    running.stop()


@pytest.fixture
def desk(stage) -> RosterDesk:
    return RosterDesk(stage)


@dataclass
class PagingPlatform:
    """A roster service on loopback: each address (path and query) has its people and its Link header."""

    port: int = 0
    pages: dict[str, tuple[Any, str | list[str]]] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, address: str, *people: str | dict[str, Any], link: str | list[str] = "", status: int = 200) -> None:
        """Answer at an address with these people; a bare word is a learner of that id and name."""
        entries = [{"user_id": each, "roles": ["Learner"], "name": each} if isinstance(each, str) else each
                   for each in people]  # fmt: skip
        body = json.dumps({"id": self.url, "members": entries}) if status == 200 else ""
        self.pages[address] = (Response(body, status=status), link)

    def asked(self) -> list[str]:
        """Return the addresses that were asked, in order."""
        return [request.full_path.rstrip("?") for request in self.seen]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path == "/token":
            self.scopes.append(request.form["scope"])
            return Response(json.dumps({"access_token": "t", "expires_in": 3600}))(environ, start_response)
        self.seen.append(request)
        response, link = self.pages.get(request.full_path.rstrip("?"), (Response("", status=404), ""))
        for each in [link] if isinstance(link, str) else link:
            # Byte by byte, as servers send what is not ASCII.
            response.headers.add("Link", each.encode().decode("latin-1"))
        return response(environ, start_response)


@pytest.fixture
def odd() -> Iterator[PagingPlatform]:
    platform = PagingPlatform()
    server = make_server("127.0.0.1", 0, platform, threaded=True)
    server.log_startup = lambda: None
    platform.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield platform
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def roster_key() -> keys.ToolKey:
    return keys.make_key()


@pytest.fixture
def service(odd, roster_key) -> Iterator[RosterService]:
    private_key = keys.load_private_key(roster_key.private_pem)
    http = Outbound(frozenset({f"127.0.0.1:{odd.port}"}))
    yield RosterService(http, TokenSource(http, lambda: (roster_key.kid, private_key)))
    http.close()


@pytest.fixture
def odd_platform(odd) -> PlatformConfig:
    return PlatformConfig(
        id=1,
        issuer="https://lms.example.test",
        client_id="tool-1",
        authorization_endpoint="https://lms.example.test/auth",
        token_endpoint=f"{odd.url}/token",
        token_audience=None,
        jwks_uri=f"{odd.url}/jwks",
        family="",
    )
