"""Observations that somebody sends: who may tell of which series, and what a batch must be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import fetcher, visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.text import optional
from riskreg.kit.view import Actor, Scope, View
from riskreg.metrics import inputs_ingest as inputs
from riskreg.metrics.ingest import record
from riskreg.metrics.models import NAME, ObservationBatch
from riskreg.metrics.naming import FIELDS, Named, SeriesNames
from riskreg.metrics.rules_ingest import Columns, columns_of
from riskreg.people.permits import require, roles_of
from riskreg.people.rules import Act, Role


async def ingest(
    session: AsyncSession, view: View, given: inputs.IngestObservations
) -> ObservationBatch:
    """The batch, which says what came of its rows; FORBIDDEN for whoever may not ingest."""
    require(view.actor, Act.INGEST_METRICS)
    rows = given.observations
    if not 1 <= len(rows) <= inputs.MAX_ROWS:
        message = f"A batch holds 1 to {inputs.MAX_ROWS} observations, not {len(rows)}."
        raise UserError(message, code="OUT_OF_RANGE", field=("observations",))
    source = optional(given.source, limit=NAME, field="source")
    wide = writing_view(view)
    names = [Named(**{name: getattr(row, name) for name in FIELDS}) for row in rows]
    days = np.array([row.period_start.toordinal() for row in rows], dtype=np.int64)
    numbers, refused = await SeriesNames(fetcher(session, wide), wide).numbers(names, days)
    columns = _columns(rows, numbers.tolist())
    return (await record(session, view, columns, source=source, refused=refused)).batch


def writing_view(view: View) -> View:
    """The view in which an actor finds the series to write to.

    A service whose token lists no projects reads nothing, and may tell of every series; all others
    tell of what they see.
    """
    return visible_everywhere(view) if _is_unlisted_service(view.actor) else view


def _is_unlisted_service(actor: Actor) -> bool:
    reach = actor.reach
    return Role.SERVICE in roles_of(actor) and reach.scope is Scope.PROJECTS and not reach.ids


def _columns(rows: Sequence[inputs.ObservationGiven], numbers: Sequence[int]) -> Columns:
    return columns_of(
        series_no=numbers,
        period_start=[row.period_start for row in rows],
        numerator=[row.numerator for row in rows],
        denominator=[row.denominator for row in rows],
        value=[row.value for row in rows],
        standard_error=[row.standard_error for row in rows],
        sample_size=[row.sample_size for row in rows],
        quality=[row.quality for row in rows],
    )
