"""Series of metrics: created in bulk, changed, ended."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.codes import allot
from riskreg.kit.db import get, new_key, visible_everywhere
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.tables import NEVER
from riskreg.kit.text import optional
from riskreg.kit.view import View
from riskreg.metrics import inputs
from riskreg.metrics.models import LatestValue, MetricSeries, MetricVersion
from riskreg.metrics.rules_definitions import ScopeKeys, scope_key
from riskreg.metrics.rules_freshness import stale_after
from riskreg.metrics.service import metric_named, versions_of
from riskreg.people.permits import require
from riskreg.people.rules import Act
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor

CODE_PREFIX = "SER"
MAX_BULK = 500
LONGEST_LAG_HOURS, LARGEST_SAMPLE = 2160, 1_000_000_000


async def create_many(
    session: AsyncSession, view: View, given: inputs.CreateMetricSeries
) -> Sequence[MetricSeries]:
    """Series in input order, or all errors with their places; all or none."""
    require(view.actor, Act.DEFINE_METRICS)
    if not 1 <= len(given.series) <= MAX_BULK:
        message = f"A batch holds 1 to {MAX_BULK} series, not {len(given.series)}."
        raise UserError(message, code="OUT_OF_RANGE", field=("series",))
    made = _Making(session, view)
    created: list[MetricSeries] = []
    errors: list[UserError] = []
    for place, one in enumerate(given.series):
        try:
            created.append(await made.series(one))
        except UserError as error:
            errors.append(error.under("series", place))
        except UserErrors as several:
            errors += [error.under("series", place) for error in several.errors]
    if errors:
        raise UserErrors(tuple(errors))
    await session.flush()
    return created


class _Making:
    """What the rows of one batch share: the metrics they name, and the scopes that are taken."""

    def __init__(self, session: AsyncSession, view: View) -> None:
        self._session, self._view = session, view
        self._metrics: dict[str, tuple[str, Sequence[MetricVersion]]] = {}
        self._taken: dict[str, set[str]] = {}

    async def series(self, given: inputs.SeriesGiven) -> MetricSeries:
        """A new series, unless its version has one of this scope."""
        session, view = self._session, self._view
        metric_id, version = await self._version(given)
        scope = await scope_given(session, view, given)
        key = scope_key(scope)
        taken = await self._scopes(version.id)
        if key in taken:
            message = f"Version {version.number} has a series of this scope."
            raise UserError(message, code="DUPLICATE")
        row = MetricSeries(
            id=new_key(session),
            metric_id=metric_id,
            version_id=version.id,
            scope_key=key,
            cadence=given.cadence,
            expected_lag_hours=_lag(given.expected_lag_hours),
            min_sample=_sample(given.min_sample),
            source=optional(given.source, limit=inputs.NAME_LIMIT, field="source"),
            ended_at=NEVER,
            **scope.__dict__,
        )
        await allot(session, view, row, CODE_PREFIX, given.code)
        session.add(row)
        taken.add(key)
        return row

    async def _version(self, given: inputs.SeriesGiven) -> tuple[str, MetricVersion]:
        metric_id, versions = await self._metric(given.metric)
        if given.version is None:
            day = today(self._view.now, settings.current().zone)
            begun = [one for one in versions if one.valid_from <= day]
            return metric_id, (begun or versions)[-1 if begun else 0]
        found = next((one for one in versions if one.number == given.version), None)
        if found is None:
            message = "The metric has no such version."
            raise UserError(message, code="NOT_FOUND", field=("version",))
        return metric_id, found

    async def _metric(self, given: str) -> tuple[str, Sequence[MetricVersion]]:
        if given not in self._metrics:
            found = (await metric_named(self._session, self._view, given)).id
            versions = await versions_of(self._session, self._view, found)
            self._metrics[given] = (found, versions)
        return self._metrics[given]

    async def _scopes(self, version_id: str) -> set[str]:
        """The scopes that a version has series of, those nobody here sees included."""
        if version_id not in self._taken:
            wide = visible_everywhere(self._view)
            series = wide.of(MetricSeries)
            query = select(series.scope_key).where(series.version_id == version_id)
            self._taken[version_id] = {*await self._session.scalars(query, wide.params)}
        return self._taken[version_id]


async def change(
    session: AsyncSession, view: View, given: inputs.ChangeMetricSeries
) -> MetricSeries:
    """The series with what was given, and the rest as it was."""
    series = await _own(session, view, given)
    if series.ended_at != NEVER:
        raise UserError("It has ended.", code="NOT_PERMITTED", field=("id",))
    lag = checked.changed(given.expected_lag_hours, series.expected_lag_hours, "expectedLagHours")
    sample = checked.changed(given.min_sample, series.min_sample, "minSample")
    limit = inputs.NAME_LIMIT
    source = checked.changed_note(given.source, series.source, limit=limit, field="source")
    series.min_sample, series.source = _sample(sample), source
    if series.expected_lag_hours != lag:
        series.expected_lag_hours = _lag(lag)
        await _expect(session, view, series)
    return series


async def end(session: AsyncSession, view: View, given: inputs.EndMetricSeries) -> MetricSeries:
    """The series, of which no more values are expected."""
    series = await _own(session, view, given)
    if series.ended_at != NEVER:
        raise UserError("It has ended already.", code="MOVE_NOT_ALLOWED", field=("id",))
    series.ended_at = view.now
    return series


async def scope_given(session: AsyncSession, view: View, given: inputs.ScopeGiven) -> ScopeKeys:
    """The scope that an input names, by keys of rows that its sender may see."""
    limit = inputs.CODE_LIMIT
    return ScopeKeys(
        project_id=await key_of(session, view, Project, given.project_id, "projectId"),
        policy_area_id=await key_of(
            session, view, PolicyArea, given.policy_area_id, "policyAreaId"
        ),
        market_id=await key_of(session, view, Market, given.market_id, "marketId"),
        vendor_id=await key_of(session, view, Vendor, given.vendor_id, "vendorId"),
        surface=given.surface,
        label=optional(given.label, limit=limit, field="label"),
        cohort=optional(given.cohort, limit=limit, field="cohort"),
    )


async def _own(
    session: AsyncSession,
    view: View,
    given: inputs.ChangeMetricSeries | inputs.EndMetricSeries,
) -> MetricSeries:
    require(view.actor, Act.DEFINE_METRICS)
    key = key_in(MetricSeries, given.id)
    return await get(session, view, MetricSeries, key, expected_version=given.expected_version)


async def _expect(session: AsyncSession, view: View, series: MetricSeries) -> None:
    """Keep the time at which the newest value grows stale in step with the lag."""
    latest = view.of(LatestValue)
    query = select(latest).where(latest.series_no == series.number)
    value = await session.scalar(query, view.params)
    if value is not None:
        lag = series.expected_lag_hours
        value.stale_after = stale_after(value.period_start, series.cadence, lag)


def _lag(hours: int) -> int:
    if not 0 <= hours <= LONGEST_LAG_HOURS:
        message = f"This must be between 0 and {LONGEST_LAG_HOURS} hours."
        raise UserError(message, code="OUT_OF_RANGE", field=("expectedLagHours",))
    return hours


def _sample(size: int) -> int:
    if not 0 <= size <= LARGEST_SAMPLE:
        message = f"This must be between 0 and {LARGEST_SAMPLE}."
        raise UserError(message, code="OUT_OF_RANGE", field=("minSample",))
    return size
