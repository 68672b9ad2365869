"""The database of one command: opened from the settings, closed behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

from lti_tool.db import Database
from lti_tool.settings import Settings


@contextmanager
def database(settings: Settings | None = None) -> Iterator[Database]:
    """Yield the database that the settings name, and close its connections."""
    found = Database((settings or Settings.load()).database_url)
    try:
        yield found
    finally:
        found.engine.dispose()
