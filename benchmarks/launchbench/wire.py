"""The smallest HTTP/1.1 client and server that can play browsers and a platform.

Both sides sit on asyncio protocols and httptools (llhttp), because the load
generator shares the machine with the server it measures: every microsecond
spent here is one the tool does not get.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult

import httptools

REASONS = {
    200: b"OK", 201: b"Created", 204: b"No Content", 302: b"Found", 400: b"Bad Request",
    401: b"Unauthorized", 403: b"Forbidden", 404: b"Not Found", 405: b"Method Not Allowed",
    422: b"Unprocessable Entity", 429: b"Too Many Requests", 500: b"Internal Server Error",
    502: b"Bad Gateway", 503: b"Service Unavailable", 504: b"Gateway Timeout",
}  # fmt: skip


class WireError(Exception):
    """A connection that could not be made, or that broke in mid-exchange."""


@dataclass(slots=True)
class Message:
    """One HTTP message: a request on the server's side, a response on the client's."""

    status: int = 0
    method: bytes = b""
    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: bytes) -> bytes | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class _Parsing(asyncio.Protocol):
    """Collects whole messages from a byte stream; subclasses say what to do with one."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._message = Message()
        self._chunks: list[bytes] = []

    def connection_made(self, transport) -> None:
        self.transport = transport

    def on_url(self, url: bytes) -> None:
        self._message.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._message.headers.append((name.lower(), value))

    def on_body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def _finish(self) -> Message:
        message, self._message = self._message, Message()
        message.body, self._chunks = b"".join(self._chunks), []
        return message


class ClientConnection(_Parsing):
    """A client's connection with at most one request in flight."""

    def __init__(self) -> None:
        super().__init__()
        self.reusable = True
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Message] | None = None

    def exchange(self, request: bytes) -> asyncio.Future[Message]:
        self._waiting = asyncio.get_running_loop().create_future()
        if self.transport.is_closing():
            self._fail("closed before the request")
        else:
            self.transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"unreadable response: {error}")

    def on_message_complete(self) -> None:
        message = self._finish()
        message.status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        if not self.reusable:
            self.transport.close()
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(message)

    def connection_lost(self, error) -> None:
        self.reusable = False
        if self._waiting and not self._waiting.done():
            # A response without a length ends where the connection does.
            if self._message.headers and not self._message.header(b"content-length"):
                message = self._finish()
                message.status = self._parser.get_status_code()
                self._waiting.set_result(message)
            else:
                self._fail(str(error or "closed without an answer"))

    def _fail(self, why: str) -> None:
        self.reusable = False
        self.transport.close()
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(WireError(why))


class Client:
    """One browser's connections: at most one to each origin, kept alive where it may be."""

    def __init__(
        self, *, keep_alive: bool = True, timeout: float = 30.0, connect: tuple[str, int] | None = None
    ) -> None:
        self.connects = 0
        self._keep_alive = keep_alive
        self._timeout = timeout
        self._connect = connect
        self._idle: dict[tuple[str, int], ClientConnection] = {}

    async def request(self, method: str, url: SplitResult, headers: str = "", body: bytes = b"") -> Message:
        """Send one request; ``headers`` is a ready block of CRLF-ended lines."""
        target = url.path or "/"
        if url.query:
            target += "?" + url.query
        lines = f"{method} {target} HTTP/1.1\r\nHost: {url.netloc}\r\n{headers}"
        if body or method == "POST":
            lines += f"Content-Length: {len(body)}\r\n"
        if not self._keep_alive:
            lines += "Connection: close\r\n"
        data = lines.encode() + b"\r\n" + body
        async with asyncio.timeout(self._timeout):
            return await self._send(url, data)

    async def _send(self, url: SplitResult, data: bytes) -> Message:
        secure = url.scheme == "https"
        origin = (url.hostname or "", url.port or (443 if secure else 80))
        connection = self._idle.pop(origin, None)
        if connection and connection.reusable:
            try:
                return self._keep(origin, connection, await connection.exchange(data))
            except WireError:
                pass  # the server hung up on an idle connection: a browser dials again
        try:
            self.connects += 1
            host, port = self._connect or origin
            _, connection = await asyncio.get_running_loop().create_connection(
                ClientConnection,
                host,
                port,
                ssl=_insecure_tls() if secure and not self._connect else None,
            )
        except OSError as error:
            raise WireError(f"connect: {error}") from error
        return self._keep(origin, connection, await connection.exchange(data))

    def _keep(self, origin, connection: ClientConnection, message: Message) -> Message:
        if self._keep_alive and connection.reusable:
            self._idle[origin] = connection
        return message

    def close(self) -> None:
        for connection in self._idle.values():
            connection.transport.close()
        self._idle.clear()


def _insecure_tls() -> ssl.SSLContext:
    """TLS to a test server, whose certificate nobody has signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Reply(NamedTuple):
    """What a server's handler answers, after how long, or that it hangs up instead."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: str = ""
    delay: float = 0.0
    hang_up: bool = False


class ServerConnection(_Parsing):
    """The server's side: hands each request to a synchronous handler, answers in order."""

    def __init__(self, handler: Callable[[Message], Reply], opened: Callable[[], None]) -> None:
        super().__init__()
        self._handler = handler
        self._opened = opened
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self._opened()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_complete(self) -> None:
        message = self._finish()
        message.method = self._parser.get_method()
        keep_alive = self._parser.should_keep_alive()
        reply = self._handler(message)
        if reply.delay:
            asyncio.get_running_loop().call_later(reply.delay, self._answer, reply, keep_alive)
        else:
            self._answer(reply, keep_alive)

    def _answer(self, reply: Reply, keep_alive: bool) -> None:
        if self.transport.is_closing():
            return
        if reply.hang_up:
            self.transport.abort()
            return
        head = (
            f"Content-Type: {reply.content_type}\r\nContent-Length: {len(reply.body)}\r\n"
            f"{reply.headers}Connection: {'keep-alive' if keep_alive else 'close'}\r\n\r\n"
        )
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n%s%s" % (reply.status, REASONS.get(reply.status, b"Status"), head.encode(), reply.body)
        )
        if not keep_alive:
            self.transport.close()
