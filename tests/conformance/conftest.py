"""One house for a whole table of launches: the tool and the demo LMS, once per module and database."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import KINDS, Copies
from stage import Stage

# The table of changed launches is shared with the tests of the protocol, and lives with them.
sys.path.append(str(Path(__file__).parent.parent / "lti"))


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage that the tests of one module share: each brings people and courses of its own.

    Its browsers speak HTTP to a server, as a platform's do.
    """
    copies: Copies = request.getfixturevalue(f"{request.param}_copy")
    with copies.lent() as url:
        running = Stage(url, over_http=True)
        yield running
        running.stop()


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    """A stage of its own for a test that turns the platform's clock or keys; over HTTP, too."""
    running = Stage(database_url, over_http=True)
    yield running
    running.stop()
