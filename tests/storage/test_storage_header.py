"""A visit by header: the same pages and guards as with a cookie; files and windows by a ticket that works once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from stage import SAME_ORIGIN, hidden
from storage_walk import Cookieless

from lti_tool import clock
from lti_tool.jobs.housekeeping import tidy
from lti_tool.models import Ticket, Visit

FILES = ("three-steps.json", "three-steps.html")


@pytest.fixture
def mai(stage):
    """Mai's visit, carried by a header."""
    walk = Cookieless(stage)
    walk.launch("mai")
    return walk


@pytest.fixture
def csrf(mai):
    """The token of Mai's pages."""
    return hidden(mai.activity("m0.start"))["csrf_token"]


def ticket(walk, path, csrf):
    """Return a ticket for a path."""
    response = walk.ticket(path, csrf)
    assert response.status_code == 200, response.text
    return response.json["ticket"]


def test_the_first_module_is_done_by_header_and_ten_points_arrive(mai, stage):
    mai.finish_first_module()
    stage.deliver()

    assert stage.grade("canvas-m101", "as-they-go", "mai").final == 10


def test_no_page_opens_without_the_header_or_with_another_visits(mai, stage):
    other = Cookieless(stage)
    other.launch("amara")

    bare = mai.bare("GET", mai.home)
    crossed = mai.bare("GET", mai.home, headers={"Authorization": other.token})
    odd = mai.bare("GET", mai.home, headers={"Authorization": mai.token.replace("Bearer", "Basic")})

    assert [each.status_code for each in (bare, crossed, odd)] == [401, 401, 401]
    assert "Open the workshop from your course page again" in bare.text
    assert "Mai" not in bare.text


def test_a_write_by_header_still_needs_the_pages_token_and_our_own_origin(mai, csrf):
    path = f"{mai.visit}/activities/m0.welcome"
    fields = {"do": "finish", "version": "0"}

    without = mai.post(path, fields)
    elsewhere = mai.post(path, fields | {"csrf_token": csrf}, **{"Sec-Fetch-Site": "cross-site"})
    fine = mai.post(path, fields | {"csrf_token": csrf})

    assert [each.status_code for each in (without, elsewhere, fine)] == [403, 403, 303]


def test_a_learner_and_a_teacher_in_one_browser_are_told_apart_by_their_headers(mai, stage):
    ines = Cookieless(stage)
    ines.launch("ines")

    crossed = mai.bare("GET", f"{mai.visit}/teach/", headers={"Authorization": mai.token})
    hers = mai.bare("GET", ines.home, headers={"Authorization": mai.token})

    assert (crossed.status_code, hers.status_code) == (404, 401)
    assert ines.get(ines.home).status_code == 200


def test_a_file_is_fetched_with_a_ticket_in_the_body_once(mai, csrf):
    for name in FILES:
        path = f"{mai.visit}/my-data/{name}"
        given = ticket(mai, path, csrf)

        first = mai.bare("POST", path, data={"ticket": given})
        second = mai.bare("POST", path, data={"ticket": given})

        assert first.status_code == 200
        assert first.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert first.headers["Cache-Control"] == "no-store"
        assert (second.status_code, "ticket-over" in second.text) == (401, True)


def test_a_file_needs_a_ticket_or_the_visit_itself(mai):
    path = f"{mai.visit}/my-data/three-steps.json"

    answers = [mai.bare("GET", path), mai.bare("POST", path), mai.bare("POST", path, data={"ticket": "x" * 43})]

    assert [each.status_code for each in answers] == [401, 401, 401]
    assert mai.get(path).status_code == 200


def test_a_ticket_is_for_its_path_and_visit_only(mai, csrf, stage):
    other = Cookieless(stage)
    other.launch("amara")
    path = f"{mai.visit}/my-data/three-steps.json"
    given = ticket(mai, path, csrf)

    elsewhere = mai.bare("POST", f"{mai.visit}/my-data/three-steps.html", data={"ticket": given})
    delete = mai.bare("POST", f"{mai.visit}/my-data/delete", data={"ticket": given})
    hers = mai.bare("POST", path.replace(mai.visit, other.visit), data={"ticket": given})

    assert [each.status_code for each in (elsewhere, delete, hers)] == [401, 401, 401]
    assert mai.bare("POST", path, data={"ticket": given}).status_code == 200, "it is still good where it belongs"


