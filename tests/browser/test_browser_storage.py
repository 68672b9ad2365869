"""No cookies in the frame, and a platform that keeps values: the same work, bound by its storage, carried by a header.

The headless shell has no setting to refuse one site's cookies, so they are dropped on the wire (browser_wire.py): the
tool and its pages see exactly what they would see of a browser that refuses them in frames.
"""

import json
import re
import time

import pytest
from browser_walk import Walk
from browser_wire import Wire
from playwright.sync_api import expect

from lti_tool.demo_lms.frames import other_origin

CANVAS = "canvas-m101"
SAVED = re.compile(r"^Saved \d\d:\d\d$")
USED = "document.querySelector('iframe[name=post_message_forwarding]').contentDocument.body.dataset"


@pytest.fixture
def wire(stage):
    """The wire between browser and tool; it drops the cookies of frames."""
    made = Wire(stage)
    made.drops_cookies_in_frames = True
    return made


def launch(walk, person="mai", **more):
    """Open a link on the Canvas-like course page and wait for the tool's first page."""
    walk.launch(person, course=CANVAS, **more)
    title = walk.stage.tool.workshop(None).title if person != "ines" else "Progress"
    expect(walk.heading).to_contain_text(title)


def token_of(walk):
    """Return the secret that the document in the frame sends."""
    headers = walk.inner.evaluate("document.documentElement.getAttribute('hx-headers:inherited')")
    return json.loads(headers)["Authorization"].removeprefix("Bearer ")


def test_a_learner_without_cookies_does_the_first_module_and_gets_ten_points(walk, stage, wire, watch):
    launch(walk)
    token = token_of(walk)

    walk.first_module()
    expect(walk.tool.locator("#outcome")).to_be_focused()
    walk.home()
    expect(walk.tool.get_by_text("Waiting for your LMS")).to_be_visible()
    stage.deliver()

    expect(walk.tool.get_by_text("Sent to the gradebook at")).to_be_visible()
    assert wire.cookies["iframe"] == set()
    assert wire.fetched
    assert wire.set_by_fetches == set()
    assert not any(token in address for address in watch.addresses)
    kept = walk.inner.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href])")
    assert token not in kept
    assert walk.gradebook("mai", course=CANVAS) == "10.00"


@pytest.mark.parametrize("manner", ["elsewhere", "impostor", "sibling", "misnumbered"])
def test_only_the_platforms_own_frame_may_say_that_it_keeps_the_proof(walk, stage, wire, watch, manner):
    stage.lms.storage = manner
    watch.expected |= {"Failed to execute 'postMessage'"}
    watch.ours |= {other_origin(stage.lms)}

    walk.open(course=CANVAS)

    expect(walk.heading).to_have_text("Open the workshop in a new window", timeout=5000)


def test_a_platform_that_forgets_the_proof_is_told_apart_and_a_new_launch_works(walk, stage, wire, watch):
    stage.lms.storage = "forgets"
    watch.expected |= {"status of 403", "status of 400"}
    walk.open(course=CANVAS)
    expect(walk.tool.get_by_text("code browser-not-bound")).to_be_visible()

    stage.lms.storage = "answers"
    launch(walk)

    assert wire.cookies["iframe"] == set()


def test_the_frame_that_the_platforms_page_names_counts_more_than_the_sign_ins_word(walk, stage, wire):
    stage.lms.storage = "renamed"

    launch(walk)

    assert wire.cookies["iframe"] == set()


def test_without_an_answer_one_button_goes_on_in_a_new_window(walk, stage, wire, watch, context):
    stage.lms.storage = "silent"
    began = time.monotonic()
    walk.open(course=CANVAS)

    expect(walk.heading).to_have_text("Open the workshop in a new window", timeout=5000)
    assert time.monotonic() - began < 5
    with context.expect_page() as opened:
        walk.button("Open in a new window").click()
    walk.page = walk.tool = opened.value
    walk.first_module()
    stage.deliver()

    assert walk.gradebook("mai", course=CANVAS) == "10.00"


def test_the_way_back_and_a_reload_of_the_course_page_keep_the_work(walk, wire):
    launch(walk)
    walk.go("m0.start")
    walk.rate(4)
    expect(walk.status()).to_have_text(SAVED)

    walk.link("Next:").click()
    walk.is_at("m0.what")
    walk.inner.evaluate("history.back()")
    walk.is_at("m0.start")
    expect(walk.tool.get_by_role("radio", checked=True)).to_have_count(3)
    walk.page.reload()
    expect(walk.heading).to_be_visible()
    walk.go("m0.start")

    expect(walk.tool.get_by_role("radio", checked=True)).to_have_count(3)


def test_a_reload_of_the_frame_alone_says_to_open_it_again_from_the_course(walk, wire, watch):
    watch.expected |= {"status of 401"}
    launch(walk)

    walk.inner.evaluate("location.reload()")

    expect(walk.tool.get_by_text("Open the workshop from your course page again")).to_be_visible()


def test_two_tabs_and_two_roles_never_mix(walk, stage, wire, context):
    ines, amara = (Walk(context.new_page(), stage) for _ in range(2))
    launch(walk)
    launch(ines, "ines")
    launch(amara, "amara")

    walk.first_module()
    amara.go("m0.welcome")
    amara.finish("m0.welcome")
    amara.is_at("m0.privacy")
    launch(ines, "ines")

    done = {
        name: ines.tool.get_by_role("row").filter(has_text=name).get_by_role("cell").first.inner_text()
        for name in ("Mai", "Amara")
    }
    assert {name: text.split(" of ")[0] for name, text in done.items()} == {"Mai": "4", "Amara": "1"}
    assert len({token_of(each) for each in (walk, ines, amara)}) == 3


