"""Questions about the register as a whole: heat map, top risks, hygiene, likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import Fetch
from riskreg.kit.graph import term
from riskreg.kit.view import View
from riskreg.risks.models import Risk
from riskreg.risks.rules import ENDED, Band, RiskStatus
from riskreg.risks.rules_hygiene import Finding, lint
from riskreg.risks.rules_similarity import most_similar
from riskreg.risks.snapshots import any_risk, snapshots


class Stage(StrEnum):
    """Which level of a risk is meant."""

    INHERENT = "INHERENT"
    RESIDUAL = "RESIDUAL"
    TARGET = "TARGET"


class Movement(StrEnum):
    """How a risk moved between two instants."""

    NEW = "NEW"
    WORSENED = "WORSENED"
    UNCHANGED = "UNCHANGED"
    IMPROVED = "IMPROVED"


NOT_RUNNING = (RiskStatus.DRAFT, RiskStatus.CLOSED, RiskStatus.REJECTED)
"""States that a heat map and a ranking leave out."""


def heat(view: View, stage: Stage, condition: ColumnElement[bool]) -> Select[Any]:
    """How many running risks stand at each likelihood and impact of a stage."""
    risk = view.of(Risk)
    likelihood = term(risk, f"{stage.value.lower()}_likelihood").label("likelihood")
    impact = term(risk, f"{stage.value.lower()}_impact").label("impact")
    inner = (
        select(likelihood, impact)
        .where(term(risk, "status").element.not_in(NOT_RUNNING), condition)
        .subquery()
    )
    return (
        select(inner.c.likelihood, inner.c.impact, func.count().label("number"))
        .where(inner.c.likelihood.is_not(None))
        .group_by(inner.c.likelihood, inner.c.impact)
    )


@dataclass(frozen=True)
class Placed:
    """A risk's level and band at one instant, and what tells why it moved."""

    id: str
    code: str
    likelihood: int
    impact: int
    band: Band
    rank: int


async def placed(fetch: Fetch, view: View) -> dict[str, Placed]:
    """Where every running, estimated risk stands by its residual, by key."""
    risk = view.of(Risk)
    statement = select(
        risk.id,
        risk.code,
        term(risk, "residual_likelihood"),
        term(risk, "residual_impact"),
        term(risk, "residual_band"),
        term(risk, "residual_rank"),
    ).where(term(risk, "status").element.not_in(NOT_RUNNING))
    return {
        row.id: Placed(
            row.id,
            row.code,
            row.residual_likelihood,
            row.residual_impact,
            row.residual_band,
            row.residual_rank,
        )
        for row in await fetch(statement)
        if row.residual_band is not None
    }


def movement(before: Placed | None, after: Placed) -> Movement:
    """How a risk moved: by band first, by score where the band is the same."""
    if before is None:
        return Movement.NEW
    was = (before.band.rank, before.likelihood * before.impact)
    now = (after.band.rank, after.likelihood * after.impact)
    if was == now:
        return Movement.UNCHANGED
    return Movement.WORSENED if now > was else Movement.IMPROVED


@dataclass(frozen=True)
class Ranked:
    """A risk among the top, where it stood before, and how it moved."""

    rank: int
    now: Placed
    before: Placed | None
    movement: Movement


async def top(
    fetch: Fetch, view: View, limit: int, *, then: tuple[Fetch, View] | None = None
) -> list[Ranked]:
    """The gravest risks: outside tolerance first, then by residual, then the oldest.

    With `then`, an earlier view and how to read it, each says where it stood.
    """
    risk = view.of(Risk)
    now = await placed(fetch, view)
    out = await fetch(
        select(risk.id).where(term(risk, "appetite_status").element == "OUT_OF_TOLERANCE")
    )
    outside = {row.id for row in out}
    order = sorted(now.values(), key=lambda one: (one.id not in outside, -one.rank, one.id))
    before = {} if then is None else await placed(*then)
    return [
        Ranked(
            place,
            one,
            before.get(one.id),
            movement(before.get(one.id), one) if then else Movement.UNCHANGED,
        )
        for place, one in enumerate(order[:limit], 1)
    ]


async def linted(fetch: Fetch, view: View) -> dict[str, tuple[Finding, ...]]:
    """What lint finds in every risk, by risk key; ended ones may still have open actions."""
    alias = view.of(Risk)
    names = [column.name for column in Risk.__table__.columns]
    statement = select(*[getattr(alias, name) for name in names], term(alias, "status"))
    rows = await fetch(statement.order_by(alias.number))
    found = await snapshots(fetch, view, rows, any_risk)
    place = settings.current()
    day = today(view.now, place.zone)
    return {row.id: lint(found[row.id], day, place.working_days) for row in rows}


async def similar(fetch: Fetch, view: View, text: str, limit: int) -> Sequence[tuple[str, float]]:
    """The keys of running risks that read most like a text, best first, with likeness 0 to 1."""
    risk = view.of(Risk)
    statement = select(risk.id, risk.title, risk.event).where(risk.recorded_status.not_in(ENDED))
    rows = await fetch(statement)
    texts = {row.id: f"{row.title} {row.event or ''}" for row in rows}
    return most_similar(text, texts, limit)
