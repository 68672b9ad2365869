"""A tool that platforms register with: an administrator's browser, and a hostile platform."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from administrators import BASE_URL, Administrator
from hostile import HostilePlatform
from stage import make_settings

from lti_tool.app import create_app


@pytest.fixture
def hostile() -> Iterator[HostilePlatform]:
    """A platform that does what a test wants."""
    running = HostilePlatform()
    yield running
    running.stop()


@pytest.fixture
def make_administrator(database_url: str) -> Iterator[Callable[..., Administrator]]:
    """Return a maker of administrators; what it is given are settings of the tool."""
    made: list[Administrator] = []

    def make(**settings: Any) -> Administrator:
        made.append(Administrator(create_app(make_settings(database_url, base_url=BASE_URL, **settings))))
        return made[-1]

    yield make
    for each in made:
        each.app.extensions["tool"].http.close()
        each.database.engine.dispose()


@pytest.fixture
def administrator(make_administrator: Callable[..., Administrator], hostile: HostilePlatform) -> Administrator:
    """An administrator of a tool that may call the hostile platform, by two names."""
    return make_administrator(private_hosts=f"127.0.0.1:{hostile.port},localhost:{hostile.port}")
