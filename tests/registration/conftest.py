"""A tool that platforms register with, over real HTTP: an administrator's browser, and a hostile platform."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from administrators import BASE_URL, Administrator
from flask import Flask
from hostile import HostilePlatform
from stage import lent_app, make_settings
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import BaseWSGIServer, make_server

from lti_tool.cli.serve import Quiet

_servers: list[BaseWSGIServer] = []
"""Those that serve nobody now: most tests take less time than setting one up."""


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve an app; yield the port."""
    if not _servers:
        _servers.append(make_server("127.0.0.1", 0, ServiceUnavailable(), threaded=True, request_handler=Quiet))
        threading.Thread(target=_servers[-1].serve_forever, args=(0.05,), daemon=True).start()
    server = _servers.pop()
    server.app = app
    yield server.port
    server.app = ServiceUnavailable()
    _servers.append(server)


@pytest.fixture
def hostile() -> Iterator[HostilePlatform]:
    """A platform that does what a test wants."""
    running = HostilePlatform()
    yield running
    running.stop()


@pytest.fixture
def make_administrator(database_url: str) -> Iterator[Callable[..., Administrator]]:
    """Return a maker of administrators; what it is given are settings of the tool."""
    with ExitStack() as apps:

        def make(**settings: Any) -> Administrator:
            app = apps.enter_context(lent_app(make_settings(database_url, base_url=BASE_URL, **settings)))
            return Administrator(app, apps.enter_context(served(app)))

        yield make


@pytest.fixture
def administrator(make_administrator: Callable[..., Administrator], hostile: HostilePlatform) -> Administrator:
    """An administrator of a tool that may call the hostile platform, by two names."""
    return make_administrator(private_hosts=f"127.0.0.1:{hostile.port},localhost:{hostile.port}")
