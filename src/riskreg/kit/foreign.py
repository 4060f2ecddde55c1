"""The wall at the end of a narrow actor's write: it touches, and points at, only what it sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.errors import Forbidden
from riskreg.kit.journal import Touched
from riskreg.kit.tables import Base, is_guarded, model_of
from riskreg.kit.view import View, visible, visible_everywhere

CHUNK = 500


async def refuse(session: AsyncSession, view: View) -> None:
    """Raise `Forbidden` if this entry touched a row that its actor may not write.

    A row that is there now must be visible; one that was there before must have been; and what a
    row newly points at must have been visible before, unless the entry made it: else a link that
    an actor writes could open a foreign row to it. Rows that we `maintain` are our own business.
    """
    entry = session.info["entry"].seq
    before = View(view.actor, view.now, entry - 1)
    query = select(Touched.table_name, Touched.row_id).where(Touched.seq == entry)
    wanted: dict[str, set[str]] = {}
    for table, row_id in (await session.execute(query)).all():
        if row_id not in session.info["maintained"]:
            wanted.setdefault(table, set()).add(row_id)
    for table, keys in sorted(wanted.items()):
        model = model_of(table)
        for at in (view, before):
            there = {row.id for row in await _rows(session, visible_everywhere(at), model, keys)}
            if not there <= await _seen(session, at, model, there):
                msg = f"you may not write to these {table.replace('_', ' ')}"
                raise Forbidden(msg)
        await _refuse_foreign_targets(session, view, before, model, keys)


async def _refuse_foreign_targets(
    session: AsyncSession, view: View, before: View, model: type[Base], keys: set[str]
) -> None:
    now = {row.id: row for row in await _rows(session, visible_everywhere(view), model, keys)}
    then = {row.id: row for row in await _rows(session, visible_everywhere(before), model, keys)}
    for column in model.__table__.columns:
        for reference in column.foreign_keys:
            name, table = column.name, reference.column.table
            if not is_guarded(table):
                continue
            pointed = {
                getattr(row, name)
                for at, row in now.items()
                if at not in then or getattr(then[at], name) != getattr(row, name)
            }
            target = model_of(table.name)
            old = await _rows(session, visible_everywhere(before), target, pointed - {None})
            there = {row.id for row in old}
            if not there <= await _seen(session, before, target, there):
                msg = f"you may not write what belongs to these {table.name.replace('_', ' ')}"
                raise Forbidden(msg)


async def _rows(
    session: AsyncSession, view: View, model: type[Base], keys: Iterable[str]
) -> Sequence[Row[Any]]:
    alias: Any = view.of(model)
    query = select(*[getattr(alias, column.name) for column in model.__table__.columns])
    return await _chunked(session, view, alias, query, keys)


async def _seen(
    session: AsyncSession, view: View, model: type[Base], keys: Iterable[str]
) -> set[str]:
    alias = visible(model, view.actor.reach.scope, view.seq is not None, still=False)
    return {row.id for row in await _chunked(session, view, alias, select(alias.id), keys)}


async def _chunked(
    session: AsyncSession, view: View, alias: Any, query: Select[Any], keys: Iterable[str]
) -> list[Row[Any]]:
    wanted = sorted(keys)
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = query.where(alias.id.in_(wanted[start : start + CHUNK]))
        found += (await session.execute(chunk, view.params)).all()
    return found
