"""A tool that platforms register with: an administrator's browser, and a hostile platform."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from administrators import BASE_URL, Administrator
from hostile import HostilePlatform
from stage import lent_app, make_settings


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
            return Administrator(
                apps.enter_context(lent_app(make_settings(database_url, base_url=BASE_URL, **settings)))
            )

        yield make


@pytest.fixture
def administrator(make_administrator: Callable[..., Administrator], hostile: HostilePlatform) -> Administrator:
    """An administrator of a tool that may call the hostile platform, by two names."""
    return make_administrator(private_hosts=f"127.0.0.1:{hostile.port},localhost:{hostile.port}")
