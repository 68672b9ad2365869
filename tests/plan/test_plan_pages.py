"""The last module: documents are written blank by blank, wrong input is answered by name, and the chain goes on."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from stage import Browser, hidden, inspect

from lti_tool import clock


def ahead(days: int) -> str:
    """Return a day from today on, as forms send it."""
    return (clock.now().date() + timedelta(days=days)).isoformat()


def goal() -> dict[str, str]:
    """Return a goal that keeps the rules."""
    return {
        "area_1": "visibility",
        "what_1": "Present my quality project at the regional trainee day",
        "measure_type_1": "product",
        "measure_1": "accepted poster",
        "first_step_1": "ask Dr V which session fits",
        "why_1": "I want to meet people outside my hospital",
        "due_1": ahead(120),
    }


def message() -> dict[str, str]:
    """Return a message that may go."""
    return {
        "to": "Dr Okafor",
        "link": "met",
        "link_detail": "the trainee day",
        "about_me": "a resident in my second year",
        "why_you": "your clinic's handover project is what I want to learn",
        "ask_type": "talk",
        "ask_detail": "how you began, and which first step you would take in a hospital like mine",
        "slot_1": ahead(9),
        "slot_2": ahead(10),
        "easy_out": "yes",
    }


@pytest.fixture
def learner(stage) -> Browser:
    """A learner who has just come."""
    browser = stage.browser()
    browser.launch("mai")
    return browser


def press(browser: Browser, activity_id: str, do: str, **answer: str):
    """Fill in an activity's page and press one of its buttons."""
    page = browser.activity(activity_id)
    return browser.post(f"{browser.visit}/activities/{activity_id}", {**hidden(page), **answer, "do": do})


def shown(page, name: str) -> str:
    """Return what stands in a blank."""
    (field,) = page.select(f"#f-{name}".replace(".", "\\."))
    chosen = field.select_one("option[selected]") if field.name == "select" else None
    if field.name == "select":
        return chosen["value"] if chosen else ""
    return field.get_text().removeprefix("\n") if field.name == "textarea" else field.get("value", "")


def test_a_whole_plan_makes_its_points_and_each_step_begins_with_the_one_before(stage, learner):
    assert learner.finish("m4.smart", **goal()).status_code == 303

    assert shown(learner.activity("m4.message"), "ask_detail") == goal()["what_1"]
    finished = learner.finish("m4.message", **message())
    text = learner.open(finished.location).select_one("#whole-text").get_text()

    assert shown(learner.activity("m4.agenda"), "with") == "Dr Okafor"
    drafted = press(learner, "m4.agenda", "draft", length="m30", mode="call", **{"with": "Dr Okafor"})
    agenda = learner.open(drafted.location)
    assert learner.finish("m4.agenda", length="m30", mode="call", **items(agenda)).status_code == 303

    agreement = learner.activity("m4.agreement")
    ticked = {box["name"]: "yes" for box in agreement.select("input[type=checkbox][checked]")}
    filled = {"party_1": "Mai", "rhythm": "monthly", "duration": "6", "channel": "e-mail", "privacy": "stays"}
    signed = learner.finish(
        "m4.agreement", **{**typed(agreement), **ticked, **filled, "review_on": ahead(60), "who_schedules": "mentee"}
    )
    plan = learner.activity("m4.follow")
    followed = learner.finish("m4.follow", **{**typed(plan), "by_1": ahead(3), "reminders.w6": "yes"})
    stage.deliver()

    assert text.startswith("Dear Dr Okafor,\nWe met: the trainee day. I am a resident in my second year.")
    assert [row["value"] for row in agenda.select("input[name^=minutes]")] == ["3", "4", "16", "3", "4"]
    assert (shown(agreement, "party_2"), ticked) == ("Dr Okafor", {"topics_in.visibility": "yes"})
    assert signed.status_code == 303
    assert shown(plan, "what_1") == goal()["first_step_1"]
    assert "Your next step: ask Dr V which session fits" in learner.open(followed.location).get_text()
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 16


def typed(page) -> dict[str, str]:
    """Return what stands in a page's blanks, as its form would send it."""
    fields = {field["name"]: field.get_text().removeprefix("\n") for field in page.select("main form textarea[name]")}
    return fields | {field["name"]: field.get("value", "") for field in page.select("main form .blank > input[name]")}


def items(page) -> dict[str, str]:
    """Return the items of an agenda as its form would send them, with whom included."""
    chosen = {menu["name"]: shown(page, menu["name"]) for menu in page.select("main form select[name^=kind]")}
    return typed(page) | chosen


