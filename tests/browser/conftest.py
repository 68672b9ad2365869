"""Browsers as users have them: other sites' cookies blocked, storage partitioned, every page watched."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_tour import Tour
from browser_walk import Walk
from browser_watch import Watch
from databases import Copies
from playwright.sync_api import BrowserContext, Page
from stage import Stage

AS_USERS_HAVE_IT = (
    "--test-third-party-cookie-phaseout",
    # Chromium takes the last --disable-features. Playwright's own would switch off the partitioning of storage.
    "--disable-features=HttpsUpgrades,MediaRouter,PaintHolding",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Launch a Chromium that blocks third-party cookies, as Chromium's own untouched profile does."""
    given = browser_type_launch_args.get("args") or []
    return {**browser_type_launch_args, "args": [*given, *AS_USERS_HAVE_IT]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """Give every context a fixed language and zone; waits end by a condition, and fail after twenty seconds."""
    size = {"width": 1000, "height": 800}
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/Berlin", "viewport": size}


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh SQLite file; a test asks for PostgreSQL by indirect parametrization."""
    copies: Copies = request.getfixturevalue(f"{request.param}_copy")
    with copies.lent() as url:
        yield url


@pytest.fixture
def watch(context: BrowserContext, stage: Stage) -> Iterator[Watch]:
    """Everything that this context's pages ask for and complain about; complaints fail the test at its end."""
    context.set_default_timeout(20_000)
    watching = Watch(context, {stage.settings.base_url, stage.lms_server.url})
    yield watching
    watching.refuse_complaints()


@pytest.fixture
def walk(page: Page, stage: Stage, watch: Watch) -> Walk:
    """One tab of the browser, to walk through the LMS and the framed tool."""
    return Walk(page, stage)


@pytest.fixture
def tour(walk: Walk, watch: Watch) -> Tour:
    """A walk along every page, on which refused pages are expected."""
    watch.expected |= {"status of 400", "status of 401", "status of 403", "status of 404", "status of 409"}
    watch.expected |= {"status of 422"}
    return Tour(walk)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures are drawn: without UPDATE_PICTURES those of the documentation stay as they are."""
    return Path(__file__).resolve().parents[2] / "docs/img" if os.environ.get("UPDATE_PICTURES") else tmp_path
