"""The log: one line per event, as JSON or text. Never a token, a name, an answer, a query or a body."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from typing import Any, Literal

import structlog

_request: ContextVar[str] = ContextVar("request", default="")


class Log:
    """What the house may say to the log; a place to see at a glance that nothing private goes there."""

    def __init__(self) -> None:
        self._logger = structlog.get_logger()

    def about(self, request: str) -> None:
        """Name this request in all lines from now on."""
        _request.set(request)

    def info(self, event: str, **fields: str | int | float | bool | None) -> None:
        """Log an event with plain figures and stable words."""
        self._logger.info(event, **fields)

    def alert(self, event: str, **fields: str | int | float | bool | None) -> None:
        """Log an event that an operator should look at; the level is ``warning``."""
        self._logger.warning(event, **fields)

    def fault(self, error: BaseException) -> None:
        """Log the kind of an error and where it arose; its text may hold somebody's words, so it stays out."""
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
        self._logger.error("fault", kind=type(error).__name__, where=where[-12:])


log = Log()


class _Lines:
    """Writes each event as a line to standard error, whatever that is at the moment."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    info = warning = error = msg


def _with_request(_logger: Any, _method: str, event: Any) -> Any:
    if request := _request.get():
        event["request"] = request
    return event


def _json() -> Any:
    encode = json.JSONEncoder().encode
    return structlog.processors.JSONRenderer(lambda event, **_: encode(event))


def configure(form: Literal["json", "text"], *, least: int = logging.INFO) -> None:
    """Send our log to standard error, with the time and the reference of the request."""
    renderer: Any = _json() if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            _with_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        # Straight to its place: the standard library's logging would cost each request more than all the rest of it.
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stderr, force=True)
    # Libraries log addresses and bodies; only their warnings matter, and werkzeug prints query strings.
    for name in ("werkzeug", "urllib3", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("gunicorn.error").addFilter(_without_request)


def _without_request(record: logging.LogRecord) -> bool:
    """Take the address and the error's text out of what gunicorn says of a request that broke."""
    if record.exc_info:
        kind = record.exc_info[0]
        record.msg, record.args = "a request broke: %s", (kind.__name__ if kind else "",)
        record.exc_info = record.exc_text = None
    return True
