"""A gradebook that counts, and an outbox full of scores for it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The desk and the outbox are shared with the tests of services, and live with them.
sys.path.append(str(Path(__file__).parent.parent / "services"))

from counting_gradebook import CountingGradebook


@pytest.fixture
def gradebook() -> Iterator[CountingGradebook]:
    """A gradebook for any number of platforms."""
    running = CountingGradebook()
    yield running
    running.stop()
