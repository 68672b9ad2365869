"""The main job by keyboard alone."""

from browser_keys import Keys
from playwright.sync_api import expect


def test_the_first_module_is_done_by_keyboard_alone_with_the_focus_in_sight_and_no_trap(walk, stage):
    keys = Keys(walk)
    walk.launch("mai")

    keys.to(walk.tool.get_by_role("link", name="Start", exact=True))
    keys.press("Enter")
    walk.is_at("m0.welcome")
    keys.to(walk.button("Mark as read"))
    keys.press("Enter")
    walk.is_at("m0.privacy")
    keys.to(walk.tool.get_by_role("checkbox"))
    keys.press("Space")
    keys.to(walk.button("Save and continue"))
    keys.press("Enter")
    walk.is_at("m0.start")
    _rate_by_arrows(walk, keys)
    walk.is_at("m0.what")
    _sort_by_letters(walk, keys)

    expect(walk.button("Check again")).to_be_visible()
    keys.out_of_the_frame()
    stage.deliver()
    assert walk.gradebook("mai") == "10.00"


def test_after_a_page_change_the_keyboard_starts_at_the_new_heading(walk):
    keys = Keys(walk)
    walk.launch("mai")

    keys.to(walk.tool.get_by_role("link", name="Start", exact=True))
    keys.press("Enter")
    walk.is_at("m0.welcome")

    expect(walk.heading).to_be_focused()


def test_a_refused_form_takes_the_keyboard_to_the_list_of_what_to_look_at(walk, watch):
    watch.expected |= {"status of 422"}
    keys = Keys(walk)
    walk.launch("mai")
    walk.go("m0.start")

    keys.to(walk.button("Save and continue"))
    keys.press("Enter")

    expect(walk.tool.get_by_role("alert")).to_be_focused()
    keys.press("Tab", "Enter")
    expect(walk.tool.get_by_role("radio").first).to_be_focused()


def _rate_by_arrows(walk, keys):
    for group in walk.tool.get_by_role("group").all():
        radios = group.get_by_role("radio")
        keys.to(radios.first)
        keys.press("Space", "ArrowRight", "ArrowRight")
        expect(radios.nth(2)).to_be_checked()
    keys.to(walk.button("Save and continue"))
    keys.press("Enter")


def _sort_by_letters(walk, keys):
    for menu in walk.tool.get_by_role("combobox").all():
        keys.to(menu)
        keys.press("M")
        expect(menu).to_have_value("mentor")
    keys.to(walk.button("Check"))
    keys.press("Enter")
