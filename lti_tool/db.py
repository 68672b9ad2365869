"""The database: column types, reading doors and a writing door. The only commit of the house is here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Self, cast

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, configure_mappers, mapped_column, sessionmaker

from lti_tool.errors import ToolError
from lti_tool.language import mark

ASK_AFTER_IDLE = 1.0
"""Seconds after which a connection is asked whether it still lives: after a restart of the server it does not."""

Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite returns naive values; this makes them aware again, and refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC; a naive moment is a bug of ours."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware moment."""
        return None if value is None else _in_utc(value)


def moment_in(words: str) -> datetime:
    """Read a moment that the database itself put into words."""
    return _in_utc(datetime.fromisoformat(words))


def _in_utc(found: datetime) -> datetime:
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number kept as text: SQLite would make a float of it."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Store the plain digits."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Return the exact number."""
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """All tables. Constraints are named, so that migrations can drop them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), Decimal: ExactDecimal()}  # noqa: RUF012 - SQLAlchemy reads it once


def connect_tables() -> None:
    """Work out how the tables hang together: else the first who needs one has to wait for it."""
    configure_mappers()


POSTGRESQL_OPTIONS = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}


class DatabaseBusy(ToolError):
    """The database has too much to do, or is being restarted. Nothing was changed."""

    status = 503
    code = "busy"
    message = mark("The server has too much to do at this moment, so nothing was changed.")
    remedy = mark("Go back, wait a few seconds and press the button again.")


class Looking:
    """A connection that only looks, lent until the block ends: no session, no transaction. For ``prepared.py``.

    :raise DatabaseBusy: as for ``Database.reading``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect = engine.dialect

    def __enter__(self) -> Self:
        with _busy_is_no_fault(self._engine):
            self.connection = self._engine.raw_connection()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, _driver(self._engine).Error):
            # Whatever it was: a connection on which something failed is not lent again.
            self.connection.invalidate()
        self.connection.close()
        if isinstance(error, _driver(self._engine).OperationalError):
            raise DatabaseBusy(type(error).__name__) from None


class AtOnce(Looking):
    """A connection on which each statement is a transaction of its own, lent until the block ends."""

    def __enter__(self) -> Self:
        super().__enter__()
        self._be_at_once(True)
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if not isinstance(error, _driver(self._engine).Error):
            self._be_at_once(False)
        super().__exit__(kind, error, traceback)

    def _be_at_once(self, value: bool) -> None:
        """Tell psycopg to send no BEGIN; on SQLite, where we send it ourselves, there is nothing to tell."""
        if self.dialect.name != "sqlite":
            cast(Any, self.connection.driver_connection).autocommit = value


class Database:
    """One database and its doors."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._looking = reading_engine(self.engine)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self._looking, autoflush=False)
        event.listen(self._reading, "before_flush", _refuse)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit when the block ends, roll back if it raises.

        :raise DatabaseBusy: the database did not let us in time, or chose us to break a deadlock.
        """
        with _busy_is_no_fault(self.engine), self._writing() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only looks: no lock, and on PostgreSQL no transaction around its statements.

        :raise DatabaseBusy: the database did not let us in time.
        """
        with _busy_is_no_fault(self.engine), self._reading() as session:
            yield session

    def looking(self) -> Looking:
        """Return the reading door for what every launch and page asks: a third of the cost of a session."""
        return Looking(self._looking)

    def at_once(self) -> AtOnce:
        """Return a writing door for statements that are a whole transaction each."""
        return AtOnce(self.engine)


@contextmanager
def _busy_is_no_fault(engine: Engine) -> Iterator[None]:
    """Turn a lock, a deadlock, a full pool or a lost connection into a refusal that says: try again."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise DatabaseBusy(type(error.__cause__ or error).__name__) from None
    except _driver(engine).OperationalError as error:
        raise DatabaseBusy(type(error).__name__) from None


def _driver(engine: Engine) -> Any:
    return engine.dialect.loaded_dbapi


def open_engine(url: str) -> Engine:
    """Return an engine with the limits of our two databases. Connects to nothing yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": 5}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return _postgresql(parsed.set(drivername="postgresql+psycopg"), POSTGRESQL_OPTIONS)


