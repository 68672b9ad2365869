"""One house for a whole table of launches: the tool and the demo LMS, once per module and database."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import KINDS, Copy
from stage import Stage

# The table of changed launches is shared with the tests of the protocol, and lives with them.
sys.path.append(str(Path(__file__).parent.parent / "lti"))


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage that the tests of one module share: each brings people and courses of its own."""
    copy: Copy = request.getfixturevalue(f"{request.param}_copy")
    running = Stage(copy(tmp_path_factory.mktemp("house")))
    yield running
    running.stop()
