"""A browser without cookies is bound by the platform's storage, or it is not let in."""

import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from stage import hidden, inspect
from storage_walk import Cookieless, headers_of

from lti_tool.models import Visit

CANVAS = {"course": "canvas-m101"}


@pytest.fixture
def cookieless(stage):
    return Cookieless(stage)


def code_of(response):
    """Return the code on a page that refuses."""
    return re.search(r"code ([a-z-]+)", inspect(response.text, "refused").get_text())[1]


def visits(stage):
    """Return how many visits were opened."""
    with stage.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Visit))


def test_without_a_cookie_the_proof_goes_to_the_named_frame_at_the_origin_of_the_sign_in(cookieless, stage):
    page = cookieless.put_page("mai")

    place = page.select_one("[data-storage=put]")
    assert place["data-frame"] == "post_message_forwarding"
    assert place["data-origin"] == stage.lms_server.url
    assert len(place["data-value"]) >= 32
    assert len(place["data-key"]) + len(place["data-value"]) <= 48, "Canvas gives 4,096 characters in all"
    assert place["data-go-on"].startswith(f"{stage.lms_server.url}/lti/authorize?")
    assert place["data-value"] not in place["data-go-on"], "only its hash travels"


def test_the_page_that_waits_for_the_platform_is_the_one_button_page_and_the_hint_is_unspent(cookieless, stage):
    page = cookieless.put_page("mai")

    form = page.select_one("form[target=_blank]")
    fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    browser = stage.browser()
    response = browser.login(fields)
    assert "lti_storage_target" not in fields, "a window of its own needs none"
    assert response.location.startswith(f"{stage.lms_server.url}/lti/authorize?")
    assert len(stage.lms.launches) == 1


def test_a_cookie_comes_first_although_the_platform_offers_its_storage(stage):
    browser = stage.browser()

    response = browser.post_launch(browser.answer("mai", **CANVAS))

    assert response.status_code == 303
    assert "__Host-v-" in response.headers["Set-Cookie"]


def test_a_name_that_is_no_frame_leads_to_the_one_button_page(cookieless):
    for target in ("", "opener", "_top", "parent", "a b", "<script>", "x" * 65):
        page = cookieless.put_page("mai", lti_storage_target=target)

        assert page.h1.get_text(strip=True) == "Open the workshop in a new window"
        assert page.select("[data-storage]") == [], target


def test_the_window_above_may_be_named_itself(cookieless):
    page = cookieless.put_page("mai", lti_storage_target="_parent")

    assert page.select_one("[data-storage=put]")["data-frame"] == "_parent"


def test_a_launch_with_its_proof_opens_a_visit_whose_token_is_in_that_answer_only(cookieless, stage):
    fields = cookieless.fetched(cookieless.post_launch(cookieless.answer("mai")))

    response = cookieless.confirm(fields)

    page = inspect(response.text, "/lti/launch/confirm")
    token = headers_of(page)["Authorization"].removeprefix("Bearer ")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in response.headers
    assert token not in str(page.body)
    home = page.select_one("[hx-get]")["hx-get"]
    again = cookieless.client.get(home, base_url=cookieless.base_url, headers={"Authorization": f"Bearer {token}"})
    assert again.status_code == 200
    assert token not in again.text


def test_the_proof_is_deleted_from_the_platform_once_it_was_used(cookieless):
    for _ in range(3):
        cookieless.launch("mai")

    assert cookieless.kept == {}


def test_a_wrong_or_missing_proof_opens_nothing_and_spends_nothing(cookieless, stage):
    fields = cookieless.fetched(cookieless.post_launch(cookieless.answer("mai")))

    refused = [cookieless.confirm(fields | {"proof": proof}) for proof in ("", "x" * 32, fields["proof"] + "x")]

    assert {(each.status_code, code_of(each)) for each in refused} == {(403, "browser-not-bound")}
    assert visits(stage) == 0
    assert cookieless.confirm(fields).status_code == 200, "the login was nobody else's to spend"


def test_a_launch_posted_without_any_page_of_ours_is_only_asked_for_its_proof(cookieless, stage):
    victim = Cookieless(stage)
    stolen = cookieless.answer("mai")

    fields = victim.fetched(victim.post_launch(stolen))

    assert fields["proof"] == "", "another browser's platform does not hold it"
    assert code_of(victim.confirm(fields)) == "browser-not-bound"
    assert visits(stage) == 0


