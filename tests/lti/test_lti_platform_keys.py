"""Platforms' keys: how often they are fetched, what an outage does, which keys are usable."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from mutants import Signer
from werkzeug.wrappers import Response

from lti_tool.lti.platform_keys import KeySetNotValid, KeySets, read_key_set
from lti_tool.lti.refusals import PlatformKeysUnreachable, TokenNotValid

NOON = "2026-11-22T12:00:00Z"


def document(*jwks):
    return json.dumps({"keys": list(jwks)})


@pytest.fixture
def sets(http):
    return KeySets(http)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_a_key_is_fetched_once_and_kept(lms, sets, platform, signer):
    lms.on("/jwks", document(signer.public_jwk()))

    keys = [sets.key(platform, "key-1") for _ in range(5)]

    assert keys[0].public_numbers() == signer.key.public_key().public_numbers()
    assert all(key is keys[0] for key in keys)
    assert len(lms.asked("/jwks")) == 1


def test_xs_20_a_rotated_key_is_seen_at_once_with_one_fetch(lms, sets, platform, signer):
    lms.on("/jwks", document(signer.public_jwk()))
    sets.key(platform, "key-1")
    lms.on("/jwks", document(signer.public_jwk(), signer.public_jwk(kid="key-2")))

    assert sets.key(platform, "key-2")
    assert len(lms.asked("/jwks")) == 2


def test_xs_20_a_thousand_unknown_kids_cost_one_fetch_a_minute(lms, sets, platform, signer, clock):
    lms.on("/jwks", document(signer.public_jwk()))
    sets.key(platform, "key-1")

    for minute in range(3):
        for number in range(334):
            with pytest.raises(TokenNotValid):
                sets.key(platform, f"random-{number}")
        assert len(lms.asked("/jwks")) == 2 + minute
        clock.shift(60)


def test_the_limit_is_each_platform_s_own(lms, sets, platform, signer):
    lms.on("/jwks", document(signer.public_jwk()))
    other = replace(platform, id=2)

    for each in (platform, other):
        with pytest.raises(TokenNotValid):
            sets.key(each, "unknown")

    assert sets.key(other, "key-1")
    assert len(lms.asked("/jwks")) == 2


def test_a_set_is_fetched_again_after_an_hour_whatever_the_headers_say(lms, sets, platform, signer, clock):
    lms.on("/jwks", document(signer.public_jwk()), headers={"Cache-Control": "max-age=99999"})
    sets.key(platform, "key-1")

    clock.shift(3599)
    sets.key(platform, "key-1")
    assert len(lms.asked("/jwks")) == 1

    clock.shift(1)
    sets.key(platform, "key-1")
    assert len(lms.asked("/jwks")) == 2


def test_a_withdrawn_key_is_refused_after_the_next_fetch(lms, sets, platform, signer, clock):
    lms.on("/jwks", document(signer.public_jwk()), document(signer.public_jwk(kid="key-2")))
    sets.key(platform, "key-1")

    clock.shift(3600)

    with pytest.raises(TokenNotValid):
        sets.key(platform, "key-1")


OUTAGES = {
    "503 with JSON": lambda request: Response('{"error": "down"}', status=503),
    "503 with keys": lambda request: Response('{"keys": []}', status=503),
    "HTML": lambda request: Response("<html>down</html>"),
    "empty keys": lambda request: Response('{"keys": []}'),
    "keys no list": lambda request: Response('{"keys": {}}'),
    "a list": lambda request: Response("[]"),
    "redirect": lambda request: Response("", status=302, headers={"Location": "http://169.254.169.254/"}),
    "too large": lambda request: Response(b"x" * 300_000),
    "51 keys": lambda request: Response(json.dumps({"keys": [{"kty": "EC"}] * 51})),
}


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
def test_xs_19_known_keys_outlive_an_outage_for_a_day(lms, sets, platform, signer, clock, outage):
    lms.on("/jwks", document(signer.public_jwk()))
    sets.key(platform, "key-1")
    lms.on("/jwks", outage)

    clock.shift(23 * 3600)
    assert sets.key(platform, "key-1")
    with pytest.raises(PlatformKeysUnreachable):
        sets.key(platform, "key-2")

    clock.shift(3601)
    with pytest.raises(PlatformKeysUnreachable):
        sets.key(platform, "key-1")


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
def test_xs_19_without_known_keys_the_launch_is_refused_and_recovers_at_once(lms, sets, platform, signer, outage):
    lms.on("/jwks", outage)
    with pytest.raises(PlatformKeysUnreachable) as refusal:
        sets.key(platform, "key-1")
    assert "down" not in refusal.value.detail
    lms.on("/jwks", document(signer.public_jwk()))

    time.sleep(0.1)  # as long as the quick failure took, and some more

    assert sets.key(platform, "key-1")


def test_xs_19_keys_that_come_with_an_error_are_not_taken(lms, sets, platform, signer):
    lms.on("/jwks", document(signer.public_jwk()), status=503)

    with pytest.raises(PlatformKeysUnreachable):
        sets.key(platform, "key-1")


def test_an_outage_costs_one_fetch_a_minute_while_keys_are_known(lms, sets, platform, signer, clock):
    lms.on("/jwks", document(signer.public_jwk()))
    sets.key(platform, "key-1")
    lms.on("/jwks", OUTAGES["HTML"])
    clock.shift(3600)

    for _ in range(50):
        assert sets.key(platform, "key-1")

    assert len(lms.asked("/jwks")) == 2


def test_many_threads_share_one_fetch(lms, sets, platform, signer):
    def slow(request):
        time.sleep(0.3)
        return Response(document(signer.public_jwk()))

    lms.on("/jwks", slow)

    with ThreadPoolExecutor(20) as pool:
        keys = list(pool.map(lambda _: sets.key(platform, "key-1"), range(20)))

    assert len(keys) == 20
    assert len(lms.asked("/jwks")) == 1


def test_many_threads_share_one_failure(lms, sets, platform):
    def slow(request):
        time.sleep(0.3)
        return Response("down", status=503)

    lms.on("/jwks", slow)

    def ask(_):
        with pytest.raises(PlatformKeysUnreachable):
            sets.key(platform, "key-1")

    begun = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(20)))

    assert time.monotonic() - begun < 2
    assert len(lms.asked("/jwks")) <= 2


def test_a_known_key_does_not_wait_for_a_hanging_refresh(lms, sets, platform, signer, clock):
    lms.on("/jwks", document(signer.public_jwk()))
    sets.key(platform, "key-1")
    asked, may_go_on = threading.Event(), threading.Event()

    def hang(request):
        asked.set()
        may_go_on.wait(4)
        return Response("late", status=503)

    lms.on("/jwks", hang)
    clock.shift(3600)

    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(sets.key, platform, "key-1")
        asked.wait(4)
        begun = time.monotonic()
        assert sets.key(platform, "key-1")
        assert time.monotonic() - begun < 1
        may_go_on.set()
        assert refreshing.result()


def test_only_rsa_signing_keys_of_2048_bit_are_usable(signer):
    small = Signer(rsa.generate_private_key(public_exponent=65537, key_size=1024), "small")  # noqa: S505 - weak on purpose
    usable = signer.public_jwk(kid="bare")
    del usable["alg"], usable["use"]
    body = document(
        signer.public_jwk(),
        usable,
        small.public_jwk(),
        signer.public_jwk(kid="for-encryption", use="enc"),
        signer.public_jwk(kid="other-algorithm", alg="RS512"),
        signer.public_jwk(kid="symmetric", kty="oct", k="AAAA"),
        signer.public_jwk(kid=""),
        signer.public_jwk(kid=7),
        signer.public_jwk(kid="broken", n="***"),
        signer.public_jwk(kid="number", e=65537),
        signer.public_jwk(kid="even", e="Ag"),
        signer.public_jwk(kid="huge", n="A" * 20_000),
        "no object",
        None,
    )

    assert set(read_key_set(body.encode())) == {"key-1", "bare"}


def test_a_published_private_key_stays_public(signer):
    numbers = signer.public_jwk(d="AQAB", p="AQAB", q="AQAB", dp="AQAB", dq="AQAB", qi="AQAB")

    found = read_key_set(document(numbers).encode())["key-1"]

    assert found.public_numbers() == signer.key.public_key().public_numbers()


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"keys":1}', b'{"keys":[1]}', b"\xff", b'{"keys":[],"keys":[]}']
)
def test_what_is_no_key_set_is_refused(body):
    with pytest.raises(KeySetNotValid):
        read_key_set(body)
