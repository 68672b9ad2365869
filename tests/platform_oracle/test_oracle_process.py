"""Open edX stays a stranger: an environment and a process of its own, on this machine only, and never left behind."""

import importlib.util
import json
import re
import signal
import subprocess
import sys
import time

import openedx
import pytest
import requests

PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
sys.stdout.buffer.write(child.stdout.readline())
sys.stdout.flush()
time.sleep(60)
"""


def test_nothing_of_ours_imports_it():
    folders = [openedx.ROOT / name for name in ("lti_tool", "migrations", "tests", "tools")]
    files = [path for folder in folders for path in folder.rglob("*.py")]

    importing = [path for path in files if re.search(r"^\s*(from|import) lti_consumer\b", path.read_text(), re.M)]

    assert importing == [openedx.SERVER]
    assert importlib.util.find_spec("lti_consumer") is None


def test_it_is_on_this_machine_only(open_edx):
    assert open_edx.startswith("http://127.0.0.1:")


def test_it_ends_with_the_one_who_started_it():
    words = [sys.executable, "-c", PARENT, openedx.PYTHON, openedx.SERVER]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as parent:
        url = json.loads(parent.stdout.readline())["url"]
        assert requests.get(f"{url}/desk/none", timeout=10).status_code == 404

        parent.send_signal(signal.SIGKILL)

    with pytest.raises(requests.ConnectionError):
        for _ in range(100):
            requests.get(f"{url}/desk/none", timeout=10)
            time.sleep(0.1)