def test_a_sign_in_bound_by_storage_is_not_accepted_with_a_cookie(cookieless, stage):
    with_cookie = stage.browser()
    with_cookie.launch("teo", **CANVAS)
    answer = cookieless.answer("mai")

    response = with_cookie.post_launch(answer)

    assert response.status_code == 200
    assert inspect(response.text, "/lti/launch").select_one("form[data-storage=get]")
    mark = with_cookie.client.get_cookie("__Host-b", domain="localhost").value
    assert code_of(with_cookie.post("/lti/launch/confirm", {**answer, "proof": mark})) == "browser-not-bound"
    assert visits(stage) == 1


def test_a_sign_in_bound_by_the_cookie_is_not_accepted_with_a_proof(stage):
    browser = stage.browser()
    answer = browser.answer("mai", **CANVAS)
    mark = browser.client.get_cookie("__Host-b", domain="localhost").value

    refused = browser.post("/lti/launch/confirm", {**answer, "proof": mark})

    assert code_of(refused) == "browser-not-bound"
    assert visits(stage) == 0


def test_a_confirmed_launch_works_once(cookieless, stage):
    fields = cookieless.fetched(cookieless.post_launch(cookieless.answer("mai")))

    first, second = cookieless.confirm(fields), cookieless.confirm(fields)

    assert first.status_code == 200
    assert code_of(second) == "launch-used"
    assert visits(stage) == 1


def test_a_confirmation_from_another_site_is_refused(cookieless, stage):
    fields = cookieless.fetched(cookieless.post_launch(cookieless.answer("mai")))

    crossed = cookieless.confirm(fields, **{"Sec-Fetch-Site": "cross-site"})

    assert code_of(crossed) == "not-from-our-page"
    assert visits(stage) == 0


def test_everything_that_a_launch_must_prove_is_asked_for_with_the_proof_too(cookieless, stage):
    fields = cookieless.fetched(cookieless.post_launch(cookieless.answer("mai")))
    head, body, signature = fields["id_token"].split(".")

    refused = cookieless.confirm(fields | {"id_token": ".".join([head, body, signature[::-1]])})

    assert code_of(refused) == "token-not-valid"
    assert visits(stage) == 0


def test_an_error_of_the_platform_is_told_after_the_proof_and_opens_nothing(cookieless, stage):
    state = cookieless.answer("mai")["state"]
    said_no = {"state": state, "error": "login_required", "error_description": "<b>no</b>"}
    fields = cookieless.fetched(cookieless.post_launch(said_no))

    refused = cookieless.confirm(fields)

    assert code_of(refused) == "login-refused"
    assert visits(stage) == 0


def test_hostile_texts_in_a_launch_are_data_in_the_page_that_asks_for_the_proof(cookieless):
    answer = cookieless.answer("mai")
    hostile = '"><script>alert(1)</script>'

    response = cookieless.post_launch(answer | {"id_token": hostile})

    page = inspect(response.text, "/lti/launch")
    assert page.select_one("input[name=id_token]")["value"] == hostile


def test_pages_on_the_way_may_be_framed_by_anybody_and_hold_nobody(cookieless):
    put = cookieless.put_page("mai")
    response = cookieless.post_launch(cookieless.answer("mai"))

    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "Mai" not in put.get_text() + BeautifulSoup(response.text, "lxml").get_text()


def test_the_visit_by_header_may_be_framed_by_its_platform_only(cookieless, stage):
    response = cookieless.confirm(cookieless.fetched(cookieless.post_launch(cookieless.answer("mai"))))

    policy = response.headers["Content-Security-Policy"]
    assert f"frame-ancestors {stage.lms_server.url}" in policy
    assert "frame-ancestors *" not in policy


def test_a_learner_and_a_teacher_land_on_their_own_pages(cookieless, stage):
    ines = Cookieless(stage)

    home, progress = cookieless.launch("mai"), ines.launch("ines")

    assert urlsplit(cookieless.home).path.count("/") == 3
    assert ines.home.endswith("/teach/")
    assert hidden(home) == {}
    assert progress.h1.get_text(strip=True).startswith("Progress")
