"""Migrations for developers: `check` that models and migrations agree, or write a `new` one from the models."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError

from lti_tool import schema
from lti_tool.db import Database


def check(database: Database) -> str:
    """Run every migration up, down and up again; then compare with the models."""
    schema.upgrade(database)
    schema.downgrade(database)
    schema.upgrade(database)
    with database.engine.begin() as connection:
        command.check(schema.alembic_config(connection))
    return f"migrations: one head ({schema.head()}), equal to the models, and back"


def new(database: Database, message: str) -> str:
    """Write the next numbered migration: read it before you commit it."""
    schema.upgrade(database)
    number = len(list((schema.migrations_folder() / "versions").glob("*.py"))) + 1
    name = f"{number:04}_" + "_".join(message.lower().split()[:4])
    with database.engine.begin() as connection:
        config = schema.alembic_config(connection)
        config.set_main_option("file_template", "%%(rev)s")
        command.revision(config, message, autogenerate=True, rev_id=name)
    return f"migrations/versions/{name}.py: read it, name it well, test it with data"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'scratch.sqlite')}")
        try:
            print(check(database) if sys.argv[1] == "check" else new(database, sys.argv[2]))
        except CommandError as error:
            sys.exit(f"migrations: {error}")
        finally:
            database.engine.dispose()


if __name__ == "__main__":
    main()
