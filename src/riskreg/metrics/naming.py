"""Which series rows are about: by code or id, or by metric and scope as senders know them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from sqlalchemy import or_, select

from riskreg.kit.db import Fetch
from riskreg.kit.errors import UserError
from riskreg.kit.refs import key_in
from riskreg.kit.tables import Base
from riskreg.kit.text import clean
from riskreg.kit.view import View
from riskreg.metrics.models import CODE, Metric, MetricSeries, MetricVersion
from riskreg.metrics.rules import Surface
from riskreg.metrics.rules_definitions import ScopeKeys, scope_key
from riskreg.metrics.rules_ingest import Ints, RejectCode, Rejected
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor

CHUNK = 500
LONGEST = 100
LINKS: dict[str, type[Base]] = {
    "project": Project,
    "policy_area": PolicyArea,
    "market": Market,
    "vendor": Vendor,
}


@dataclass(frozen=True)
class Named:
    """How a row names its series; codes or ids, and None for "all of them"."""

    series: str | None = None
    metric: str | None = None
    version: int | None = None
    project: str | None = None
    policy_area: str | None = None
    market: str | None = None
    vendor: str | None = None
    surface: Surface | None = None
    label: str | None = None
    cohort: str | None = None


@dataclass(frozen=True)
class _Wrong:
    """Why no series is meant."""

    field: str
    message: str


@dataclass(frozen=True)
class _Found:
    """The series of a name by version: from which day each version holds, and their numbers."""

    since: tuple[int, ...]
    numbers: tuple[int, ...]

    def on(self, day: int) -> int:
        """The number of the series for a period, 0 for none."""
        if len(self.since) == 1:
            return self.numbers[0]
        begun = [at for at, first in enumerate(self.since) if first <= day]
        return self.numbers[begun[-1] if begun else 0]


class SeriesNames:
    """Finds series by name among those that a view shows; what was found once is not sought again.

    `fetch` runs statements of the view.
    """

    def __init__(self, fetch: Fetch, view: View) -> None:
        self._fetch, self._view = fetch, view
        self._known: dict[Named, _Found | _Wrong] = {}

    async def numbers(self, names: Sequence[Named], days: Ints) -> tuple[Ints, list[Rejected]]:
        """The number of each row's series, 0 where there is none, and why there is none."""
        new = [name for name in dict.fromkeys(names) if name not in self._known]
        if new:
            self._known |= await self._sought(new)
        numbers = np.zeros(len(names), dtype=np.int64)
        wrong = []
        for at, (name, day) in enumerate(zip(names, days.tolist(), strict=True)):
            found = self._known[name]
            if isinstance(found, _Found):
                numbers[at] = found.on(day)
            if not numbers[at]:
                why = found if isinstance(found, _Wrong) else _NO_SERIES
                wrong.append(Rejected(at, RejectCode.UNKNOWN_SERIES, why.field, why.message))
        return numbers, wrong

    async def _sought(self, names: Sequence[Named]) -> dict[Named, _Found | _Wrong]:
        direct = await self._keys(MetricSeries, (name.series for name in names))
        metrics = await self._keys(Metric, (name.metric for name in names))
        linked = {
            field: await self._keys(model, (getattr(name, field) for name in names))
            for field, model in LINKS.items()
        }
        versions = await self._versions(set(metrics.values()))
        scoped = await self._scoped({one.id for each in versions.values() for one in each})
        found: dict[Named, _Found | _Wrong] = {}
        for name in names:
            if (name.series is None) == (name.metric is None):
                found[name] = _UNCLEAR
            elif name.series is not None:
                number = direct.get(name.series)
                found[name] = _NO_SERIES if number is None else _Found((0,), (number,))
            elif name.metric not in metrics:
                found[name] = _Wrong("metric", "There is no such metric.")
            else:
                scope = _scope(name, linked)
                own = versions[metrics[name.metric]]
                found[name] = scope if isinstance(scope, _Wrong) else _of(name, scope, own, scoped)
        return found

    async def _keys(self, model: type[Base], given: Iterable[str | None]) -> dict[str, Any]:
        """What the rows of a model that are named by code or id are known by, by that name."""
        alias: Any = self._view.of(model)
        by = "number" if model is MetricSeries else "id"
        known: dict[str, Any] = {}
        for part in _parts({text for text in given if text is not None and _is_text(text)}):
            keys = {key: text for text in part if (key := key_in(model, text)) is not None}
            query = select(alias.code, alias.id, getattr(alias, by).label("known_by")).where(
                or_(alias.code.in_(part), alias.id.in_(list(keys)))
            )
            for row in await self._fetch(query):
                known |= {row.code: row.known_by}
                known |= {keys[row.id]: row.known_by} if row.id in keys else {}
        return known

    async def _versions(self, metrics: set[str]) -> dict[str, list[Any]]:
        """The versions of each metric by number."""
        version: Any = self._view.of(MetricVersion)
        found: dict[str, list[Any]] = {metric: [] for metric in metrics}
        for part in _parts(metrics):
            query = select(version.metric_id, version.id, version.number, version.valid_from)
            wanted = query.where(version.metric_id.in_(part)).order_by(version.number)
            for row in await self._fetch(wanted):
                found[row.metric_id].append(row)
        return found

    async def _scoped(self, versions: set[str]) -> dict[tuple[str, str], int]:
        """The numbers of series by version and scope."""
        series: Any = self._view.of(MetricSeries)
        query = select(series.version_id, series.scope_key, series.number)
        return {
            (row.version_id, row.scope_key): row.number
            for part in _parts(versions)
            for row in await self._fetch(query.where(series.version_id.in_(part)))
        }


_NO_SERIES = _Wrong("series", "There is no such series.")
_UNCLEAR = _Wrong("series", "Name the series, or else its metric and scope.")


def _scope(name: Named, linked: dict[str, dict[str, str]]) -> ScopeKeys | _Wrong:
    """The scope by keys of rows."""
    keys: dict[str, str | None] = {}
    for field in LINKS:
        given = getattr(name, field)
        if given is not None and given not in linked[field]:
            words = field.replace("_", " ")
            return _Wrong(_camel(field), f"There is no such {words}.")
        keys[f"{field}_id"] = None if given is None else linked[field][given]
    return ScopeKeys(**keys, surface=name.surface, label=name.label, cohort=name.cohort)


def _of(
    name: Named, scope: ScopeKeys, versions: Sequence[Any], scoped: dict[tuple[str, str], int]
) -> _Found | _Wrong:
    """The series of the scope in each version that may be meant."""
    meant = [one for one in versions if name.version in {None, one.number}]
    if not meant:
        return _Wrong("version", "The metric has no such version.")
    key = scope_key(scope)
    numbers = tuple(scoped.get((one.id, key), 0) for one in meant)
    if not any(numbers):
        return _Wrong("series", "The metric has no series of this scope.")
    return _Found(tuple(one.valid_from.toordinal() for one in meant), numbers)


def _is_text(text: str) -> bool:
    """Whether a name may be asked for; no row has a name that holds what no text may hold."""
    try:
        clean(text, limit=max(LONGEST, CODE), field="series")
    except UserError:
        return False
    return True


def _camel(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(word.title() for word in rest)


def _parts(keys: set[str]) -> Iterator[list[str]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


FIELDS = tuple(one.name for one in fields(Named))
"""The names of what a row may say of its series."""
