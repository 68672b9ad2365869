"""Step 2 in a browser: a map, an action, a comparison; in full and by the shortest path."""

from collections.abc import Iterator

from browser_keys import Keys
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


def draw_by_keyboard(walk: Walk, keys: Keys) -> None:
    """Draw the same map without a mouse, up to the picture."""
    walk.is_at("m2.map")
    for number, name in enumerate(PEOPLE, 1):
        keys.to(field(walk, f"p{number}-label"))
        walk.page.keyboard.type(name)
    _press(walk, keys, GO_ON, STEPS[0])
    for number, area in enumerate(PEOPLE.values(), 1):
        keys.to(field(walk, f"p{number}-main"))
        keys.press(area[0])
    _press(walk, keys, GO_ON, STEPS[1])
    for number in range(1, 4):
        keys.to(field(walk, f"p{number}-closeness"))
        keys.press("I")
    _press(walk, keys, GO_ON, STEPS[2])
    _press(walk, keys, GO_ON, STEPS[3])
    keys.to(field(walk, "tie-p1-p2"))
    keys.press("Space")
    _press(walk, keys, GO_ON, STEPS[4])


def shortest_by_keyboard(walk: Walk, keys: Keys) -> None:
    """Do the map, the action and the comparison by naming nobody."""
    walk.is_at("m2.map")
    keys.to(field(walk, "few"))
    keys.press("Space")
    for step in STEPS:
        _press(walk, keys, "Skip this step" if step == STEPS[4] else GO_ON, step)
    keys.to(walk.button(GO_ON))
    keys.press("Enter")
    keys.to(walk.link("Continue"))
    keys.press("Enter")
    walk.is_at("m2.gaps")
    keys.to(field(walk, "action"))
    keys.press("ArrowDown", "Space")
    keys.to(field(walk, "area"))
    keys.press("C")
    keys.to(walk.button(GO_ON))
    keys.press("Enter")
    keys.to(walk.link("Continue"))
    keys.press("Enter")
    walk.is_at("m2.fit")
    keys.to(field(walk, "none"))
    keys.press("Space")
    keys.to(field(walk, "place"))
    walk.page.keyboard.type("Poster session")
    keys.to(walk.button(GO_ON))
    keys.press("Enter")


def _press(walk: Walk, keys: Keys, button: str, heading: str) -> None:
    keys.to(walk.button(button))
    keys.press("Enter")
    expect(walk.tool.get_by_role("heading", level=2, name=heading)).to_be_visible()
