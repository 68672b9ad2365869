"""The only way out: which addresses, how long, how much, and what an error may say."""

import ipaddress
import socket
import ssl
import threading
import time
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from lti_tool import __version__, clock
from lti_tool.lti import addresses
from lti_tool.lti.http import Outbound, Unreachable


@pytest.fixture
def dribbler():
    """A host that sends a byte now and then: first the given text, then one letter each 50 ms, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    over = threading.Event()
    begin = []

    def serve():
        while not over.is_set():
            try:
                peer, _ = listener.accept()
            except TimeoutError:
                continue
            with closing(peer):
                try:
                    peer.sendall(begin[0])
                    while not over.wait(0.05):
                        peer.sendall(b"a")
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()

    def started(first: bytes) -> str:
        begin.append(first)
        return f"127.0.0.1:{listener.getsockname()[1]}"

    yield started
    over.set()
    thread.join()
    listener.close()


@pytest.fixture
def strict():
    outbound = Outbound()
    yield outbound
    outbound.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1/", "address is not public"),
        ("https://127.1:8443/", "address is not public"),
        ("https://2130706433/", "address is not public"),
        ("https://localhost/", "address is not public"),
        ("https://0.0.0.0/", "address is not public"),
        ("https://10.0.0.1/", "address is not public"),
        ("https://172.16.0.1/", "address is not public"),
        ("https://192.168.1.1/", "address is not public"),
        ("https://169.254.169.254/latest/meta-data/", "address is not public"),
        ("https://100.64.0.1/", "address is not public"),
        ("https://224.0.0.1/", "address is not public"),
        ("https://[::]/", "address is not public"),
        ("https://[::1]/", "address is not public"),
        ("https://[fe80::1]/", "address is not public"),
        ("https://[fc00::1]/", "address is not public"),
        ("https://[::ffff:127.0.0.1]/", "address is not public"),
        ("https://[64:ff9b::7f00:1]/", "address is not public"),
        ("http://example.com/", "address is not https"),
        ("ftp://example.com/", "address not well-formed"),
        ("file:///etc/passwd", "address not well-formed"),
        ("https://user:word@example.com/", "address not well-formed"),
        ("https://example.com\\@127.0.0.1/", "address not well-formed"),
        ("https://example.com:99999/", "address not well-formed"),
        ("https://example.com/\r\nX: y", "address not well-formed"),
        ("https://exämple.com/", "address not well-formed"),
        ("https:///path", "address not well-formed"),
        ("https://[bad/", "address not well-formed"),
        ("", "address not well-formed"),
    ],
)
def test_an_address_that_is_not_public_https_is_refused(strict, url, reason):
    with pytest.raises(Unreachable) as refusal:
        strict.get(url)

    assert refusal.value.detail == reason


def test_a_listed_private_host_is_reached_and_only_with_its_port(lms, http):
    lms.on("/x", "hello")

    assert http.get(f"{lms.url}/x").body == b"hello"
    with pytest.raises(Unreachable, match="not https"):
        http.get("http://127.0.0.1:1/x")
    with pytest.raises(Unreachable, match="not https"):
        http.get(f"http://localhost:{lms.port}/x")


def test_requests_name_the_tool_and_carry_what_was_asked(lms, http):
    lms.on("/x", "")

    http.get(f"{lms.url}/x?type_id=1&a=b+c", headers={"Accept": "text/x"})
    http.post(f"{lms.url}/x", data={"scope": "a b"})
    http.post(f"{lms.url}/x", json={"a": 1})

    got, form, json = lms.asked("/x")
    assert got.headers["User-Agent"] == f"ThreeSteps/{__version__}"
    assert (got.query, got.headers["Accept"]) == ("type_id=1&a=b+c", "text/x")
    assert form.form == {"scope": "a b"}
    assert (json.body, json.headers["Content-Type"]) == (b'{"a": 1}', "application/json")


def test_xs_19_a_redirect_is_an_answer_and_is_not_followed(lms, http):
    lms.on("/x", "", status=302, headers={"Location": "http://169.254.169.254/"})
    lms.on("/y", "", status=307, headers={"Location": "/z"})

    assert http.get(f"{lms.url}/x").status == 302
    assert http.post(f"{lms.url}/y", data=b"secret").status == 307
    assert lms.asked("/z") == []


def test_xs_19_an_answer_larger_than_the_limit_is_refused(lms, http):
    lms.on("/fits", "x" * 1000)
    lms.on("/large", "x" * 1001)
    lms.on("/endless", lambda request: Response((b"x" * 1000 for _ in range(100)), direct_passthrough=True))

    assert len(http.get(f"{lms.url}/fits", limit_bytes=1000).body) == 1000
    for path in ("/large", "/endless"):
        with pytest.raises(Unreachable, match="answer too large"):
            http.get(lms.url + path, limit_bytes=1000)


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_xs_19_a_host_that_dribbles_is_cut_off(dribbler, first):
    host = dribbler(first)
    outbound = Outbound(frozenset({host}))

    begun = time.monotonic()
    with pytest.raises(Unreachable, match=r"no answer in time|connection broke off"):
        outbound.get(f"http://{host}/", timeout=0.5)

    assert time.monotonic() - begun < 3
    outbound.close()


@pytest.mark.parametrize("private_hosts", [frozenset(), frozenset({"hangs.example:443"})])
def test_xs_19_a_name_service_that_hangs_is_not_waited_for(monkeypatch, private_hosts):
    answered, real = threading.Event(), socket.getaddrinfo

    def hanging(host, *args, **kwargs):
        return real(host, *args, **kwargs) if host != "hangs.example" else answered.wait(60) and []

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    outbound = Outbound(private_hosts)

    begun = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        outbound.get("https://hangs.example/", timeout=0.2)

    assert time.monotonic() - begun < 30
    answered.set()
    outbound.close()


def test_a_body_without_length_that_is_cut_off_is_no_answer(dribbler):
    host = dribbler(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    outbound = Outbound(frozenset({host}))

    with pytest.raises(Unreachable, match="no answer in time"):
        outbound.get(f"http://{host}/", timeout=0.5)

    outbound.close()


def test_a_closed_port_is_no_connection():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    outbound = Outbound(frozenset({f"127.0.0.1:{port}"}))

    with pytest.raises(Unreachable, match="no connection"):
        outbound.get(f"http://127.0.0.1:{port}/")

    outbound.close()


@pytest.fixture
def keeper():
    """A host that keeps connections open: its port, and each connection that came."""
    connections = []

    class Keeping(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            connections.append(self.client_address)
            super().setup()

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_):
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeping)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_port, connections
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_connection_is_used_again_and_its_name_looked_up_once(keeper, monkeypatch):
    port, connections = keeper
    looked_up, real = [], socket.getaddrinfo

    def counting(host, *args, **kwargs):
        looked_up.append(host)
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", counting)
    outbound = Outbound(frozenset({f"localhost:{port}"}))

    bodies = [outbound.get(f"http://localhost:{port}/x").body for _ in range(3)]

    assert bodies == [b"hello"] * 3
    assert (len(connections), looked_up.count("localhost")) == (1, 1)
    outbound.close()


def test_head_and_body_are_sent_in_one_piece(lms, http, monkeypatch):
    here, pieces, real = threading.get_ident(), [], socket.socket.sendall

    def noting(self, data, *args):
        if threading.get_ident() == here:
            pieces.append(bytes(data))
        return real(self, data, *args)

    monkeypatch.setattr(socket.socket, "sendall", noting)
    lms.on("/x", "hello")

    assert http.post(f"{lms.url}/x", data=b"a body").body == b"hello"

    (whole,) = pieces
    assert whole.startswith(b"POST /x HTTP/1.1")
    assert whole.endswith(b"a body")


def test_the_environment_s_proxy_is_not_used(lms, http, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    lms.on("/x", "hello")

    assert http.get(f"{lms.url}/x").body == b"hello"


def test_cookies_of_a_platform_are_not_kept(lms, http):
    lms.on("/x", "", headers={"Set-Cookie": "a=b; Path=/"})

    http.get(f"{lms.url}/x")
    http.get(f"{lms.url}/x")

    assert "Cookie" not in lms.asked("/x")[1].headers


def test_an_error_tells_nothing_of_the_address_or_the_answer(lms, http):
    lms.on("/secret", "the answer" * 100)

    with pytest.raises(Unreachable) as refusal:
        http.get(f"{lms.url}/secret?word=hidden", limit_bytes=10)

    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    for word in ("the answer", "secret", "hidden", "127.0.0.1"):
        assert word not in str(refusal.value) + repr(refusal.value)


@pytest.fixture
def secure_lms(lms, tmp_path):
    """The local platform behind TLS, with a certificate that only this folder's file vouches for."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lms.example.test")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    server = make_server("127.0.0.1", 0, lms, threaded=True, ssl_context=context)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_port}", certificate
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_certificate_nobody_vouches_for_is_refused(secure_lms):
    host, _ = secure_lms
    outbound = Outbound(frozenset({host}))

    with pytest.raises(Unreachable, match="certificate or TLS not valid"):
        outbound.get(f"https://{host}/x")

    outbound.close()


def test_an_answer_over_tls_is_read_and_a_slow_one_is_cut_off(lms, secure_lms):
    host, certificate = secure_lms
    outbound = Outbound(frozenset({host}), str(certificate))
    lms.on("/x", "hello")
    lms.on("/slow", lambda request: time.sleep(1.5) or Response("late"))

    assert outbound.get(f"https://{host}/x").body == b"hello"
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        outbound.get(f"https://{host}/slow", timeout=0.4)
    assert time.monotonic() - begun < 1.2

    outbound.close()


def test_the_filtered_way_speaks_tls_with_the_host_it_was_asked_for(lms, secure_lms, monkeypatch):
    host, certificate = secure_lms
    outbound = Outbound(trusted=str(certificate))
    monkeypatch.setattr(addresses, "is_public", lambda address: address in ("127.0.0.1", "::1"))
    lms.on("/x", "hello")

    assert outbound.get(f"https://{host}/x").body == b"hello"

    outbound.close()
