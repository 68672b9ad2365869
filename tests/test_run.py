"""``lti-tool run`` on a machine: web server and worker, started again when they die, stopped when asked."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from stage import ENCRYPTION_KEYS, SECRET_KEY, until


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def children(process) -> set[int]:
    """Return the living processes that this one has started."""
    return children_of(process.pid)


def children_of(pid) -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.add(int(stat.parent.name))
    return found


def open_files(pid) -> set[str]:
    """Return what a process has open: files by path, sockets by number."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(str(link.readlink()))
    return found


@pytest.fixture
def running(sqlite_copy, tmp_path):
    port = free_port()
    environment = {
        **os.environ,
        "LTI_TOOL_BASE_URL": f"http://localhost:{port}",
        "LTI_TOOL_BIND": f"127.0.0.1:{port}",
        "LTI_TOOL_DATABASE_URL": sqlite_copy(tmp_path),
        "LTI_TOOL_SECRET_KEY": SECRET_KEY,
        "LTI_TOOL_ENCRYPTION_KEYS": ENCRYPTION_KEYS,
    }
    process = subprocess.Popen([sys.executable, "-m", "lti_tool", "run"], env=environment)
    yield process, f"http://127.0.0.1:{port}/readyz"
    if process.poll() is None:
        process.kill()
    process.wait(10)


def is_ready(address) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_it_serves_starts_again_what_died_and_stops_when_asked(running):
    process, address = running
    until(lambda: is_ready(address), seconds=30)
    first = children(process)
    assert len(first) == 2
    web = max(first, key=lambda pid: len(children_of(pid)))
    # One of them answers before the other is forked.
    until(lambda: len(children_of(web)) == 2, seconds=30)
    # Those that others are forked from have no connection that these could share; those that answer have.
    databases = {
        pid: sum(".sqlite" in path for path in open_files(pid)) for pid in {process.pid, web, *children_of(web)}
    }
    assert databases[process.pid] == databases[web] == 0
    assert sum(databases.values()) > 0

    for pid in first:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(children(process) - first) == 2 and is_ready(address), seconds=30)

    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    until(lambda: not is_ready(address), seconds=30)


def test_signals_that_come_together_and_at_any_moment_are_heard():
    held_and_asked_twice = (
        "import signal\n"
        "from lti_tool.cli.serve import asked_to_stop\n"
        "stop = asked_to_stop()\n"
        "with stop._cond:\n"  # as whoever waits for it, or sets it, holds it for a moment
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "print(stop.wait(30))\n"
    )

    told = subprocess.run([sys.executable, "-c", held_and_asked_twice], capture_output=True, text=True, timeout=60)

    assert (told.stdout, told.returncode) == ("True\n", 0)
