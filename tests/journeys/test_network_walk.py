"""Step 2 over HTTP: a map, its gaps, a comparison; with wrong input on the way, and by the shortest path."""

import pytest
from stage import Browser, Page, hidden

PEOPLE = {"p1": "Dr Okafor", "p2": "Ana", "p3": "Jun"}
NOTE = "Canary: she asked me about May"


def press(browser: Browser, activity: str, do: str, screen: str = "", *, status: int = 303, **fields: str):
    """Fill in one screen of an activity and press a button; return the answer's page."""
    path = f"{browser.visit}/activities/{activity}"
    page = browser.open(f"{path}?screen={screen}" if screen else path)
    answer = browser.post(path, {**hidden(page), **fields, "do": do})
    assert answer.status_code == status, answer.text
    return answer


def draw(browser: Browser) -> None:
    """Draw a map of three people, step by step."""
    press(browser, "m2.map", "go:help", "name", **{f"{each}-label": label for each, label in PEOPLE.items()})
    mains = {"p1-main": "direction", "p2-main": "support", "p3-main": "skills", "p2-area-balance": "yes"}
    press(browser, "m2.map", "go:close", "help", **mains)
    press(browser, "m2.map", "go:more", "close", **{f"{each}-closeness": "moderate" for each in PEOPLE})
    press(browser, "m2.map", "go:knows", "more", **{"p1-setting": "team", "p2-setting": "field", "p1-note": NOTE})
    press(browser, "m2.map", "ties", "knows", **{"tie-p1-p3": "yes"})


def test_what_is_shared_of_a_map_says_nothing_of_private_ratings(learner, teacher):
    draw(learner)
    learner.finish("m1.priorities", p1="belonging")
    press(learner, "m2.map", "finish", "picture")
    paper = f"{learner.visit}/documents/m2.map/"
    own = learner.open(paper)

    learner.post(f"{paper}share", {**hidden(own), "do": "share", "names": "yes"})
    listed = teacher.open(f"{teacher.visit}/teach/shared/")
    seen = teacher.post(listed.main.form["action"], hidden(listed)).text

    assert "nobody yet" in own.select_one("figure").get_text()
    assert "Dr Okafor" in seen
    assert "nobody yet" not in seen


def done(browser: Browser, activity: str) -> bool:
    """Whether the list of all modules shows an activity as done."""
    link = browser.open(browser.home).select_one(f"a[href$='/activities/{activity}']")
    return "Done" in link.find_parent("li").get_text()


def test_a_map_is_drawn_in_six_steps_and_shown_as_picture_and_table(learner):
    draw(learner)

    page = learner.open(f"{learner.visit}/activities/m2.map?screen=picture")
    finished = press(learner, "m2.map", "finish", "picture")

    picture = page.select_one("svg.map")
    assert picture.select_one("title").get_text() == "Your mentoring network"
    assert picture.select_one("desc").get_text() == "3 people"
    assert [figure["data-figure"] for figure in picture.select("[data-figure]")] == list(PEOPLE)
    assert [row.th.span.get_text() for row in page.select(".people-table tbody tr")] == list(PEOPLE.values())
    assert finished.location.endswith("/activities/m2.map#outcome")
    assert done(learner, "m2.map")


def test_people_are_added_and_removed_by_buttons(learner):
    added = press(learner, "m2.map", "add", "name", **{"p1-label": "Ana"})
    press(learner, "m2.map", "remove:p2", "name")

    page = learner.open(f"{learner.visit}/activities/m2.map?screen=name")

    assert [field["name"] for field in page.select("input[type=text]")] == ["p1-label", "p3-label", "p4-label"]
    assert page.select_one("#f-p1-label")["value"] == "Ana"
    assert page.select_one(f"#{added.location.partition('#')[2]}")["name"] == "p4-label"


