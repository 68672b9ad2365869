"""Who may do what: every address of a visit, asked by everybody, by a real request after a real launch."""

from typing import NamedTuple

import pytest
from launching import CLAIM, MEMBERSHIP, csrf, land, look, newcomer, rows, sign_in
from stage import SAME_ORIGIN, Browser

LOOKING = {"GET", "PUT", "POST", "PATCH", "DELETE"}
LEARNERS = ("learner", "test learner")
TEACHERS = ("instructor", "assistant")
OTHERS = ("designer", "observer", "visitor")
STRANGERS = ("stranger", "classmate", "other course", "other platform")
EVERYBODY = (*LEARNERS, *TEACHERS, *OTHERS, *STRANGERS)

PEOPLE = {
    "learner": ("mai", None),
    "test learner": ("test", None),
    "assistant": ("teo", None),
    "instructor": ("ines", None),
    "designer": ("mai", "ContentDeveloper"),
    "observer": ("mai", "Mentor"),
    "visitor": ("ada", None),
}
"""Who launches in the course, and the role that replaces their own."""


def _row(learners, teachers, others):
    given = {LEARNERS: learners, TEACHERS: teachers, OTHERS: others, STRANGERS: {401}}
    return {who: given[group] for group in given for who in group}


ALL_LOOK = _row({200}, {200}, {200})
OWN_ONLY = _row({200}, {404}, {404})
TEACH = _row({404}, {200}, {404})
NOT_HERE = _row({404}, {404}, {404})
"""Pages of other visits or activities: choosing content, a review (tests/deep_linking), the discussion. And documents:
there are none yet, and nothing is shared (tests/journeys)."""
PREVIEW = {200, 303}
"""Whoever only looks gets a page after a post, and nothing is stored."""

FORM = {"version": "0", "agreed": "yes", "do": "finish"}
DRAFT = {"version": 0, "value": {"agreed": "yes"}}
ROUTES = {
    "GET /v/<visit_id>/": (ALL_LOOK, {}),
    "GET /v/<visit_id>/activities/<activity_id>": (ALL_LOOK, {}),
    "POST /v/<visit_id>/activities/<activity_id>": (_row({303}, PREVIEW, PREVIEW), {"data": FORM}),
    "PUT /v/<visit_id>/activities/<activity_id>/answer": (OWN_ONLY, {"json": DRAFT}),
    "GET /v/<visit_id>/discussion/<activity_id>": (NOT_HERE, {}),
    "POST /v/<visit_id>/discussion/<activity_id>/report": (NOT_HERE, {"data": {"post": "x"}}),
    "GET /v/<visit_id>/grade": (ALL_LOOK, {}),
    "GET /v/<visit_id>/grade/line": (ALL_LOOK, {}),
    "GET /v/<visit_id>/my-data/": (OWN_ONLY, {}),
    "GET /v/<visit_id>/my-data/three-steps.json": (OWN_ONLY, {}),
    "GET /v/<visit_id>/my-data/three-steps.html": (OWN_ONLY, {}),
    "GET /v/<visit_id>/my-data/delete": (OWN_ONLY, {}),
    "POST /v/<visit_id>/my-data/delete": (_row({303}, {404}, {404}), {"data": {}}),
    "GET /v/<visit_id>/my-data/reset": (OWN_ONLY, {}),
    "POST /v/<visit_id>/my-data/reset": (_row({303}, {404}, {404}), {"data": {}}),
    "GET /v/<visit_id>/my-data/erase": (OWN_ONLY, {}),
    "POST /v/<visit_id>/my-data/erase": (OWN_ONLY, {"data": {}}),
    "GET /v/<visit_id>/documents/": (OWN_ONLY, {}),
    "GET /v/<visit_id>/documents/certificate": (NOT_HERE, {}),
    "GET /v/<visit_id>/documents/certificate.pdf": (NOT_HERE, {}),
    "POST /v/<visit_id>/documents/certificate.pdf": (NOT_HERE, {"data": {}}),
    "GET /v/<visit_id>/documents/<activity_id>/": (NOT_HERE, {}),
    "GET /v/<visit_id>/documents/<activity_id>/print": (NOT_HERE, {}),
    "POST /v/<visit_id>/documents/<activity_id>/print": (NOT_HERE, {"data": {}}),
    "GET /v/<visit_id>/documents/<activity_id>/<form>": (NOT_HERE, {}),
    "POST /v/<visit_id>/documents/<activity_id>/<form>": (NOT_HERE, {"data": {}}),
    "POST /v/<visit_id>/documents/<activity_id>/share": (NOT_HERE, {"data": {"do": "share"}}),
    "GET /v/<visit_id>/teach/shared/": (TEACH, {}),
    "POST /v/<visit_id>/teach/shared/<int:share_id>": (NOT_HERE, {"data": {}}),
    "POST /v/<visit_id>/my-data/three-steps.json": (OWN_ONLY, {"data": {}}),
    "POST /v/<visit_id>/my-data/three-steps.html": (OWN_ONLY, {"data": {}}),
    "POST /v/<visit_id>/tickets": (NOT_HERE, {"json": {"path": "/v/elsewhere/"}}),
    "POST /v/<visit_id>/window": (NOT_HERE, {"data": {"page": "/v/elsewhere/"}}),
    "GET /v/<visit_id>/select/": (NOT_HERE, {}),
    "POST /v/<visit_id>/select/": (NOT_HERE, {"data": {"do": "add"}}),
    "GET /v/<visit_id>/review/": (NOT_HERE, {}),
    "GET /v/<visit_id>/teach/": (TEACH, {}),
    "GET /v/<visit_id>/teach/discussion/": (TEACH, {}),
    "POST /v/<visit_id>/teach/discussion/<activity_id>/hide": (NOT_HERE, {"data": {"post": "x", "reason": "y"}}),
    "POST /v/<visit_id>/teach/discussion/<activity_id>/show": (NOT_HERE, {"data": {"post": "x"}}),
    "POST /v/<visit_id>/teach/roster": (_row({404}, {303}, {404}), {"data": {}}),
    "GET /v/<visit_id>/teach/grades": (TEACH, {}),
    "POST /v/<visit_id>/teach/grades/resend": (NOT_HERE, {"data": {"delivery": "1000000"}}),
    "POST /v/<visit_id>/teach/grades/sync": (_row({404}, {303}, {404}) | {"assistant": {404}}, {"data": {}}),
}
"""Every route below a visit: what each role is answered, and what a request of it carries. A new route needs a row."""
FILLED = {"<activity_id>": "m0.privacy", "<form>": "docx", "<int:share_id>": "1"}
KEEPS = {"POST /v/<visit_id>/activities/<activity_id>", "PUT /v/<visit_id>/activities/<activity_id>/answer"}
"""Routes that store an answer, of a learner."""

