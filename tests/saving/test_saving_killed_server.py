"""What was acknowledged as saved is there, even if the server dies in that very moment."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from stage import SAME_ORIGIN, environment_of, hidden

from lti_tool.models import Answer, Institution
from lti_tool.services import progress
from lti_tool.services.progress import Author

KILLS = 50
"""On each kind of database; 100 in all."""
ACTIVITY = "m1.reflect"
SERVER = Path(__file__).with_name("forking_server.py")


@pytest.fixture
def server(stage) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """An address, and the process that forks a server for it with every line it is sent."""
    environment = os.environ | environment_of(stage.settings)
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), str(listening.fileno())],
            env=environment,
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        yield f"http://localhost:{listening.getsockname()[1]}", process
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@pytest.mark.timeout(600)
def test_a_text_that_was_acknowledged_survives_the_death_of_the_server(stage, learner, server):
    address, forks = server
    token = hidden(learner.activity(ACTIVITY))["csrf_token"]
    cookie = "; ".join(f"{each.key}={each.value}" for each in learner.client._cookies.values())
    headers = {**SAME_ORIGIN, "X-CSRF-Token": token, "Cookie": cookie}
    path = f"{learner.visit}/activities/{ACTIVITY}/answer"
    bodies = [
        {"version": version, "value": {"text": f"What I wrote before all blows, {version}"}} for version in (0, 1)
    ]
    assert order(forks, json.dumps([{"path": path, "json": each, "headers": headers} for each in bodies])) == 2
    lost = []

    for version in range(2, KILLS + 2):
        pid = order(forks, "go")
        text = f"What I wrote before blow {version}"
        saved = requests.put(
            address + path, json={"version": version, "value": {"text": text}}, headers=headers, timeout=60
        )
        os.kill(pid, signal.SIGKILL)
        assert saved.status_code == 200, saved.text
        if stored_text(stage) != (version + 1, text):
            lost.append(version)

    assert lost == []


def order(forks: subprocess.Popen[str], line: str) -> int:
    """Write a line to the process that forks; return the number that it answers."""
    forks.stdin.write(line + "\n")
    forks.stdin.flush()
    return int(forks.stdout.readline())


def stored_text(stage) -> tuple[int, str]:
    """Return the version and the text that the database holds."""
    workshop = stage.tool.workshop(None)
    with stage.database.reading() as session:
        member_id = session.scalars(select(Answer.member_id)).one()
        author = Author(institution_id=session.scalars(select(Institution.id)).one(), member_id=member_id)
        found = progress.load(session, stage.tool.sealer, author, workshop, workshop.activity(ACTIVITY))
    return found.version, found.value["text"]
