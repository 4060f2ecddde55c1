"""Entries are numbered without a gap, rise in time, and are chained; see test_audit for attacks."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import audit, journal
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database, get, new_key
from riskreg.kit.errors import UserError
from riskreg.kit.journal import GENESIS, Entry, Header, canonical
from riskreg.kit.view import Actor, View
from riskreg.people.models import Team
from riskreg.risks.models import Risk, RiskComment
from tests.kit.conftest import START
from tests.kit.rows import WRITER, add, key, risk, team

AT = datetime(2026, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


async def entries(db: Database) -> list[Any]:
    view = db.view(WRITER)
    return list(await db.rows(view, select(*Entry.__table__.columns).order_by(Entry.seq)))


async def test_numbers_have_no_gap_whatever_fails(db: Database) -> None:
    async def fails(session: AsyncSession, view: View) -> None:
        session.add(team(99, "never"))
        await session.flush()
        raise UserError("no")

    for number in range(1, 5):
        assert await add(db, team(number, f"{number}")) == number
        with pytest.raises(UserError):
            await db.write(WRITER, Act("fail"), fails)
        await db.rehearse(WRITER, Act("rehearse"), fails_not)
    assert [row.seq for row in await entries(db)] == [1, 2, 3, 4]


async def fails_not(session: AsyncSession, view: View) -> int:
    session.add(team(99, "never"))
    await session.flush()
    alias = view.of(Team)
    return len((await session.execute(select(alias.id), view.params)).all())


async def test_rehearsal_answers_and_keeps_nothing(db: Database) -> None:
    await add(db, team(1, "one"))
    assert await db.rehearse(WRITER, Act("rehearse"), fails_not) == 2
    assert len(await entries(db)) == 1
    assert await db.rows(view := db.view(WRITER), select(view.of(Team).name)) == [("one",)]


async def test_time_rises_though_the_clock_stands_or_goes_back(
    db: Database, clock: SettableClock
) -> None:
    moves = (0.0, 0.0, 3600.0, -7200.0, 0.0, 7200.0)
    seen: list[datetime] = []
    for number, seconds in enumerate(moves):
        clock.advance(seconds=seconds)
        written = await db.write(WRITER, Act("add"), lambda s, _v: _added(s, number))  # noqa: B023
        assert written.result == written.at
        seen.append(written.at)
        assert db.now() >= written.at
    hour = START + timedelta(hours=1)
    assert seen == [START, START + TICK, hour, hour + TICK, hour + 2 * TICK, hour + 3 * TICK]
    assert [row.at for row in await entries(db)] == seen


async def _added(session: AsyncSession, number: int) -> datetime:
    session.add(row := team(number, f"{number}"))
    await session.flush()
    return row.updated_at


async def test_entry_says_who_did_what_and_why(db: Database) -> None:
    actor = Actor("c" * 32, "Cy", on_behalf_of="d" * 32, request_id="request-1")
    await db.write(actor, Act("logRisk", "because"), lambda s, _v: _added(s, 1))
    [row] = await entries(db)
    told = (row.actor_id, row.actor_name, row.on_behalf_of, row.action, row.reason, row.request_id)
    assert told == ("c" * 32, "Cy", "d" * 32, "logRisk", "because", "request-1")


async def test_rows_are_stamped_with_the_entry(db: Database, clock: SettableClock) -> None:
    await add(db, risk(1, id=key(1)))
    clock.advance(days=1)
    other = Actor("c" * 32, "Cy")

    async def change(session: AsyncSession, view: View) -> str:
        (await get(session, view, Risk, key(1))).title = "changed"
        session.add(RiskComment(risk_id=key(1), text="said"))
        return new_key(session)

    written = await db.write(other, Act("change"), change)
    view = db.view(WRITER)
    one: Any = view.of(Risk)
    stamp = select(one.version, one.created_at, one.created_by, one.updated_at, one.updated_by)
    [row] = await db.rows(view, stamp)
    assert tuple(row) == (2, START, WRITER.id, written.at, other.id)
    said: Any = view.of(RiskComment)
    [comment] = await db.rows(view, select(said.id, said.seq, said.at, said.by))
    assert tuple(comment)[1:] == (2, written.at, other.id)
    assert written.result > comment.id[:0]
    assert comment.id[:12] == written.result[:12]  # the millisecond of the entry


async def test_hashes_chain_and_verify(db: Database) -> None:
    for number in range(1, 6):
        await add(db, team(number, f"{number}"))
    await db.write(WRITER, Act("nothing", "an entry that touches no row"), _nothing)
    rows = await entries(db)
    assert [row.prev_hash for row in rows] == [GENESIS, *[row.hash for row in rows[:-1]]]
    assert len({row.hash for row in rows}) == 6
    verdict = await db.run_sync(audit.verify)
    assert verdict == audit.Verdict(6, 6, f"6:{rows[-1].hash}", ())
    assert verdict.sound
    for at in (0, 3, 5):
        noted = f"{rows[at].seq}:{rows[at].hash}"
        assert (await db.run_sync(lambda c: audit.verify(c, noted))).problems == ()  # noqa: B023


async def _nothing(session: AsyncSession, view: View) -> None:
    """Writes nothing."""


async def test_empty_journal_verifies(db: Database) -> None:
    verdict = await db.run_sync(audit.verify)
    assert verdict == audit.Verdict(0, 0, f"0:{GENESIS}", ())


def test_fields_cannot_run_into_one_another() -> None:
    """The hash tells apart headers whose texts are the same when put together."""
    headers = [
        Header("a", "bc", "d"),
        Header("ab", "c", "d"),
        Header("a", "b", "cd"),
        Header("a", "bc", "", "d"),
        Header("a", "bc", "d", on_behalf_of="-", request_id=""),
        Header("a", "bc", "d", on_behalf_of=""),
    ]
    hashes = [journal.chain(GENESIS, 1, AT, header, b"") for header in headers]
    assert len(set(hashes)) == len(hashes) - 1  # no one and nobody's name are the same
    assert hashes[0] == hashes[-1]
    assert journal.chain(GENESIS, 11, AT, headers[0], b"") != journal.chain(
        GENESIS, 1, AT + TICK, headers[0], b""
    )


class Word(Enum):
    """A word whose value is not its name."""

    MEMBER = "value"


IN_SINGAPORE = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Word.MEMBER, "e:MEMBER"),
        (True, "b:1"),
        (1, "i:1"),
        (0.1, "f:0.1"),
        (Decimal("1.50"), "d:1.5"),
        (Decimal("1.5"), "d:1.5"),
        (Decimal(100), "d:100"),
        (Decimal("0.00"), "d:0"),
        (Decimal("-0.0"), "d:0"),
        ("1", "s:1"),
        (AT, "t:2026-01-01T00:00:00.000000+00:00"),
        (IN_SINGAPORE, "t:2026-01-01T00:00:00.000000+00:00"),
        (date(2026, 1, 1), "y:2026-01-01"),
        ({"b": 1, "a": [2]}, 'j:{"a":[2],"b":1}'),
        ([], "j:[]"),
        (b"", "x:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ],
)
def test_value_has_one_form_on_both_engines(value: object, text: str) -> None:
    assert canonical(value) == text
