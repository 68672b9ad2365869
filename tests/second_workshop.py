"""The second workshop of the tests, a folder without code, and a learner's way through all of it."""

from pathlib import Path

from stage import Browser, hidden

PACK = Path(__file__).parent / "library/packs/first_meeting"
BOTH = f"fundamentals,{PACK}"
"""The setting of an installation that offers the shipped workshop and this one."""
AGENDA = {
    "with": "Samira",
    "length": "m20",
    "mode": "video",
    "title_1": "Why I am here",
    "kind_1": "check_in",
    "minutes_1": "5",
    "title_2": "Which course first",
    "kind_2": "question",
    "minutes_2": "10",
    "bring_2.page": "yes",
    "title_3": "Who does what",
    "kind_3": "next_steps",
    "minutes_3": "5",
}
PRESSES: dict[str, list[tuple[str, str, dict[str, str]]]] = {
    "prepare.read": [("finish", "", {})],
    "prepare.rate": [("finish", "", {"r1": "2", "r2": "skip"})],
    "prepare.write": [("finish", "", {"prompt": "worth", "text": "word " * 20})],
    "prepare.agenda": [("finish", "", AGENDA)],
    "meet.story": [("choose:s0.a", "", {}), ("choose:s1.a", "", {})],
    "meet.check": [(f"check:close.q{n}", f"close.q{n}", {f"close.q{n}": "a"}) for n in (1, 2, 3)],
    "meet.talk": [("finish", "", {"prompt": "opener", "how": "unnamed", "text": "Where did you begin? " * 4})],
}
"""What a learner presses in each activity: (button, screen, fields)."""


def do_all(browser: Browser) -> None:
    """Do every activity of the second workshop."""
    for activity_id, presses in PRESSES.items():
        path = f"{browser.visit}/activities/{activity_id}"
        for do, screen, fields in presses:
            page = browser.open(f"{path}?screen={screen}" if screen else path)
            response = browser.post(path, {**hidden(page), **fields, "do": do})
            assert response.status_code == 303, f"{activity_id} {do}: {response.text}"
