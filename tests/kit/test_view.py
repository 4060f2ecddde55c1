"""A guarded table is read through a view or not at all; live and past read alike."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import (
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    tuple_,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from riskreg.kit.clock import SettableClock
from riskreg.kit.context import Context
from riskreg.kit.db import Act, Database, get
from riskreg.kit.errors import BadInput
from riskreg.kit.tables import history_of
from riskreg.kit.view import MOST_STATEMENTS, STATEMENTS, OutsideView, View
from riskreg.people.models import Person, Team
from riskreg.risks.models import Risk, RiskComment
from tests.engines import EngineKind
from tests.kit.conftest import START
from tests.kit.rows import WRITER, add, key, person, risk, table_of, team

TEAMS, PEOPLE, COMMENTS = table_of(Team), table_of(Person), table_of(RiskComment)


def shapes(view: View) -> dict[str, Any]:
    """Ways to read a guarded table past the view, each the whole or a part of a statement."""
    seen: Any = view.of(Team)
    names = select(seen.name)
    return {
        "model": select(Team),
        "columns of the model": select(Team.name),
        "table": select(TEAMS),
        "column": select(TEAMS.c.name),
        "append-only table": select(COMMENTS),
        "history": select(history_of(TEAMS)),
        "history of another name": select(history_of(TEAMS).alias("x")),
        "alias of the model": select(aliased(Team)),
        "alias of the table": select(TEAMS.alias("x")),
        "table by name": select(column("name")).select_from(table("teams")),
        "words of the search": select(column("search_text")).select_from(table("risks_fts")),
        "count": select(func.count()).select_from(Team),
        "count of a column": select(func.count(TEAMS.c.id)),
        "join": names.join(PEOPLE, PEOPLE.c.team_id == seen.id),
        "outer join": names.outerjoin(Person, Person.team_id == seen.id),
        "beside the view": select(seen.name, TEAMS.c.name),
        "subquery": select(select(TEAMS).subquery()),
        "scalar": select(seen.name, select(func.count(PEOPLE.c.id)).scalar_subquery()),
        "exists": names.where(exists().where(PEOPLE.c.team_id == seen.id)),
        "in": names.where(seen.id.in_(select(PEOPLE.c.team_id))),
        "tuple in": names.where(tuple_(seen.id, seen.name).in_(select(TEAMS.c.id, TEAMS.c.name))),
        "union": union(names, select(TEAMS.c.name)),
        "common table": select(select(TEAMS).cte("x")),
        "lateral": select(seen.name, select(PEOPLE.c.name).lateral()),
        "order": names.order_by(select(TEAMS.c.name).limit(1).scalar_subquery()),
        "function": select(func.coalesce(select(TEAMS.c.name).limit(1).scalar_subquery(), "")),
        "text": text("SELECT name FROM teams"),
        "quoted text": text('SELECT name FROM main."TEAMS"'),
        "text of columns": text("SELECT id, name FROM teams").columns(column("id")),
        "text of the history": text("SELECT name FROM teams_history"),
        "text of the search": text("SELECT c0 FROM risks_fts_content"),
        "text as a source": select(text("name")).select_from(text("teams")),
        "text for entities": select(Team).from_statement(text("SELECT * FROM teams")),
        "literal": select(literal_column("(SELECT max(name) FROM teams)")),
        "prefix": names.prefix_with("(SELECT max(name) FROM teams),"),
        "suffix": names.suffix_with("UNION SELECT name FROM teams"),
    }


def writing_shapes(view: View) -> dict[str, Any]:
    """The same inside statements that write another table."""
    leads = TEAMS.c.lead_id == PEOPLE.c.id
    a_name = select(PEOPLE.c.name).limit(1).scalar_subquery()
    return {
        "insert from select": insert(TEAMS).from_select(
            ["id", "name"], select(PEOPLE.c.id, PEOPLE.c.name)
        ),
        "insert a value": insert(TEAMS).values(id=key(9), name=a_name),
        "update from": update(TEAMS).where(leads).values(name=PEOPLE.c.name),
        "update from, by models": update(Team).where(Team.lead_id == Person.id).values(name="x"),
        "update to a value": update(TEAMS).values(name=a_name),
        "update where": update(TEAMS).where(exists().where(leads)).values(name="x"),
        "update by itself": update(TEAMS).where(TEAMS.c.id.in_(select(TEAMS.c.id))),
        "update by an alias": update(TEAMS).where(TEAMS.c.id == TEAMS.alias("x").c.id),
        "delete where": delete(TEAMS).where(exists().where(leads)),
        "text": text("UPDATE teams SET name = 'x'"),
    }


async def test_bare_read_is_refused_in_every_shape(db: Database) -> None:
    await add(db, team(1, "one"))
    view = db.view(WRITER)
    for name, statement in shapes(view).items():
        with pytest.raises(OutsideView):
            pytest.fail(f"{name}: {await db.rows(view, statement)}")


async def test_bare_read_is_refused_inside_an_entry_too(
    db: Database, engine_kind: EngineKind
) -> None:
    await add(db, team(1, "one"))

    async def work(session: AsyncSession, view: View) -> None:
        found = {**shapes(view), **writing_shapes(view)}
        if engine_kind == "postgres":
            found["delete using"] = delete(TEAMS).where(TEAMS.c.lead_id == PEOPLE.c.id)
        for name, statement in found.items():
            with pytest.raises(OutsideView):
                pytest.fail(f"{name}: {await session.execute(statement, view.params)}")

    assert (await db.write(WRITER, Act("read"), work)).seq == 2


async def refresh(session: AsyncSession, view: View) -> None:
    await session.refresh(await get(session, view, Team, key(1)))


async def expire(session: AsyncSession, view: View) -> None:
    row = await get(session, view, Team, key(1))
    session.expire(row)
    await session.run_sync(lambda _session: row.name)


async def merge(session: AsyncSession, view: View) -> None:
    await session.merge(Team(id=key(1), name="x"))


async def by_key(session: AsyncSession, view: View) -> None:
    await session.get(Team, key(1))


async def legacy_query(session: AsyncSession, view: View) -> None:
    await session.run_sync(lambda plain: plain.query(Team).all())


async def stream(session: AsyncSession, view: View) -> None:
    await session.stream(select(Team))


@pytest.mark.parametrize("work", [refresh, expire, merge, by_key, legacy_query, stream])
async def test_session_that_reads_by_itself_is_refused(
    db: Database, work: Callable[[AsyncSession, View], Awaitable[None]]
) -> None:
    await add(db, team(1, "one"))
    with pytest.raises(OutsideView):
        await db.write(WRITER, Act("read"), work)


async def test_live_and_past_read_alike(db: Database, clock: SettableClock) -> None:
    """The same statement over `View.of`, joins and nested queries included, gives what was then."""
    ada, one = person("Ada", id=key(1)), team(2, "one")
    ada.team_id = one.id
    await add(db, one, ada)
    clock.advance(days=1)

    async def rename(session: AsyncSession, view: View) -> None:
        (await get(session, view, Team, key(2))).name = "uno"
        (await get(session, view, Person, key(1))).name = "Bea"

    await db.write(WRITER, Act("rename"), rename)
    clock.advance(days=1)

    async def leave(session: AsyncSession, view: View) -> None:
        (await get(session, view, Person, key(1))).team_id = None

    await db.write(WRITER, Act("leave"), leave)

    def names(view: View) -> Any:
        who, where = view.of(Person), view.of(Team)
        # Both are one alias each, however often asked for, so nested queries say what is outside.
        inside = exists(select(1).where(where.id == who.team_id).correlate(who))
        mine = select(func.count()).where(who.team_id == where.id)
        counted = mine.correlate(where).scalar_subquery()
        joined = select(who.name, where.name, inside.label("inside"), counted.label("n"))
        return joined.outerjoin(where, where.id == who.team_id)

    expected = {
        None: [("Bea", None, False, 0)],
        3: [("Bea", None, False, 0)],
        2: [("Bea", "uno", True, 1)],
        1: [("Ada", "one", True, 1)],
        0: [],
    }
    for seq, rows in expected.items():
        view = View(WRITER, db.now(), seq)
        found = await db.rows(view, names(view))
        assert [(*row[:2], bool(row[2]), row[3]) for row in found] == rows, seq  # type: ignore[misc]


async def test_past_of_an_append_only_table_is_what_was_written_until_then(db: Database) -> None:
    await add(db, risk(1, id=key(1)))
    for said in ("first", "second"):
        await add(db, RiskComment(risk_id=key(1), text=said))
    for seq, texts in ((None, ["first", "second"]), (2, ["first"]), (1, [])):
        view = View(WRITER, db.now(), seq)
        comment = view.of(RiskComment)
        rows = await db.rows(view, select(comment.text).order_by(comment.seq))
        assert [row.text for row in rows] == texts


async def test_instant_at_the_door_is_a_number_inside(db: Database, clock: SettableClock) -> None:
    first = await db.write(WRITER, Act("first"), lambda session, _v: add_team(session, 1))
    clock.advance(seconds=10)
    second = await db.write(WRITER, Act("second"), lambda session, _v: add_team(session, 2))
    clock.advance(seconds=10)
    context = Context(db, WRITER)
    before = first.at.replace(year=2020)
    for instant, seq in ((before, 0), (first.at, 1), (second.at, 2), (clock.now(), 2)):
        view = await context.view(instant)
        assert (view.seq, view.now) == (seq, instant)
    live = await context.view()
    assert (live.seq, live.now) == (None, clock.now())
    with pytest.raises(BadInput, match="in the future"):
        await context.view(clock.advance(microseconds=1) + (second.at - first.at))


async def test_instant_waits_for_the_entry_that_is_being_written(
    db: Database, clock: SettableClock
) -> None:
    """Else the same instant would tell more when it is asked again."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession, _view: View) -> None:
        session.add(team(1, "slow"))
        begun.set()
        await go_on.wait()

    before = clock.now()
    clock.advance(seconds=1)
    writing = asyncio.ensure_future(db.write(WRITER, Act("slow"), slow))
    await begun.wait()
    clock.advance(seconds=1)
    assert (await Context(db, WRITER).view(before)).seq == 0
    asking = asyncio.ensure_future(Context(db, WRITER).view(clock.now()))
    done, _ = await asyncio.wait([asking], timeout=0.2)
    go_on.set()
    assert not done
    assert (await asking).seq == (await writing).seq == 1


def test_statements_that_are_kept_have_an_end() -> None:
    view = View(WRITER, START)
    for number in range(MOST_STATEMENTS + 10):
        view.statement(("test", number), lambda _view: select(literal(1)))
    assert len(STATEMENTS) <= MOST_STATEMENTS


async def add_team(session: AsyncSession, number: int) -> None:
    session.add(team(number, f"{number}"))


async def test_entity_of_a_view_can_be_changed_and_the_past_cannot(db: Database) -> None:
    await add(db, risk(1, id=key(1), title="one"))

    async def work(session: AsyncSession, view: View) -> None:
        row = await get(session, view, Risk, key(1))
        row.title = "uno"

    await db.write(WRITER, Act("change"), work)
    view = View(WRITER, db.now(), 1)
    alias = view.of(Risk)
    [row] = await db.rows(view, select(alias.title, alias.version))
    assert tuple(row) == ("one", 1)
