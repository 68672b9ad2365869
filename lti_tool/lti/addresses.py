"""Where a name leads, once: every address behind it must be public, and the connection goes to one that was checked."""

import socket
from ipaddress import IPv6Network, ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from urllib3.util import connection

GIVEN_OUT = IPv6Network("2000::/3")
"""All that the world uses of IPv6. Outside are the ways to write an IPv4 address, and the old site-local ones."""


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


def resolve(name: str, port: int) -> str:
    """Return an address behind a name, as a host.

    :raise InvalidIPAddress: one of them is not public.
    :raise requests.ConnectionError: there is none.
    """
    try:
        found = socket.getaddrinfo(name, port, family=connection.allowed_gai_family(), type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise requests.ConnectionError from None
    addresses = [str(each[4][0]) for each in found]
    if not all(map(is_public, addresses)):
        raise InvalidIPAddress
    return f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]


class PinnedAdapter(HTTPAdapter):
    """Looks a name up once and connects to what was checked; the certificate is still that of the name."""

    def build_connection_pool_key_attributes(self, request: requests.PreparedRequest, *args: Any, **values: Any) -> Any:
        """Return where to connect, and whose certificate to expect."""
        place, tls = super().build_connection_pool_key_attributes(request, *args, **values)
        name, port = place["host"], place["port"]
        host = f"[{name}]" if ":" in name else name
        request.headers["Host"] = host if port is None else f"{host}:{port}"
        expected = {"assert_hostname": name, "server_hostname": name}
        return {**place, "host": resolve(name, port or 443)}, {**tls, **expected}
