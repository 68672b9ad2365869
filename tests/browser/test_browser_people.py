"""Step 2 in the frame: the map by keyboard and by pointer, and the shortest way through."""

from browser_keys import Keys
from browser_people import act, compare, draw, draw_by_keyboard, field, shortest_by_keyboard
from playwright.sync_api import expect


def test_a_map_is_drawn_and_people_are_moved_by_keyboard_alone(walk):
    keys = Keys(walk)
    walk.launch("mai")
    walk.go("m2.map")

    draw_by_keyboard(walk, keys)
    figure = walk.tool.locator("[data-figure=p1]")
    keys.to(figure)
    keys.press("ArrowRight", "ArrowUp")

    expect(field(walk, "p1-main")).to_have_value("skills")
    expect(field(walk, "p1-closeness")).to_have_value("close")
    expect(walk.tool.locator("[data-map-status]")).to_have_text("Dr Okafor: close, Clinical and professional skills.")
    expect(walk.status()).to_contain_text("Saved")
    keys.to(walk.button("Save and continue"))
    keys.press("Enter")
    expect(walk.button("Save changes")).to_be_visible()
    expect(field(walk, "p1-main")).to_have_value("skills")
    keys.out_of_the_frame()


def test_the_shortest_way_names_nobody_and_is_worth_as_much_as_the_full_one(walk, stage, watch):
    watch.expected |= {"status of 422"}
    keys = Keys(walk)
    walk.launch("amara")
    walk.go("m2.map")
    shortest_by_keyboard(walk, keys)
    expect(walk.link("Continue")).to_be_visible()
    walk.launch("mai")
    for way in (draw, act, compare):
        for _ in way(walk):
            pass

    stage.deliver()

    assert [walk.gradebook(person) for person in ("amara", "mai")] == ["17.00", "17.00"]


def test_a_person_dragged_to_another_sector_and_ring_is_there_in_the_table_and_after_a_reload(walk):
    walk.launch_window("mai")
    for _ in draw(walk):
        pass
    walk.tool.locator("svg.map").scroll_into_view_if_needed()
    picture = walk.tool.locator("svg.map").bounding_box()
    scale = picture["width"] / 940
    figure = walk.tool.locator("[data-figure=p1]").bounding_box()

    walk.page.mouse.move(figure["x"] + figure["width"] / 2, figure["y"] + 12)
    walk.page.mouse.down()
    walk.page.mouse.move(picture["x"] + 600 * scale, picture["y"] + 380 * scale, steps=4)
    walk.page.mouse.move(picture["x"] + (470 + 264) * scale, picture["y"] + 390 * scale, steps=4)
    walk.page.mouse.up()

    expect(field(walk, "p1-main")).to_have_value("scholarship")
    expect(field(walk, "p1-closeness")).to_have_value("distant")
    expect(walk.status()).to_contain_text("Saved")
    # Once it is saved the picture is the server's own: no shape is moved on top of an older drawing.
    expect(walk.tool.locator("[data-figure=p1]:not([transform])")).to_be_focused()
    drawn = walk.tool.locator("[data-figure=p1] text").last.evaluate(
        "(name) => [name.getAttribute('x'), name.textContent]"
    )
    walk.page.reload()
    expect(field(walk, "p1-main")).to_have_value("scholarship")
    again = walk.tool.locator("[data-figure=p1] text").last.evaluate(
        "(name) => [name.getAttribute('x'), name.textContent]"
    )
    assert drawn == again
