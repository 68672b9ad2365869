"""Where a name leads, once: every address behind it must be public, and the connection goes to one that was checked."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Network, ip_address
from queue import Empty, SimpleQueue
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from urllib3.util import connection

GIVEN_OUT = IPv6Network("2000::/3")
"""All that the world uses of IPv6. Outside are the ways to write an IPv4 address, and the old site-local ones."""

LOOK_UPS = 32
"""Look-ups at once. The system's own cannot be broken off: a name service that hangs shall not fill us with them."""
_looking_up = threading.BoundedSemaphore(LOOK_UPS)


def is_public(address: str) -> bool:
    """Tell whether an address, as a look-up answers it, is one of the public internet."""
    ip = ip_address(address)
    if ip.version == 6:
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in GIVEN_OUT:
            return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    try:
        filter_host(address, 443, allow_loopback=False)  # an address: nothing is looked up
    except InvalidIPAddress:
        return False
    return True


def look_up(name: str, port: int, seconds: float) -> list[str]:
    """Return the addresses behind a name, in the order to try them.

    :raise requests.ConnectTimeout: the name service did not answer within ``seconds``.
    :raise requests.ConnectionError: there is none.
    """
    with suppress(ValueError):
        return [str(ip_address(name))]
    if not _looking_up.acquire(timeout=max(seconds, 0)):
        raise requests.ConnectTimeout
    answer: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=_ask, args=(name, port, answer), daemon=True).start()
    try:
        found = answer.get(timeout=max(seconds, 0))
    except Empty:
        raise requests.ConnectTimeout from None
    if not found:
        raise requests.ConnectionError
    return found


def _ask(name: str, port: int, answer: SimpleQueue[list[str]]) -> None:
    """Ask the system, which may take as long as it likes, and answer whoever still waits."""
    try:
        found = socket.getaddrinfo(name, port, family=connection.allowed_gai_family(), type=socket.SOCK_STREAM)
        answer.put([str(each[4][0]) for each in found])
    except (OSError, UnicodeError):
        answer.put([])
    finally:
        _looking_up.release()


def resolve(name: str, port: int, seconds: float) -> str:
    """Return an address behind a name, as a host.

    :raise InvalidIPAddress: one of them is not public.
    :raise requests.ConnectionError: there is none, or not within ``seconds``.
    """
    addresses = look_up(name, port, seconds)
    if not all(map(is_public, addresses)):
        raise InvalidIPAddress
    return f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]


class BoundedAdapter(HTTPAdapter):
    """Does not wait for a name service that hangs.

    ``seconds_left`` says how long this thread's request may still take to connect.
    """

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        super().__init__()
        self._seconds_left = seconds_left

    def build_connection_pool_key_attributes(self, request: requests.PreparedRequest, *args: Any, **values: Any) -> Any:
        """Return where to connect, once its name is known to be found."""
        place, tls = super().build_connection_pool_key_attributes(request, *args, **values)
        look_up(place["host"], place["port"] or 0, self._seconds_left())
        return place, tls


class PinnedAdapter(BoundedAdapter):
    """Looks a name up once and connects to what was checked; the certificate is still that of the name."""

    def build_connection_pool_key_attributes(self, request: requests.PreparedRequest, *args: Any, **values: Any) -> Any:
        """Return where to connect, and whose certificate to expect."""
        place, tls = HTTPAdapter.build_connection_pool_key_attributes(self, request, *args, **values)
        name, port = place["host"], place["port"]
        host = f"[{name}]" if ":" in name else name
        request.headers["Host"] = host if port is None else f"{host}:{port}"
        expected = {"assert_hostname": name, "server_hostname": name}
        return {**place, "host": resolve(name, port or 443, self._seconds_left())}, {**tls, **expected}