def test_a_ticket_lives_a_minute(mai, csrf):
    path = f"{mai.visit}/my-data/three-steps.json"
    with time_machine.travel(clock.now(), tick=False) as now:
        early, late = (ticket(mai, path, csrf) for _ in range(2))

        now.shift(timedelta(seconds=59))
        in_time = mai.bare("POST", path, data={"ticket": early})
        now.shift(timedelta(seconds=1))
        too_late = mai.bare("POST", path, data={"ticket": late})

    assert (in_time.status_code, too_late.status_code) == (200, 401)


def test_a_ticket_does_not_outlive_its_visit(mai, csrf, stage):
    path = f"{mai.visit}/my-data/three-steps.json"
    given = ticket(mai, path, csrf)
    with stage.database.transaction() as session:
        session.execute(sa.update(Visit).values(ended_at=clock.now()))

    assert mai.bare("POST", path, data={"ticket": given}).status_code == 401


def test_a_ticket_posted_by_another_site_is_refused(mai, csrf):
    path = f"{mai.visit}/my-data/three-steps.json"
    given = ticket(mai, path, csrf)

    crossed = mai.bare("POST", path, data={"ticket": given}, headers={"Sec-Fetch-Site": "cross-site"})

    assert (crossed.status_code, "not-from-our-page" in crossed.text) == (403, True)


def test_no_ticket_is_made_for_a_path_that_is_not_of_the_visit_or_that_browsers_read_differently(mai, csrf):
    elsewhere = ["/", "/lti/jwks.json", "https://example.org/", "//example.org/", "/v/other/", None, 7]
    odd = [f"{mai.visit}/{below}" for below in ("my-data/\\example.org", "my-data/\n", "x" * 500)]

    answers = {path: mai.ticket(path, csrf).status_code for path in [*elsewhere, *odd]}

    assert set(answers.values()) == {404}, answers


def test_a_ticket_needs_the_pages_token_and_makes_no_other_ticket(mai, csrf):
    path = f"{mai.visit}/tickets"
    given = ticket(mai, path, csrf)

    forged = mai.ticket(path, "wrong")
    bred = mai.bare("POST", path, data={"ticket": given})

    assert (forged.status_code, bred.status_code) == (403, 415)


def test_tickets_that_nobody_uses_are_limited_and_swept_away(mai, csrf, stage):
    path = f"{mai.visit}/my-data/three-steps.json"
    answers = [mai.ticket(path, csrf).status_code for _ in range(21)]

    assert answers == [200] * 20 + [429]
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert mai.ticket(path, csrf).status_code == 200
        tidy(stage.database)
    with stage.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 1


def test_neither_ticket_nor_secret_is_stored_in_clear(mai, csrf, stage):
    given = ticket(mai, f"{mai.visit}/my-data/three-steps.json", csrf)

    with stage.database.reading() as session:
        (row,) = session.scalars(sa.select(Ticket)).all()
    stored = repr([row.hash, row.path, row.secret]).encode()
    assert given.encode() not in stored
    assert mai.token.removeprefix("Bearer ").encode() not in row.secret


def test_a_window_of_its_own_gets_the_visits_cookie_for_a_ticket(mai, csrf, stage):
    window = stage.browser()
    path = f"{mai.visit}/window"
    fields = {"ticket": ticket(mai, path, csrf), "page": f"{mai.visit}/grade"}

    response = window.client.post(path, base_url=window.base_url, data=fields, headers=SAME_ORIGIN)

    assert (response.status_code, response.location) == (303, f"{mai.visit}/grade")
    assert "Partitioned" in response.headers["Set-Cookie"]
    assert "HttpOnly" in response.headers["Set-Cookie"]
    assert window.get(f"{mai.visit}/grade").status_code == 200


def test_a_window_is_opened_for_no_other_address_and_without_a_ticket_not_at_all(mai, csrf, stage):
    path = f"{mai.visit}/window"
    answers = [
        mai.bare("POST", path, data={"ticket": ticket(mai, path, csrf), "page": page})
        for page in ("https://example.org/", "//example.org", "/v/other/", "")
    ]
    by_header = mai.post(path, {"page": f"{mai.visit}/grade", "csrf_token": csrf})

    assert [each.status_code for each in answers] == [404] * 4
    assert by_header.status_code == 404
    assert not any("Set-Cookie" in each.headers for each in [*answers, by_header])


def test_with_the_cookie_a_file_is_still_a_plain_link(stage):
    browser = stage.browser()
    browser.launch("mai", course="canvas-m101")

    answers = [browser.get(f"{browser.visit}/my-data/{name}") for name in FILES]

    assert [each.status_code for each in answers] == [200, 200]
