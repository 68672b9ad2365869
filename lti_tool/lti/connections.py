"""Connections of urllib3 that lead only where their exchange may lead, and that give up when its time is over."""

import http.client
import io
import socket
import threading
import time
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import connection

from lti_tool.lti.addresses import addresses_of

CONNECT_SECONDS = 3.0

_exchange = threading.local()


def begin_exchange(*, ends: float, is_private: bool) -> None:
    """Bind what this thread sends and reads from now on, until it begins the next exchange.

    ``ends`` is a time of ``time.monotonic``. Where ``is_private`` is false, every new connection leads to an address
    that was found to be public.
    """
    _exchange.ends, _exchange.is_private = ends, is_private


class _ReaderInTime(io.RawIOBase):
    """Reads from a socket until the exchange ends; a socket's own limit starts anew with each byte."""

    def __init__(self, source: socket.socket) -> None:
        self._socket, self._raw = source, source.makefile("rb", buffering=0)
        self._ends = _exchange.ends

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Fill some of the buffer; return how much, 0 at the end."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class _SocketInTime:
    """As much of a socket as an answer needs: something to read from."""

    def __init__(self, source: socket.socket) -> None:
        self._socket = source

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_ReaderInTime(self._socket))


class _ResponseInTime(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_SocketInTime(sock), *args, **kwargs)  # type: ignore[arg-type] # it asks for a file to read, for nothing else


class _PlainConnection(HTTPConnection):
    response_class = _ResponseInTime
    _pieces: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send head and body in one piece: each call of the system lets other threads go first."""
        self._pieces = []
        try:
            super().request(*args, **kwargs)
            whole = b"".join(self._pieces)
        finally:
            self._pieces = None
        self.send(whole)

    def send(self, data: Any) -> None:
        """Send bytes, or keep them until the request is whole."""
        if self._pieces is None:
            super().send(data)
        else:
            self._pieces.append(data)

    def _new_conn(self) -> socket.socket:
        """Look the name up once, and connect to one of the addresses that were checked.

        :raise HTTPError: none may be used, none answers, or not in time.
        """
        ends = min(_exchange.ends, time.monotonic() + CONNECT_SECONDS)
        place = self._dns_host, self.port
        for address in addresses_of(*place, ends - time.monotonic(), must_be_public=not _exchange.is_private):
            left = ends - time.monotonic()
            if left <= 0:
                break
            try:
                return connection.create_connection((address, self.port), left, socket_options=self.socket_options)
            except TimeoutError:
                break
            except OSError:
                continue
        else:
            raise NewConnectionError(self, "no address of it answers")
        raise ConnectTimeoutError


class _SecureConnection(_PlainConnection, HTTPSConnection):
    """The same, over TLS."""


class PlainPool(HTTPConnectionPool):
    """For ``http``: private hosts alone."""

    ConnectionCls = _PlainConnection


class SecurePool(HTTPSConnectionPool):
    """For ``https``: the certificate is that of the name, wherever the name leads."""

    ConnectionCls = _SecureConnection
