"""Inside a process of the harness: where it dies, and what time it believes it is. The product knows nothing of this.

Everything here hangs on seams that are there anyway: SQLAlchemy's events, Python's audit events, ``lti_tool.clock``.
"""

import http.client
import os
import sys
import threading
import time
from datetime import timedelta
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from torture_control import Control

from lti_tool import clock
from lti_tool.jobs import dispatcher, housekeeping

POINTS = {
    "worker": {"before commit": 3, "after commit": 3, "before send": 2, "half sent": 2, "answered": 3},
    "web": {"before commit": 1, "after commit": 1},
}
"""Where a process of each role may die, and how often in relation."""
LIFE = {"worker": 60, "web": 2}
"""At which passing of its point it dies at the latest. A worker commits about three times for each score."""


class Fuse:
    """Counts how often this process passes its point."""

    def __init__(self, control: Control, role: str) -> None:
        self._control, self._role = control, role
        self.renew()

    def renew(self) -> None:
        """Draw a new point: this is another process than before."""
        chance = self._control.draw()
        points = POINTS[self._role]
        self._point = chance.choices(list(points), list(points.values()))[0]
        self._left = chance.randint(1, LIFE[self._role] * (3 if "commit" in self._point else 1))
        (self._control.folder / "pids" / self._role / str(os.getpid())).touch()

    def is_due(self, point: str) -> bool:
        """Note that the process passes a point; say whether it dies here."""
        if point != self._point or not self._control.is_armed:
            return False
        self._left -= 1
        return self._left <= 0

    def passes(self, point: str, detail: str = "") -> None:
        """Die here, if it is time."""
        if self.is_due(point):
            self.die(point, detail)

    def die(self, point: str, detail: str = "") -> None:
        """Die here."""
        self._control.die(self._role, f"{point} {detail}".strip())


IDLE = 0.05
"""Seconds that a worker naps when nothing is due, in place of a whole one: there is more to be tried in a minute."""


def install(control: Control, role: str) -> None:
    """Prepare this process: its fuse, its clock, shorter naps, and nothing to tidy up as soon as it is there."""
    dispatcher.IDLE = IDLE
    housekeeping.tidy = lambda _database: None
    fuse = Fuse(control, role)
    os.register_at_fork(after_in_child=fuse.renew)
    event.listen(Engine, "commit", lambda _: _counts(role) and fuse.passes("before commit"))
    event.listen(Session, "after_commit", lambda _: _counts(role) and fuse.passes("after commit"))
    _watch_requests(fuse)
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        # Python sleeps until an absolute moment, which libfaketime 0.9.10 turns into one that is long past.
        time.sleep = lambda seconds: threading.Event().wait(seconds) and None  # type: ignore[assignment] # a sleep of our own
    else:
        _turn(control)


def _counts(role: str) -> bool:
    """Say whether this is a commit to die at: of the web server one that keeps what a learner has done."""
    return role == "worker" or (has_request_context() and request.method == "POST" and "/activities/" in request.path)


def _turn(control: Control) -> None:
    told = clock.now
    clock.now = lambda: told() + timedelta(seconds=control.offset)


def _watch_requests(fuse: Fuse) -> None:
    """Watch what the process sends to platforms, piece by piece, and the moment an answer arrives."""
    latest = threading.local()

    def sees(name: str, arguments: tuple[Any, ...]) -> None:
        if name != "http.client.send":
            return
        connection, data = arguments
        if bytes(data[:5]) in (b"POST ", b"GET /"):
            latest.line = bytes(data).split(b"?")[0].split(b" HTTP")[0].decode()
            latest.what = f"{latest.line.split(' ')[0]} {latest.line.rsplit('/', 1)[-1]}"
            fuse.passes("before send", latest.what)
        elif fuse.is_due("half sent"):
            connection.sock.sendall(data[: len(data) // 2])
            fuse.die("half sent", latest.what)

    sys.addaudithook(sees)
    begin = http.client.HTTPResponse.begin

    def answered(response: http.client.HTTPResponse) -> None:
        begin(response)
        fuse.passes("answered", getattr(latest, "what", ""))

    http.client.HTTPResponse.begin = answered  # type: ignore[method-assign] # to see when an answer is there