def test_mistakes_are_named_at_their_field_and_nothing_is_kept(learner):
    draw(learner)

    long = press(learner, "m2.map", "go:help", "name", status=422, **{"p1-label": "x" * 41})
    unknown = press(learner, "m2.map", "go:help", "help", status=422, **{"p1-main": "friendship"})
    odd = press(learner, "m2.map", "dance", "name", status=422)

    assert 'id="f-p1-label-error"' in long.text
    assert "Choose one of the answers offered." in unknown.text
    assert "no such button" in odd.text
    page = learner.open(f"{learner.visit}/activities/m2.map?screen=name")
    assert page.select_one("#f-p1-label")["value"] == "Dr Okafor"


def test_an_unfinished_map_says_on_the_right_step_what_is_missing(learner):
    press(learner, "m2.map", "go:help", "name", **{"p1-label": "Ana"})

    answer = press(learner, "m2.map", "finish", "name", status=422)

    assert "Choose what this person mainly helps with." in answer.text
    assert "aria-current=step" in answer.text.split("What they help with")[0][-400:]
    assert not done(learner, "m2.map")


def test_gaps_and_fit_go_on_from_the_map(learner):
    draw(learner)
    press(learner, "m2.map", "finish", "picture")

    wrong = press(learner, "m2.gaps", "finish", status=422, action="ask", area="skills", on="2020-01-01")
    press(learner, "m2.gaps", "finish", action="look", area="skills", place="Journal club", on=_next_week(learner))
    press(learner, "m2.fit", "take:p1", "who")
    early = press(learner, "m2.fit", "finish", "c1", status=422, **{"c1-f1": "2", "c1-f2": "?"})
    signs = {f"c1-f{number}": sign for number, sign in enumerate("21?212", 1)}
    press(learner, "m2.fit", "go:compare", "c1", **signs, **{"c1-f7": "yes"})
    press(learner, "m2.fit", "finish", "compare")

    assert "Choose a person from your map." in wrong.text
    assert "Choose a day from today on" in wrong.text
    assert "at least four of the six lines" in early.text
    assert "Look for someone for Clinical and professional skills here: Journal club" in (
        learner.activity("m2.gaps").get_text()
    )
    compared = learner.activity("m2.fit").get_text()
    assert "strong fit" in compared
    assert "Choose someone else for private matters." in compared
    assert all(done(learner, f"m2.{name}") for name in ("map", "gaps", "fit"))


def test_the_shortest_path_names_nobody(learner):
    press(learner, "m2.map", "finish", "name", few="yes")
    press(learner, "m2.gaps", "finish", action="leave", area="skills")
    press(learner, "m2.fit", "finish", "who", none="yes", place="Poster session")

    assert all(done(learner, f"m2.{name}") for name in ("map", "gaps", "fit"))


def test_a_preview_walks_through_the_map_and_stores_nothing(teacher):
    path = f"{teacher.visit}/activities/m2.map"
    page = teacher.open(f"{path}?screen=name")
    names = {f"{each}-label": label for each, label in PEOPLE.items()}

    help_page = teacher.post(path, {**hidden(page), **names, "do": "go:help"})
    fields = {f"{each}-main": "skills" for each in PEOPLE}
    opened = Page(help_page.text)
    close_page = teacher.post(path, {**hidden(opened), **fields, "do": "go:close"})

    assert (help_page.status_code, close_page.status_code) == (200, 200)
    assert [heading.get_text() for heading in Page(close_page.text).select(".people h3")] == list(PEOPLE.values())
    assert "Dr Okafor" not in teacher.open(f"{path}?screen=name").decode()


@pytest.mark.parametrize("page", ["/", "/teach/progress"])
def test_those_who_teach_read_no_name_from_a_map(learner, teacher, page):
    draw(learner)

    shown = teacher.client.get(teacher.visit + page, base_url=teacher.base_url, follow_redirects=True).text

    assert not any(word in shown for word in (*PEOPLE.values(), "Canary"))


def _next_week(browser: Browser) -> str:
    return browser.activity("m2.gaps").select_one("#f-on")["value"]