def test_the_plan_shows_what_was_written_in_the_first_step_and_its_days_are_of_one_learner(stage, learner):
    words = "I would like to be braver. " * 6 + "Next year."
    learner.finish("m1.reflect", prompt=reflection_prompt(learner), text=words)
    other = stage.browser()
    other.launch("amara")

    page = learner.activity("m4.follow")
    entries = []
    for browser in (learner, other):
        browser.finish("m4.follow", what_1="Send the message", by_1=ahead(3))
        calendar = Calendar.from_ical(browser.get(f"{browser.visit}/documents/m4.follow/ics").data)
        entries += [str(entry["UID"]) for entry in calendar.walk("VEVENT")]

    assert words.strip() in page.select_one("details .as-typed").get_text()
    assert other.activity("m4.follow").select("details .as-typed") == []
    assert len(set(entries)) == 2
    assert {entry.partition("@")[2] for entry in entries} == {"localhost"}


def reflection_prompt(browser) -> str:
    """Return the first question of the reflection."""
    return browser.activity("m1.reflect").select_one("input[name=prompt]")["value"]


def test_wrong_input_is_kept_on_the_page_and_answered_by_name(learner):
    wrong = goal() | {"what_1": "Write it", "measure_type_1": "count", "due_1": ahead(6)}

    refused = learner.finish("m4.smart", **wrong)
    page = inspect(refused.text, "m4.smart")

    assert refused.status_code == 422
    sentences = {link["href"]: link.get_text() for link in page.select("[role=alert] a")}
    assert sentences == {
        "#f-what_1": "Say a little more about what you will do. – What will you do?",
        "#f-measure_1": "You chose a count: add a number. – What exactly shows it?",
        "#f-due_1": "Pick a date at least one week from now. – By when?",
    }
    assert (shown(page, "what_1"), shown(page, "due_1")) == ("Write it", ahead(6))
    assert all(page.select_one(f"[id='{href[1:]}']") for href in sentences)


def test_an_empty_document_is_not_finished_and_one_on_paper_is(stage, learner):
    documents = ("m4.smart", "m4.message", "m4.agenda", "m4.agreement", "m4.follow")

    empty = [learner.finish(activity_id).status_code for activity_id in documents]
    on_paper = [learner.finish(activity_id, offline="yes").status_code for activity_id in documents]
    stage.deliver()

    assert (empty, on_paper) == ([422] * 5, [303] * 5)
    assert stage.grade("moodle-m101", "as-they-go", "mai").final == 16


def test_lines_come_and_go_by_buttons_and_what_was_typed_stays(learner):
    added = press(learner, "m4.smart", "add", what_1="First goal of mine")
    two = learner.open(added.location)
    press(learner, "m4.smart", "add", what_1="First goal of mine", what_2="Second goal of mine")
    removed = press(learner, "m4.smart", "remove:1", what_1="First goal of mine", what_2="Second goal of mine")
    after = learner.open(removed.location)

    assert [legend.get_text() for legend in two.select("fieldset.entry > legend")] == ["Goal 1", "Goal 2"]
    assert two.select_one(f"form[data-at] #{added.location.partition('#')[2]}").legend.get_text() == "Goal 2"
    assert [shown(after, f"what_{place}") for place in (1, 2)] == ["Second goal of mine", ""]
    assert press(learner, "m4.smart", "remove:9").status_code == 422
    assert press(learner, "m4.smart", "draft").status_code == 422


def test_a_ready_made_draft_never_replaces_what_was_written(learner):
    refused = press(learner, "m4.agenda", "draft", length="m30", title_1="My own item")

    assert refused.status_code == 422
    assert "Empty the items first" in refused.text
    assert shown(inspect(refused.text, "m4.agenda"), "title_1") == "My own item"


def test_a_message_is_looked_at_after_each_save_and_what_was_taken_out_stays_out(learner):
    learner.finish("m4.smart", **goal())

    press(learner, "m4.message", "save", to="Dr Okafor", about_me="a resident", ask_detail="", thanks="")
    page = learner.activity("m4.message")

    found = {item["class"][0] for item in page.select(".checks li")}
    assert found == {"check--good", "check--open", "check--advice"}
    assert page.select_one("#whole-text").get_text().strip() == "Dear Dr Okafor,\nI am a resident."
    assert (shown(page, "ask_detail"), page.select_one("#f-easy_out").has_attr("checked")) == ("", False)


def test_a_preview_keeps_nothing_and_shows_everything(stage):
    teacher = stage.browser()
    teacher.launch("ines")

    preview = press(teacher, "m4.smart", "add", what_1="First goal of mine")
    page = inspect(preview.text, "preview")

    assert [shown(page, f"what_{place}") for place in (1, 2)] == ["First goal of mine", ""]
    assert shown(teacher.activity("m4.smart"), "what_1") == ""
