"""Where a name leads, once: every address behind it must be public, and the connection goes to one that was checked."""

import socket
import threading
from contextlib import suppress
from ipaddress import IPv6Network, ip_address
from queue import Empty, SimpleQueue

from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from urllib3.exceptions import ConnectTimeoutError, HTTPError
from urllib3.util import connection

GIVEN_OUT = IPv6Network("2000::/3")
"""All that the world uses of IPv6. Outside are the ways to write an IPv4 address, and the old site-local ones."""

LOOK_UPS = 32
"""Look-ups at once. The system's own cannot be broken off: a name service that hangs shall not fill us with them."""
_looking_up = threading.BoundedSemaphore(LOOK_UPS)


class NotPublic(HTTPError):
    """A name leads to an address that is not one of the public internet."""


class NoAddress(HTTPError):
    """A name leads nowhere."""


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

    :raise ConnectTimeoutError: the name service did not answer within ``seconds``.
    :raise NoAddress: there is none.
    """
    with suppress(ValueError):
        return [str(ip_address(name))]
    if not _looking_up.acquire(timeout=max(seconds, 0)):
        raise ConnectTimeoutError
    answer: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=_ask, args=(name, port, answer), daemon=True).start()
    try:
        found = answer.get(timeout=max(seconds, 0))
    except Empty:
        raise ConnectTimeoutError from None
    if not found:
        raise NoAddress
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


def addresses_of(name: str, port: int, seconds: float, *, must_be_public: bool) -> list[str]:
    """Return the addresses behind a name that a connection may go to: all of them.

    :raise NotPublic: one of them is not public, although it must.
    :raise NoAddress: there is none.
    :raise ConnectTimeoutError: not within ``seconds``.
    """
    addresses = look_up(name, port, seconds)
    if must_be_public and not all(map(is_public, addresses)):
        raise NotPublic
    return addresses
