"""The picker's page: the default is one press away, and every choice stands in what goes to the platform."""

from datetime import datetime

import pytest
from picking import DL, answer, fields_of, inspect, pick, press

LAUNCH = "/lti/launch"


@pytest.fixture
def builder(stage):
    return stage.browser()


def errors(response):
    assert response.status_code == 422, response.text
    page = inspect(response.text, "picker")
    summary = page.select_one("[role=alert]")
    return {link["href"].removeprefix("#f-"): link.get_text() for link in summary.select("a")}, page


def test_the_default_is_the_whole_workshop_with_a_grade_and_one_press(builder):
    (item,) = answer(builder, pick(builder)).items

    assert item == {
        "type": "ltiResourceLink",
        "title": "Fundamentals of Mentoring",
        "url": builder.base_url + LAUNCH,
        "custom": {"workshop": "fundamentals", "send": "when_complete"},
        "lineItem": {
            "label": "Fundamentals of Mentoring",
            "scoreMaximum": 100,
            "resourceId": "fundamentals",
            "tag": "completion",
            "submissionReview": {"reviewableStatus": ["InProgress", "Submitted", "Completed"]},
        },
    }


@pytest.mark.parametrize(
    ("course", "usual"),
    [("moodle-m101", "when_complete"), ("canvas-m101", "as_they_go"), ("strict-m101", "when_complete")],
)
def test_when_to_send_is_what_suits_the_platform(builder, course, usual):
    (item,) = answer(builder, pick(builder, course=course)).items

    assert item["custom"]["send"] == usual


def test_one_module_has_its_own_name_in_the_link_and_in_the_gradebook(builder):
    (item,) = answer(builder, pick(builder), part=["m0"], title_m0="Start here", points_m0="20").items

    assert item["title"] == "Start here"
    assert item["custom"] == {"workshop": "fundamentals", "module": "m0", "send": "when_complete"}
    assert item["lineItem"]["resourceId"] == "fundamentals.m0"
    assert item["lineItem"]["scoreMaximum"] == 20


def test_without_a_grade_there_is_no_column_and_the_link_says_so(builder):
    (item,) = answer(builder, pick(builder), graded=None, points_workshop="none").items

    assert "lineItem" not in item
    assert item["custom"] == {"workshop": "fundamentals", "grade": "none"}


def test_a_column_for_each_module_is_asked_for_in_the_link(builder):
    (item,) = answer(builder, pick(builder), lines="yes").items

    assert item["custom"]["lines"] == "modules"


def test_nothing_stands_in_an_address_and_every_custom_value_is_a_plain_word(builder):
    sent = answer(builder, pick(builder), part=["workshop", "m0"], lines="yes")

    for item in sent.items:
        assert item["url"] == builder.base_url + LAUNCH
        assert all(value.isascii() and value.replace("_", "").isalnum() for value in item["custom"].values())
        assert None not in item.values()


def test_a_module_is_offered_alone_if_it_is_open_and_worth_points(builder):
    page = pick(builder)

    graded = [module.id for module in builder.stage.tool.workshop(None).graded if not module.opens_later]
    assert [each["value"] for each in page.select("[name=part]")] == ["workshop", *graded]
    assert "m5" not in graded
    assert set(errors(press(builder, page, part=["m5"]))[0]) == {"part"}


def test_the_platforms_own_title_and_text_are_taken_over(builder):
    page = pick(builder, settings={"title": "Our mentoring week", "text": "Do this by Friday."})

    (item,) = answer(builder, page).items

    assert (item["title"], item["text"]) == ("Our mentoring week", "Do this by Friday.")


@pytest.mark.parametrize("points", ["0", "101", "12.5", "-1", "", "ten", "1e1", "١٠", "010", "100.0"])
def test_a_moodle_like_platform_takes_whole_points_from_1_to_100(builder, points):
    found, page = errors(press(builder, pick(builder), points_workshop=points))

    assert list(found) == ["points-workshop"]
    assert "Enter a whole number from 1 to 100." in found["points-workshop"]
    assert page.select_one("#f-points-workshop")["aria-describedby"] == "f-points-workshop-error"


