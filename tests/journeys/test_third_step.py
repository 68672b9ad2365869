"""Step 3 as a learner does it, without scripts: stories, qualities, habits; the same by those who only look."""

from stage import hidden, inspect

CARDS = [f"q{number:02}" for number in range(1, 17)]
PLACED = dict.fromkeys(CARDS, "not")


def press(browser, activity_id, do, **fields):
    """Press one of an activity's own buttons; return the answer."""
    page = browser.activity(activity_id)
    return browser.post(f"{browser.visit}/activities/{activity_id}", {**hidden(page), **fields, "do": do})


def shown(browser, answer):
    """Return the page that an answer leads to."""
    return browser.open(answer.location) if answer.status_code == 303 else inspect(answer.text, "answer")


def test_a_story_is_walked_with_buttons_alone_and_done_at_its_end(learner):
    first = press(learner, "m2.scenario", "choose:a0.a")
    middle = shown(learner, first)
    end = shown(learner, press(learner, "m2.scenario", "choose:a1.c"))
    again = shown(learner, press(learner, "m2.scenario", "restart"))

    assert first.location.endswith("#outcome")
    assert "The ask is very big" in middle.select_one("#outcome").get_text()
    assert [button["value"] for button in middle.select(".story-choice")] == [f"choose:a1.{each}" for each in "abc"]
    assert "How it ended" in end.select_one("#outcome h2").get_text()
    assert [each.get_text(strip=True) for each in end.select(".story-signals dd")] == ["strong", "costly", "costly"]
    assert "You are in your first year" in again.select_one("#outcome").get_text()
    assert again.select_one(".meta .state--done")


def test_a_button_of_an_older_page_is_answered_and_changes_nothing(learner):
    answer = press(learner, "m3.scen_b", "choose:b2.a")

    assert answer.status_code == 422
    assert inspect(answer.text, "refused").select_one("[role=alert]")
    assert learner.activity("m3.scen_b").select_one("[name=path]")["value"] == ""


def test_a_preview_walks_a_whole_story_with_nothing_stored(teacher):
    page = teacher.activity("m3.scen_c")
    for do in ("choose:c0.c", "choose:c3.b"):
        answer = teacher.post(f"{teacher.visit}/activities/m3.scen_c", {**hidden(page), "do": do})
        page = inspect(answer.text, do)

    assert "unfair treatment: Student counselling, room 12." in page.select_one("#outcome").get_text()
    assert page.select_one("#outcome[data-focus]")
    assert teacher.activity("m3.scen_c").select_one("[name=path]")["value"] == ""


def test_qualities_and_habits_say_something_about_what_was_chosen(learner):
    many = learner.finish("m3.cards", **PLACED | dict.fromkeys(CARDS[:6], "must"))
    none = learner.finish("m3.cards", **PLACED)
    listed = shown(learner, learner.finish("m3.cards", **PLACED | {"q01": "must", "q06": "must", "q11": "must"}))
    habits = {f"h{number:02}": "3" for number in range(1, 13)}
    rated = shown(learner, learner.finish("m3.mentee", **habits | {"h01": "1", "h04": "skip", "h05": "skip"}))

    assert (many.status_code, none.status_code) == (422, 422)
    assert "Five at most. Which one can move down?" in many.text
    assert "Choose at least one must-have." in none.text
    assert "Your list is about warmth and trust. For the help you want most" in listed.select_one("#outcome").get_text()
    cells = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in rated.select("#outcome tbody tr")]
    assert cells == [
        ["Prepare", "2.3", "next to grow"],
        ["Communicate", "not scored", ""],
        ["Follow through", "3.0", "strongest"],
        ["Reflect and grow", "3.0", ""],
    ]
    assert "write one question on a card" in rated.select_one("#outcome").get_text()
