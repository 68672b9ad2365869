"""The platform's keys: an outage, a rotation, a flood of unknown ones."""

import secrets
import time
from collections.abc import Callable

import pytest
from launching import land, later, newcomer, refused, rows, sign_in

from lti_tool.demo_lms import Lms

TROUBLES = {
    "503 with JSON": {"status": 503, "body": '{"keys": []}'},
    "500": {"status": 500, "body": "trouble"},
    "HTML": {"status": 200, "body": "<html>Maintenance</html>"},
    "no keys": {"status": 200, "body": '{"keys": []}'},
    "a list": {"status": 200, "body": "[]"},
    "10 MB": {"status": 200, "body": " " * 10_000_000},
    "elsewhere": {"status": 302, "headers": {"Location": "http://169.254.169.254/latest/meta-data"}},
    "to a file": {"status": 302, "headers": {"Location": "file:///etc/passwd"}},
    "hung up": {"drop": "before"},
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_xs_19_an_outage_of_the_keys_refuses_strangers_and_is_forgotten_seconds_after_its_end(stage, trouble):
    browser = stage.browser()
    good = newcomer(sign_in(browser))
    before = rows(stage)
    stage.lms.fail("keys", times=1, **trouble)

    refused(good.post(), "platform-keys-unreachable", 401)

    assert rows(stage) == before
    with later(seconds=10):
        land(good.post(), browser)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_xs_19_a_key_address_that_never_answers_costs_no_more_than_its_limit(stage):
    browser = stage.browser()
    good = newcomer(sign_in(browser))
    stage.lms.fail("keys", times=1, delay=7.0)
    began = time.monotonic()

    refused(good.post(), "platform-keys-unreachable", 401)

    assert time.monotonic() - began < 6.5


def test_xs_19_known_keys_open_launches_through_every_outage(stage):
    browser = stage.browser()
    land(newcomer(sign_in(browser)).post(), browser)

    for hours, trouble in enumerate(TROUBLES.values(), start=2):
        with later(hours=hours):
            stage.lms.fail("keys", times=1, **trouble)
            land(newcomer(sign_in(browser)).post(), browser)
            assert stage.lms.take_fault("keys") is None, "the tool did not ask for the keys, so nothing was tried"


def test_xs_19_keys_that_nobody_could_confirm_for_a_day_open_nothing(stage):
    browser = stage.browser()
    land(newcomer(sign_in(browser)).post(), browser)

    with later(hours=25):
        stage.lms.fail("keys", times=1, status=503)
        refused(newcomer(sign_in(browser)).post(), "platform-keys-unreachable", 401)


def test_xs_20_a_rotated_key_is_accepted_after_exactly_one_more_fetch(stage):
    browser = stage.browser()
    land(newcomer(sign_in(browser)).post(), browser)
    old, fetches = newcomer(sign_in(browser)), _fetches(stage.lms)

    stage.lms.rotate_key()
    for _ in range(3):
        land(newcomer(sign_in(browser)).post(), browser)

    assert fetches() == 1
    refused(old.post(), "token-not-valid")


def test_xs_20_two_hundred_unknown_keys_cost_one_fetch_a_minute(stage):
    browser = stage.browser()
    land(newcomer(sign_in(browser)).post(), browser)
    good, fetches = newcomer(sign_in(browser)), _fetches(stage.lms)

    for _ in range(200):
        forged = good.sign(good.claims, {**good.headers, "kid": secrets.token_hex(8)})
        assert browser.post_launch({"id_token": forged, "state": good.state}).status_code == 401

    assert fetches() == 1
    land(good.post(), browser)


def _fetches(lms: Lms) -> Callable[[], int]:
    """Count from now on how often the keys are asked for: a fault that changes nothing counts itself down."""
    lms.fail("keys", times=1000)
    fault = lms.faults[-1]
    return lambda: 1000 - fault.times
