"""Open edX, running once for all tests of a process, and our tool where it may be reached."""

from collections.abc import Callable, Iterator
from functools import partial

import openedx
import pytest
from databases import KINDS, Copies
from openedx import Course
from stage import Stage


@pytest.fixture(scope="session")
def open_edx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Open edX's own platform."""
    with openedx.running(tmp_path_factory.mktemp("open-edx") / "errors.txt") as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_tool(open_edx: str, sqlite_copy: Copies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Our tool on SQLite, where it may reach Open edX."""
    yield from _tool(open_edx, sqlite_copy(tmp_path_factory.mktemp("tool")))


@pytest.fixture(scope="session")
def postgresql_tool(
    open_edx: str, postgresql_copy: Copies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Our tool on PostgreSQL, where it may reach Open edX."""
    yield from _tool(open_edx, postgresql_copy(tmp_path_factory.mktemp("tool")))


def _tool(open_edx: str, database_url: str) -> Iterator[Stage]:
    running = Stage(database_url, other_hosts=(open_edx.removeprefix("http://"),))
    yield running
    running.stop()


@pytest.fixture(params=KINDS)
def tool(request: pytest.FixtureRequest) -> Stage:
    """Our tool, which all tests share: each arranges a course and a registration of its own.

    Not a fixture with parameters for the whole run: in random order it would be set up anew for every second test.
    """
    return request.getfixturevalue(f"{request.param}_tool")


@pytest.fixture
def arrange(open_edx: str, tool: Stage) -> Callable[..., Course]:
    """Make a course with one activity that opens our tool; keywords are settings of the activity."""
    return partial(openedx.arrange, tool, open_edx)


@pytest.fixture
def arrange_once(open_edx: str, sqlite_tool: Stage) -> Callable[..., Course]:
    """The same on SQLite alone, for what only the two protocols' speakers have a part in and no database of ours."""
    return partial(openedx.arrange, sqlite_tool, open_edx)
