"""XO-01: what a tool must not call, and what it must not believe, when somebody asks it to register."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import urllib3
from administrators import Administrator, words
from hostile import PLATFORM, sending

from lti_tool import clock
from lti_tool.lti import registration
from lti_tool.lti.addresses import is_public
from lti_tool.lti.http import Outbound, Unreachable
from lti_tool.lti.messages import PlatformConfig
from lti_tool.lti.platform_keys import KeySets
from lti_tool.lti.refusals import PlatformKeysUnreachable
from lti_tool.models import Invitation, Platform

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "path", ["/lti/register/AAAAAAAAAAAAAAAAAAAAAA", "/lti/register/x", "/lti/register/" + "a" * 2000]
)
def test_without_an_invitation_nobody_is_called(administrator, hostile, path):
    answer = administrator.get(path, openid_configuration=f"{hostile.url}/configuration", registration_token="t")

    assert (answer.status_code, hostile.calls) == (404, [])
    assert "ask whoever runs three steps" in words(answer).lower()


def test_an_invitation_ends_after_seven_days_without_a_call(administrator, hostile, time_machine):
    path = administrator.invited()

    time_machine.move_to(clock.now() + timedelta(days=7, seconds=1))
    answer = administrator.get(path, openid_configuration=f"{hostile.url}/configuration")

    assert (answer.status_code, hostile.calls) == (404, [])


def test_only_a_digest_of_the_code_is_kept(administrator):
    path = administrator.invited()

    code = path.rpartition("/")[2]
    assert len(code) >= 22
    assert code not in administrator.everything()


def test_an_address_that_is_opened_by_hand_is_explained(administrator, hostile):
    answer = administrator.get(administrator.invited())

    assert (answer.status_code, hostile.calls) == (200, [])
    assert "Moodle" in answer.text


def not_json(platform):
    platform.says(b"<html>Log in first</html>")


def ten_megabytes(platform):
    platform.says(b" " * 10_000_000 + b"{}")


def redirecting(platform):
    platform.pages["/elsewhere"] = sending(200, platform.configuration())
    platform.pages["/configuration"] = sending(302, b"", Location=f"{platform.url}/elsewhere")


def slow(platform):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    platform.pages["/configuration"] = drip


def changed(**changes):
    return lambda platform: platform.says(platform.configuration(**changes))


WRONG = {
    "not JSON": (not_json, "not JSON"),
    "a list": (lambda platform: platform.says([1]), "no JSON object"),
    "duplicate keys": (lambda platform: platform.says(b'{"issuer": "a", "issuer": "b"}'), "duplicate key"),
    "nested 100,000 deep": (lambda platform: platform.says(b"[" * 100_000), "nested too deeply"),
    "10 MB": (ten_megabytes, "too large"),
    "a redirect": (redirecting, "status 302"),
    "an error": (lambda platform: platform.pages.update({"/configuration": sending(500, b"oops")}), "status 500"),
    "slow": (slow, "no answer in time"),
    "another issuer": (changed(issuer="https://canvas.instructure.com"), "issuer is of another site"),
    "an issuer with a fragment": (changed(issuer="https://127.0.0.1/#a"), "issuer is not a web address"),
    "an issuer that is no text": (changed(issuer=7), "issuer is missing"),
    "registration elsewhere": (
        changed(registration_endpoint="https://evil.example/register"),
        "registration_endpoint is of another site",
    ),
    "plain http keys": (changed(jwks_uri="http://keys.example/keys"), "jwks_uri is not https"),
    "a script as address": (changed(authorization_endpoint="javascript:alert(1)"), "is not a web address"),
    "a password in an address": (changed(token_endpoint="https://a:b@127.0.0.1/t"), "is not a web address"),
    "secrets instead of keys": (
        changed(token_endpoint_auth_methods_supported=["client_secret_post"]),
        "private_key_jwt",
    ),
    "another algorithm": (changed(id_token_signing_alg_values_supported=["HS256"]), "RS256"),
    "another flow": (changed(response_types_supported=["code"]), "id_token"),
    **{
        f"no {member}": (changed(**{member: None}), f"{member} is missing")
        for member in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    },
}


@pytest.mark.parametrize("wrong", WRONG)
def test_xo_01_a_wrong_description_is_refused_in_words(administrator, hostile, monkeypatch, wrong):
    monkeypatch.setattr(registration, "LIMIT_SECONDS", 1.0)
    prepare, expected = WRONG[wrong]
    prepare(hostile)
    path = administrator.invited()

    answer = administrator.get(path, openid_configuration=f"{hostile.url}/configuration", registration_token="t0ken")

    assert answer.status_code == 400
    assert expected in words(answer)
    assert "<html>Log in first" not in answer.text
    assert [call[1] for call in hostile.calls] == ["/configuration"]
    assert administrator.all_of(Platform) == []


def test_xo_01_a_refused_description_leaves_the_invitation_good(administrator, hostile):
    path = administrator.invited()
    hostile.says(b"not yet")
    assert administrator.get(path, openid_configuration=f"{hostile.url}/configuration").status_code == 400

    hostile.says(hostile.configuration())
    answer = administrator.get(path, openid_configuration=f"{hostile.url}/configuration")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "openid_configuration={url}&openid_configuration={url}",
        "openid_configuration={url}&registration_token=a&registration_token=b",
        "openid_configuration={url}&registration_token=a%0d%0aX-Evil:%201",
        "openid_configuration={url}&registration_token=" + "a" * 5000 + "%C3%A9",
        "openid_configuration={url}%23fragment",
        "openid_configuration=ftp://127.0.0.1/x",
        "openid_configuration=" + "https://a.example/" + "a" * 2100,
    ],
)
def test_xo_01_a_strange_request_calls_nobody(administrator, hostile, query):
    path = administrator.invited()

    answer = administrator.get(f"{path}?{query.format(url=f'{hostile.url}/configuration')}")

    assert (answer.status_code, hostile.calls) == (400, [])


HOSTS = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0",
    "0.0.0.0",  # noqa: S104 - refused, not bound - an address to refuse
    "0.0",
    "00.00.00.00",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.0.0.1.",
    "127.0.0.1%2e",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "foo.localhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::1%25lo]",
    "[fe80::1%25lo]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00::1]",
    "[ff02::1]",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "⑫⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "localhost\t",
    "loc alhost",
    "user@127.0.0.1",
    "a.example@127.0.0.1",
    "a.example:80@127.0.0.1",
    "127.0.0.1\\@a.example",
    "a.example\\@127.0.0.1",
    "127.0.0.1%00.a.example",
    "127.0.0.1\n",
]


class Listener:
    """Takes connections on every loopback address, speaks to nobody, and counts."""

    def __init__(self) -> None:
        self.connections = 0
        self._sockets = [socket.create_server(("0.0.0.0", 0))]  # noqa: S104 - refused, not bound - the test wants to hear everything
        self.port = self._sockets[0].getsockname()[1]
        if socket.has_dualstack_ipv6():
            with suppress(OSError):  # a machine without IPv6
                self._sockets.append(socket.create_server(("::", self.port), family=socket.AF_INET6))
        for each in self._sockets:
            threading.Thread(target=self._take, args=(each,), daemon=True).start()

    def _take(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def stop(self) -> None:
        """Stop listening."""
        for each in self._sockets:
            each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    running = Listener()
    yield running
    running.stop()


def spellings(port: int) -> list[str]:
    """Return addresses that lead, or might be thought to lead, to this machine or its neighbours."""
    return [f"{scheme}://{host}:{port}/configuration" for scheme in ("https", "http") for host in HOSTS]


def test_the_listener_would_notice(listener):
    before = listener.connections

    socket.create_connection(("127.0.0.1", listener.port)).close()

    deadline = time.monotonic() + 5
    while listener.connections == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert listener.connections == before + 1


def test_xo_01_no_spelling_of_a_private_address_is_ever_called_for_a_description(make_administrator, listener):
    administrator = make_administrator()
    path, before = administrator.invited(), listener.connections
    addresses = spellings(listener.port)

    statuses = {administrator.get(path, openid_configuration=each).status_code for each in addresses}

    assert len(HOSTS) >= 60
    assert statuses == {400}
    assert listener.connections == before
    assert administrator.all_of(Invitation)[0].used_at is None


def test_xo_01_no_spelling_of_a_private_address_is_ever_called_for_keys(listener):
    http, before = Outbound(), listener.connections

    for number, address in enumerate(spellings(listener.port)):
        with pytest.raises(PlatformKeysUnreachable):
            KeySets(http).key(platform(number, address), "kid")

    http.close()
    assert listener.connections == before


def description(address: str, administrator: Administrator) -> None:
    answer = administrator.get(administrator.invited(), openid_configuration=address)
    assert answer.status_code == 400


def key_set(address: str, administrator: Administrator) -> None:
    with pytest.raises(PlatformKeysUnreachable):
        KeySets(administrator.app.extensions["tool"].http).key(platform(1, address), "kid")


@pytest.mark.parametrize("fetch", [description, key_set])
def test_xo_01_a_name_that_turns_private_between_check_and_call_is_called_where_it_was_checked(
    make_administrator, listener, monkeypatch, fetch
):
    real, answers, called = socket.getaddrinfo, [PUBLIC], []

    def turning(host, port, *args, **kwargs):
        if host not in ("rebinding.example", b"rebinding.example"):
            return real(host, port, *args, **kwargs)
        address = answers.pop() if answers else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def going(address, *_args, **_kwargs):
        called.append(address)
        raise OSError("a test goes no further")

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    monkeypatch.setattr(urllib3.util.connection, "create_connection", going)
    administrator, before = make_administrator(), listener.connections

    fetch(f"https://rebinding.example:{listener.port}/c", administrator)

    assert called == [(PUBLIC, listener.port)]
    assert listener.connections == before


def test_xo_01_a_name_with_one_private_address_among_its_addresses_is_not_called(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in (PUBLIC, "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    http = Outbound()

    with pytest.raises(Unreachable, match="address is not public"):
        http.get("https://two.example/")

    http.close()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104 - refused, not bound
        *("192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "::a00:1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::a00:1"),
        *("64:ff9b:1::1", "100::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "feff::1", "ff02::1"),
        *("2001::1", "2001:20::1", "2001:db8::1", "2002:a00:1::1", "3fff::1", "4000::1", "5f00::1", "e000::1"),
    ],
)
def test_xo_01_no_address_that_is_not_of_the_public_internet_counts_as_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "2a00:1450:4001::1", f"::ffff:{PUBLIC}"])
def test_xo_01_the_public_internet_is_public(address):
    assert is_public(address)


def platform(number: int, jwks_uri: str) -> PlatformConfig:
    return PlatformConfig(
        id=number,
        issuer="https://a.example",
        client_id="c",
        authorization_endpoint="https://a.example/a",
        token_endpoint="https://a.example/t",
        token_audience=None,
        jwks_uri=jwks_uri,
        family="",
    )


@pytest.mark.parametrize(
    ("issuer", "configuration", "related"),
    [
        ("https://lms.college.edu", "https://lms.college.edu/c", True),
        ("https://college.edu", "https://lms.college.edu/c", True),
        ("https://canvas.instructure.com", "https://sso.canvaslms.com/api/lti/security/openid-configuration", True),
        ("https://canvas.instructure.com", "https://canvas.college.edu/c", False),
        ("https://lms.college.ac.uk", "https://other.university.ac.uk/c", False),
        ("https://moodle.college.ac.uk", "https://sso.college.ac.uk/c", True),
        ("https://college.edu.evil.example", "https://college.edu/c", False),
        ("https://10.0.0.1", "https://10.0.0.2/c", False),
        ("https://college.edu", "https://notcollege.edu/c", False),
    ],
)
def test_the_issuer_must_be_of_the_site_that_describes_it(issuer, configuration, related):
    from lti_tool.lti.hosts import are_related

    assert are_related(issuer, configuration) is related


def test_the_family_is_a_word_whatever_the_platform_writes(administrator, hostile):
    hostile.says(hostile.configuration(**{PLATFORM: {"product_family_code": "<script>" * 50, "version": ["x"]}}))

    answer = administrator.get(administrator.invited(), openid_configuration=f"{hostile.url}/configuration")

    assert answer.status_code == 200
    assert "<script>" not in answer.text.partition("<main")[2]
