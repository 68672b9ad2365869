"""The map by pointer."""

from browser_people import draw, field
from playwright.sync_api import expect


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
