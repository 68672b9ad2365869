"""Stories, discussion and step 3 in the frame, by keyboard where it matters."""

import browser_stories
from browser_keys import Keys
from playwright.sync_api import expect


def test_a_story_goes_on_by_keyboard_with_the_focus_on_the_new_text(walk):
    keys = Keys(walk)
    walk.launch("mai")
    walk.go("m2.scenario")
    told = walk.tool.locator("#outcome")

    keys.to(walk.tool.get_by_role("button", name="Write her a long message"))
    keys.press("Enter")
    expect(told).to_contain_text("Three weeks, no reply.")
    expect(told).to_be_focused()
    keys.to(walk.button("Back to start"))
    keys.press("Enter")
    expect(told).to_contain_text("You are in your first year.")
    expect(told).to_be_focused()
    keys.to(walk.tool.get_by_role("button", name="Ask a senior resident"))
    keys.press("Enter")
    keys.to(walk.tool.get_by_role("button", name="Take it."))
    keys.press("Enter")

    expect(walk.tool.get_by_role("heading", name="How it ended")).to_be_visible()
    expect(told).to_be_focused()


def test_a_sixth_must_have_stays_where_it_was_and_the_page_says_why(walk):
    walk.launch("mai")
    walk.go("m3.cards")
    menus = walk.tool.get_by_role("combobox").all()
    for menu in menus[:5]:
        menu.select_option(label="Must have")
    status = walk.tool.locator("[data-sort-status]")
    expect(status).to_have_text("can be reached and makes time: Must have, 5 of 5")

    menus[5].select_option(label="Must have")

    expect(menus[5]).to_have_value("")
    expect(status).to_have_text("Five at most. Which one can move down?")
    expect(walk.tool.locator("[data-full-note]")).to_have_text("Five at most. Which one can move down?")
    menus[0].select_option(label="Good to have")
    menus[5].select_option(label="Must have")
    expect(status).to_have_text("cares about me as a person: Must have, 5 of 5")
    expect(walk.tool.locator("[data-full-note]")).to_have_count(0)


def test_everything_is_done_by_the_shortest_path_as_well(walk, stage):
    walk.launch("mai")
    for activity_id in browser_stories.WAYS:
        walk.go(activity_id)
        browser_stories.tell(walk, activity_id)
    walk.go("m2.discuss")
    browser_stories.discuss_elsewhere(walk)
    walk.go("m3.cards")
    browser_stories.choose_qualities(walk, must=1)
    walk.go("m3.mentee")
    browser_stories.rate_habits(walk, "Skip")

    stage.deliver()

    assert walk.gradebook("mai") == "24.00"
