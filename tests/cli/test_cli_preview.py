"""A workshop is seen without a platform: walked to its end, changed meanwhile, and gone when it is stopped."""

import os
import re
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from second_workshop import PACK, do_all
from stage import Browser, Wire
from werkzeug.test import Client

from lti_tool.cli.preview import preview


@pytest.fixture
def pack(tmp_path):
    return Path(shutil.copytree(PACK, tmp_path / "packs/first_meeting"))


@pytest.fixture
def running(pack, tmp_path):
    """The command, with a folder for what it keeps; and the address that it prints."""
    (tmp_path / "kept").mkdir()
    command = [sys.executable, "-m", "lti_tool", "content", "preview", str(pack), "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "kept")}
    # Tests that run in the background ignore Ctrl-C, and so would what they start.
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=hears)
    said = ""
    while not (found := re.search(r"(http://\S+)/teacher", said)):
        line = process.stdout.readline()
        assert line, f"it ended and said {said}"
        said += line
    yield process, found[1]
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=10)


def come(address, word):
    """Come in by one of the printed addresses and return a browser on its first page."""
    settings = SimpleNamespace(base_url=address)
    browser = Browser(SimpleNamespace(client=lambda: Client(Wire(address)), settings=settings))
    browser.home = urlsplit(browser.get(f"/{word}").location).path
    return browser


def test_a_workshop_is_walked_changed_and_gone_when_the_preview_ends(running, pack, tmp_path):
    process, address = running
    learner = come(address, "learner")

    do_all(learner)
    done = learner.open(learner.home).get_text(" ", strip=True)
    seen = come(address, "teacher")
    progress = seen.open(seen.home).get_text(" ", strip=True)
    texts = pack / "en/texts.yaml"
    texts.write_text(texts.read_text(encoding="utf-8").replace("A first meeting", "A first talk"), encoding="utf-8")
    changed = learner.open(learner.home).h1.get_text()
    texts.write_text("texts: [", encoding="utf-8")
    stays = learner.open(learner.home).h1.get_text()
    kept = list((tmp_path / "kept").iterdir())
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)

    assert "You finished the workshop" in done
    assert "The learner" in progress
    assert (changed, stays) == ("A first talk", "A first talk")
    assert "first_meeting/en/texts.yaml:" in said
    assert process.returncode == 0
    assert len(kept) == 1
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_workshop_with_an_error_is_not_shown_and_says_what_a_check_says(pack):
    (pack / "en/objectives.yaml").write_text("objectives: {O1: One.}\n", encoding="utf-8")

    result = CliRunner().invoke(preview, [str(pack)])

    assert result.exit_code == 1
    assert "V013 O2: the objective has no sentence" in result.output