def test_autosave_saves_and_two_tabs_of_one_learner_keep_both_texts(walk, stage, wire, watch, context):
    watch.expected |= {"status of 409"}
    other = Walk(context.new_page(), stage)
    launch(walk)
    launch(other)
    walk.go("m0.start")
    other.go("m0.start")

    walk.rate(2)
    expect(walk.status()).to_have_text(SAVED)
    other.rate(5)
    expect(other.status()).to_contain_text("Changed in another tab")
    other.button("Keep the other").click()

    expect(other.tool.get_by_role("radio", checked=True)).to_have_count(3)
    words = dict(other.activity("m0.start").content.scale)[2]
    expect(other.tool.get_by_role("radio", name=words, exact=True).first).to_be_checked()
    other.rate(4)
    expect(other.status()).to_have_text(SAVED)


def test_what_is_typed_last_is_saved_before_a_link_is_followed(walk, wire):
    launch(walk)
    walk.go("m0.start")

    walk.rate(3)
    walk.link("All modules").click()
    expect(walk.heading).to_have_text(walk.stage.tool.workshop(None).title)
    walk.go("m0.start")

    expect(walk.tool.get_by_role("radio", checked=True)).to_have_count(3)


def test_without_network_a_link_says_so_and_works_when_it_is_back(walk, wire, watch, context):
    watch.expected |= {"ERR_INTERNET_DISCONNECTED", "Failed to fetch"}
    launch(walk)
    context.set_offline(True)

    walk.link("About your grade").click()

    expect(walk.tool.get_by_role("alert")).to_contain_text("Check your connection")
    context.set_offline(False)
    walk.link("About your grade").click()
    expect(walk.heading).to_have_text("About your grade")
    expect(walk.tool.get_by_role("alert")).to_have_count(0)


def test_pages_refused_in_the_frame_are_shown_there(walk, wire, watch):
    watch.expected |= {"status of 422"}
    launch(walk)
    walk.go("m0.start")

    walk.button("Save and continue").click()

    expect(walk.tool.get_by_role("alert")).to_be_focused()
    walk.rate(3)
    walk.button("Save and continue").click()
    walk.is_at("m0.what")


@pytest.mark.parametrize("mode", ["cookie", "header"])
def test_a_window_of_its_own_goes_on_where_the_frame_was(walk, stage, context, watch, mode):
    """The frame's cookie is partitioned: a new window never sees it, whatever the mode."""
    if mode == "header":
        Wire(stage).drops_cookies_in_frames = True
    launch(walk)
    walk.first_module()
    marked = "(link) => { link.target = '_blank'; link.dataset.ticket = ''; }"
    walk.link("All modules").evaluate(marked)

    with context.expect_page() as opened:
        walk.link("All modules").click()
    window = opened.value

    expect(window.get_by_role("heading", level=1)).to_have_text(stage.tool.workshop(None).title)
    expect(window.get_by_text("4 of 4 done").or_(window.get_by_text("Waiting for your LMS")).first).to_be_visible()
    window.get_by_role("link", name="About your grade").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("About your grade")
    assert window.evaluate("window.opener") is None
    walk.is_at("m0.what")


def test_content_is_chosen_and_work_is_reviewed_without_cookies_too(walk, stage, wire):
    learner = stage.browser()
    learner.launch("mai", course=CANVAS)
    learner.finish_first_module()
    stage.deliver()
    course = stage.lms.courses[CANVAS]
    (column, *_) = course.columns_of(course.links["as-they-go"])
    before = len(course.links)

    walk.lms(f"/courses/{CANVAS}/as/ines/choose")
    walk.button("Add to the course").click()
    expect(walk.heading).to_have_text("Added to your course")
    walk.lms(f"/courses/{CANVAS}/as/ines/grades/{column.id}/mai/review")
    expect(walk.heading).to_contain_text("Mai")

    assert len(course.links) == before + 1
    assert wire.cookies["iframe"] == set()


def test_launch_after_launch_on_one_course_page_does_not_use_up_the_platforms_storage(walk, stage, wire):
    stage.lms.storage_characters = 64  # one proof and its index
    launch(walk)

    for _ in range(5):
        walk.page.evaluate("document.querySelector('iframe[data-fit]').src += ''")
        walk.page.wait_for_event("framenavigated", lambda frame: "/v/" in frame.url)
    expect(walk.heading).to_contain_text(stage.tool.workshop(None).title)

    assert walk.page.evaluate(f"[{USED}.characters, {USED}.keysUsed]") == ["0", "0"]
    assert walk.page.evaluate("Object.keys(localStorage)") == []


def test_sign_ins_that_nobody_finishes_do_not_use_it_up_either(walk, stage, wire, watch):
    stage.lms.storage_characters = 450  # eleven proofs; nine and an index are there at most
    watch.expected |= {"net::ERR_FAILED"}
    asked = "**/lti/authorize?*"
    walk.page.route(asked, lambda route: route.abort())
    walk.open(course=CANVAS)
    for _ in range(14):
        with walk.page.expect_request(asked):
            walk.page.evaluate("document.querySelector('iframe[data-fit]').src += ''")

    walk.page.unroute(asked)
    launch(walk)

    assert wire.cookies["iframe"] == set()