@pytest.mark.parametrize(("points", "worth"), [("12.5", 12.5), ("0,5", 0.5), ("1000", 1000)])
def test_other_platforms_take_parts_of_a_point(builder, points, worth):
    (item,) = answer(builder, pick(builder, course="canvas-m101"), points_workshop=points).items

    assert item["lineItem"]["scoreMaximum"] == worth


@pytest.mark.parametrize("points", ["0", "0.00", "12.345", "NaN", "Infinity", "99999"])
def test_nothing_else_is_a_number_of_points(builder, points):
    found, _page = errors(press(builder, pick(builder, course="canvas-m101"), points_workshop=points))

    assert list(found) == ["points-workshop"]


@pytest.mark.parametrize(
    ("title", "words"), [("", "Enter a title."), (" \t ", "Enter a title."), ("x" * 256, "Use at most 255")]
)
def test_a_title_is_needed_and_has_an_end(builder, title, words):
    found, page = errors(press(builder, pick(builder), title_workshop=title))

    assert words in found["title-workshop"]
    assert page.select_one("#f-title-workshop")["value"] == title


def test_a_title_of_255_characters_is_taken_by_the_platform(builder):
    sent = answer(builder, pick(builder), title_workshop="ß" * 255)

    assert sent.items[0]["title"] == "ß" * 255
    assert sent.deliver().status_code == 200


def test_what_is_not_chosen_is_not_looked_at(builder):
    sent = answer(builder, pick(builder), part=["m0"], title_workshop="", points_workshop="-5")

    assert len(sent.items) == 1


def test_nothing_chosen_is_said_at_the_choice(builder):
    found, page = errors(press(builder, pick(builder), part=None))

    assert found == {"part": found["part"]}
    assert page.select_one("#f-part")


def test_dates_go_to_platforms_that_use_them(builder):
    page = pick(builder, course="canvas-m101")

    (item,) = answer(builder, page, opens="2027-03-01T08:00", due="2027-03-08T22:59:00.000Z").items

    assert item["available"] == {"startDateTime": "2027-03-01T08:00:00Z"}
    assert item["submission"] == {"endDateTime": "2027-03-08T22:59:00Z"}
    assert datetime.fromisoformat(item["submission"]["endDateTime"]).tzinfo


def test_moodle_ignores_dates_so_none_are_asked(builder):
    page = pick(builder)

    assert not page.select("[name=opens], [name=due]")
    assert "available" not in answer(builder, page, opens="2027-03-01T08:00").items[0]


@pytest.mark.parametrize(
    ("dates", "wrong"),
    [
        ({"opens": "tomorrow"}, {"opens"}),
        ({"due": "2027-02-31T00:00"}, {"due"}),
        ({"opens": "2027-03-02T00:00", "due": "2027-03-01T00:00"}, {"due"}),
        ({"opens": "x" * 5000, "due": "2027-03-01T00:00"}, {"opens"}),
    ],
)
def test_dates_that_cannot_be_are_said(builder, dates, wrong):
    found, _page = errors(press(builder, pick(builder, course="canvas-m101"), **dates))

    assert set(found) == wrong


def test_cancel_goes_back_with_nothing_whatever_stands_in_the_form(builder):
    page = pick(builder, course="canvas-m101", data="note")

    sent = answer(builder, page, "cancel", title_workshop="", points_workshop="x")

    assert sent.items == []
    assert sent.claims[DL + "data"] == "note"
    assert "Nothing was added" in sent.deliver().text


def test_the_page_works_without_a_script(builder):
    page = pick(builder, course="canvas-m101")

    fields = fields_of(page)

    assert fields["part"] == ["workshop"]
    assert {"graded", "send", "csrf_token", "title-workshop", "points-workshop"} <= set(fields)
    assert "(UTC)" in page.get_text()