OPEN = {
    "GET /",
    "GET /healthz",
    "GET /readyz",
    "GET /lti/jwks.json",
    "GET /lti/login",
    "POST /lti/login",
    "GET /lti/login/check",
    "POST /lti/launch",
    "POST /lti/launch/confirm",
    "GET /lti/register/<invite>",
    "POST /lti/register/<invite>",
    "GET /lti/canvas.json",
    "GET /lti/logo.svg",
    "GET /install",
    "GET /static/<path:filename>",
}
"""Routes outside a visit: a decision for each."""


def _routes(app):
    return {f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in rule.methods & LOOKING}


def test_every_route_of_the_tool_stands_in_one_of_the_two_tables(house):
    assert _routes(house.app) == set(ROUTES) | OPEN


def test_every_row_says_something_about_everybody():
    for expected, _ in ROUTES.values():
        assert set(expected) == set(EVERYBODY)


@pytest.fixture(scope="module")
def walker(house):
    """A browser that the tool has marked before."""
    return house.browser()


def _launch(browser, person, role=None, course="canvas-m101"):
    good = newcomer(sign_in(browser, person, course=course))
    if role:
        good.claims[CLAIM + "roles"] = [MEMBERSHIP + role]
    land(good.post(), browser)


class Asker(NamedTuple):
    """Who asks, the visit asked for, and the token that goes with it."""

    browser: Browser
    visit: str
    token: str


def _asker(house, who):
    browser = house.browser()
    _launch(browser, *PEOPLE[who])
    return Asker(browser, browser.visit, csrf(browser))


def _stranger(house, who, visit):
    browser = house.browser()
    if who == "stranger":
        return Asker(browser, visit, "made-up")
    course = {"classmate": "canvas-m101", "other course": "canvas-fys", "other platform": "moodle-m101"}[who]
    _launch(browser, "amara", course=course)
    return Asker(browser, visit, csrf(browser))


@pytest.fixture(scope="module")
def cast(house):
    """Everybody, each in a visit of their own; the strangers ask for the learner's."""
    askers = {who: _asker(house, who) for who in PEOPLE}
    return askers | {who: _stranger(house, who, askers["learner"].visit) for who in STRANGERS}


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_answers_each_role_as_its_row_says_and_keeps_only_a_learners_work(house, cast, route):
    expected, carried = ROUTES[route]
    method, rule = route.split(" ")
    for name, filled in FILLED.items():
        rule = rule.replace(name, filled)
    writes = method != "GET"

    for who in EVERYBODY:
        asker = _asker(house, who) if writes and who in LEARNERS else cast[who]
        path = rule.replace("/v/<visit_id>", asker.visit)
        headers = {**SAME_ORIGIN, "X-CSRF-Token": asker.token}
        before = rows(house)

        response = asker.browser.client.open(
            path, method=method, base_url=house.settings.base_url, headers=headers, **carried
        )

        assert response.status_code in expected[who], f"{who}: {response.text}"
        kept = 1 if route in KEEPS and who in LEARNERS else 0
        assert rows(house)["answer"] - before["answer"] == kept, who
        if response.status_code in (401, 404):
            assert "Nguyễn" not in response.text


def test_what_nobody_may_see_looks_like_what_does_not_exist(house, walker):
    _launch(walker, "mai")

    hidden, missing = (walker.get(walker.visit + path) for path in ("/teach/", "/nothing-at-all/"))

    def without_reference(response):
        return response.text.replace(response.headers["X-Request-ID"], "")

    assert hidden.status_code == missing.status_code == 404
    assert without_reference(hidden) == without_reference(missing)


def test_a_teachers_page_never_holds_what_a_learner_answered(house, walker):
    _launch(walker, "mai")
    learner = walker.visit
    walker.finish("m0.start", st1="5", st2="skip", st3="1")
    walker.finish("m0.what", **{f"w{number}": "assessor" for number in range(1, 9)})
    assert "assessor" in walker.get(f"{learner}/my-data/three-steps.json").text

    _launch(walker, "ines")
    page = look(walker, walker.home)

    assert "done" in page.tree.text_content().lower()
    assert "assessor" not in page.text
    (table,) = page.tree.find_class("grid")
    assert "skip" not in table.text_content().lower()
