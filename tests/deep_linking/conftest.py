"""Browsers that speak HTTP to the tool, as a platform's do."""

from collections.abc import Iterator

import pytest
from stage import Stage


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    """The tool and the demo LMS; over HTTP, too."""
    running = Stage(database_url, over_http=True)
    yield running
    running.stop()