def reading_engine(engine: Engine) -> Engine:
    """Return an engine for looking only; it is disposed of with the other one.

    On PostgreSQL each statement sees what is committed when it begins, in a transaction or out of one. So looking has
    connections of its own, which send no BEGIN and no ROLLBACK, and which the server itself keeps from writing.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    options = POSTGRESQL_OPTIONS | {"default_transaction_read_only": "on"}
    reading = _postgresql(engine.url, options, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
    event.listen(engine, "engine_disposed", lambda _engine: reading.dispose())
    return reading


def _postgresql(url: URL, options: dict[str, str], **more: Any) -> Engine:
    words = " ".join(f"-c {name}={value}" for name, value in options.items())
    engine = create_engine(url, connect_args={"options": words}, hide_parameters=True, **more)

    @event.listens_for(engine, "checkin")
    def note_use(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask_after_idle(connection: Any, record: Any, _proxy: Any) -> None:
        """Ask a connection that was idle whether it still lives; if not, it is replaced, and all as old as it."""
        idle = time.monotonic() - record.info.get("used", time.monotonic())
        try:
            if idle >= ASK_AFTER_IDLE:
                engine.dialect.do_ping(connection)
        except connection.Error:
            raise InvalidatePoolError from None

    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Take transaction control from the driver, and make what we call saved survive a power cut."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a deferred transaction that turns writer can fail in the middle."""
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _refuse(*_: Any) -> None:
    raise RuntimeError("this door is for reading: use Database.transaction() to write")


def table(model: type[Base]) -> Table:
    """Return the bare table of a model: a statement on it, made once, costs a tenth of one on the model."""
    return cast(Table, model.__table__)


def upsert(
    session: Session, model: type[Base], key: dict[str, Any], *, once: dict[str, Any] | None = None, **values: Any
) -> int:
    """Add the row with this unique key, or set ``values`` on the one that is there; return its id.

    ``once`` is only for a new row. One statement, so that two requests that come at once both get the same row.
    """
    given = {**key, **(once or {}), **values}
    if not values:
        # Nothing to change: a row that is there is not even locked.
        add_once(session, model, **given)
        return int(session.scalars(select(table(model).c.id).filter_by(**key)).one())
    statement = _upsert(_dialect(session), model, tuple(key), tuple(values))
    return int(_core(session).execute(statement, given).scalar_one())


def add_once(session: Session, model: type[Base], **values: Any) -> bool:
    """Add a row unless its unique key is taken; say whether it was added."""
    return _core(session).execute(_add_once(_dialect(session), model), values).first() is not None


def _core(session: Session) -> Connection:
    """Return the connection of a session, which has seen everything that was added to the session so far."""
    session.flush()
    return session.connection()


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


# Statements are made once: making one costs more than having it executed.
@cache
def _upsert(dialect: str, model: type[Base], key: tuple[str, ...], changes: tuple[str, ...]) -> Any:
    statement = _insert(dialect, model)
    changed = {name: statement.excluded[name] for name in changes}
    return statement.on_conflict_do_update(index_elements=key, set_=changed).returning(table(model).c.id)


@cache
def _add_once(dialect: str, model: type[Base]) -> Any:
    return _insert(dialect, model).on_conflict_do_nothing().returning(*table(model).primary_key)


def _insert(dialect: str, model: type[Base]) -> Any:
    """Return an insert that can look at what is there: each of our databases has its own kind."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table(model))


def answers(database: Database) -> bool:
    """Say whether the database answers at all."""
    with database.reading() as session:
        return bool(session.scalar(text("SELECT 1")) == 1)
