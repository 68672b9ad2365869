"""Trouble on purpose: answers that tests ask for, dropped connections, delays."""

import contextlib
import socket
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms, note
from lti_tool.demo_lms.records import Call


def troubled(call: Call) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Let the faults planned for ``call`` happen around a view."""

    def around(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def inner(**values: Any) -> ResponseReturnValue:
            fault = current_lms().take_fault(call)
            if fault is None:
                return view(**values)
            time.sleep(fault.delay)
            if fault.drop == "before":
                note(call, None, 0, "connection closed before anything was done")
                return _hang_up()
            if fault.status is not None:
                note(call, None, fault.status, "answered so because a fault was asked for")
                return Response(fault.body, status=fault.status, headers=dict(fault.headers), mimetype="text/plain")
            answer = view(**values)
            return _hang_up() if fault.drop == "after" else answer

        return inner

    return around


def _hang_up() -> Response:
    """Close the browser's or tool's connection, so that it learns nothing of what happened."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)
