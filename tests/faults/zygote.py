"""Forks the tool's processes from one that has imported everything already, so that each is there in a blink.

A line of JSON on standard input is an order; the answer is the number of the new process. Another line tells of each
process that has ended. When the input ends, so does everything that was started here.
"""

import gc
import json
import os
import runpy
import signal
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread  # noqa: F401 - imported so that those who are forked need not
import torture_fuses
from sqlalchemy.orm import configure_mappers
from torture_control import Control
from werkzeug.serving import make_server

import lti_tool.cli  # noqa: F401 - the same
from lti_tool import app, db, language
from lti_tool.jobs import runner
from lti_tool.library.loader import workshops_of
from lti_tool.settings import Settings

alive: set[int] = set()


def serve(control: Control) -> None:
    """Take orders until there are no more."""
    settings = Settings.load()
    workshops_of(settings.workshops, language.ENGLISH, settings.terms)
    configure_mappers()
    # Those who are forked find the app and the engines of the rehearsal, which know their pages and statements already.
    db.open_engine = cache(db.open_engine)
    db.reading_engine = cache(db.reading_engine)
    app.from_environment = cache(app.from_environment)
    signal.signal(signal.SIGCHLD, _bury)
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        if order["role"] == "rehearsal":
            _rehearse(Settings.load())
            continue
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        if not (pid := os.fork()):
            _become(control, order)
        alive.add(pid)
        _say(f"started {pid}")
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for pid in list(alive):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _rehearse(settings: Settings) -> None:
    """Be the web server until the next order, then deliver what is due."""
    host, port = settings.bind.split(":")
    server = make_server(host, int(port), app.from_environment(), threaded=True)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    _say("serving 0")
    sys.stdin.readline()
    runner.deliver_due(settings)
    server.shutdown()
    serving.join()
    server.server_close()
    # What is open now must not be shared by those who are forked.
    app.from_environment().extensions["tool"].http.close()
    # Nobody who is forked looks through it for what may go: looking would copy all of it for each of them.
    gc.collect()
    gc.freeze()
    _say("rehearsed 0")


def _become(control: Control, order: dict[str, Any]) -> NoReturn:
    """Turn this fresh process into the one that was ordered."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in enumerate((nothing, log, log)):
        os.dup2(source, target)
    sys.argv = list(order["words"])
    code: Any = 1
    try:
        torture_fuses.install(control, order["role"])
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _bury(*_: object) -> None:
    while alive:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        alive.discard(pid)
        _say(f"ended {pid} {os.waitstatus_to_exitcode(status)}")


def _say(text: str) -> None:
    os.write(NEWS, f"{text}\n".encode())


if __name__ == "__main__":
    NEWS = os.dup(1)
    for stream in (1, 2):
        os.dup2(os.open(Path(sys.argv[1]) / "zygote.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), stream)
    serve(Control(Path(sys.argv[1]), sys.argv[2]))
