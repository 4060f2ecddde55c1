"""The triggers see every way of writing, keep what was, and refuse what nobody signed for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, get
from riskreg.kit.journal import Entry, Touched
from riskreg.kit.tables import FOREVER_SEQ
from riskreg.kit.view import View
from riskreg.people.models import Team
from tests.kit.rows import WRITER, add, key, table_of, team, values, versions

TEAMS = table_of(Team)
NOW = FOREVER_SEQ
STAMP = f"1, '2026-01-01 00:00:00', '{key(9)}', '2026-01-01 00:00:00', '{key(9)}'"
INTO = "teams (id, name, version, created_at, created_by, updated_at, updated_by)"

Way = Callable[[AsyncSession, View], Awaitable[None]]
Kept = list[tuple[str, str, int, int]]
ONE, TWO = (key(1), "one", 1, NOW), (key(2), "two", 1, NOW)
"""What is kept of the two teams that entry 1 writes, before entry 2 writes in one of the ways."""


async def raw(session: AsyncSession, *statements: str) -> None:
    """Run statements past the ORM and the compiler."""
    connection = await session.connection()
    for statement in statements:
        await connection.exec_driver_sql(statement)


def raw_row(number: int, name: str) -> str:
    return f"INSERT INTO {INTO} VALUES ('{key(number)}', '{name}', {STAMP})"


async def orm_add(session: AsyncSession, view: View) -> None:
    session.add_all([team(3, "three"), team(4, "four")])


async def orm_change(session: AsyncSession, view: View) -> None:
    (await get(session, view, Team, key(1))).name = "uno"


async def orm_delete(session: AsyncSession, view: View) -> None:
    await session.delete(await get(session, view, Team, key(1)))


async def core_insert(session: AsyncSession, view: View) -> None:
    await session.execute(insert(TEAMS), values(session, team(3, "three")))


async def core_update(session: AsyncSession, view: View) -> None:
    await session.execute(update(TEAMS).where(TEAMS.c.id == key(1)).values(name="uno"))


async def core_delete(session: AsyncSession, view: View) -> None:
    await session.execute(delete(TEAMS).where(TEAMS.c.id == key(1)))


async def bulk_insert(session: AsyncSession, view: View) -> None:
    rows = [values(session, team(3, "three")), values(session, team(4, "four"))]
    await session.execute(insert(Team), rows)


async def bulk_update(session: AsyncSession, view: View) -> None:
    await session.execute(update(Team).where(Team.name == "one").values(name="uno"))


async def bulk_update_by_key(session: AsyncSession, view: View) -> None:
    rows = [{"id": key(1), "name": "uno"}, {"id": key(2), "name": "due"}]
    await session.execute(update(Team), rows)


async def bulk_delete(session: AsyncSession, view: View) -> None:
    await session.execute(delete(Team))


async def raw_insert(session: AsyncSession, view: View) -> None:
    await raw(session, raw_row(3, "three"))


async def raw_update(session: AsyncSession, view: View) -> None:
    await raw(session, f"UPDATE teams SET name = 'uno' WHERE id = '{key(1)}'")


async def raw_delete(session: AsyncSession, view: View) -> None:
    await raw(session, "DELETE FROM teams")


async def raw_new_key(session: AsyncSession, view: View) -> None:
    await raw(session, f"UPDATE teams SET id = '{key(3)}' WHERE id = '{key(1)}'")


async def executemany(session: AsyncSession, view: View) -> None:
    connection = await session.connection()
    name, at = ("?", "?") if connection.dialect.name == "sqlite" else ("$1", "$2")
    statement = f"UPDATE teams SET name = {name} WHERE id = {at}"
    await connection.exec_driver_sql(statement, [("uno", key(1)), ("due", key(2))])


async def replace(session: AsyncSession, view: View) -> None:
    """As each engine says it; on SQLite a replaced row is deleted behind the statement."""
    row = values(session, team(1, "uno"))
    if (await session.connection()).dialect.name == "sqlite":
        await session.execute(insert(TEAMS).prefix_with("OR REPLACE"), row)
        return
    upsert = postgresql.insert(TEAMS).values(row)
    changes = {"name": upsert.excluded.name}
    await session.execute(upsert.on_conflict_do_update(index_elements=["id"], set_=changes))


async def replace_by_name(session: AsyncSession, view: View) -> None:
    """The unique name is taken by a row of another key, which goes or is changed."""
    row = values(session, team(3, "one"))
    if (await session.connection()).dialect.name == "sqlite":
        await session.execute(insert(TEAMS).prefix_with("OR REPLACE"), row)
        return
    await session.execute(delete(TEAMS).where(TEAMS.c.name == "one"))
    await session.execute(insert(TEAMS), row)


async def upsert(session: AsyncSession, view: View) -> None:
    is_sqlite = (await session.connection()).dialect.name == "sqlite"
    made: Any = (sqlite if is_sqlite else postgresql).insert(TEAMS)
    rows = [values(session, team(1, "uno")), values(session, team(3, "three"))]
    changes = {"name": made.excluded.name}
    await session.execute(made.on_conflict_do_update(index_elements=["id"], set_=changes), rows)


UNO: Kept = [(key(1), "one", 1, 2), (key(1), "uno", 2, NOW)]
DUE: Kept = [(key(2), "two", 1, 2), (key(2), "due", 2, NOW)]
THREE, FOUR = (key(3), "three", 2, NOW), (key(4), "four", 2, NOW)
NO_ONE, NO_TWO = (key(1), "one", 1, 2), (key(2), "two", 1, 2)

WAYS: list[tuple[Way, Kept, list[int]]] = [
    (orm_add, [ONE, TWO, THREE, FOUR], [3, 4]),
    (orm_change, [*UNO, TWO], [1]),
    (orm_delete, [NO_ONE, TWO], [1]),
    (core_insert, [ONE, TWO, THREE], [3]),
    (core_update, [*UNO, TWO], [1]),
    (core_delete, [NO_ONE, TWO], [1]),
    (bulk_insert, [ONE, TWO, THREE, FOUR], [3, 4]),
    (bulk_update, [*UNO, TWO], [1]),
    (bulk_update_by_key, [*UNO, *DUE], [1, 2]),
    (bulk_delete, [NO_ONE, NO_TWO], [1, 2]),
    (raw_insert, [ONE, TWO, THREE], [3]),
    (raw_update, [*UNO, TWO], [1]),
    (raw_delete, [NO_ONE, NO_TWO], [1, 2]),
    (raw_new_key, [NO_ONE, TWO, (key(3), "one", 2, NOW)], [1, 3]),
    (executemany, [*UNO, *DUE], [1, 2]),
    (replace, [*UNO, TWO], [1]),
    (replace_by_name, [NO_ONE, TWO, (key(3), "one", 2, NOW)], [1, 3]),
    (upsert, [*UNO, TWO, THREE], [1, 3]),
]


async def change(db: Database, way: Way) -> None:
    """Entry 1 writes two teams, entry 2 is the way."""
    await add(db, team(1, "one"), team(2, "two"))
    await db.write(WRITER, Act("change", "because"), way)


async def touched(db: Database, seq: int) -> list[tuple[str, str]]:
    query = select(Touched.table_name, Touched.row_id).where(Touched.seq == seq)
    return sorted(tuple(row) for row in await db.rows(db.view(WRITER), query))


@pytest.mark.parametrize(("way", "kept", "rows"), WAYS, ids=lambda x: getattr(x, "__name__", ""))
async def test_triggers_see(db: Database, way: Way, kept: Kept, rows: list[int]) -> None:
    await change(db, way)
    assert await versions(db, Team, "id", "name") == sorted(kept, key=lambda row: (row[0], row[2]))
    assert await touched(db, 2) == [("teams", key(number)) for number in rows]
    query = select(Entry.seq, Entry.actor_id, Entry.actor_name, Entry.action, Entry.reason)
    [_, told] = await db.rows(db.view(WRITER), query.order_by(Entry.seq))
    assert tuple(told) == (2, WRITER.id, "Wanda Writer", "change", "because")


async def twice(session: AsyncSession, view: View) -> None:
    row = await get(session, view, Team, key(1))
    for name in ("first", "second", "uno"):
        row.name = name
        await session.flush()


async def there_and_back(session: AsyncSession, view: View) -> None:
    await raw(session, raw_row(3, "three"), f"DELETE FROM teams WHERE id = '{key(3)}'")


async def away_and_back(session: AsyncSession, view: View) -> None:
    await raw(session, f"DELETE FROM teams WHERE id = '{key(1)}'", raw_row(1, "uno"))


async def new_and_changed(session: AsyncSession, view: View) -> None:
    session.add(row := team(3, "draft"))
    await session.flush()
    row.name = "three"


@pytest.mark.parametrize(
    ("way", "kept", "rows"),
    [
        (twice, [*UNO, TWO], [1]),
        (there_and_back, [ONE, TWO], [3]),
        (away_and_back, [*UNO, TWO], [1]),
        (new_and_changed, [ONE, TWO, THREE], [3]),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
async def test_one_entry_makes_one_version(
    db: Database, way: Way, kept: Kept, rows: list[int]
) -> None:
    await change(db, way)
    assert await versions(db, Team, "id", "name") == kept
    assert await touched(db, 2) == [("teams", key(number)) for number in rows]


async def test_version_counts_entries_not_flushes(db: Database) -> None:
    await change(db, twice)
    await db.write(WRITER, Act("again"), new_and_changed)
    assert await versions(db, Team, "name", "version") == [
        ("one", 1, 1, 2),
        ("uno", 2, 2, NOW),
        ("two", 1, 1, NOW),
        ("three", 1, 3, NOW),
    ]


async def test_change_to_the_same_is_no_version_of_the_orm(db: Database) -> None:
    async def same(session: AsyncSession, view: View) -> None:
        (await get(session, view, Team, key(1))).name = "one"

    await change(db, same)
    assert await versions(db, Team, "id", "name") == [ONE, TWO]
    assert await touched(db, 2) == []


async def test_row_that_was_deleted_may_come_back(db: Database) -> None:
    await change(db, orm_delete)
    await add(db, team(1, "again"))
    kept = [NO_ONE, (key(1), "again", 3, NOW), TWO]
    assert await versions(db, Team, "id", "name") == kept


async def test_failed_entry_leaves_nothing_and_its_number_is_used_again(db: Database) -> None:
    async def fails(session: AsyncSession, view: View) -> None:
        await raw(session, raw_row(3, "three"))
        await raw(session, raw_row(4, "three"))  # the name is taken

    with pytest.raises(DBAPIError):
        await change(db, fails)
    assert await versions(db, Team, "id", "name") == [ONE, TWO]
    assert await touched(db, 2) == []
    assert await add(db, team(3, "three")) == 2
