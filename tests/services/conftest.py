"""A desk for tests of services."""

import pytest
from desk import Desk


@pytest.fixture
def desk(database_url):
    made = Desk(database_url)
    yield made
    made.tool.http.close()
    made.database.engine.dispose()
