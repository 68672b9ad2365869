"""The first page is written once for all who are equally far: each gets their own links, and their own state."""

from sqlalchemy import update

from lti_tool.lti.messages import Role
from lti_tool.models import Institution, Visit


def marks(page) -> list[str]:
    return [mark.get_text(strip=True) for mark in page.select(".activities .state")]


def test_a_page_that_was_written_for_somebody_else_leads_into_ones_own_visit(stage, learner):
    page = learner.open(learner.home)
    other = stage.browser()

    others = other.launch("lukasz")

    assert marks(others) == marks(page)
    links = [link["href"] for link in others.select(".activities a")]
    assert links
    assert all(link.startswith(f"{other.visit}/activities/") for link in links)
    assert learner.visit.rpartition("/")[2] not in str(others)


def test_who_goes_on_sees_it_and_nobody_else_does(stage, learner):
    other = stage.browser()
    before = marks(other.launch("lukasz"))

    learner.finish("m0.welcome")

    assert marks(learner.open(learner.home))[0] == "Done"
    assert marks(other.open(other.home)) == before


OWN = ("data-csrf", "data-person", "data-frame-token")
"""What the page tells its scripts about this one visit."""


def test_two_people_to_whom_the_page_looks_the_same_have_nothing_of_each_other_in_it(stage):
    pages, owned = [], []
    for name in ("mai", "lukasz"):
        browser = stage.browser()
        page = browser.launch(name, course="canvas-m101")
        own = [page.body[attribute] for attribute in OWN]
        text = str(page)
        for word in (browser.visit, *own):
            text = text.replace(word, "own")
        pages.append(text)
        owned.append({browser.visit, *own})

    assert pages[0] == pages[1]
    assert all(len(own) == 4 for own in owned)
    assert len(owned[0] - owned[1]) >= 3  # the platform gives both the same token for its frame


def test_the_page_says_at_once_what_has_changed_for_one_person(stage, learner):
    waiting = learner.open(learner.home)
    learner.finish("m0.welcome")
    queued = learner.open(learner.home)

    stage.deliver()
    sent = learner.open(learner.home)

    lines = [page.select_one(".grade-line").get_text(" ", strip=True) for page in (waiting, queued, sent)]
    assert len(set(lines)) == 3
    assert lines[2].startswith("Sent to the gradebook")
    assert sent.select_one("progress")["value"] == "1"


def test_whoever_teaches_sees_the_page_as_a_preview_that_leads_back_into_their_own_visit(stage, learner, teacher):
    other = stage.browser()
    other.launch("ines")

    for browser in (teacher, other):
        page = browser.open(f"{browser.visit}/")
        assert page.select_one(".banner a")["href"].startswith(browser.visit)
        assert not page.body.get("data-person")


def test_who_has_learned_here_and_looks_on_now_sees_a_page_on_which_nothing_was_begun(stage, learner):
    learner.finish("m0.welcome")
    own = learner.open(learner.home)
    with stage.database.transaction() as session:
        session.execute(update(Visit).values(role=Role.DESIGNER))

    preview = learner.open(learner.home)

    assert [page.select_one("progress")["value"] for page in (own, preview)] == ["1", "0"]
    assert "Done" not in marks(preview)
    # No grade is waited for: the script that asks for news of one is not even loaded.
    assert [bool(page.select("script[src*=htmx]")) for page in (own, preview)] == [True, False]


def test_the_page_is_written_in_each_language_and_with_todays_contacts(stage, learner):
    before = learner.open(learner.home)
    with stage.database.transaction() as session:
        session.execute(update(Institution).values(support_contacts="Room <13>"))

    after = learner.open(learner.home)
    learner.language = "ar-XB"

    assert "Room <13>" in after.select_one(".help").get_text()
    assert "Room <13>" not in before.get_text()
    assert learner.open(learner.home).html["dir"] == "rtl"
