"""Statements of every launch and every page: worked out once, and from then on straight to the driver.

SQLAlchemy builds a statement and knows its types. Its sessions, events and rows then take three times as long over a
small statement as driver and database together, so here they are left out.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import Session

from lti_tool.db import Looking

Row = dict[str, Any]
Door = Session | Looking
_Process = Callable[[Any], Any]


class TransactionNeeded(Exception):
    """More is to be written than one statement can; nothing was."""


def writing(door: Door) -> Session:
    """Return the session of a transaction.

    :raise TransactionNeeded: the door is none.
    """
    if isinstance(door, Looking):
        raise TransactionNeeded
    return door


class _Text(NamedTuple):
    """A statement in the words of one kind of database, and what its driver does not do to values by itself."""

    words: str
    own: Row
    """Values that belong to the statement."""
    before: tuple[tuple[str, _Process], ...]
    columns: tuple[str, ...]
    after: tuple[tuple[str, _Process], ...]


class Prepared:
    """A statement with named parameters. Its columns have names; a list in it is written out, each value a literal."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def rows(self, door: Door, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows, each by the names of its columns."""
        text, cursor = self._execute(door, values)
        rows = [dict(zip(text.columns, row, strict=True)) for row in cursor.fetchall()]
        for name, process in text.after:
            for row in rows:
                row[name] = process(row[name])
        return rows

    def first(self, door: Door, values: Mapping[str, Any]) -> Row | None:
        """Return the first row; None if there is none."""
        rows = self.rows(door, values)
        return rows[0] if rows else None

    def writes(self, door: Door, values: Mapping[str, Any]) -> int:
        """Return how many rows it wrote."""
        return int(self._execute(door, values)[1].rowcount)

    def _execute(self, door: Door, values: Mapping[str, Any]) -> tuple[_Text, Any]:
        if isinstance(door, Session):
            door.flush()
            connection = door.connection()
            dialect, lent = connection.dialect, connection.connection
        else:
            dialect, lent = door.dialect, door.connection
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _text(self._statement, dialect)
        # One cursor a statement and connection, for as long as that lives: it knows by now how to read what comes.
        cursor = lent.info.get(self)
        if cursor is None:
            cursor = lent.info[self] = lent.cursor()
        given = {**text.own, **values}
        for name, process in text.before:
            given[name] = process(given[name])
        cursor.execute(text.words, given)
        return text, cursor


def _text(statement: Any, dialect: Dialect) -> _Text:
    # By name on both kinds of database; SQLite would have us count places.
    named = SQLiteDialect_pysqlite(paramstyle="named") if dialect.name == "sqlite" else dialect
    compiled = statement.compile(dialect=named)
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    before = {name: bind.type.dialect_impl(named).bind_processor(named) for name, bind in binds.items()}
    types = {column.name: column.type.dialect_impl(named) for column in statement.exported_columns}
    after = {name: each.result_processor(named, None) for name, each in types.items()}
    return _Text(
        words=compiled.string,
        own={name: bind.value for name, bind in binds.items() if not bind.required},
        before=tuple((name, process) for name, process in before.items() if process),
        columns=tuple(types),
        after=tuple((name, process) for name, process in after.items() if process),
    )
