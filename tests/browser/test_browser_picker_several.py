"""The picker where several workshops are installed: as accessible as every other page, in the frame it opens in."""

import pytest
from browser_axe import bring_axe, found_by_axe, sideways
from playwright.sync_api import expect
from second_workshop import BOTH
from stage import Stage


@pytest.fixture
def stage(database_url):
    running = Stage(database_url, workshops=BOTH)
    yield running
    running.stop()


def looked_at(walk, name):
    """Return what is wrong with the page in the frame, wide and narrow."""
    found = []
    for width in (1280, 360):
        walk.page.set_viewport_size({"width": width, "height": 800})
        found += sideways(walk.inner, f"{name}, {width} px")
        found += found_by_axe(walk.inner, f"{name}, {width} px")
    return found


def test_the_picker_is_accessible_and_fits_with_each_workshop(walk, watch):
    bring_axe(walk.page)
    walk.lms("/courses/canvas-m101/as/ines")
    walk.page.get_by_role("link", name="Add content").click()
    walk.tool = walk.page.frame_locator("iframe[data-fit]")
    expect(walk.heading).to_have_text("Add the workshop to your course")
    found = looked_at(walk, "the first")

    walk.tool.locator("nav.which a", has_text="A first meeting").click()
    expect(walk.tool.locator("nav.which a", has_text="A first meeting")).to_have_count(0)
    found += looked_at(walk, "the second")

    assert found == []
