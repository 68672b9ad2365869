"""Stories, the discussion, mentor qualities and habits: how a person does them."""

from collections.abc import Iterator

from browser_walk import Walk
from playwright.sync_api import expect

POST = "In the journal club on Thursdays people stay for coffee and it is easy to ask somebody what they work on there."
WAY = ("Ask a senior resident", "Take it.")
"""A way through the first story, by how its choices begin."""


def tell(walk: Walk) -> None:
    """Walk through the first story to its end."""
    for words in WAY:
        walk.tool.get_by_role("button", name=words).click()
        expect(walk.tool.get_by_text("You chose:").last).to_be_visible()
    expect(walk.tool.get_by_role("heading", name="How it ended")).to_be_visible()


def post(walk: Walk) -> None:
    """Post to the group without a name."""
    walk.tool.get_by_label("Your answer").fill(POST)
    walk.tool.get_by_label("Without my name").check()
    walk.button("Post or finish").click()
    expect(walk.link("Read what your group wrote")).to_be_visible()


def choose_qualities(walk: Walk) -> None:
    """Put the first three cards on the pile of must-haves, and all others on the last pile."""
    for number, menu in enumerate(walk.tool.get_by_role("combobox").all()):
        menu.select_option(label="Must have" if number < 3 else "Not needed for this")
    walk.button("See what my list says").click()
    expect(walk.tool.get_by_role("heading", name="How to notice it")).to_be_visible()


def rate_habits(walk: Walk) -> None:
    """Rate the first habit low and all others alike."""
    for number, group in enumerate(walk.tool.get_by_role("group").all()):
        group.get_by_text("often" if number else "rarely", exact=True).click()
    walk.button("See what my ratings say").click()
    expect(walk.tool.get_by_role("heading", name="What your ratings say")).to_be_visible()


def stops(walk: Walk) -> Iterator[str]:
    """Stop at these activities where they show the most, and with a mistake."""
    walk.go("m2.scenario")
    walk.tool.get_by_role("button", name="Write her a long message").click()
    expect(walk.tool.get_by_text("You chose:")).to_be_visible()
    yield "m2.scenario under way"
    walk.button("Back to start").click()
    tell(walk)
    walk.tool.get_by_text("The story so far").click()
    yield "m2.scenario done"
    walk.go("m2.discuss")
    walk.button("Post or finish").click()
    expect(walk.tool.get_by_role("alert")).to_be_visible()
    yield "m2.discuss not finished"
    post(walk)
    walk.link("Read what your group wrote").click()
    expect(walk.heading).to_have_text("What your group wrote")
    yield "what the group wrote"
    walk.go("m3.cards")
    choose_qualities(walk)
    yield "m3.cards done"
    walk.go("m3.mentee")
    rate_habits(walk)
    yield "m3.mentee done"
