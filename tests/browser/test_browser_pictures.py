"""The pictures of the documentation, drawn from the running tool.

``UPDATE_PICTURES=1 pytest -m long tests/browser/test_browser_pictures.py`` puts them where the documents show them.
"""

import pytest
from playwright.sync_api import expect
from stage import SUPPORT
from whole_walk import MODULES
from whole_walk import Walk as Learner

from lti_tool.services import registrations

pytestmark = pytest.mark.long
LARGEST = 150_000
COURSE = "canvas-m101"
MAP = {
    "p1": ("Dr Okafor", "direction", "close"),
    "p2": ("Ana", "support", "close"),
    "p3": ("Jun", "scholarship", "moderate"),
    "p4": ("Prof. Lind", "skills", "distant"),
    "p5": ("Samira", "belonging", "moderate"),
    "p6": ("Kofi", "visibility", "distant"),
}


@pytest.fixture
def draw(pictures):
    """Return what keeps a picture of a part of a page, and looks at its size."""

    def keep(name, page, box=None, height=None):
        clip = box and {**box, "height": min(box["height"], height or box["height"])}
        page.screenshot(path=pictures / name, clip=clip, full_page=bool(clip))
        assert (pictures / name).stat().st_size < LARGEST

    return keep


@pytest.mark.browser_context_args(device_scale_factor=2, viewport={"width": 760, "height": 700})
def test_the_pictures_of_a_learners_pages_are_drawn(walk, stage, draw, pictures):
    mai = _done(stage, "mai", *MODULES["m0"], *MODULES["m1"], "m2.read")
    _map(mai)
    stage.deliver()

    walk.launch("mai", course=COURSE)
    expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
    draw("home.png", walk.page)
    walk.go("m2.map")
    picture = walk.tool.locator("svg.map")
    expect(picture).to_be_visible()
    picture.screenshot(path=pictures / "map.png", scale="css")


@pytest.mark.browser_context_args(device_scale_factor=2, viewport={"width": 860, "height": 700})
def test_the_pictures_of_a_teachers_pages_are_drawn(walk, stage, draw):
    for person, modules in {"amara": "m0 m1 m2", "budi": "m0", "fatima": "m0 m1", "kalani": "m0 m1 m2 m3"}.items():
        _done(stage, person, *[each for module in modules.split() for each in MODULES[module]])
    _done(stage, "lukasz")
    stage.deliver()

    walk.launch("ines", course=COURSE)
    expect(walk.tool.get_by_role("row").filter(has_text="Amara")).to_be_visible()
    draw("progress.png", walk.page, _frame(walk), 590)
    walk.link("Grades").click()
    expect(walk.heading).to_contain_text("Grades")
    walk.page.evaluate("scrollTo(0, 0)")
    draw("grades.png", walk.page, _frame(walk), 500)


@pytest.mark.browser_context_args(device_scale_factor=1.5, viewport={"width": 820, "height": 700})
def test_the_pictures_of_setting_up_are_drawn(walk, stage, draw):
    walk.lms(f"/courses/{COURSE}/as/ines")
    walk.page.get_by_role("link", name="Add content").click()
    expect(walk.heading).to_have_text("Add the workshop to your course")
    walk.page.wait_for_load_state("networkidle")
    draw("picker.png", walk.page, _frame(walk), 520)

    with stage.database.transaction() as session:
        code, _ = registrations.invite(session, "Example Hospital", SUPPORT)
    walk.lms("/tools/")
    walk.page.get_by_label("Registration address").fill(f"{stage.settings.base_url}/lti/register/{code}")
    walk.page.get_by_role("button", name="Add the tool").click()
    walk.tool = walk.page.frame_locator("iframe.frame")
    expect(walk.heading).to_contain_text("Connect Three Steps")
    walk.page.wait_for_load_state("networkidle")
    draw("confirm.png", walk.page, walk.page.locator("iframe.frame").bounding_box(), 560)


def _frame(walk):
    return walk.page.locator("iframe[data-fit]").bounding_box()


def _done(stage, person, *activities):
    """Have somebody come and do these activities; return their way through the workshop."""
    browser = stage.browser()
    browser.launch(person, course=COURSE)
    learner = Learner(browser)
    learner.quickly(*activities)
    return learner


def _map(learner):
    """Draw a map of six people, some of whom know each other."""
    press = learner.press
    press("m2.map", "add", screen="name")
    press("m2.map", "add", screen="name")
    press("m2.map", "add", screen="name")
    press("m2.map", "go:help", screen="name", **{f"{each}-label": name for each, (name, _, _) in MAP.items()})
    press("m2.map", "go:close", screen="help", **{f"{each}-main": area for each, (_, area, _) in MAP.items()})
    press("m2.map", "go:knows", screen="close", **{f"{each}-closeness": near for each, (_, _, near) in MAP.items()})
    press("m2.map", "go:picture", screen="knows", **{"tie-p1-p2": "yes", "tie-p3-p4": "yes", "tie-p2-p5": "yes"})
    press("m2.map", "finish", screen="picture")
