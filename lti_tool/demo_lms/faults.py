"""Trouble on purpose: answers that tests ask for, dropped connections, delays."""

import contextlib
import socket
import time
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.records import Call, Fault


def troubled(call: Call) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Let the faults planned for ``call`` happen around a view."""

    def around(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def inner(**values: Any) -> ResponseReturnValue:
            fault = current_lms().take_fault(call)
            return view(**values) if fault is None else _meet(call, fault, partial(view, **values))

        return inner

    return around


def _meet(call: Call, fault: Fault, work: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Let a request meet its trouble; ``work`` is what it would do on a good day."""
    if not fault.takes_effect:
        time.sleep(fault.delay)
    if fault.drop == "before":
        note(call, None, 0, "connection closed before anything was done")
        return _hang_up()
    answer = work() if fault.takes_effect or fault.status is None else None
    if fault.takes_effect:
        time.sleep(fault.delay)
    if fault.drop == "after":
        return _hang_up()
    return _answer(call, fault) if answer is None or fault.status is not None else answer


def _answer(call: Call, fault: Fault) -> Response:
    """Answer as the fault says."""
    note(call, None, fault.status or 0, "answered so because a fault was asked for")
    answer = Response(fault.body, status=fault.status, mimetype="text/plain")
    answer.headers.update(fault.headers)
    return answer


def _hang_up() -> Response:
    """Close the browser's or tool's connection, so that it learns nothing of what happened."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)
