"""``lti-tool upgrade``, ``run``, ``work`` and ``demo``: what runs the tool."""

import base64
import multiprocessing
import secrets
import signal
import sys
import threading
from _thread import start_new_thread
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import TYPE_CHECKING

import click
from gunicorn.app import wsgiapp
from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool import log, schema
from lti_tool.app import create_app, from_environment
from lti_tool.db import Database
from lti_tool.jobs import runner
from lti_tool.seal import Sealer
from lti_tool.services import platforms, signing_keys
from lti_tool.services.platforms import Registration
from lti_tool.settings import Settings

if TYPE_CHECKING:
    from lti_tool.demo_lms import LmsServer

STOP_WITHIN = 30
"""Seconds that a process gets to finish what it has in hand."""
LONGEST_ADDRESS = 8190
"""Bytes of a request line: Canvas's hints make long addresses on the way through the sign-in."""
STOP_SIGNS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_FORKS = multiprocessing.get_context("fork")


@click.command()
def upgrade() -> None:
    """Bring the database up to date and make the signing keys. Safe to run again."""
    made = prepare(Settings.load())
    click.echo(f"The database is at {schema.head()}. Signing keys made: {made}.")


def prepare(settings: Settings) -> int:
    """Bring the tables up to date and make the signing keys that are missing; return how many."""
    database = Database(settings.database_url)
    schema.upgrade(database)
    with database.transaction() as session:
        made = signing_keys.ensure(session, Sealer(settings.encryption_keys))
    database.engine.dispose()
    return made


@click.command()
def work() -> None:
    """Send grades and tidy up until stopped (SIGTERM finishes what is in hand)."""
    deliver(Settings.load())


def deliver(settings: Settings) -> None:
    """Be the worker until asked to stop."""
    log.configure(settings.log_format)
    runner.work(settings, asked_to_stop())


@click.command()
def run() -> None:
    """Run the web server and a worker on this machine until stopped; one that dies is started again."""
    settings = Settings.load()
    # Built here, once for all processes; a pack with an error is named once, too, not again and again.
    from_environment()
    if settings.trusted_proxies == 0 and not settings.bind.startswith(("127.0.0.1:", "localhost:", "[::1]:")):
        click.echo("Warning: a few slow connections can hold up everybody. Put a buffering proxy in front.", err=True)
    parts = (serve, deliver)
    running = [_forked(part, settings) for part in parts]
    stop = asked_to_stop()
    while not stop.wait(1):
        for index, process in enumerate(running):
            if not process.is_alive():
                running[index] = _forked(parts[index], settings)
    for process in running:
        process.terminate()
    for process in running:
        _let_end(process)


def _forked(part: Callable[[Settings], None], settings: Settings) -> ForkProcess:
    """Start a process that shares the memory of this one; there is no thread and no connection to share."""
    process = _FORKS.Process(target=_be, args=(part, settings))
    process.start()
    return process


def _be(part: Callable[[Settings], None], settings: Settings) -> None:
    for sign in STOP_SIGNS:
        if signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, signal.SIG_DFL)
    part(settings)


def _let_end(process: ForkProcess) -> None:
    """Give a process its time to finish what it has in hand, then end it."""
    process.join(STOP_WITHIN + 5)
    if process.is_alive():
        process.kill()
        process.join()


def serve(settings: Settings) -> None:
    """Be the web server until asked to stop."""
    sys.argv = web_command(settings)[2:]
    wsgiapp.run()


def web_command(settings: Settings) -> list[str]:
    """Return the command line of the web server, with the limits that we promise."""
    options = {
        "bind": settings.bind,
        "worker-class": "gthread",
        "workers": "2",
        "threads": str(settings.web_threads),
        "graceful-timeout": str(STOP_WITHIN),
        "limit-request-line": str(LONGEST_ADDRESS),
        "log-level": "warning",
        # Where we are mounted is not for a request to say.
        "forwarder-headers": "",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    # Built before the processes are forked, the app is in memory once.
    flags = ["--no-control-socket", "--preload"]
    return [sys.executable, "-m", "gunicorn", *flags, *words, "lti_tool.app:from_environment()"]


class Quiet(WSGIRequestHandler):
    """Answers without printing addresses: they hold sign-ins and invitations, and our own log has what matters."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


@click.command()
@click.option("--port", default=8000, help="The tool's port.")
@click.option("--lms-port", default=9000, help="The small LMS's port.")
@click.option("--trouble", type=click.FloatRange(0, 1), default=0, help="Share of the LMS's grade calls that fail.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path(".demo"), help="Where database and keys live.")
def demo(port: int, lms_port: int, trouble: float, folder: Path) -> None:
    """Run a small LMS with the tool in it, to try everything out on your own machine."""
    from lti_tool.demo_lms import LmsConfig, LmsServer  # what runs the tool in earnest does without

    lms = LmsServer(LmsConfig(port=lms_port, tool_url=f"http://localhost:{port}", trouble=trouble))
    settings = Settings.load(**_demo_settings(folder, port, lms.url))
    log.configure(settings.log_format)
    prepare(settings)
    _register(settings, lms)
    web = make_server("127.0.0.1", port, create_app(settings), threaded=True, request_handler=Quiet)
    stop = asked_to_stop()
    for part in (lms.serve, web.serve_forever):
        threading.Thread(target=part, daemon=True).start()
    worker = threading.Thread(target=runner.work, args=(settings, stop))
    worker.start()
    click.echo(f"\n  Three Steps is running inside a small LMS. Open  {lms.url}  (Ctrl-C stops it)\n")
    stop.wait()
    web.shutdown()
    lms.stop()
    worker.join(STOP_WITHIN)


def _demo_settings(folder: Path, port: int, lms_url: str) -> dict[str, str]:
    """Return the demo's settings; its secrets are made on first use and stay in ``folder``."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return {
        "base_url": f"http://localhost:{port}",
        "database_url": f"sqlite:///{(folder / 'three-steps.sqlite').resolve()}",
        "secret_key": _kept(folder / "secret-key", lambda: secrets.token_urlsafe(48)),
        "encryption_keys": _kept(folder / "encryption-keys", fresh_key),
        "private_hosts": lms_url.removeprefix("http://"),
        "log_format": "text",
    }


def fresh_key() -> str:
    """Return an encryption key as the setting takes it."""
    return "demo:" + base64.b64encode(secrets.token_bytes(32)).decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def _register(settings: Settings, lms: "LmsServer") -> None:
    database = Database(settings.database_url)
    with database.transaction() as session:
        for each in lms.lms.registrations():
            registration = Registration(
                institution="Demo Hospital",
                support_contacts="Student counselling, room 12, weekdays 9 to 17, phone 555 0100",
                name=each["name"],
                issuer=each["issuer"],
                client_id=each["client_id"],
                deployment_ids=(each["deployment_id"],),
                authorization_endpoint=each["authorization_endpoint"],
                token_endpoint=each["token_endpoint"],
                jwks_uri=each["jwks_uri"],
                family=each["family"],
            )
            platforms.add(session, registration)
    database.engine.dispose()


def asked_to_stop() -> threading.Event:
    """Return an event that SIGTERM, Ctrl-C and a closed terminal set; what was ignored (``nohup``) stays so.

    A handler runs in the middle of whatever the main thread does. That may hold the event's lock: it waits for the
    event, or a signal just before is setting it. So another thread sets it, begun without ``threading``'s own locks.
    """
    stop = threading.Event()
    for sign in STOP_SIGNS:
        if signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, lambda *_: start_new_thread(stop.set, ()))
    return stop
