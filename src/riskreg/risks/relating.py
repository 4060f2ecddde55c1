"""How risks are linked to each other: what would be a double or a circle."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import fetcher, visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.view import View
from riskreg.risks.models import RiskRelation
from riskreg.risks.rules import RelationKind

Links = set[tuple[str, str]]


async def relations(session: AsyncSession, view: View, kind: RelationKind) -> Links:
    """Every relation of a kind as (from, to), hidden ones too: a circle is one for all."""
    every = visible_everywhere(view)
    alias: Any = every.of(RiskRelation)
    statement = select(alias.from_id, alias.to_id).where(alias.kind == kind)
    return {(row.from_id, row.to_id) for row in await fetcher(session, every)(statement)}


def is_there(links: Links, kind: RelationKind, start: str, end: str) -> bool:
    """Whether two risks are so related already; RELATED says the same in both directions."""
    both = kind is RelationKind.RELATED
    return (start, end) in links or (both and (end, start) in links)


def refuse_circle(links: Links, kind: RelationKind, ends: tuple[str, str], field: str) -> None:
    """CYCLE for a risk with itself, or if a directed relation would lead back to its start."""
    start, end = ends
    if start == end:
        raise UserError("A risk cannot relate to itself.", code="CYCLE", field=(field,))
    if kind is not RelationKind.RELATED and _reaches(links, end, start):
        message = f"That would make a circle of {kind}."
        raise UserError(message, code="CYCLE", field=(field,))


def _reaches(links: Links, start: str, goal: str) -> bool:
    """Whether the links lead from one risk to another."""
    follows: dict[str, list[str]] = defaultdict(list)
    for begin, end in links:
        follows[begin].append(end)
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        if here == goal:
            return True
        new = set(follows[here]) - seen
        seen |= new
        ahead += new
    return False
