"""The pictures of the documentation, drawn from the running tool: ``UPDATE_PICTURES=1 pytest tests/browser``."""

import pytest
from playwright.sync_api import expect

LARGEST = 150_000


@pytest.mark.browser_context_args(device_scale_factor=2, viewport={"width": 760, "height": 700})
def test_the_picture_of_a_learners_first_page_is_drawn(walk, stage, pictures):
    _a_learner_who_finished(stage, "mai", 2)
    stage.deliver()

    walk.launch("mai", course="canvas-m101")
    expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
    walk.page.screenshot(path=pictures / "home.png")

    assert (pictures / "home.png").stat().st_size < LARGEST


@pytest.mark.browser_context_args(device_scale_factor=2, viewport={"width": 860, "height": 700})
def test_the_picture_of_the_teachers_page_is_drawn(walk, stage, pictures):
    for person, finished in {"amara": 4, "budi": 1, "fatima": 2, "kalani": 4, "lukasz": 0}.items():
        _a_learner_who_finished(stage, person, finished)
    stage.deliver()

    walk.launch("ines", course="canvas-m101")
    expect(walk.tool.get_by_role("row").filter(has_text="Amara")).to_be_visible()
    box = walk.page.locator("iframe[data-fit]").bounding_box()
    walk.page.screenshot(path=pictures / "progress.png", clip={**box, "height": 590}, full_page=True)

    assert (pictures / "progress.png").stat().st_size < LARGEST


def _a_learner_who_finished(stage, person, how_many):
    answers = {
        "m0.welcome": {},
        "m0.privacy": {"agreed": "yes"},
        "m0.start": dict.fromkeys(("st1", "st2", "st3"), "3"),
        "m0.what": {f"w{number}": "mentor" for number in range(1, 9)},
    }
    learner = stage.browser()
    learner.launch(person, course="canvas-m101")
    for activity_id, answer in list(answers.items())[:how_many]:
        assert learner.finish(activity_id, **answer).status_code == 303
