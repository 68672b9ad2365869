"""Step 2 in a browser: a map, an action, a comparison."""

from collections.abc import Iterator

from browser_walk import Walk
from playwright.sync_api import Locator, expect

PEOPLE = {"Dr Okafor": "Career direction", "Ana": "Someone to talk to", "Jun": "Research, teaching and projects"}
STEPS = ("What they help with", "How close, how often", "A bit more", "Who knows whom", "Your picture")
GO_ON = "Save and continue"


def field(walk: Walk, name: str) -> Locator:
    """Return a control by the name of its field."""
    return walk.tool.locator(f"#f-{name}")


def on(walk: Walk, button: str, heading: str) -> None:
    """Press a button and wait for the step it leads to."""
    walk.button(button).click()
    expect(walk.tool.get_by_role("heading", level=2, name=heading)).to_be_visible()


def draw(walk: Walk) -> Iterator[str]:
    """Draw a map of three people and stop at each step."""
    walk.go("m2.map")
    yield "m2.map, nobody yet"
    for number, name in enumerate(PEOPLE, 1):
        field(walk, f"p{number}-label").fill(name)
    on(walk, GO_ON, STEPS[0])
    for number, area in enumerate(PEOPLE.values(), 1):
        field(walk, f"p{number}-main").select_option(label=area)
    yield "m2.map, help"
    on(walk, GO_ON, STEPS[1])
    for number in range(1, 4):
        field(walk, f"p{number}-closeness").select_option("moderate")
    yield "m2.map, close"
    on(walk, GO_ON, STEPS[2])
    yield "m2.map, more"
    on(walk, GO_ON, STEPS[3])
    yield "m2.map, who knows whom"
    on(walk, GO_ON, STEPS[4])
    yield "m2.map, picture"
    walk.button(GO_ON).click()
    expect(walk.button("Save changes")).to_be_visible()
    yield "m2.map, done"


def act(walk: Walk) -> Iterator[str]:
    """Choose to look in a place, and stop before, at a mistake, and after."""
    walk.go("m2.gaps")
    yield "m2.gaps, nothing chosen"
    walk.button(GO_ON).click()
    expect(walk.tool.get_by_role("alert")).to_be_visible()
    yield "m2.gaps, not finished"
    walk.tool.get_by_text("Look in a place", exact=True).click()
    field(walk, "area").select_option("skills")
    field(walk, "place").fill("Journal club")
    walk.button(GO_ON).click()
    expect(walk.tool.get_by_text("You chose:")).to_be_visible()
    yield "m2.gaps, done"


def compare(walk: Walk) -> Iterator[str]:
    """Compare one person from the map, and stop at each step."""
    walk.go("m2.fit")
    yield "m2.fit, nobody yet"
    walk.button("Add Dr Okafor").click()
    expect(field(walk, "c1-label")).to_have_value("Dr Okafor")
    yield "m2.fit, who"
    on(walk, GO_ON, "Dr Okafor")
    for number in range(1, 6):
        field(walk, f"c1-f{number}").check()
    field(walk, "c1-f7").check()
    yield "m2.fit, one"
    on(walk, GO_ON, "Side by side")
    yield "m2.fit, compare"
    walk.button(GO_ON).click()
    expect(walk.button("Save changes")).to_be_visible()
