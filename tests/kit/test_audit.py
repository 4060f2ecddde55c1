"""Whatever is altered behind the journal's back is found, given a head noted elsewhere."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import audit, journal, triggers
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database, get
from riskreg.kit.journal import GENESIS, Entry, Header, JournalHead
from riskreg.kit.tables import FOREVER_SEQ
from riskreg.kit.view import View
from riskreg.people.models import Team
from riskreg.risks.models import Risk, RiskComment
from tests.kit.rows import WRITER, add, key, risk, table_of, team

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
ENTRIES, HEAD = table_of(Entry), table_of(JournalHead)


async def story(db: Database, clock: SettableClock) -> str:
    """Eight entries of every kind; the head after them, as a brief would print it."""
    await add(db, team(1, "one"), team(2, "two"), risk(3, id=key(3)))
    await db.write(WRITER, Act("rename", "a typing error"), renamed("uno"))
    clock.advance(days=1)
    await add(db, RiskComment(id=key(4), risk_id=key(3), text="said"))
    await add(db, RiskComment(id=key(5), risk_id=key(3), text="said again"))
    await db.write(WRITER, Act("rename"), renamed("un"))

    async def drop(session: AsyncSession, view: View) -> None:
        await session.delete(await get(session, view, Team, key(2)))

    await db.write(WRITER, Act("drop"), drop)

    async def assess(session: AsyncSession, view: View) -> None:
        (await get(session, view, Risk, key(3))).impacts = {"SLA": 3, "COST": 1}

    await db.write(WRITER, Act("assess"), assess)
    await add(db, team(6, "six"))
    return (await db.run_sync(audit.verify)).head


def renamed(name: str) -> Callable[[AsyncSession, View], Any]:
    async def rename(session: AsyncSession, view: View) -> None:
        (await get(session, view, Team, key(1))).name = name

    return rename


def rewritten(connection: Connection) -> None:
    """The whole chain made anew over the rows as they are now, by somebody who has read ours."""
    rows = connection.execute(select(ENTRIES).order_by(ENTRIES.c.seq)).all()
    previous = GENESIS
    for row in rows:
        header = Header(
            row.actor_id,
            row.actor_name,
            row.action,
            row.reason,
            row.on_behalf_of,
            row.request_id,
        )
        digest = journal._digest_of(connection, row.seq)
        value = journal.chain(previous, row.seq, row.at, header, digest)
        changed = ENTRIES.update().where(ENTRIES.c.seq == row.seq)
        connection.execute(changed.values(prev_hash=previous, hash=value))
        previous = value
    last = rows[-1].seq if rows else 0
    at = rows[-1].at if rows else BEGIN
    connection.execute(HEAD.update().values(seq=last, hash=previous, at=at))


@dataclass(frozen=True)
class Attack:
    """Statements of somebody who owns the database, and what of it is told."""

    name: str
    sql: tuple[str, ...]
    told: str
    rechained: bool = False
    needs_head: bool = False

    def carry_out(self, connection: Connection) -> None:
        """Do it; the triggers are out of the way."""
        for statement in self.sql:
            assert connection.exec_driver_sql(statement).rowcount != 0, statement
        if self.rechained:
            rewritten(connection)


def without_triggers(connection: Connection) -> None:
    """What the owner of a database can do until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET session_replication_role = replica")
        return
    for drop in triggers._drop_sqlite(connection):
        connection.exec_driver_sql(drop)


def entry(seq: int, change: str) -> str:
    return f"UPDATE journal SET {change} WHERE seq = {seq}"


def version(seq: int, change: str) -> str:
    return f"UPDATE teams_history SET {change} WHERE id = '{key(1)}' AND from_seq = {seq}"


