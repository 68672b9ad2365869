"""The two doors of the database, its column types, and races that are lost well."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.exc import InternalError

from lti_tool import db, schema
from lti_tool.db import Database, add_once, upsert
from lti_tool.models import Institution, UsedAttempt

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    yield opened
    opened.engine.dispose()


def institution(name: str = "College") -> Institution:
    return Institution(name=name, support_contacts="room 12", created_at=NOON)


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(institution())
        session.flush()
        raise ZeroDivisionError

    with database.reading() as session:
        assert session.scalars(select(Institution)).all() == []


def test_the_reading_door_refuses_to_write(database):
    with database.reading() as session:
        session.add(institution())
        with pytest.raises(RuntimeError, match="reading"):
            session.flush()


def test_on_postgresql_the_server_itself_refuses_to_write_for_the_reading_door(database):
    if database.engine.dialect.name == "sqlite":
        return
    with pytest.raises(InternalError, match="read-only"), database.reading() as session:
        session.execute(text("DELETE FROM institution"))


@pytest.mark.parametrize("door", ["reading", "transaction"])
def test_a_connection_that_died_while_it_was_idle_is_replaced(database, door, monkeypatch):
    if database.engine.dialect.name == "sqlite":
        return
    monkeypatch.setattr(db, "ASK_AFTER_IDLE", 0)
    with getattr(database, door)() as session:
        died = session.scalar(text("SELECT pg_backend_pid()"))
    other = create_engine(database.engine.url, poolclass=NullPool)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": died})

    with getattr(database, door)() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != died


def test_moments_come_back_aware_and_in_utc(database):
    with database.transaction() as session:
        session.add(institution())

    with database.reading() as session:
        assert session.scalars(select(Institution.created_at)).one() == NOON
        assert session.scalars(select(Institution.created_at)).one().tzinfo is UTC


def test_a_naive_moment_is_refused(database):
    with pytest.raises(Exception, match="time zone"), database.transaction() as session:
        session.add(Institution(name="x", support_contacts="", created_at=datetime(2026, 3, 1)))  # noqa: DTZ001 - the point


def test_a_second_insert_of_the_same_id_is_not_made(database):
    with database.transaction() as session:
        assert add_once(session, UsedAttempt, id="a", used_at=NOON)
        assert not add_once(session, UsedAttempt, id="a", used_at=NOON)


def test_twenty_threads_that_add_the_same_row_all_get_its_id(database):
    ids: list[int] = []

    def add() -> None:
        with database.transaction() as session:
            ids.append(
                upsert(session, Institution, {"name": "College"}, once={"created_at": NOON}, support_contacts="room 12")
            )

    threads = [threading.Thread(target=add) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 20
    assert len(set(ids)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Institution)) == 1


def test_decimals_stay_exact(database):
    from lti_tool.db import ExactDecimal

    column = ExactDecimal()
    dialect = database.engine.dialect

    assert column.process_result_value(column.process_bind_param(Decimal("37.87"), dialect), dialect) == Decimal(
        "37.87"
    )


def test_sqlite_keeps_what_it_called_saved(database):
    if database.engine.dialect.name != "sqlite":
        with database.reading() as session:
            assert session.scalar(text("SHOW synchronous_commit")) == "on"
            assert session.scalar(text("SHOW lock_timeout")) == "5s"
        return
    with database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_the_tables_are_at_the_head_and_can_go_back_and_forth(database):
    assert schema.current(database) == schema.head()

    schema.downgrade(database)
    assert schema.current(database) is None

    schema.upgrade(database)
    schema.upgrade(database)
    assert schema.current(database) == schema.head()


def test_models_and_migrations_agree(database):
    from alembic import command

    with database.engine.begin() as connection:
        command.check(schema.alembic_config(connection))
