"""All of the workshop in the frame by keyboard alone: in full and by the shortest path, on either platform."""

import re

import pytest
from browser_keys import Keys
from browser_whole import WholeWalk
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(600)
WAYS = [
    pytest.param("full", "moodle-m101", "postgresql", id="full, moodle"),
    pytest.param("shortest", "canvas-m101", "sqlite", id="shortest, canvas", marks=pytest.mark.long),
    pytest.param("full", "canvas-m101", "sqlite", id="full, canvas", marks=pytest.mark.long),
    pytest.param("shortest", "moodle-m101", "postgresql", id="shortest, moodle", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("way", "course", "database_url"), WAYS, indirect=["database_url"])
def test_all_activities_by_keyboard_are_worth_a_hundred_and_a_certificate(walk, stage, watch, way, course):
    keys = Keys(walk)
    whole = WholeWalk(walk, keys)
    walk.launch("mai", course=course)

    for activity_id in whole.fully() if way == "full" else whole.shortest():
        if activity_id == "m0.privacy":
            a_refusal_takes_the_keyboard_to_what_is_open(walk, watch, keys)
        if activity_id == "m2.map" and way == "full":
            a_person_is_moved_on_the_map_by_arrows(walk, keys)
        if activity_id == "m2.discuss":
            the_grade_arrives(walk, stage, keys, course, "55.00")
    the_grade_arrives(walk, stage, keys, course, "100.00")
    expect(walk.tool.get_by_text("27 of 27 done")).to_be_visible()
    expect(walk.tool.get_by_text(re.compile("Opens on"))).to_be_visible()
    keys.go(walk.link("My documents"))
    keys.go(walk.link("Certificate of completion"))

    expect(walk.tool.get_by_text("has completed the workshop")).to_be_visible()
    expect(walk.tool.get_by_text("Mai Nguyễn Thị")).to_be_visible()
    keys.out_of_the_frame()


def a_refusal_takes_the_keyboard_to_what_is_open(walk, watch, keys):
    """Finish m0.start with nothing rated: the focus goes to the list of what to look at, and from there to it."""
    watch.expected |= {"status of 422"}
    walk.is_at("m0.start")
    keys.go(walk.button("Save and continue"))
    expect(walk.tool.get_by_role("alert")).to_be_focused()
    keys.press("Tab", "Enter")
    expect(walk.tool.get_by_role("radio").first).to_be_focused()


def a_person_is_moved_on_the_map_by_arrows(walk, keys):
    """Move a person to another area and ring: the picture says so, the table follows, and it is saved."""
    keys.to(walk.tool.locator("[data-figure=p1]"))
    keys.press("ArrowRight", "ArrowUp")
    expect(keys.field("p1-main")).to_have_value("visibility")
    expect(keys.field("p1-closeness")).to_have_value("close")
    expect(walk.tool.locator("[data-map-status]")).to_have_text(re.compile(": close, .+"))
    expect(walk.status()).to_contain_text("Saved")


def the_grade_arrives(walk, stage, keys, course, points):
    """The page says what waits and what arrived, only once it did; then look into the gradebook, and come back."""
    keys.go(walk.link("All modules"))
    expect(walk.tool.get_by_text("Waiting for your LMS")).to_be_visible()
    stage.deliver()
    expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
    assert walk.gradebook("mai", course=course) == points
    if course.startswith("canvas"):
        assert stage.grade(course, "as-they-go", "mai").attempts == (points == "100.00")
    walk.launch("mai", course=course)
