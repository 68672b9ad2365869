"""A worker process that is asked to stop, as every update does: it finishes what it has in hand."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stage import ENCRYPTION_KEYS, SECRET_KEY


def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_in_hand(stage):
    browser = stage.browser()
    browser.launch("mai", course="canvas-m101")
    browser.finish_first_module()
    stage.lms.fail("score", delay=1.0)

    with worker(stage) as process:
        until(lambda: _score_is_under_way(stage))
        process.terminate()
        assert process.wait(20) == 0

    assert stage.grade("canvas-m101", "as-they-go", "mai").final == 10
    assert "Sent to the gradebook" in browser.open(browser.home).get_text()


@contextmanager
def worker(stage) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``lti-tool work`` against the stage's database."""
    settings = stage.settings
    values = {
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEYS": ENCRYPTION_KEYS,
        "PRIVATE_HOSTS": ",".join(settings.private_hosts),
        "GRADE_RETRY_SCALE": "0.001",
    }
    environment = {**os.environ, **{f"LTI_TOOL_{name}": value for name, value in values.items()}}
    process = subprocess.Popen([sys.executable, "-m", "lti_tool", "work"], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def until(happened, seconds: float = 60) -> None:
    """Wait for something to happen; fail if it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def _score_is_under_way(stage) -> bool:
    """Say whether the platform has the score request in its hands: the fault that was set for it is used up."""
    return not any(fault.call == "score" for fault in stage.lms.faults)
