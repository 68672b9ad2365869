"""The picker in a real browser: three clicks, in the frame of each platform, with cookies and without."""

import pytest
from browser_wire import Wire
from playwright.sync_api import expect

COURSES = ["moodle-m101", "canvas-m101"]


@pytest.fixture
def wire(stage):
    """The wire between browser and tool."""
    return Wire(stage)


def choose(walk, course):
    """Open the picker from the course page, as an instructor does."""
    walk.lms(f"/courses/{course}/as/ines")
    walk.page.get_by_role("link", name="Add content").click()
    walk.tool = walk.page.frame_locator("iframe[data-fit]")
    expect(walk.heading).to_have_text("Add the workshop to your course")


@pytest.mark.parametrize("blocked", [False, True], ids=["cookies", "no cookies"])
def test_one_press_adds_the_workshop_and_the_platform_takes_over(walk, stage, wire, watch, blocked):
    wire.drops_cookies_in_frames = blocked
    choose(walk, "canvas-m101")

    walk.tool.get_by_role("button", name="Add to the course").click()

    expect(walk.tool.get_by_role("heading", name="Added to your course")).to_be_visible()
    assert stage.lms.courses["canvas-m101"].links["added-1"].custom["workshop"] == "fundamentals"
    assert len(stage.lms.calls("content")) == 1


@pytest.mark.parametrize("course", COURSES)
def test_title_and_points_show_only_where_they_count(walk, course, watch):
    choose(walk, course)
    module = walk.tool.get_by_role("checkbox", name="Welcome and starting point")
    title, points = (
        walk.tool.get_by_label(f"{name}: Welcome") for name in ("Title in your course", "Points in the gradebook")
    )
    expect(title).to_be_hidden()

    module.check()
    expect(title).to_be_visible()
    expect(points).to_be_visible()
    walk.tool.get_by_role("checkbox", name="Collect a grade").uncheck()

    expect(points).to_be_hidden()


def test_dates_are_typed_in_the_readers_time_and_sent_in_utc(walk, stage, watch):
    choose(walk, "canvas-m101")
    walk.tool.get_by_text("When the grade is sent, and dates").click()
    expect(walk.tool.get_by_text("(Europe/Berlin)").first).to_be_visible()

    walk.tool.get_by_label("Due").fill("2027-03-01T10:00")
    walk.tool.get_by_role("button", name="Add to the course").click()

    expect(walk.tool.get_by_role("heading", name="Added to your course")).to_be_visible()
    (entry,) = stage.lms.calls("content")
    (item,) = entry.body["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    assert item["submission"] == {"endDateTime": "2027-03-01T09:00:00Z"}


def test_cancel_goes_back_to_the_course(walk, stage, watch):
    choose(walk, "moodle-m101")

    walk.tool.get_by_role("button", name="Cancel").click()

    expect(walk.tool.get_by_role("heading", name="Nothing was added")).to_be_visible()
