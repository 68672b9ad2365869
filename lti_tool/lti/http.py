"""The only way out: hardened HTTP requests to platforms, with limits on time, size, address and trust.

Requests go straight to an adapter, without a session of ``requests``: nothing follows a redirect, keeps a cookie, or
asks the environment for proxies and ``REQUESTS_CA_BUNDLE``. Certificates are checked against certifi's list.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from lti_tool import __version__
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.addresses import BoundedAdapter, PinnedAdapter

CONNECT_SECONDS = 3.0
DEFAULT_SECONDS = 10.0
DEFAULT_LIMIT_BYTES = 1024 * 1024
USER_AGENT = f"ThreeSteps/{__version__}"

_exchange = threading.local()
_budget = threading.local()


class Unreachable(ToolError):
    """A platform's address gave no answer that we take. ``detail`` is one of a few words, never text of the answer."""

    status = 502
    code = "platform-unreachable"
    message = mark("The learning platform could not be reached.")
    remedy = mark("Wait a minute and try again.")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. Redirects are answers too: they are never followed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_second: bool = False
    """It is the answer to a request that was sent once before."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all requests of this thread inside the block together take at most this long."""
    _budget.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _budget.end = None


class Outbound:
    """Two ways: one to the public internet, one to exactly the private hosts the operator listed.

    ``private_hosts`` are exact ``host:port`` entries; they may be private addresses and plain http. Everything else
    must be https at a public address, and the connection goes to the very address that was checked. Thread-safe.
    """

    def __init__(self, private_hosts: frozenset[str] = frozenset()) -> None:
        self._private_hosts = frozenset(host.lower() for host in private_hosts)
        self._public, self._private = map(_prepared, (PinnedAdapter(_seconds_left), BoundedAdapter(_seconds_left)))
        self._trusted: bool | str = True
        """What certificates are checked against; True is certifi's list."""

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        timeout: float = DEFAULT_SECONDS,
    ) -> Answer:
        """Ask an address. ``params`` are added to the query it has; ``timeout`` is for the whole exchange, in seconds.

        :raise Unreachable: refused address, no connection, too slow, or more than ``limit_bytes``.
        """
        return self._send("GET", url, limit_bytes, timeout, headers=headers, params=params)

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        json: Any = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        timeout: float = DEFAULT_SECONDS,
    ) -> Answer:
        """Send bytes, a form or JSON to an address; ``timeout`` is for the whole exchange, in seconds.

        :raise Unreachable: as for ``get``; the platform may have acted on the request all the same.
        """
        return self._send("POST", url, limit_bytes, timeout, headers=headers, data=data, json=json)

    def close(self) -> None:
        """Close all idle connections."""
        self._public.close()
        self._private.close()

    def _send(self, method: str, url: str, limit_bytes: int, timeout: float, **parts: Any) -> Answer:
        way = self._way_to(url)
        timeout = _time_left(timeout)
        usual = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
        parts["headers"] = {**usual, **(parts["headers"] or {})}
        limits = (min(CONNECT_SECONDS, timeout), timeout)
        try:
            request = requests.Request(method, url, **parts).prepare()
            with (
                _cut_off_after(timeout),
                way.send(request, stream=True, timeout=limits, verify=self._trusted) as response,
            ):
                body = _read(response, limit_bytes)
                return Answer(status=response.status_code, headers=_headers(response), body=body)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise Unreachable(_reason(error)) from None

    def _way_to(self, url: str) -> HTTPAdapter:
        """Choose by the address as written; the public way checks what it resolves to."""
        if not url.isascii() or not url.isprintable() or any(mark in url for mark in " \\"):
            raise Unreachable("address not well-formed")
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        except ValueError:
            raise Unreachable("address not well-formed") from None
        if not parts.hostname or port is None or "@" in parts.netloc:
            raise Unreachable("address not well-formed")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        if f"{host}:{port}" in self._private_hosts:
            return self._private
        if parts.scheme != "https":
            raise Unreachable("address is not https")
        return self._public


def _time_left(timeout: float) -> float:
    """Return how long this request may take.

    :raise Unreachable: the time of the block that it stands in is over.
    """
    end = getattr(_budget, "end", None)
    left = timeout if end is None else min(timeout, end - time.monotonic())
    if left <= 0:
        raise Unreachable("no time left")
    return left


def _prepared(adapter: HTTPAdapter) -> HTTPAdapter:
    adapter.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return adapter


class _PlainConnection(HTTPConnection):
    """A connection that says which socket is in use, so that the cut-off can close it."""

    def getresponse(self) -> Any:
        """Wait for the headers; the read limit alone starts anew with each byte."""
        _exchange.cut_off.watch(self.sock)
        return super().getresponse()


class _SecureConnection(HTTPSConnection):
    """As above, for TLS."""

    def getresponse(self) -> Any:
        """Wait for the headers, as above."""
        _exchange.cut_off.watch(self.sock)
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _CutOff:
    """Shuts the socket of one exchange when its time is over."""

    def __init__(self, end: float) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.end = end
        self.is_over = False

    def watch(self, used: socket.socket | None) -> None:
        with self._lock:
            self._socket = used
        if self.is_over and used is not None:
            self.now()

    def now(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with suppress(OSError):  # closed already
                    # Not the TLS object's own method: that one would let the next read go on without TLS.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _seconds_left() -> float:
    """Return how long this thread's exchange may still take until it is connected."""
    return float(min(CONNECT_SECONDS, _exchange.cut_off.end - time.monotonic()))


@contextmanager
def _cut_off_after(seconds: float) -> Iterator[None]:
    cut_off = _exchange.cut_off = _CutOff(time.monotonic() + seconds)
    timer = threading.Timer(seconds, cut_off.now)
    timer.daemon = True
    timer.start()
    try:
        yield
        if cut_off.is_over:
            raise requests.Timeout
    except (requests.RequestException, HTTPError, OSError, ValueError):
        if cut_off.is_over:
            raise requests.Timeout from None
        raise
    finally:
        timer.cancel()
        cut_off.watch(None)


def _read(response: requests.Response, limit_bytes: int) -> bytes:
    """Read the body piece by piece as it arrives, so that the limit counts before the memory does."""
    pieces, size = [], 0
    while piece := response.raw.read1(65_536, decode_content=False):
        size += len(piece)
        if size > limit_bytes:
            raise _TooLarge
        pieces.append(piece)
    return b"".join(pieces)


class _TooLarge(requests.RequestException):
    """The answer is larger than the caller wants."""


def _headers(response: requests.Response) -> Mapping[str, str]:
    return CaseInsensitiveDict(response.headers)


def _reason(error: Exception) -> str:
    """Say what failed in words of ours: an exception's own text may hold the answer or the address."""
    reasons: tuple[tuple[type[Exception], str], ...] = (
        (_TooLarge, "answer too large"),
        (InvalidIPAddress, "address is not public"),
        (requests.exceptions.SSLError, "certificate or TLS not valid"),
        (requests.Timeout, "no answer in time"),
        (TimeoutError, "no answer in time"),
        (requests.exceptions.InvalidURL, "address not well-formed"),
        (requests.ConnectionError, "no connection"),
    )
    return next((words for kind, words in reasons if isinstance(error, kind)), "connection broke off")
