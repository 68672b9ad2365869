"""A worker process that is asked to stop, as every update does: it finishes what it has in hand."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from stage import environment_of, until


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
    environment = os.environ | environment_of(stage.settings, GRADE_RETRY_SCALE="0.001")
    process = subprocess.Popen([sys.executable, "-m", "lti_tool", "work"], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def _score_is_under_way(stage) -> bool:
    """Say whether the platform has the score request in its hands: the fault that was set for it is used up."""
    return not any(fault.call == "score" for fault in stage.lms.faults)
