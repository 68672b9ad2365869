"""An author of Open edX chooses content in our tool; Open edX keeps it, and learners come to what was chosen."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lti_tool.models import Assignment


@pytest.fixture
def course(arrange_once):
    """A course of Open edX whose author may choose content."""
    return arrange_once(lti_advantage_deep_linking_enabled=True)


def filled_in(page):
    """Return the picker's form as it stands: what a browser sends if nothing is touched."""
    fields = {}
    for field in page.select("main form input[name]"):
        if field["type"] not in ("checkbox", "radio") or field.has_attr("checked"):
            fields.setdefault(field["name"], []).append(field.get("value", "on"))
    return fields


def go_back(author, fields, do):
    """Press one of the picker's buttons and let the browser take the signed answer to Open edX."""
    page = BeautifulSoup(author.post(author.home, {**fields, "do": do}).text, "lxml")
    form = page.select_one("form[data-send]")
    answer = {field["name"]: field["value"] for field in form.select("input[name]")}
    return author.wire.post(form["action"], data=answer, timeout=10)


def choose(course, **changes):
    """Have the author choose with these changes to the form; return what Open edX said."""
    author = course.browser()
    author.arrive("ines", choose="1")
    return go_back(author, filled_in(author.open(author.home)) | changes, "add")


def test_an_author_comes_from_open_edx_to_the_picker(course):
    author = course.browser()

    answer = author.arrive("ines", choose="1")

    assert answer.status_code == 200
    assert "Add the workshop to your course" in author.open(author.home).get_text()


def test_the_default_is_kept_by_open_edx_as_one_link_to_the_whole_workshop(course):
    answer = choose(course)

    assert answer.status_code == 200, answer.text
    (link,) = course.content()
    assert (link["type"], link["title"]) == ("ltiResourceLink", "Fundamentals of Mentoring")
    assert link["url"].startswith(course.stage.settings.base_url)
    assert "?" not in link["url"]
    assert link["custom"]["workshop"] == "fundamentals"


def test_learners_come_to_the_module_that_was_chosen(course):
    answer = choose(course, part=["m0"])
    assert answer.status_code == 200, answer.text

    learner = course.launch("mai")

    assert learner.activity("m0.welcome")
    with course.stage.database.reading() as session:
        link = select(Assignment.part).filter_by(resource_link_id=course.shown["block"])
        assert session.scalars(link).one() == "m0"


def test_several_are_kept_where_open_edx_takes_several(course):
    answer = choose(course, part=["workshop", "m0"])

    assert answer.status_code == 200, answer.text
    assert [link["custom"].get("module") for link in course.content()] == [None, "m0"]


def test_dates_that_were_chosen_are_understood(course):
    answer = choose(course, opens=["2027-03-01T08:00"], due=["2027-04-01T18:00"])

    assert answer.status_code == 200, answer.text
    (link,) = course.content()
    assert link["available"]["startDateTime"].startswith("2027-03-01T08:00")
    assert link["submission"]["endDateTime"].startswith("2027-04-01T18:00")


def test_an_author_who_cancels_goes_back_with_nothing(course):
    author = course.browser()
    author.arrive("ines", choose="1")

    answer = go_back(author, filled_in(author.open(author.home)), "cancel")

    assert answer.status_code == 200, answer.text
    assert course.content() == []


def test_an_answer_that_was_changed_on_the_way_is_not_kept(course):
    author = course.browser()
    author.arrive("ines", choose="1")
    fields = filled_in(author.open(author.home))
    page = BeautifulSoup(author.post(author.home, {**fields, "do": "add"}).text, "lxml")
    form = page.select_one("form[data-send]")
    token = form.select_one("input[name=JWT]")["value"]

    answer = author.wire.post(form["action"], data={"JWT": f"{token[:-8]}AAAAAAAA"}, timeout=10)

    assert answer.status_code != 200
    assert course.content() == []
