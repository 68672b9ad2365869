"""Real worker processes, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import update
from stage import ENCRYPTION_KEYS, SECRET_KEY, Stage

from lti_tool import clock
from lti_tool.models import GradeDelivery


@contextmanager
def worker(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``lti-tool work`` against the stage's database; it is stopped, or found dead, at the end."""
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
            process.terminate()
        process.wait(30)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it as a power cut would."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to happen; fail if it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def let_the_lease_run_out(stage: Stage) -> None:
    """Make as if a minute had passed since the worker took its delivery."""
    with stage.database.transaction() as session:
        session.execute(update(GradeDelivery).values(lease_until=clock.now() - timedelta(seconds=1)))
