"""The state of the database's tables: bring it up to date, and say whether it is.

Alembic is loaded only to change tables: no web process has to hold it.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table
from sqlalchemy.engine import Connection

from lti_tool.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

PACKAGE = Path(__file__).parent
_VERSION = table("alembic_version", column("version_num"))


def migrations_folder() -> Path:
    """Return where the migrations are: inside the installed package, or beside it in a checkout."""
    installed = PACKAGE / "_migrations"
    return installed if installed.is_dir() else PACKAGE.parent / "migrations"


def alembic_config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration for one open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def head() -> str:
    """Return the revision that this version of the code expects: the last of the numbered files, named as it is."""
    return max(path.stem for path in (migrations_folder() / "versions").glob("[0-9]*.py"))


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables to ``revision``. Running it again does nothing."""
    from alembic import command

    with database.engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the tables back to ``revision``."""
    from alembic import command

    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def current(database: Database) -> str | None:
    """Return the revision the database is at, or None if it is empty."""
    with database.reading() as session:
        is_there = inspect(session.connection()).has_table(_VERSION.name)
        return session.scalar(select(_VERSION.c.version_num)) if is_there else None
