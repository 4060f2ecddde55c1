"""What is written outside an entry, over the past or under a false number is refused."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, String, delete, insert, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import journal, migrate, triggers
from riskreg.kit.db import Act, Database
from riskreg.kit.journal import GENESIS, Entry
from riskreg.kit.tables import FOREVER_SEQ
from riskreg.kit.view import View
from riskreg.people.models import Team
from riskreg.risks.models import RiskComment
from tests.engines import EngineKind
from tests.kit.rows import WRITER, add, key, risk, table_of, team, versions

OUTSIDE, APPEND_ONLY = "a write outside an entry is refused", "this table is append-only"
TEAMS, COMMENTS = table_of(Team), table_of(RiskComment)
AT = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = {"version": 1, "created_at": AT, "created_by": "x", "updated_at": AT, "updated_by": "x"}
ROW = {"id": key(3), "name": "three", **STAMP}
DAY = "'2026-01-01 00:00:00'"
INTO = "INTO teams (id, name, version, created_at, created_by, updated_at, updated_by)"
VALUES = f"VALUES ('{key(3)}', 'three', 1, {DAY}, 'x', {DAY}, 'x')"
COMMENT = "INTO risk_comments (id, risk_id, text, seq, at, by)"
COMMENT_ROW = {"id": key(8), "risk_id": key(7), "text": "x", "at": AT, "by": "x"}
FORGED = f"VALUES ('x', 'teams', '{key(1)}')".replace("'x'", "{seq}")
JOURNAL = f"INTO journal VALUES ({{seq}}, {DAY}, 'x', 'x', NULL, 'x', NULL, '-', '{GENESIS}', 'h')"

Write = Callable[[Connection], object]


def said(sql: str) -> Write:
    """A write in raw SQL."""
    return lambda connection: connection.exec_driver_sql(sql)


async def filled(db: Database) -> None:
    """Entry 1 writes two teams and a risk, entry 2 a comment, entry 3 changes a team."""
    await add(db, team(1, "one"), team(2, "two"), risk(7, id=key(7)))
    await add(db, RiskComment(risk_id=key(7), text="said"))

    async def change(session: AsyncSession, view: View) -> None:
        await session.execute(update(TEAMS).where(TEAMS.c.id == key(1)).values(name="uno"))

    await db.write(WRITER, Act("change"), change)


KEPT = [
    ("one", 1, 3),
    ("uno", 3, FOREVER_SEQ),
    ("two", 1, FOREVER_SEQ),
]

BARE: list[tuple[str, Write]] = [
    ("core insert", lambda c: c.execute(insert(TEAMS), ROW)),
    ("core insert of many", lambda c: c.execute(insert(TEAMS), [ROW, {**ROW, "id": key(4)}])),
    ("core update", lambda c: c.execute(update(TEAMS).values(version=9))),
    ("core delete", lambda c: c.execute(delete(TEAMS))),
    ("raw insert", said(f"INSERT {INTO} {VALUES}")),
    ("raw update", said("UPDATE teams SET name = name")),
    ("raw delete", said(f"DELETE FROM teams WHERE id = '{key(1)}'")),
    ("raw delete of all", said("DELETE FROM teams")),
    (
        "upsert",
        said(
            f"INSERT {INTO} {VALUES.replace(key(3), key(1))} "
            "ON CONFLICT (id) DO UPDATE SET name = 'x'"
        ),
    ),
    (
        "insert from select",
        said(
            f"INSERT {INTO} SELECT '{key(3)}', 'x', 1, created_at, 'x', updated_at, 'x' FROM teams "
            f"WHERE id = '{key(1)}'"
        ),
    ),
    ("append", lambda c: c.execute(insert(COMMENTS), {**COMMENT_ROW, "seq": 4})),
    ("append to the past", lambda c: c.execute(insert(COMMENTS), {**COMMENT_ROW, "seq": 3})),
    ("forged entry", said(f"INSERT {JOURNAL.format(seq=4)}")),
    ("forged touch", said(f"INSERT INTO journal_touched {FORGED.format(seq=2)}")),
    (
        "forged version",
        said(
            f"INSERT INTO teams_history (id, from_seq, to_seq, name) VALUES ('{key(3)}', 3, 9, 'x')"
        ),
    ),
]
REPLACE = [
    ("replace", said(f"INSERT OR REPLACE {INTO} {VALUES.replace(key(3), key(1))}")),
    ("replace into", said(f"REPLACE {INTO} {VALUES.replace('three', 'two')}")),
    ("update or replace", said(f"UPDATE OR REPLACE teams SET name = 'two' WHERE id = '{key(1)}'")),
]

PAST: list[tuple[str, str]] = [
    ("edit a version", "UPDATE teams_history SET name = 'x'"),
    ("edit a version that has ended", "UPDATE teams_history SET to_seq = to_seq WHERE to_seq = 3"),
    ("end a version early", f"UPDATE teams_history SET to_seq = 2 WHERE to_seq = {FOREVER_SEQ}"),
    ("delete versions", "DELETE FROM teams_history WHERE from_seq = 1"),
    ("edit what was appended", "UPDATE risk_comments SET text = 'x'"),
    ("delete what was appended", "DELETE FROM risk_comments"),
    ("edit the journal", "UPDATE journal SET reason = 'x'"),
    ("cut the journal", "DELETE FROM journal WHERE seq = 3"),
    ("edit what was touched", f"UPDATE journal_touched SET row_id = '{key(2)}' WHERE seq = 3"),
    ("forget what was touched", "DELETE FROM journal_touched"),
]
FALSE_NUMBERS: list[tuple[str, str]] = [
    (f"{what} {name}", f"INSERT {statement.replace('{seq}', seq)}")
    for name, seq in (("of the past", "2"), ("of the future", "99"))
    for what, statement in (
        ("an entry", JOURNAL),
        ("a touch", f"INTO journal_touched {FORGED}"),
        ("a version", f"INTO teams_history (id, from_seq, to_seq) VALUES ('{key(3)}', {{seq}}, 9)"),
        ("a comment", f"{COMMENT} VALUES ('{key(8)}', '{key(7)}', 'x', {{seq}}, {DAY}, 'x')"),
    )
]
TRUNCATED = ("teams", "teams_history", "risk_comments", "journal", "journal_touched")


async def refused(db: Database, why: str, work: Write) -> None:
    """A write on a connection of its own is refused with this word, and nothing came of it."""
    with pytest.raises(DBAPIError, match=why):
        async with db.engines.writer.begin() as connection:
            await connection.run_sync(work)


async def unchanged(db: Database) -> None:
    assert await versions(db, Team, "name") == KEPT
    counts = "SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {}), (SELECT seq FROM {})"
    query = counts.format("risk_comments", "journal", "journal_head")
    assert await db.run_sync(lambda c: tuple(c.exec_driver_sql(query).one())) == (1, 3, 3)


async def test_write_outside_an_entry_is_refused_in_every_shape(
    db: Database, engine_kind: EngineKind
) -> None:
    await filled(db)
    for _, work in BARE + (REPLACE if engine_kind == "sqlite" else []):
        await refused(db, OUTSIDE, work)
    await unchanged(db)


async def test_orm_session_without_an_entry_writes_nothing(db: Database) -> None:
    await filled(db)
    async with AsyncSession(db.engines.writer) as session:
        session.add(Team(**ROW))
        with pytest.raises(DBAPIError, match=OUTSIDE):
            await session.flush()
    await unchanged(db)


async def test_past_is_not_written_over_even_inside_an_entry(
    db: Database, engine_kind: EngineKind
) -> None:
    await filled(db)
    truncate = [(table, f"TRUNCATE {table} CASCADE") for table in TRUNCATED]
    for name, statement in PAST + (truncate if engine_kind == "postgres" else []):

        async def work(session: AsyncSession, view: View, statement: str = statement) -> None:
            await (await session.connection()).exec_driver_sql(statement)

        with pytest.raises(DBAPIError, match=APPEND_ONLY):
            await db.write(WRITER, Act(name), work)
    await unchanged(db)


async def test_false_number_is_refused_even_inside_an_entry(db: Database) -> None:
    await filled(db)
    for name, statement in FALSE_NUMBERS:

        async def work(session: AsyncSession, view: View, statement: str = statement) -> None:
            await (await session.connection()).exec_driver_sql(statement)

        with pytest.raises(DBAPIError, match=OUTSIDE):
            await db.write(WRITER, Act(name), work)
    await unchanged(db)


async def test_reader_cannot_write(db: Database) -> None:
    await filled(db)
    statement = "UPDATE journal_head SET open_seq = 4"
    with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
        await db.run_sync(lambda c: c.exec_driver_sql(statement))
    await unchanged(db)


def test_other_programs_cannot_write_either(migrated_url: str, engine_kind: EngineKind) -> None:
    """A connection that knows none of our settings: SQLite's recursive triggers are off there."""
    if engine_kind == "postgres":
        with pytest.raises(DBAPIError, match=OUTSIDE):
            migrate.on_connection(migrated_url, said(f"INSERT {INTO} {VALUES}"))
        return
    connection = sqlite3.connect(f"{make_url(migrated_url).database}")
    for statement in (f"INSERT {INTO} {VALUES}", f"INSERT OR REPLACE {INTO} {VALUES}"):
        with pytest.raises(sqlite3.IntegrityError, match=OUTSIDE):
            connection.execute(statement)
    connection.close()


