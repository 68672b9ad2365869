"""How Alembic runs our migrations: on a connection it is given, with a lock limit, in batch mode on SQLite."""

from alembic import context
from sqlalchemy import text

import lti_tool.models  # noqa: F401 - fills the metadata
from lti_tool.db import Base

connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite, compare_type=True)
with context.begin_transaction():
    if not sqlite:
        # A migration that cannot have its lock at once must fail, not stop every learner behind it.
        connection.execute(text("SET LOCAL lock_timeout = '4s'"))
    context.run_migrations()
