"""What is shown beside KRIs, fetched together for a page: moves, units, readings, open breaches."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Record
from riskreg.kit.edges import CHUNK, Link
from riskreg.kit.graph import SHOWN, Names, Node, columns, show
from riskreg.kit.moves import Transition, shown_moves
from riskreg.kit.view import KEYS, View
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.risks.facts_kri import kri_facts, life_of
from riskreg.risks.loaders import Keyed
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.rules_kri import KRI_MACHINE
from riskreg.risks.rules_kri_found import unit_of
from riskreg.risks.rules_kri_reading import Reading, charted
from riskreg.risks.watching import watched


class OpenBreach(Link):
    """The breach of a KRI that is open, if one is: there is never more than one."""

    name = "open breach"

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Any]:
        shown = SHOWN[KriBreach]

        def build(view: View) -> Select[Any]:
            alias: Any = view.of(KriBreach)
            own = alias.kri_id.label("our_key")
            query = select(*columns(shown, alias, names), own)
            return query.where(alias.kri_id.in_(KEYS), alias.closed_on.is_(None))

        found: dict[str, Node] = {}
        statement = view.statement((self.name, names), build)
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            for row in await context.rows(view, statement, keys=chunk):
                found[row.our_key] = show(shown, view, row, names)
        return [found.get(key) for key in keys]

    def shown(self) -> type[Node]:
        return SHOWN[KriBreach]


async def kri_availability(context: Context, kri: Record) -> list[Transition]:
    """Every move that starts where the KRI stands, with what blocks it for the actor."""

    async def batch(view: View, shown: list[Record]) -> Sequence[Record]:
        rows = [Keyed(one) for one in shown]
        facts = await kri_facts(fetcher(context, view), view, rows)
        return [shown_moves(KRI_MACHINE.availability(life_of(row), facts[row.id])) for row in rows]

    found: list[Transition] = await context.load_for(kri, "kri moves", batch)
    return found


async def unit(context: Context, view: View, kri_id: str) -> str | None:
    """The unit that a KRI reads in; None where its series is not visible."""

    async def batch(view: View, keys: list[Any]) -> Sequence[Any]:
        kri, series, metric = view.of(Kri), view.of(MetricSeries), view.of(Metric)
        statement = (
            select(kri.id, kri.basis, metric.unit)
            .join(series, series.id == kri.series_id)
            .join(metric, metric.id == series.metric_id)
            .where(kri.id.in_(keys))
        )
        found = {
            row.id: unit_of(row.basis, row.unit) for row in await context.rows(view, statement)
        }
        return [found.get(key) for key in keys]

    told: str | None = await context.load(view, "kri units", batch, kri_id)
    return told


async def read(context: Context, kri: Record, days: int) -> Sequence[Reading]:
    """What a KRI read on each observed day of the last so many; also before its watch began."""

    async def batch(view: View, shown: list[Record]) -> Sequence[Record]:
        rows = [Keyed(one) for one in shown]
        day = today(view.now, settings.current().zone)
        since: date = day - timedelta(days=days - 1)
        found = await watched(fetcher(context, view), view, rows, since=since)
        by_key = {one.kri.id: charted(one.observed, one.spells, since) for one in found}
        return [by_key.get(row.id, ()) for row in rows]

    answer: Sequence[Reading] = await context.load_for(kri, ("kri readings", days), batch)
    return answer


async def episodes(context: Context, view: View, kri_id: str) -> Sequence[tuple[date, date | None]]:
    """The first and last day of each breach of a KRI that was not retracted; None: it is open."""

    async def batch(view: View, keys: list[Any]) -> Sequence[Any]:
        breach: Any = view.of(KriBreach)
        statement = (
            select(breach.kri_id, breach.opened_on, breach.closed_on)
            .where(breach.kri_id.in_(keys), breach.retracted_at.is_(None))
            .order_by(breach.opened_on)
        )
        found: dict[str, list[tuple[date, date | None]]] = {key: [] for key in keys}
        for row in await context.rows(view, statement):
            found[row.kri_id].append((row.opened_on, row.closed_on))
        return [found[key] for key in keys]

    told: Sequence[tuple[date, date | None]] = await context.load(
        view, "kri episodes", batch, kri_id
    )
    return told
