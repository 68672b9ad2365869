"""Real databases to test on: a file for SQLite, a server of our own for PostgreSQL, each test with a fresh copy."""

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from lti_tool.cli.serve import prepare
from lti_tool.settings import Settings

KINDS = ("sqlite", "postgresql")
Copy = Callable[[Path], str]
"""Makes a copy of the prepared database for one test, and returns its URL."""


def sqlite_copies(folder: Path, settings: Callable[[str], Settings]) -> Copy:
    """Prepare one file with tables and signing keys; copying it is faster than migrating for every test."""
    template = folder / "template.sqlite"
    prepare(settings(f"sqlite:///{template}"))

    def copy(target: Path) -> str:
        shutil.copyfile(template, target / "tool.sqlite")
        return f"sqlite:///{target / 'tool.sqlite'}"

    return copy


def postgresql_copies(server_url: str, settings: Callable[[str], Settings]) -> Copy:
    """Prepare one database on a running server; PostgreSQL copies it by itself."""
    server = sa.make_url(server_url).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    template = f"template_{os.getpid()}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {template}"))
    prepare(settings(server.set(database=template).render_as_string(hide_password=False)))
    numbers = itertools.count()

    def copy(_target: Path) -> str:
        name = f"test_{os.getpid()}_{next(numbers)}"
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return server.set(database=name).render_as_string(hide_password=False)

    return copy
