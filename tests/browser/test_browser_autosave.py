"""Autosave: what is saved is said, what is not saved stays in the page, two tabs never overwrite each other."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from lti_tool import clock
from lti_tool.models.visits import Visit

SAVED = re.compile(r"^Saved \d\d:\d\d$")
NOT_SAVED = re.compile("^Not saved yet")


@pytest.fixture
def start(walk):
    """The page of three ratings, none of them given."""
    walk.launch("mai")
    walk.go("m0.start")
    return walk


def chosen(walk, anchor):
    """Return the radios of one anchor, one a statement."""
    words = dict(walk.activity("m0.start").content.scale)[anchor]
    return [group.get_by_role("radio", name=words, exact=True) for group in walk.tool.get_by_role("group").all()]


def all_checked(walk, anchor):
    """Wait until every statement is rated alike."""
    for radio in chosen(walk, anchor):
        expect(radio).to_be_checked()


def test_a_choice_is_saved_by_itself_and_survives_reload_back_and_a_new_launch(start):
    start.rate(4)
    expect(start.status()).to_have_text(SAVED)

    start.inner.evaluate("location.reload()")
    all_checked(start, 4)
    start.link("Next:").click()
    start.is_at("m0.what")
    start.inner.evaluate("history.back()")
    start.is_at("m0.start")
    all_checked(start, 4)
    start.page.reload()
    expect(start.heading).to_be_visible()
    start.go("m0.start")
    all_checked(start, 4)


def test_without_network_the_page_says_so_and_saves_when_it_is_back(start, context, watch):
    watch.expected |= {"ERR_INTERNET_DISCONNECTED"}
    context.set_offline(True)
    start.rate(5)
    expect(start.status()).to_have_text(NOT_SAVED)
    expect(start.status()).to_contain_text("keep trying")

    context.set_offline(False)

    expect(start.status()).to_have_text(SAVED)
    start.inner.evaluate("location.reload()")
    all_checked(start, 5)


def test_finishing_without_network_stays_on_the_page_with_the_answer(start, context, watch):
    watch.expected |= {"ERR_INTERNET_DISCONNECTED"}
    context.set_offline(True)
    start.rate(2)

    start.button("Save and continue").click()

    expect(start.status()).to_contain_text("keep trying")
    start.is_at("m0.start")
    all_checked(start, 2)
    context.set_offline(False)
    expect(start.status()).to_have_text(SAVED)
    start.button("Save and continue").click()
    start.is_at("m0.what")


@pytest.mark.parametrize(("keep", "left"), [("Keep mine", 1), ("Keep the other", 5)])
def test_a_stale_tab_shows_both_answers_and_the_learner_chooses(start, stage, context, watch, keep, left):
    watch.expected |= {"status of 409"}
    other = type(start)(context.new_page(), stage)
    other.launch("mai")
    other.go("m0.start")
    other.rate(5)
    expect(other.status()).to_have_text(SAVED)

    start.rate(1)
    panel = start.tool.get_by_role("region", name="Two versions of your answer")
    words = dict(start.activity("m0.start").content.scale)
    expect(panel).to_contain_text(words[1])
    expect(panel).to_contain_text(words[5])
    panel.get_by_role("button", name=keep).click()

    expect(panel).to_have_count(0)
    all_checked(start, left)
    expect(start.status()).to_have_text(SAVED)
    other.inner.evaluate("location.reload()")
    all_checked(other, left)


def test_after_the_visit_has_ended_the_answer_stays_and_can_be_copied(start, stage, watch):
    watch.expected |= {"status of 401", "status of 404", "Clipboard API has been blocked"}
    with stage.database.transaction() as session:
        session.execute(sa.update(Visit).values(ended_at=clock.now()))

    start.rate(2)

    expect(start.status()).to_contain_text("Open the workshop from your course page again")
    all_checked(start, 2)
    panel = start.tool.get_by_role("region", name="What is not saved yet")
    words = dict(start.activity("m0.start").content.scale)[2]
    expect(panel.get_by_role("textbox")).to_have_value(re.compile(words))
    panel.get_by_role("button", name="Copy").click()
    expect(panel.get_by_role("status")).to_have_text(re.compile("Copied|The text is selected"))
    assert words in start.inner.evaluate("getSelection().toString() || document.activeElement.value")


def ended(start, stage, watch):
    """Rate everything after the visit has ended; the answer stays on the page."""
    watch.expected |= {"status of 401", "status of 404", "status of 409"}
    with stage.database.transaction() as session:
        session.execute(sa.update(Visit).values(ended_at=clock.now()))
    start.rate(2)
    panel = start.tool.get_by_role("region", name="What is not saved yet")
    expect(panel).to_contain_text("saved by itself")
    return panel


def test_what_an_ended_visit_could_not_save_is_saved_once_the_same_person_comes_again(start, stage, context, watch):
    panel = ended(start, stage, watch)
    stranger, again = (type(start)(context.new_page(), stage) for _ in range(2))
    stranger.launch("amara")
    stranger.go("m0.start")
    expect(start.status()).to_contain_text("Open the workshop from your course page again")

    again.launch("mai")

    expect(start.status()).to_have_text(SAVED)
    expect(panel).to_have_count(0)
    again.go("m0.start")
    all_checked(again, 2)
    assert stranger.tool.get_by_role("radio", checked=True).count() == 0
    start.rate(3)
    expect(start.status()).to_have_text(SAVED)
    start.button("Save and continue").click()
    start.is_at("m0.what")


def test_what_was_saved_elsewhere_meanwhile_is_not_overwritten_by_an_ended_visit(start, stage, context, watch):
    ended(start, stage, watch)
    elsewhere = stage.browser()
    elsewhere.launch("mai")
    elsewhere.finish("m0.start", st1="5", st2="5", st3="5")

    type(start)(context.new_page(), stage).launch("mai")

    versions = start.tool.get_by_role("region", name="Two versions of your answer")
    words = dict(start.activity("m0.start").content.scale)
    expect(versions).to_contain_text(words[2])
    expect(versions).to_contain_text(words[5])
    asked = []
    start.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    start.page.reload()
    assert asked == ["beforeunload"]


def test_no_answer_is_kept_in_the_browsers_storage(start):
    start.rate(4)
    expect(start.status()).to_have_text(SAVED)
    start.button("Save and continue").click()
    start.is_at("m0.what")
    start.sort("Coach")
    expect(start.status()).to_have_text(SAVED)
    start.home()

    kept = start.inner.evaluate("({local: {...localStorage}, session: {...sessionStorage}})")
    databases = start.inner.evaluate("indexedDB.databases().then((all) => all.length)")
    caches = start.inner.evaluate("caches.keys().then((all) => all.length)")

    assert kept["local"] == {}
    assert set(kept["session"]) <= {"moved"}
    assert (databases, caches) == (0, 0)
