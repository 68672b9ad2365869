"""Step 1 over HTTP: needs, profile, priorities, reflection and check; mistakes on the way; what a preview keeps."""

from decimal import Decimal

from needs_examples import ALL_ANSWERED, lines
from sqlalchemy import func, select
from stage import SUPPORT, hidden, inspect

from lti_tool.models import Answer

QUESTIONS = {"kc1.q1": "b", "kc1.q2": "c", "kc1.q3": "a", "kc1.q4": "b"}


def words(page) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())


def press(browser, activity_id, do, *, screen="", status=303, **answer):
    """Fill in one screen of an activity, press a button, and return the page that follows."""
    path = f"{browser.visit}/activities/{activity_id}"
    page = browser.open(f"{path}?screen={screen}" if screen else path)
    response = browser.post(path, {**hidden(page), **answer, "do": do})
    assert response.status_code == status, response.text
    return browser.open(response.location) if status == 303 else inspect(response.text, path)


def rate(area) -> dict[str, str]:
    return {
        f"{item}-{side}": str(given)
        for item, *pair in lines(area, ALL_ANSWERED[area])
        for side, given in zip(("importance", "support"), pair, strict=True)
    }


def rate_everything(browser):
    everything = {name: given for area in ALL_ANSWERED for name, given in rate(area).items()}
    return press(browser, "m1.needs", "finish", screen="other", other="A mentor abroad", **everything)


def test_step_one_done_in_full_is_twenty_points(stage, learner):
    learner.finish("m1.read")
    profile = rate_everything(learner)
    priorities = learner.activity("m1.priorities")
    press(learner, "m1.priorities", "finish", p1="direction", p2="other", p3="", other="Abroad")
    reflected = press(learner, "m1.reflect", "finish", prompt="r1", text="word " * 30)
    for question, option in QUESTIONS.items():
        press(learner, "m1.check", f"check:{question}", screen=question, **{question: option})
    stage.deliver()

    assert "Contacts and opportunities: large gap" in words(profile)
    assert "Many gaps at once are common early on." in words(profile)
    assert [row.get_text(" ", strip=True) for row in profile.select("tbody tr")][3] == (
        "Contacts and opportunities 57.5 Large gap 4.3 1.8"
    )
    assert [each["value"] for each in priorities.select("select option[selected]")] == [
        "visibility",
        "direction",
        "scholarship",
    ]
    assert "A mentor abroad" in words(priorities)
    assert "Saved. You can come back to this in your plan." in words(reflected)
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == Decimal(20)
    home = learner.open(learner.home)
    assert "5 of 27 done" in words(home)


def test_step_one_by_the_shortest_path_is_worth_the_same(stage, learner):
    learner.finish("m1.read")
    profile = press(learner, "m1.needs", "rest")
    priorities = learner.activity("m1.priorities")
    press(learner, "m1.priorities", "finish", p1="support")
    press(learner, "m1.reflect", "finish", offline="yes")
    for question, option in list(QUESTIONS.items())[:3]:
        press(learner, "m1.check", f"check:{question}", screen=question, **{question: option})
    stage.deliver()

    assert "You kept your ratings to yourself or skipped most of them." in words(profile)
    assert not priorities.select("select option[selected]:not([value=''])")
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == Decimal(20)


def test_mistakes_are_named_and_nothing_is_half_kept(learner):
    unfinished = press(learner, "m1.needs", "finish", screen="other", status=422)
    unoffered = press(learner, "m1.needs", "save", screen="skills", status=422, **{"ski1-importance": "9"})
    nothing_chosen = press(learner, "m1.priorities", "finish", status=422)
    short = press(learner, "m1.reflect", "finish", status=422, text="Too short", prompt="r3")
    unanswered = press(learner, "m1.check", "check:kc1.q1", status=422)

    assert unfinished.select_one("[role=alert] a[href='#f-dir1-importance']")
    assert unfinished.select_one("#f-dir1-importance-error")
    assert "Career direction: 4 lines are still open" in words(unfinished)
    assert "Choose one of the answers offered." in words(unoffered)
    assert nothing_chosen.select_one("[role=alert] a[href='#f-p1']")
    assert "so far 2" in words(short)
    assert short.select_one("textarea").get_text().strip() == "Too short"
    assert short.select_one("input[value=r3][checked]")
    assert unanswered.select_one("[role=alert] a[href='#f-kc1.q1']")
    assert "0 of 27 done" in words(learner.open(learner.home))


def test_the_support_contacts_stand_where_private_things_are_asked(learner):
    path = f"{learner.visit}/activities/m1.needs?screen="

    with_contacts = [area for area in ALL_ANSWERED if SUPPORT in words(learner.open(path + area))]

    assert with_contacts == ["balance", "support", "belonging"]


def test_taken_again_the_two_rounds_are_compared(learner):
    rate_everything(learner)
    empty = press(learner, "m1.needs", "again")
    calm = {f"vis{n}-{side}": given for n in (1, 2, 3, 4) for side, given in (("importance", "4"), ("support", "2"))}
    again = press(learner, "m1.needs", "rest", screen="visibility", **calm)

    assert not empty.select("input[checked]")
    rows = [row.get_text(" ", strip=True) for row in again.select("tbody tr")]
    assert rows[3] == "Contacts and opportunities 40.0 Clear gap 4.0 2.0 57.5 −17.5 smaller gap"
    assert rows[0] == "Career direction – Not scored – – 46.3 – no comparison"
    assert "Since last time: smaller gap (57.5 before, 40.0 now)." in words(again)


def test_a_wrong_answer_gets_its_word_and_another_try(learner):
    wrong = press(learner, "m1.check", "check:kc1.q1", **{"kc1.q1": "c"})
    right = press(learner, "m1.check", "check:kc1.q1", screen="kc1.q1", **{"kc1.q1": "b"})
    for question in ("kc1.q2", "kc1.q3", "kc1.q4"):
        press(learner, "m1.check", f"check:{question}", screen=question, **{question: "a"})
    result = learner.activity("m1.check")

    assert "Not quite" in words(wrong)
    assert "That is the share who said it matters." in words(wrong)
    assert "Right" in words(right)
    assert "Yes: most wanted one, about half had one." in words(right)
    assert "2 of 4 right at your best try; 3 are enough." in words(result)
    assert [each["value"] for each in result.select(".looked-at button")] == ["go:kc1.q2", "go:kc1.q4"]


def test_a_preview_shows_everything_and_stores_nothing(stage, teacher):
    path = f"{teacher.visit}/activities/m1.needs"
    first = teacher.open(path)
    second = inspect(teacher.post(path, {**hidden(first), **rate("direction"), "do": "go:skills"}).text, path)
    third = inspect(teacher.post(path, {**hidden(second), "do": "rest"}).text, path)

    assert "Clinical and professional skills" in second.select_one("h2").get_text()
    assert "Career direction: clear gap" in words(third)
    assert teacher.finish("m1.reflect", offline="yes").status_code == 200
    with stage.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == 0


def test_what_is_written_in_step_one_can_be_taken_along(learner):
    rate_everything(learner)
    press(learner, "m1.reflect", "finish", prompt="r2", text="A surprise. " * 20)

    mine = learner.get(f"{learner.visit}/my-data/three-steps.html").text

    assert "A mentor abroad" in mine
    assert "A surprise." in mine
