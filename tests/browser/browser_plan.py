"""The last module in a browser: its blanks are filled by name, its buttons pressed by keyboard."""

from datetime import timedelta

from browser_walk import Walk
from playwright.sync_api import Locator, expect

from lti_tool import clock


def ahead(days: int) -> str:
    """Return a day from today on, as a date's field takes it."""
    return (clock.now().date() + timedelta(days=days)).isoformat()


FULL: dict[str, dict[str, str]] = {
    "m4.smart": {
        "area_1": "visibility",
        "what_1": "Present my quality project at the regional trainee day",
        "measure_type_1": "product",
        "measure_1": "accepted poster",
        "first_step_1": "ask Dr V which session fits",
        "why_1": "I want to meet people outside my hospital",
        "due_1": ahead(120),
    },
    "m4.message": {
        "to": "Dr Okafor",
        "link": "met",
        "link_detail": "the trainee day",
        "about_me": "a resident in my second year",
        "why_you": "your clinic's handover project is what I want to learn",
        "ask_type": "talk",
        "ask_detail": "how you began, and which first step you would take in a hospital like mine",
        "slot_1": ahead(9),
        "slot_2": ahead(10),
    },
    "m4.agenda": {"with": "Dr Okafor", "mode": "call"},
    "m4.agreement": {
        "party_1": "Mai",
        "party_2": "Dr Okafor",
        "purpose": "To present my project at the trainee day",
        "topics_in.visibility": "yes",
        "rhythm": "monthly",
        "duration": "6",
        "who_schedules": "mentee",
        "channel": "e-mail",
        "privacy": "stays",
        "review_on": ahead(60),
    },
    "m4.follow": {"what_1": "Send the message to Dr Okafor", "by_1": ahead(3), "reminders.w6": "yes"},
}


def blank(walk: Walk, name: str) -> Locator:
    """Return the control of a blank."""
    return walk.tool.locator(f"[id='f-{name}']")


def fill(walk: Walk, blanks: dict[str, str]) -> None:
    """Fill blanks as a keyboard does: type, choose, tick."""
    for name, given in blanks.items():
        kind = blank(walk, name).evaluate("(each) => each.type")
        if kind == "select-one":
            blank(walk, name).select_option(given)
        elif kind == "checkbox":
            blank(walk, name).set_checked(True)
        elif kind == "radio":
            walk.tool.locator(f"input[name='{name}'][value='{given}']").press("Space")
        else:
            blank(walk, name).fill(given)


def press(walk: Walk, name: str) -> None:
    """Press a button by keyboard."""
    walk.button(name).press("Enter")


def send_evaluation(walk: Walk) -> None:
    """Send the questionnaire with every answer blank."""
    walk.go("m4.eval")
    press(walk, "Send")
    expect(walk.tool.get_by_text("Thank you. Your answers are on their way")).to_be_visible()
