"""A process that has imported everything and forks web servers on demand, each there in a blink and easy to kill.

Run with the tool's settings in the environment and a listening socket as its first argument. The first line on its
standard input is JSON: requests to rehearse, each a path and what a test client takes beside it, answered with their
number. Each other line is answered with the number of a fresh process that serves the socket; all end with it.
"""

import gc
import json
import os
import signal
import sys

from werkzeug.serving import make_server

from lti_tool.app import create_app
from lti_tool.settings import Settings


def main(listening: int) -> None:
    """Fork until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the tool's log is no answer
    app = create_app(Settings.load())
    # What first requests work out is worked out here, once; no connection may be shared with those who are forked.
    rehearsed = [app.test_client(use_cookies=False).put(**each) for each in json.loads(sys.stdin.readline())]
    answers.write(f"{sum(each.status_code == 200 for each in rehearsed)}\n")
    app.extensions["tool"].database.engine.dispose()
    # Nobody who is forked looks through it for what may go: looking would copy all of it for each of them.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        if not (pid := os.fork()):
            server = make_server("127.0.0.1", 0, app, fd=listening, threaded=True)
            server.serve_forever(poll_interval=0.01)
        answers.write(f"{pid}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