LATER = "at = '2027-01-01 00:00:00.000000'"
MISMATCH = "entry {} does not match the rows that it wrote"
ENDS = "the journal ends at"
NOTED = "is not in the journal"
CUT = (
    "DELETE FROM journal WHERE seq = 8",
    "DELETE FROM journal_touched WHERE seq = 8",
    "DELETE FROM teams_history WHERE from_seq = 8",
    f"DELETE FROM teams WHERE id = '{key(6)}'",
)
WIPED = ("risk_comments", "risks", "risks_history", "teams", "teams_history")
WIPE = tuple(f"DELETE FROM {table}" for table in (*WIPED, "journal_touched", "journal"))
FORGED = (
    "INSERT INTO journal (seq, at, actor_id, actor_name, action, request_id, prev_hash, hash) "
    "SELECT 9, at, actor_id, 'Mallory', 'forge', '-', hash, prev_hash FROM journal WHERE seq = 8"
)
SWAP = (entry(2, "seq = 99"), entry(5, "seq = 2"), entry(99, "seq = 5"))

ATTACKS = [
    Attack("edit a version", (version(1, "name = 'x'"),), MISMATCH.format(1)),
    Attack("edit the newest version", (version(5, "name = 'x'"),), MISMATCH.format(5)),
    Attack("empty a column", (version(2, "updated_by = NULL"),), MISMATCH.format(2)),
    Attack("end a version early", (version(1, "to_seq = 2"), version(1, "to_seq = 3")), "follow"),
    Attack("end a version never", (version(1, f"to_seq = {FOREVER_SEQ}"),), "do not follow"),
    Attack("begin a version later", (version(2, "from_seq = 3"),), MISMATCH.format(2)),
    Attack(
        "delete a version",
        (f"DELETE FROM teams_history WHERE id = '{key(1)}' AND from_seq = 2",),
        MISMATCH.format(2),
    ),
    Attack(
        "add a version",
        (f"INSERT INTO teams_history (id, from_seq, to_seq) VALUES ('{key(7)}', 3, 4)",),
        "teams: 1 row versions belong to no entry",
    ),
    Attack("edit an appended row", ("UPDATE risk_comments SET text = 'x'",), MISMATCH.format(3)),
    Attack("delete an appended row", ("DELETE FROM risk_comments",), MISMATCH.format(4)),
    Attack(
        "swap two appended rows",
        (
            f"UPDATE risk_comments SET seq = 99 WHERE id = '{key(4)}'",
            f"UPDATE risk_comments SET seq = 3 WHERE id = '{key(5)}'",
            f"UPDATE risk_comments SET seq = 4 WHERE id = '{key(4)}'",
        ),
        MISMATCH.format(3),
    ),
    Attack("edit the time", (entry(3, LATER),), MISMATCH.format(3)),
    Attack("edit the actor", (entry(3, f"actor_id = '{key(9)}'"),), MISMATCH.format(3)),
    Attack("edit the actor's name", (entry(3, "actor_name = 'x'"),), MISMATCH.format(3)),
    Attack("edit the reason", (entry(2, "reason = 'x'"),), MISMATCH.format(2)),
    Attack("drop the reason", (entry(2, "reason = NULL"),), MISMATCH.format(2)),
    Attack("edit the action", (entry(2, "action = 'x'"),), MISMATCH.format(2)),
    Attack("edit whom it was for", (entry(2, "on_behalf_of = 'x'"),), MISMATCH.format(2)),
    Attack("edit the request", (entry(2, "request_id = 'x'"),), MISMATCH.format(2)),
    Attack("edit a hash", (entry(2, "hash = prev_hash"),), MISMATCH.format(2)),
    Attack("edit a link of the chain", (entry(2, "prev_hash = hash"),), "entry 2 does not follow"),
    Attack("delete an entry", ("DELETE FROM journal WHERE seq = 3",), "entry 3 is missing"),
    Attack("delete the first", ("DELETE FROM journal WHERE seq = 1",), "entry 1 is missing"),
    Attack("delete the last", ("DELETE FROM journal WHERE seq = 8",), ENDS),
    Attack("swap two entries", SWAP, MISMATCH.format(2)),
    Attack("forge an entry", (FORGED,), MISMATCH.format(9)),
    Attack(
        "edit what was touched",
        (f"UPDATE journal_touched SET row_id = '{key(2)}' WHERE seq = 2",),
        MISMATCH.format(2),
    ),
    Attack("forget what was touched", ("DELETE FROM journal_touched",), MISMATCH.format(1)),
    Attack(
        "touch more",
        (f"INSERT INTO journal_touched VALUES (3, 'teams', '{key(1)}')",),
        MISMATCH.format(3),
    ),
    Attack("edit a live row", ("UPDATE teams SET name = 'x' WHERE name = 'un'",), "live rows"),
    Attack("delete a live row", ("DELETE FROM teams WHERE name = 'un'",), "live rows"),
    Attack("add a live row", (f"UPDATE teams SET id = '{key(7)}' WHERE name = 'un'",), "live rows"),
    Attack("edit the head", ("UPDATE journal_head SET hash = 'x'",), ENDS),
    Attack("edit the head's number", ("UPDATE journal_head SET seq = 9",), ENDS),
    Attack("edit the head's time", (f"UPDATE journal_head SET {LATER}",), "the head's time"),
    Attack("leave an entry open", ("UPDATE journal_head SET open_seq = 9",), "was left open"),
    Attack("wipe all but the head", WIPE, ENDS),
    Attack("cut the tail", CUT, NOTED, rechained=True, needs_head=True),
    Attack("wipe", WIPE, NOTED, rechained=True, needs_head=True),
    Attack(
        "edit and chain anew",
        (version(2, "name = 'x'"), entry(2, "reason = 'x'")),
        NOTED,
        rechained=True,
        needs_head=True,
    ),
]


