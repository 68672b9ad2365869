"""Sorting cards where one pile holds only so many."""

from playwright.sync_api import expect


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
