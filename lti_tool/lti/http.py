"""The only way out: hardened HTTP requests to platforms, with limits on time, size, address and trust.

Nothing follows a redirect, keeps a cookie, tries twice, or asks the environment for proxies and certificates.
"""

import json as json_text
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import certifi
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as TooSlow
from urllib3.util import create_urllib3_context

from lti_tool import __version__
from lti_tool.errors import ToolError
from lti_tool.language import mark
from lti_tool.lti.addresses import NoAddress, NotPublic
from lti_tool.lti.connections import CONNECT_SECONDS, PlainPool, SecurePool, begin_exchange

DEFAULT_SECONDS = 10.0
DEFAULT_LIMIT_BYTES = 1024 * 1024
USUAL_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"ThreeSteps/{__version__}"}
# Idle connections that are kept: to so many hosts, so many to each.
HOSTS, CONNECTIONS = 64, 16

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
    must be https at a public address, and the connection goes to the very address that was checked. Certificates are
    checked against the list in the file ``trusted``, usually certifi's. Thread-safe.
    """

    def __init__(self, private_hosts: frozenset[str] = frozenset(), trusted: str | None = None) -> None:
        self._private_hosts = frozenset(host.lower() for host in private_hosts)
        self._pools = PoolManager(HOSTS, maxsize=CONNECTIONS, ssl_context=_tls(trusted or certifi.where()))
        self._pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        timeout: float = DEFAULT_SECONDS,
    ) -> Answer:
        """Ask an address; ``timeout`` is for the whole exchange, in seconds.

        :raise Unreachable: refused address, no connection, too slow, or more than ``limit_bytes``.
        """
        return self._send("GET", url, headers, None, limit_bytes, timeout)

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
        media_type: dict[str, str] = {}
        if json is not None:
            data, media_type = json_text.dumps(json).encode(), {"Content-Type": "application/json"}
        elif isinstance(data, Mapping):
            data, media_type = urlencode(data).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", url, {**media_type, **(headers or {})}, data or b"", limit_bytes, timeout)

    def close(self) -> None:
        """Close all idle connections."""
        self._pools.clear()

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        limit_bytes: int,
        timeout: float,
    ) -> Answer:
        is_private = self._is_private(url)
        timeout = _time_left(timeout)
        try:
            begin_exchange(ends=time.monotonic() + timeout, is_private=is_private)
            response = self._pools.urlopen(
                method,
                url,
                redirect=False,
                body=body,
                headers={**USUAL_HEADERS, **(headers or {})},
                retries=False,
                timeout=Timeout(connect=min(CONNECT_SECONDS, timeout), read=timeout),
                preload_content=False,
            )
            with closing(response):
                return Answer(status=response.status, headers=response.headers, body=_read(response, limit_bytes))
        except (HTTPError, OSError, ValueError) as error:
            raise Unreachable(_reason(error)) from None

    def _is_private(self, url: str) -> bool:
        """Choose the way by the address as written; what a public one leads to is checked when it is called.

        :raise Unreachable: neither way may be taken.
        """
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
            return True
        if parts.scheme != "https":
            raise Unreachable("address is not https")
        return False


@cache
def _tls(trusted: str) -> ssl.SSLContext:
    """Return what all connections of a process share: reading a list of certificates takes a while."""
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(trusted)
    return context


def _time_left(timeout: float) -> float:
    """Return how long this request may take.

    :raise Unreachable: the time of the block that it stands in is over.
    """
    end = getattr(_budget, "end", None)
    left = timeout if end is None else min(timeout, end - time.monotonic())
    if left <= 0:
        raise Unreachable("no time left")
    return left


def _read(response: BaseHTTPResponse, limit_bytes: int) -> bytes:
    """Read the body piece by piece as it arrives, so that the limit counts before the memory does."""
    pieces, size = [], 0
    while piece := response.read1(65_536, decode_content=False):
        size += len(piece)
        if size > limit_bytes:
            raise _TooLarge
        pieces.append(piece)
    return b"".join(pieces)


class _TooLarge(HTTPError):
    """The answer is larger than the caller wants."""


def _reason(error: Exception) -> str:
    """Say what failed in words of ours: an exception's own text may hold the answer or the address."""
    reasons: tuple[tuple[type[Exception], str], ...] = (
        (_TooLarge, "answer too large"),
        (NotPublic, "address is not public"),
        (SSLError, "certificate or TLS not valid"),
        (NewConnectionError, "no connection"),
        (NoAddress, "no connection"),
        (TooSlow, "no answer in time"),
        (LocationParseError, "address not well-formed"),
    )
    return next((words for kind, words in reasons if isinstance(error, kind)), "connection broke off")
