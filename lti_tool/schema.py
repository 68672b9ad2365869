"""The state of the database's tables: bring it up to date, and say whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from lti_tool.db import Database

PACKAGE = Path(__file__).parent


def migrations_folder() -> Path:
    """Return where the migrations are: inside the installed package, or beside it in a checkout."""
    installed = PACKAGE / "_migrations"
    return installed if installed.is_dir() else PACKAGE.parent / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def head() -> str:
    """Return the revision that this version of the code expects."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables to ``revision``. Running it again does nothing."""
    with database.engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the tables back to ``revision``."""
    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def current(database: Database) -> str | None:
    """Return the revision the database is at, or None if it is empty."""
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()
