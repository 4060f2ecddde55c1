"""What KRIs are judged from: their rules by day, and their series as a view knows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import select

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import Fetch, Record
from riskreg.kit.tables import FOREVER_SEQ
from riskreg.kit.view import Alias, View, visible_everywhere
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.reading import points
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.risks.models_kri import KriSpell
from riskreg.risks.rules_kri import KriRule
from riskreg.risks.rules_kri_reading import Observed, Spell

FUTURE = timedelta(days=2)
"""How far ahead of today the newest period may begin: its sender may be a day ahead."""


@dataclass(frozen=True)
class SeriesFacts:
    """What of a series its KRIs need."""

    number: int
    metric: MetricFacts
    unit: str
    lag_hours: int


@dataclass(frozen=True)
class Watched:
    """A KRI's row with all that it is judged from."""

    kri: Record
    series: SeriesFacts
    spells: tuple[Spell, ...]
    observed: Observed


def as_told(view: View) -> View:
    """Everything as it is now, of observations what was told by the view's time.

    So a register that is replayed judges each day by what was known on it.
    """
    every = visible_everywhere(view)
    return View(every.actor, every.now, FOREVER_SEQ - 1)


async def watched(
    fetch: Fetch, view: View, kris: Sequence[Record], *, since: date | None = None
) -> list[Watched]:
    """Each KRI with its rules and its series, in three statements whatever their number.

    The series reaches back to what the first day that is judged needs, and a day `since` when it
    is to be shown. KRIs of series that the viewer does not see are left out.
    """
    series = await series_of(fetch, view, [kri.series_id for kri in kris])
    kris = [kri for kri in kris if kri.series_id in series]
    former = await _spells(fetch, view, [kri.id for kri in kris])
    day = today(view.now, settings.current().zone)
    spells = {kri.id: (*former.get(kri.id, ()), _current(kri)) for kri in kris}
    begun = [
        min(spell.from_on, since or spell.from_on) - timedelta(days=spell.rule.window_days)
        for every in spells.values()
        for spell in every
    ]
    numbers = sorted({series[kri.series_id].number for kri in kris})
    first = min(begun, default=day)
    known = await points(fetch, view, numbers, first=first, last=day + FUTURE)
    found = []
    for kri in kris:
        facts = series[kri.series_id]
        observed = Observed(known[facts.number], facts.metric)
        found.append(Watched(kri, facts, spells[kri.id], observed))
    return found


async def series_of(fetch: Fetch, view: View, ids: Sequence[str]) -> dict[str, SeriesFacts]:
    """What KRIs need of series, by their keys; those that the viewer does not see are left out."""
    series: Alias = view.of(MetricSeries)
    metric: Alias = view.of(Metric)
    statement = (
        select(
            series.id,
            series.number,
            series.cadence,
            series.expected_lag_hours,
            metric.kind,
            metric.scale,
            metric.unit,
        )
        .join(metric, metric.id == series.metric_id)
        .where(series.id.in_(sorted(set(ids))))
    )
    return {
        row.id: SeriesFacts(
            row.number,
            MetricFacts(row.kind, row.scale, row.cadence),
            row.unit,
            row.expected_lag_hours,
        )
        for row in await fetch(statement)
    }


RULE = tuple(one.name for one in fields(KriRule))


def rule_of(row: Record) -> KriRule:
    """The rule that a KRI or a spell holds."""
    return KriRule(**{name: getattr(row, name) for name in RULE})


def _current(kri: Record) -> Spell:
    ends = date.max
    if kri.paused_at is not None or kri.retired_at is not None:
        left = min(at for at in (kri.paused_at, kri.retired_at) if at is not None)
        ends = today(left, settings.current().zone)
    return Spell(kri.ruled_from, ends, rule_of(kri))


async def _spells(fetch: Fetch, view: View, ids: Sequence[str]) -> dict[str, tuple[Spell, ...]]:
    spell: Alias = view.of(KriSpell)
    columns = [getattr(spell, name) for name in RULE]
    statement = select(spell.kri_id, spell.from_on, spell.until_on, *columns)
    found: dict[str, list[Spell]] = defaultdict(list)
    for row in await fetch(statement.where(spell.kri_id.in_(ids)).order_by(spell.from_on)):
        found[row.kri_id].append(Spell(row.from_on, row.until_on, rule_of(row)))
    return {key: tuple(spells) for key, spells in found.items()}