async def test_every_attack_is_found(db: Database, clock: SettableClock) -> None:
    """Each is carried out in a transaction that ends with a look, and is then undone."""
    noted = await story(db, clock)
    async with db.engines.writer.connect() as connection, connection.begin() as all_of_it:
        await connection.run_sync(without_triggers)
        for attack in ATTACKS:
            one = await connection.begin_nested()
            await connection.run_sync(attack.carry_out)
            if attack.needs_head:
                assert (await connection.run_sync(audit.verify)).sound, attack.name
            verdict = await connection.run_sync(audit.verify, noted)
            assert attack.told in "\n".join(verdict.problems), attack.name
            await one.rollback()
        await all_of_it.rollback()
    sound = await db.run_sync(lambda c: audit.verify(c, noted))
    assert sound == audit.Verdict(8, 8, noted, ())


async def test_noted_head_that_is_none_is_told(db: Database) -> None:
    await add(db, team(1, "one"))
    for head in ("", "x", "1", "1:", "x:y", ":", "99:" + GENESIS, "-1:x", "0:", "²:x"):
        verdict = await db.run_sync(partial(audit.verify, head=head))
        assert verdict.problems == (f"the noted head {head} is not in the journal",)
    assert (await db.run_sync(lambda c: audit.verify(c, f"0:{GENESIS}"))).sound


async def test_verifying_while_others_write_finds_nothing(
    db: Database, clock: SettableClock
) -> None:
    """It looks at one moment of the database, whatever is written meanwhile."""
    await story(db, clock)
    done = asyncio.Event()

    async def keep_writing() -> int:
        number = 100
        while not done.is_set():
            await add(db, team(number, f"{number}"))
            number += 1
        return number - 100

    writing = asyncio.ensure_future(keep_writing())
    verdicts: list[audit.Verdict] = []
    while len({verdict.seq for verdict in verdicts}) < 5:  # until others wrote in between
        verdicts.append(await db.run_sync(audit.verify))
    done.set()
    written = await writing
    assert [verdict.problems for verdict in verdicts if verdict.problems] == []
    assert (await db.run_sync(audit.verify)).seq == 8 + written
