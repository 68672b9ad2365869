"""One good launch, changed in one place: refused without a trace, or accepted where the standard is lenient.

A refusal uses nothing up, so all refused changes answer the same few sign-ins, and each still opens at the end.
"""

import base64
import json
from collections.abc import Callable, Iterator

import pytest
from databases import KINDS
from launching import (
    CLAIM,
    MEMBERSHIP,
    Good,
    fresh,
    land,
    newcomer,
    refused,
    rows,
    sign_in,
    sign_in_to_choose,
)
from mutants import MUTANTS, Mutant
from werkzeug.test import TestResponse

from lti_tool.lti.login import AttemptSigner, LoginRequest

ROLES = {"learner": "mai", "instructor": "ines"}
REFUSED = [each for each in MUTANTS if each.expected == "refused"]
LENIENT = ("CB-09 no roles", "CB-11 ", "XS-17 target missing", "XS-17 target null", "XS-22 roles null")
"""What a request to choose content need not have: roles, a target, a link (LTI Deep Linking 2.0, 3)."""
TO_CHOOSE = [each for each in REFUSED if not each.name.startswith(LENIENT)]
ACCEPTED = [each for each in MUTANTS if each.expected == "accepted"]


@pytest.fixture(scope="module")
def walker(house):
    """A browser that the tool has marked before, as most are."""
    return house.browser()


@pytest.fixture(scope="module")
def waiting(house) -> Iterator[list[Good]]:
    """A learner's and an instructor's sign-in that wait for their answer; whatever was posted, both open at the end."""
    browser = house.browser()
    goods = [newcomer(sign_in(browser, person)) for person in ROLES.values()]
    yield goods
    for good in goods:
        land(fresh(good).post(), browser)


@pytest.fixture(scope="module")
def choosing(house) -> Iterator[Good]:
    """An instructor's sign-in to choose content that waits likewise, and opens the picker at the end."""
    browser = house.browser()
    good = newcomer(sign_in_to_choose(browser))
    yield good
    land(fresh(good).post(), browser)
    assert browser.home.endswith("/select/")


def _named(mutants: list[Mutant]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("mutant", mutants, ids=[each.name for each in mutants])


def _post(good: Good, mutant: Mutant) -> TestResponse:
    made = mutant.make(good.claims, good.headers, good.sign)
    form = {"id_token": made} if isinstance(made, str) else made
    return good.browser.client.post("/lti/launch", base_url=good.browser.base_url, data={**form, "state": good.state})


def test_every_run_posts_at_least_three_hundred_hostile_launches():
    assert len(REFUSED) >= 60
    assert (len(REFUSED) + len(FORMS)) * len(ROLES) * len(KINDS) >= 300


@_named(REFUSED)
def test_a_launch_changed_in_one_place_is_refused_and_leaves_nothing_behind(house, waiting, mutant):
    before = rows(house)

    responses = [_post(fresh(good), mutant) for good in waiting]

    for response in responses:
        refused(response, mutant.code)
    assert rows(house) == before


def test_a_request_to_choose_content_changed_in_one_place_is_refused_too(house, choosing, subtests):
    """One test per database with every other change: a line of its own for each would cost more than the change."""
    before = rows(house)
    mine = TO_CHOOSE[KINDS.index(house.database.engine.dialect.name) :: len(KINDS)]

    for mutant in mine:
        with subtests.test(mutant.name):
            refused(_post(fresh(choosing), mutant), mutant.code)
            assert rows(house) == before


@_named(ACCEPTED)
def test_a_launch_that_is_unusual_and_sound_opens_one_visit(house, walker, mutant):
    person = list(ROLES.values())[ACCEPTED.index(mutant) % 2]
    good = newcomer(sign_in(walker, person))
    before = rows(house)

    response = _post(good, mutant)

    land(response, walker)
    assert walker.home.endswith("/teach/") == (person == "ines")
    assert rows(house)["visit"] == before["visit"] + 1


def _foreign_state(good: Good) -> str:
    ours = good.browser.stage.tool.signer
    return AttemptSigner(["another tool's secret, long enough to be one"]).sign(ours.open(good.state))


def _waiting_login(good: Good) -> str:
    login = LoginRequest(issuer=good.claims["iss"], login_hint="7", target_link_uri="http://localhost/")
    return good.browser.stage.tool.signer.sign_login(login, new_window=False)


def _unsigned_state(good: Good) -> str:
    attempt = good.browser.stage.tool.signer.open(good.state)
    plain = json.dumps({**vars(attempt), "created_at": 0}).encode()
    return base64.urlsafe_b64encode(plain).decode()


def _in_query(good: Good, name: str) -> TestResponse:
    form = good.form
    query = {name: form.pop(name)}
    return good.browser.client.post("/lti/launch", base_url=good.browser.base_url, data=form, query_string=query)


def _with_state(change: Callable[[Good], str | list[str]]) -> Callable[[Good], TestResponse]:
    def post(good: Good) -> TestResponse:
        return good.browser.post_launch({**good.form, "state": change(good)})

    return post


def _elsewhere(good: Good, mark: str | None) -> TestResponse:
    """Post it in another browser, which shows this mark."""
    other = good.browser.stage.browser()
    if mark:
        other.client.set_cookie("__Host-b", mark, domain="localhost")
    return other.post_launch(good.form)


def _last_changed(text: str) -> str:
    return text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]


