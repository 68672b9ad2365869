"""A platform that answers a registration in every wrong way, and counts who calls."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"


class HostilePlatform:
    """Listens on a loopback port; ``pages`` says what each path answers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                path = self.path.partition("?")[0]
                outer.calls.append((self.command, path, dict(self.headers), self.rfile.read(length)))
                page = outer.pages.get(path)
                with suppress(OSError):  # the tool hung up, as it should
                    (page or outer.missing)(self)

            do_GET = do_POST = _answer  # noqa: N815 - the names http.server looks for

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.says(self.configuration())
        self.answers(200, self.answer())

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def configuration(self, **changes: Any) -> dict[str, Any]:
        """Return a good description; a change of None removes a member."""
        good = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "registration_endpoint": f"{self.url}/register",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["id_token"],
            PLATFORM: {"product_family_code": "moodle", "version": "4.5"},
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def answer(self, **changes: Any) -> dict[str, Any]:
        """Return a good answer to a registration."""
        tool = {"deployment_id": "7", "claims": ["iss", "sub", "name"]}
        good = {"client_id": "c-1", "scope": "", "https://purl.imsglobal.org/spec/lti-tool-configuration": tool}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def says(self, body: Any, **how: Any) -> None:
        """Answer this as the description."""
        self.pages["/configuration"] = sending(200, body, **how)

    def answers(self, status: int, body: Any, **how: Any) -> None:
        """Answer this to a registration."""
        self.pages["/register"] = sending(status, body, **how)

    @property
    def registrations(self) -> list[tuple[str, str, dict[str, str], bytes]]:
        """Return the registrations that arrived."""
        return [call for call in self.calls if call[1] == "/register"]

    @staticmethod
    def missing(handler: BaseHTTPRequestHandler) -> None:
        """Answer that there is no such page."""
        sending(404, b"nothing here")(handler)


def sending(status: int, body: Any, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return a page with this status and body; anything but bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return page
