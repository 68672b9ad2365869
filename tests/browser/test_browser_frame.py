"""The frame: its height follows the page where the platform listens, and nothing is said where it does not."""

import re

import pytest
from browser_wire import Wire
from playwright.sync_api import expect
from stage import until

from lti_tool.demo_lms import launch_claims

HEAR = """
if (window === window.top) {
  window.heard = [];
  window.addEventListener("message", (event) => window.heard.push(event.data));
}
"""
FRAME = "document.querySelector('iframe[data-fit]').clientHeight"
FITS = """(inner) => {
  const heights = window.heard.filter((each) => each.subject === "lti.frameResize").map((each) => each.height);
  return heights.at(-1) === inner && document.querySelector("iframe[data-fit]").clientHeight === inner;
}"""
CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"
# The right words with the right number, but said by the tool's own frame instead of the platform's page.
LIAR = """
window.addEventListener("message", ({ data, source }) => {
  if (window === window.top && data?.subject === "lti.getPageSettings") {
    source.postMessage({ tellYourself: data.message_id }, "*");
  } else if (data?.tellYourself) {
    const pageSettings = { time_zone: "Asia/Kolkata", use_high_contrast: true };
    const words = { subject: "lti.getPageSettings.response", message_id: data.tellYourself, pageSettings };
    window.postMessage(words, "*");
    window.addEventListener("message", () => { window.lied = true; }, { once: true });
  }
});
"""
QUIET = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(heard.length))))"


def body_height(walk):
    """Return the height of the tool's body box."""
    return walk.inner.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")


def wait_until_the_frame_fits(walk):
    """Wait until the last message and the frame's height are the body's."""
    until(lambda: walk.page.evaluate(FITS, body_height(walk)))
    return walk.page.evaluate(FRAME)


def test_a_listening_platforms_frame_grows_and_shrinks_with_the_page_and_then_rests(walk):
    walk.page.add_init_script(HEAR)
    walk.launch("mai", course="canvas-m101")
    walk.go("m0.welcome")
    closed = wait_until_the_frame_fits(walk)

    sources = walk.tool.get_by_text("Where does this come from?")
    sources.click()
    walk.page.wait_for_function(f"() => {FRAME} > {closed}")
    opened = wait_until_the_frame_fits(walk)
    sources.click()
    walk.page.wait_for_function(f"() => {FRAME} < {opened}")

    assert wait_until_the_frame_fits(walk) == closed
    sent = walk.page.evaluate(QUIET)
    for _ in range(10):
        assert walk.page.evaluate(QUIET) == sent, "the frame creeps"


def test_a_new_page_in_a_long_frame_brings_its_reader_to_the_top(walk):
    walk.page.add_init_script(HEAR)
    walk.launch("mai", course="canvas-m101")
    walk.go("m0.what")
    walk.page.mouse.wheel(0, 3000)

    walk.link("All modules").click()
    expect(walk.heading).to_have_text(walk.stage.tool.workshop(None).title)

    walk.page.wait_for_function("() => heard.some((each) => each.subject === 'lti.scrollToTop')")
    wait_until_the_frame_fits(walk)
    expect(walk.heading).to_be_in_viewport()
    expect(walk.page.locator("[data-spoken]")).to_have_text(walk.stage.tool.workshop(None).title)


def test_a_platform_that_does_not_listen_gets_no_message(walk):
    walk.page.add_init_script(HEAR)
    walk.launch("mai")
    walk.go("m0.welcome")
    walk.tool.get_by_text("Where does this come from?").click()
    walk.finish("m0.welcome")
    walk.is_at("m0.privacy")

    assert walk.page.evaluate(QUIET) == 0


def subjects(walk):
    """Return what the course page heard, a subject each."""
    return walk.page.evaluate("heard.map((each) => each.subject)")


def test_every_message_carries_the_token_that_the_launch_brought_and_nothing_about_a_person(walk, stage):
    walk.page.add_init_script(HEAR)
    walk.launch("mai", course="canvas-m101")
    walk.go("m0.welcome")
    wait_until_the_frame_fits(walk)

    heard = walk.page.evaluate("heard")
    course = stage.lms.courses["canvas-m101"]
    token = launch_claims(stage.lms, course, course.links["as-they-go"], course.people["mai"], nonce="n")[CUSTOM]
    assert {each["token"] for each in heard} == {token["post_message_token"]}
    assert {key for each in heard for key in each} == {"subject", "token", "height", "message_id", "body"}
    assert [each["body"] for each in heard if "body" in each] == [walk.activity("m0.welcome").title]


def walk_by_a_grade(walk):
    """Come with a grade that was sent, and go from the page that shows it to another and back."""
    learner = walk.stage.browser()
    learner.launch("mai", course="canvas-m101")
    learner.finish_first_module()
    walk.stage.deliver()
    walk.launch("mai", course="canvas-m101")
    walk.go("m0.what")
    walk.home()


@pytest.mark.parametrize("cookies", [True, False])
def test_the_platforms_time_zone_and_contrast_are_followed(walk, stage, cookies):
    Wire(stage).drops_cookies_in_frames = not cookies
    stage.lms.page_settings = {"time_zone": "Asia/Kolkata", "use_high_contrast": True}
    walk_by_a_grade(walk)

    shown = walk.tool.locator(".grade-line time")
    expect(walk.tool.locator("html")).to_have_attribute("data-contrast", "more")
    expect(shown).to_have_attribute("title", re.compile(r"GMT\+5:30|IST$"))
    assert walk.inner.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_settings_that_make_no_sense_change_nothing(walk, stage):
    stage.lms.page_settings = {"time_zone": "Nowhere/Atall", "use_high_contrast": "yes"}
    walk.page.add_init_script(HEAR)
    walk_by_a_grade(walk)

    expect(walk.tool.locator(".grade-line time")).to_have_attribute("title", re.compile("CET$"))
    assert walk.inner.evaluate("({...document.documentElement.dataset})") == {}


def test_a_platform_that_never_answers_gets_right_pages_all_the_same(walk, stage):
    stage.lms.storage = "silent"
    walk.page.add_init_script(HEAR)
    walk_by_a_grade(walk)

    expect(walk.tool.locator(".grade-line time")).to_have_attribute("title", re.compile("CET$"))
    assert "lti.getPageSettings" in subjects(walk)


def test_an_answer_from_another_origin_changes_no_setting(walk, stage):
    stage.lms.storage = "silent"
    walk.page.add_init_script(LIAR)
    walk.launch("mai", course="canvas-m101")
    walk.go("m0.welcome")

    walk.inner.wait_for_function("() => window.lied")
    assert walk.inner.evaluate("({...document.documentElement.dataset})") == {}


def test_without_cookies_the_frame_follows_every_page_that_is_swapped_in(walk, stage):
    Wire(stage).drops_cookies_in_frames = True
    walk.page.add_init_script(HEAR)
    walk.launch("mai", course="canvas-m101")
    home = wait_until_the_frame_fits(walk)

    walk.go("m0.privacy")
    short = wait_until_the_frame_fits(walk)
    walk.page.mouse.wheel(0, 3000)
    walk.link("All modules").click()
    expect(walk.heading).to_have_text(stage.tool.workshop(None).title)

    assert short < home
    assert abs(wait_until_the_frame_fits(walk) - home) <= 100
    expect(walk.heading).to_be_focused()
    expect(walk.heading).to_be_in_viewport()
    assert subjects(walk).count("lti.scrollToTop") == 2
