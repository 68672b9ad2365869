"""Puts the demo LMS together and serves it."""

import threading
from collections.abc import Callable

from flask import Flask, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lti_tool.demo_lms import (
    choosing,
    columns,
    content,
    frames,
    grades,
    installing,
    nrps,
    oidc,
    pages,
    registering,
    tokens,
)
from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.records import LmsConfig
from lti_tool.demo_lms.state import Lms


def create_lms(config: LmsConfig) -> Flask:
    """Return the demo LMS as a Flask application; its state is ``app.extensions["lms"]``."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    # A page elsewhere whose name is pointed at this machine must not act as somebody here.
    app.config["TRUSTED_HOSTS"] = [config.host, "127.0.0.1", "localhost"]
    app.extensions["lms"] = Lms(config)
    for part in (pages, choosing, content, frames, installing, registering, oidc, tokens, columns, grades, nrps):
        app.register_blueprint(part.blueprint)
    app.after_request(_guard)
    return app


def _guard(response: Response) -> Response:
    lms = current_lms()
    tool = lms.tool_url
    policy = f"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self' {tool}"
    policy += f"{frames.strange(lms)}; form-action 'self' {tool}; base-uri 'none'; frame-ancestors 'self'"
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: the log page tells more, and addresses hold launch hints."""


class LmsServer:
    """A demo LMS that listens; ``lms`` is its state, ``url`` its address."""

    def __init__(self, config: LmsConfig) -> None:
        """Bind the address at once, so that ``url`` is known before anything is served."""
        app = create_lms(config)
        self.app = app
        self.lms: Lms = app.extensions["lms"]
        self._server: BaseWSGIServer = make_server(config.host, config.port, app, threaded=True, request_handler=_Quiet)
        self._served = False
        self.lms.base_url = self.url = f"http://{config.host}:{self._server.server_port}"

    def renew(self, config: LmsConfig) -> None:
        """Forget everything and go on at the same address as a new platform."""
        lms = Lms(config)
        lms.base_url = self.url
        self.lms = self.app.extensions["lms"] = lms

    def serve(self) -> None:
        """Serve until `stop` is called from another thread."""
        self._served = True
        self._server.serve_forever(poll_interval=0.05)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._served = True
        threading.Thread(target=self.serve, name="demo-lms", daemon=True).start()

    def stop(self) -> None:
        """Stop serving and free the address."""
        if self._served:
            self._server.shutdown()
        self._server.server_close()


def run_lms(config: LmsConfig, ready: Callable[[LmsServer], None] | None = None) -> None:
    """Serve the demo LMS, threaded, until its server is stopped.

    ``ready`` is called with the server once its address is bound: its ``lms`` tells what to register in the tool,
    its ``stop`` ends the serving from another thread.
    """
    server = LmsServer(config)
    server._served = True  # from here on `stop` waits for the serving to begin and ends it
    if ready is not None:
        ready(server)
    server.serve()
