"""A platform on loopback that answers what a test tells it, and the keys both sides use."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from mutants import Signer
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from lti_tool.lti import keys
from lti_tool.lti.http import Outbound
from lti_tool.lti.messages import PlatformConfig


@dataclass
class Seen:
    """One request that the platform got."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    form: dict[str, str]


@dataclass
class LocalPlatform:
    """A real HTTP server; ``on`` says what a path answers, ``seen`` what was asked."""

    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    _answers: dict[str, Callable[[Request], Response]] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def on(self, path: str, *answers: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with each body in turn, then with the last one for ever; a function makes its own answer."""
        waiting = list(answers)

        def answer(request: Request) -> Response:
            body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if callable(body):
                return body(request)
            return Response(body, status=status, headers=headers)

        self._answers[path] = answer

    def asked(self, path: str) -> list[Seen]:
        return [request for request in self.seen if request.path == path]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data(cache=True)
        self.seen.append(
            Seen(
                request.method,
                request.path,
                request.query_string.decode(),
                dict(request.headers),
                body,
                request.form.to_dict(),
            )
        )
        answer = self._answers.get(request.path)
        response = answer(request) if answer else Response("nothing here", status=404)
        return response(environ, start_response)


@pytest.fixture
def lms() -> Iterator[LocalPlatform]:
    platform = LocalPlatform()
    server = make_server("127.0.0.1", 0, platform, threaded=True)
    server.daemon_threads = True
    server.log_startup = lambda: None
    platform.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield platform
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def http(lms: LocalPlatform) -> Iterator[Outbound]:
    outbound = Outbound(frozenset({lms.host}))
    yield outbound
    outbound.close()


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture(scope="session")
def tool_key() -> keys.ToolKey:
    return keys.make_key()


@pytest.fixture
def platform(lms: LocalPlatform) -> PlatformConfig:
    return PlatformConfig(
        id=1,
        issuer="https://lms.example.test",
        client_id="tool-1",
        authorization_endpoint="https://lms.example.test/auth",
        token_endpoint=f"{lms.url}/token",
        token_audience=None,
        jwks_uri=f"{lms.url}/jwks",
        family="moodle",
    )
