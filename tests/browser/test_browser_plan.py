"""Documents blank by blank: what the page says follows what is typed."""

from browser_plan import FULL, blank, fill, press
from playwright.sync_api import expect


def test_checks_follow_what_is_typed_and_the_text_can_be_copied(walk, watch):
    watch.expected |= {"The Clipboard API has been blocked"}  # in a frame: then the page says which keys to press
    walk.launch("mai")
    walk.go("m4.message")

    fill(walk, {"to": "Dr Okafor", "about_me": FULL["m4.message"]["about_me"]})
    text = walk.tool.get_by_label("Your text so far")

    expect(text).to_have_value("Dear Dr Okafor,\nI am a resident in my second year." + EASY_OUT)
    expect(walk.tool.locator(".check--good").filter(has_text="It says who you are.")).to_be_visible()
    press(walk, "Copy")
    expect(walk.tool.get_by_role("status").filter(has_text="cop")).to_be_visible()


def test_a_button_that_has_the_focus_stays_in_sight_while_what_the_page_says_grows_above_it(walk):
    for course, grows_along in (("moodle-m101", False), ("canvas-m101", True)):
        walk.launch("mai", course=course)
        walk.go("m4.message")
        button, said = walk.button("Save and continue"), walk.tool.locator("[data-live]")
        frame_before, said_before = walk.inner.evaluate("innerHeight"), said.evaluate(HEIGHT)

        fill(walk, {"about_me": FULL["m4.message"]["about_me"]})
        button.focus()
        expect(walk.tool.locator(".check--good").filter(has_text="It says who you are.")).to_be_visible()
        if grows_along:
            walk.inner.wait_for_function("before => innerHeight > before", arg=frame_before)

        assert said.evaluate(HEIGHT) > said_before
        expect(button).to_be_in_viewport()


HEIGHT = "(each) => each.getBoundingClientRect().height"
EASY_OUT = (
    "\nIf this is not a good time, a name of someone else to ask would help me too."
    "\nThank you for reading this. I know that your time is short."
)


def test_return_in_a_blank_saves_and_takes_no_line_away(walk):
    walk.launch("mai")
    walk.go("m4.smart")
    fill(walk, {"what_1": "My first goal of all"})
    press(walk, "Add a goal")
    expect(walk.tool.get_by_role("group", name="Goal 2", exact=True)).to_be_focused()

    blank(walk, "helper_1").fill("Dr V")
    with walk.page.expect_event("framenavigated"):  # whoever leaves before is brought back by what comes
        blank(walk, "helper_1").press("Enter")
    walk.go("m4.smart")

    expect(walk.button("Remove goal 2")).to_be_visible()
    expect(blank(walk, "what_1")).to_have_value("My first goal of all")
    expect(blank(walk, "helper_1")).to_have_value("Dr V")