def trigger_names(connection: Connection) -> set[str]:
    """Every trigger of ours that the database has, and its table."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    return {f"{name} on {table}" for name, table in connection.exec_driver_sql(query)}


def in_batch(connection: Connection, *names: str) -> Operations:
    """Add a column to tables as a migration does: on SQLite each is made anew, triggerless."""
    operations = Operations(MigrationContext.configure(connection))
    for name in names:
        with operations.batch_alter_table(name, recreate="auto") as batch:
            batch.add_column(Column("motto", String(40), nullable=True))
            batch.alter_column("name", type_=String(300), existing_type=String(200))
    return operations


def test_refresh_makes_the_triggers_that_a_batch_migration_dropped(
    migrated_url: str, engine_kind: EngineKind
) -> None:
    def step(connection: Connection) -> tuple[set[str], set[str], set[str]]:
        before = trigger_names(connection)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP TRIGGER journal__teams_keep ON teams")
        in_batch(connection, "teams", "teams_history")
        between = trigger_names(connection)
        triggers.refresh(connection)
        return before, between, trigger_names(connection)

    before, between, after = migrate.on_connection(migrated_url, step)
    lost = {name for name in before - between if name.endswith("on teams")}
    assert len(lost) == (6 if engine_kind == "sqlite" else 1)
    assert after == before
    with pytest.raises(DBAPIError, match=OUTSIDE):
        migrate.on_connection(migrated_url, said(f"INSERT {INTO} {VALUES}"))


def written(connection: Connection, statement: str) -> None:
    """Run a statement of a migration as an entry of its own."""
    entry = journal.open_entry(connection, AT)
    connection.exec_driver_sql(statement)
    journal.seal(connection, entry, journal.Header("m" * 32, "migration", "migrate"))


def test_new_column_is_kept_from_then_on(migrated_url: str) -> None:
    def step(connection: Connection) -> list[tuple[object, ...]]:
        written(connection, f"INSERT {INTO} {VALUES}")
        in_batch(connection, "teams", "teams_history")
        triggers.refresh(connection)
        written(connection, "UPDATE teams SET motto = 'dare'")
        query = text("SELECT motto, from_seq, to_seq FROM teams_history ORDER BY from_seq")
        return [tuple(row) for row in connection.execute(query)]

    kept = migrate.on_connection(migrated_url, step)
    assert kept == [(None, 1, 2), ("dare", 2, FOREVER_SEQ)]


def test_column_that_is_required_and_null_in_the_past_is_refused(migrated_url: str) -> None:
    def step(connection: Connection) -> None:
        written(connection, f"INSERT {INTO} {VALUES}")
        operations = in_batch(connection, "teams", "teams_history")
        triggers.refresh(connection)
        written(connection, "UPDATE teams SET motto = 'dare'")
        with operations.batch_alter_table("teams") as batch:
            batch.alter_column("motto", existing_type=String(40), nullable=False)
        triggers.refresh(connection)

    with pytest.raises(triggers.PastHasNulls, match="teams_history"):
        migrate.on_connection(migrated_url, step)


def test_column_that_the_past_lacks_is_refused(migrated_url: str) -> None:
    def step(connection: Connection) -> None:
        in_batch(connection, "teams")
        triggers.refresh(connection)

    with pytest.raises(triggers.PastLacksColumns, match="teams_history lacks motto"):
        migrate.on_connection(migrated_url, step)


async def test_entry_number_is_the_primary_key_of_the_journal(db: Database) -> None:
    """The seal finds its number taken when work has written a journal row itself."""
    entry = {"seq": 1, "at": AT, "actor_id": "x", "actor_name": "x", "action": "x"}
    forged = {**entry, "request_id": "-", "prev_hash": GENESIS, "hash": "h"}

    async def work(session: AsyncSession, view: View) -> None:
        await session.execute(insert(table_of(Entry)), forged)

    with pytest.raises(DBAPIError):
        await db.write(WRITER, Act("forge"), work)
    assert await add(db) == 1
