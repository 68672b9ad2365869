"""What holds on every page: accessible in every medium, usable at 400 % zoom, in print, from right to left."""

from itertools import chain

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.timeout(400)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
    "iframes": False,  # the framed tool is looked at as a page of its own
}
SIDEWAYS = """() => {
  const wide = [...document.querySelectorAll("body *")].filter(
    (each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`${scrollWidth} > ${clientWidth}`,
    ...wide.slice(0, 5).map((each) => `${each.tagName}.${each.className}`)] : [];
}"""
LEFTWARDS = """() => { document.documentElement.dir = "rtl"; }"""


def found_by_axe(page, name):
    """Return what axe objects to, a line each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{name}: {each['id']}: {node['target']} {node['html'][:120]}" for each in found for node in each["nodes"]]


def test_axe_finds_nothing_on_any_page_narrow_or_wide(tour):
    page = tour.walk.page

    found = []
    for name in tour.everywhere():
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            found += found_by_axe(page, f"{name}, {width} px")

    assert not found, "\n".join(found)


def test_axe_finds_nothing_in_print_or_with_forced_colours(tour):
    page = tour.walk.page

    found = []
    for name in chain(tour.learning(), tour.teaching()):
        page.emulate_media(media="print")
        found += found_by_axe(page, f"{name}, print")
        page.emulate_media(media="screen", forced_colors="active")
        found += found_by_axe(page, f"{name}, forced colours")
        page.emulate_media(media="screen", forced_colors="none")

    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_at_400_percent_zoom(tour):
    tour.walk.page.set_viewport_size({"width": 320, "height": 640})

    wide = {name: tour.walk.page.evaluate(SIDEWAYS) for name in tour.everywhere()}

    assert {name: how for name, how in wide.items() if how} == {}


def test_right_to_left_pages_are_accessible_and_fit(tour):
    page = tour.walk.page
    page.set_viewport_size({"width": 320, "height": 640})

    found = []
    for name in tour.learning():
        page.evaluate(LEFTWARDS)
        found += found_by_axe(page, name) + [f"{name}: {how}" for how in page.evaluate(SIDEWAYS)]

    assert not found, "\n".join(found)
