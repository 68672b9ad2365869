"""The demo LMS that answers the present request, and a line in its log."""

from typing import Any, cast

from flask import current_app, request

from lti_tool.demo_lms.courses import Registration
from lti_tool.demo_lms.records import Call, LogEntry
from lti_tool.demo_lms.state import Lms


def current_lms() -> Lms:
    """Return the state behind the present request."""
    return cast(Lms, current_app.extensions["lms"])


def note(call: Call, client: Registration | None, status: int, text: str, body: Any = None) -> None:
    """Write down what was asked of the platform and what it answered."""
    lms = current_lms()
    with lms.lock:
        lms.log.append(
            LogEntry(
                at=lms.now(),
                call=call,
                client_id=client.client_id if client else "",
                method=request.method,
                path=request.full_path.rstrip("?"),
                status=status,
                note=text,
                body=body,
            )
        )