FORMS: dict[str, tuple[Callable[[Good], TestResponse], str]] = {
    "XS-01 no state": (lambda good: good.browser.post_launch({"id_token": good.form["id_token"]}), "state-unknown"),
    "XS-01 state empty": (_with_state(lambda good: ""), "state-unknown"),
    "XS-01 state made up": (_with_state(lambda good: "a.b"), "state-unknown"),
    "XS-01 state not signed": (_with_state(_unsigned_state), "state-unknown"),
    "XS-01 state signed with another secret": (_with_state(_foreign_state), "state-unknown"),
    "XS-01 a waiting login as state": (_with_state(_waiting_login), "state-unknown"),
    "XS-01 state with a letter changed": (_with_state(lambda good: _last_changed(good.state)), "state-unknown"),
    "XS-01 state cut short": (_with_state(lambda good: good.state[:-5]), "state-unknown"),
    "XS-01 state twice": (_with_state(lambda good: [good.state] * 2), "state-unknown"),
    "XS-01 state and an empty one": (_with_state(lambda good: [good.state, ""]), "state-unknown"),
    "XS-01 state in two halves": (_with_state(lambda good: [good.state[:9], good.state[9:]]), "state-unknown"),
    "XS-01 state of 20 kB": (_with_state(lambda good: good.state + "a" * 20_000), "state-unknown"),
    "XS-01 state not ASCII": (_with_state(lambda good: good.state + "ä"), "state-unknown"),
    "XS-01 state with NUL": (_with_state(lambda good: good.state + "\0"), "state-unknown"),
    "XS-01 state in the address": (lambda good: _in_query(good, "state"), "state-unknown"),
    "token in the address": (lambda good: _in_query(good, "id_token"), "token-not-valid"),
    "XS-01 another browser without a mark": (lambda good: _elsewhere(good, None), "browser-not-bound"),
    "XS-01 another browser with its own mark": (lambda good: _elsewhere(good, "m" * 43), "browser-not-bound"),
    "XS-01 a mark too short to be ours": (lambda good: _elsewhere(good, "m"), "browser-not-bound"),
    "a form of nothing": (lambda good: good.browser.post_launch({}), "state-unknown"),
    "JSON instead of a form": (
        lambda good: good.browser.client.post("/lti/launch", base_url=good.browser.base_url, json=good.form),
        "state-unknown",
    ),
}


@pytest.mark.parametrize(("post", "code"), FORMS.values(), ids=FORMS)
def test_a_form_that_is_not_this_browsers_own_answer_is_refused_and_leaves_nothing_behind(house, waiting, post, code):
    before = rows(house)

    responses = [post(fresh(good)) for good in waiting]

    for response in responses:
        refused(response, code)
    assert rows(house) == before


@pytest.mark.parametrize("person", ROLES.values(), ids=ROLES)
@pytest.mark.parametrize("own", [MEMBERSHIP + "Instructor", MEMBERSHIP + "Learner"])
def test_the_role_is_read_from_the_signed_token_alone(house, walker, person, own):
    good = newcomer(sign_in(walker, person))
    good.claims[CLAIM + "roles"] = [own]
    fields = {**good.form, "roles": "Instructor", "role": "instructor", "user_id": "1"}

    land(walker.post_launch(fields), walker)

    assert walker.home.endswith("/teach/") == own.endswith("Instructor")
