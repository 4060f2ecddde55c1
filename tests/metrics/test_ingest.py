"""What is told again changes nothing, what is told otherwise is a revision; on both engines."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act
from riskreg.kit.view import View
from riskreg.metrics.events import ObservationsRecorded, SeriesTold
from riskreg.metrics.ingest import Outcome, record
from riskreg.metrics.models import LatestValue, Observation, ObservationBatch, SeriesValue
from riskreg.metrics.rules import MetricKind, QualityFlag
from riskreg.metrics.rules_freshness import stale_after
from riskreg.metrics.rules_ingest import Columns, RejectCode, columns_of
from riskreg.people.auth import SYSTEM
from tests.cast import Register
from tests.metrics.arranged import a_metric, a_series

MONDAY = date(2026, 11, 9)


async def sent(register: Register, columns: Columns, source: str | None = None) -> Outcome:
    """A batch that is recorded now."""

    async def work(session: AsyncSession, view: View) -> Outcome:
        return await record(session, view, columns, source=source)

    return (await register.db.write(SYSTEM, Act("ingestObservations"), work)).result


async def rows_of(register: Register, model: type[Any]) -> list[tuple[Any, ...]]:
    """Every row of a table of values, with all its columns but the entry."""
    view = register.view()
    alias: Any = view.of(model)
    names = [c.name for c in model.__table__.columns if c.name != "entry_seq"]
    key = [getattr(alias, c.name) for c in model.__table__.primary_key.columns]
    query = select(*[getattr(alias, name) for name in names]).order_by(*key)
    return [tuple(row) for row in await register.db.rows(view, query)]


async def everything(register: Register) -> list[list[tuple[Any, ...]]]:
    return [await rows_of(register, model) for model in (Observation, SeriesValue, LatestValue)]


def shares(number: int, values: dict[int, tuple[float, float]]) -> Columns:
    """Numerators and denominators of days after the Monday."""
    return columns_of(
        series_no=[number] * len(values),
        period_start=[MONDAY + timedelta(days=day) for day in values],
        numerator=[above for above, _ in values.values()],
        denominator=[below for _, below in values.values()],
    )


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    batch = outcome.batch
    return batch.accepted, batch.restated, batch.unchanged, batch.rejected


async def test_what_is_told_is_kept_and_counts(register: Register) -> None:
    metric = await a_metric(register.db)
    series = await a_series(register.db, metric)
    at = register.db.now()
    outcome = await sent(register, shares(series.number, {0: (3, 4), 1: (1, 3)}), "platform")
    assert counts(outcome) == (2, 0, 0, 0)
    observations, values, latest = await everything(register)
    told = [(one[:3], one[3:]) for one in observations]
    assert [key for key, _ in told] == [
        (series.number, MONDAY, 1),
        (series.number, MONDAY + timedelta(days=1), 1),
    ]
    view = register.view()
    alias = view.of(SeriesValue)
    query = select(
        alias.period_start, alias.value, alias.numerator, alias.denominator, alias.sample_size
    ).order_by(alias.period_start)
    assert [tuple(row) for row in await register.db.rows(view, query)] == [
        (MONDAY, 75.0, 3.0, 4.0, 4.0),
        (MONDAY + timedelta(days=1), 100 * 1 / 3, 1.0, 3.0, 3.0),
    ]
    assert len(values) == 2
    newest = view.of(LatestValue)
    [row] = await register.db.rows(
        view, select(newest.period_start, newest.value, newest.recorded_at, newest.stale_after)
    )
    assert row.period_start == MONDAY + timedelta(days=1)
    assert row.recorded_at >= at
    assert row.stale_after == stale_after(
        row.period_start, series.cadence, series.expected_lag_hours
    )
    assert len(latest) == 1


async def test_telling_again_changes_nothing(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    given = shares(series.number, {0: (3, 4), 1: (1, 3)})
    await sent(register, given)
    before = await everything(register)
    assert counts(await sent(register, given)) == (0, 0, 2, 0)
    assert await everything(register) == before


async def test_another_value_is_a_revision_and_the_old_one_stays(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    await sent(register, shares(series.number, {0: (3, 4), 1: (1, 3)}))
    outcome = await sent(register, shares(series.number, {0: (2, 4), 1: (1, 3), 2: (5, 5)}))
    assert counts(outcome) == (1, 1, 1, 0)
    observations, values, latest = await everything(register)
    assert [(one[1], one[2]) for one in observations] == [
        (MONDAY, 1),
        (MONDAY, 2),
        (MONDAY + timedelta(days=1), 1),
        (MONDAY + timedelta(days=2), 1),
    ]
    assert [(one[1], one[2]) for one in values] == [
        (MONDAY, 2),
        (MONDAY + timedelta(days=1), 1),
        (MONDAY + timedelta(days=2), 1),
    ]
    assert [(one[1], one[2]) for one in latest] == [(MONDAY + timedelta(days=2), 1)]


async def test_an_old_period_does_not_become_the_latest(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    await sent(register, shares(series.number, {3: (3, 4)}))
    before = await rows_of(register, LatestValue)
    await sent(register, shares(series.number, {1: (1, 4)}))
    assert await rows_of(register, LatestValue) == before
    await sent(register, shares(series.number, {3: (2, 4)}))
    [row] = await rows_of(register, LatestValue)
    assert (row[1], row[2]) == (MONDAY + timedelta(days=3), 2)


async def test_good_rows_are_kept_beside_bad_ones(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    outcome = await sent(register, shares(series.number, {0: (5, 4), 1: (1, 3)}))
    assert counts(outcome) == (1, 0, 0, 1)
    [rejected] = outcome.rejected
    assert (rejected.index, rejected.code, rejected.field) == (
        0,
        RejectCode.OUT_OF_RANGE,
        "numerator",
    )
    observations, _, _ = await everything(register)
    assert [one[1] for one in observations] == [MONDAY + timedelta(days=1)]


async def test_history_brings_its_own_times_in_order(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    then = register.db.now() - timedelta(days=5)

    def told(above: float, at: datetime) -> Columns:
        return columns_of(
            series_no=[series.number],
            period_start=[MONDAY],
            numerator=[above],
            denominator=[4],
            recorded_at=[at],
        )

    assert counts(await sent(register, told(3, then))) == (1, 0, 0, 0)
    assert counts(await sent(register, told(2, then + timedelta(days=1)))) == (0, 1, 0, 0)
    before = await everything(register)
    late = await sent(register, told(1, then + timedelta(hours=1)))
    assert [(one.index, one.code) for one in late.rejected] == [(0, RejectCode.BEFORE_KNOWN)]
    assert await everything(register) == before
    names = [column.name for column in Observation.__table__.columns if column.name != "entry_seq"]
    place = names.index("recorded_at")
    assert [one[place] for one in before[0]] == [then, then + timedelta(days=1)]


async def test_what_was_told_is_announced_with_what_was_restated(register: Register) -> None:
    heard: list[object] = []
    one = await a_series(register.db, await a_metric(register.db))
    two = await a_series(
        register.db,
        await a_metric(register.db, "VOL", kind=MetricKind.COUNT, scale=1.0, unit="items"),
    )

    async def hear(_session: AsyncSession, _view: View, happened: object) -> None:
        heard.append(happened)

    register.db._handlers = {**register.db._handlers, ObservationsRecorded: (hear,)}
    await sent(register, shares(one.number, {0: (3, 4), 2: (1, 3)}))
    both = columns_of(
        series_no=[two.number, one.number, one.number],
        period_start=[MONDAY, MONDAY, MONDAY + timedelta(days=2)],
        value=[7, 50.0, None],
        numerator=[None, None, 1],
        denominator=[None, None, 3],
    )
    outcome = await sent(register, both)
    assert counts(outcome) == (1, 1, 1, 0)
    assert heard[1:] == [
        ObservationsRecorded(
            outcome.batch.id,
            (
                SeriesTold(one.number, MONDAY, MONDAY, (MONDAY,)),
                SeriesTold(two.number, MONDAY, MONDAY),
            ),
        )
    ]
    await sent(register, both)
    assert len(heard) == 2


Told = list[list[tuple[int, int, float]]]
TELLINGS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 4), st.sampled_from([1.0, 2.0, 3.0])),
        max_size=6,
        unique_by=lambda row: row[:2],
    ),
    max_size=6,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=TELLINGS)
async def test_any_batches_end_where_plain_python_ends(register: Register, batches: Told) -> None:
    code = f"M-{register.db.keys(register.db.now())[-12:]}"
    metric = await a_metric(register.db, code, kind=MetricKind.COUNT, scale=1.0, unit="items")
    series = [await a_series(register.db, metric, label=name) for name in ("a", "b")]
    model: dict[tuple[int, date], list[float]] = {}
    for batch in batches:
        rows = [(series[one].number, MONDAY + timedelta(days=day), v) for one, day, v in batch]
        for number, day, value in rows:
            told = model.setdefault((number, day), [])
            if told[-1:] != [value]:
                told.append(value)
        await sent(
            register,
            columns_of(
                series_no=[row[0] for row in rows],
                period_start=[row[1] for row in rows],
                value=[row[2] for row in rows],
            ),
        )
    numbers = {one.number for one in series}
    observations, values, latest = await everything(register)
    names = [column.name for column in Observation.__table__.columns if column.name != "entry_seq"]
    value_at = names.index("value")
    assert {
        (one[0], one[1], one[2]): one[value_at] for one in observations if one[0] in numbers
    } == {
        (number, day, revision): value
        for (number, day), told in model.items()
        for revision, value in enumerate(told, 1)
    }
    current = {(one[0], one[1]): one[2] for one in values if one[0] in numbers}
    assert current == {key: len(told) for key, told in model.items()}
    newest = {one[0]: one[1] for one in latest if one[0] in numbers}
    assert newest == {
        number: max(day for other, day in model if other == number)
        for number in {number for number, _ in model}
    }


async def test_an_entry_may_tell_a_value_and_what_it_became(register: Register) -> None:
    metric = await a_metric(register.db, "ITEMS", kind=MetricKind.COUNT, scale=1.0, unit="items")
    series = await a_series(register.db, metric)
    then = register.db.now() - timedelta(days=3)

    async def work(session: AsyncSession, view: View) -> list[Outcome]:
        made = []
        for day, value, at in ((0, 1.0, 0), (1, 7.0, 0), (0, 2.0, 1), (0, 3.0, 1)):
            told = columns_of(
                series_no=[series.number],
                period_start=[MONDAY + timedelta(days=day)],
                value=[value],
                recorded_at=[then + timedelta(days=at)],
            )
            made.append(await record(session, view, told))
        return made

    made = (await register.db.write(SYSTEM, Act("history"), work)).result
    assert [counts(one) for one in made] == [(1, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)]
    assert [one.batch.number for one in made] == [1, 2, 3, 4]
    view = register.view()
    told, value = view.of(Observation), view.of(SeriesValue)
    rows = await register.db.rows(
        view,
        select(told.period_start, told.revision, told.value, told.batch_no).order_by(
            told.period_start, told.revision
        ),
    )
    next_day = MONDAY + timedelta(days=1)
    assert [tuple(row) for row in rows] == [
        (MONDAY, 1, 1.0, 1),
        (MONDAY, 2, 2.0, 3),
        (MONDAY, 3, 3.0, 4),
        (next_day, 1, 7.0, 2),
    ]
    current = select(value.period_start, value.revision, value.value).order_by(value.period_start)
    assert [tuple(row) for row in await register.db.rows(view, current)] == [
        (MONDAY, 3, 3.0),
        (next_day, 1, 7.0),
    ]
    [newest] = await rows_of(register, LatestValue)
    assert (newest[1], newest[2]) == (next_day, 1)


async def test_every_kind_of_column_comes_back_as_it_went_in(register: Register) -> None:
    metric = await a_metric(register.db, "IDX", kind=MetricKind.INDEX, scale=1.0, unit="points")
    series = await a_series(register.db, metric)
    then = datetime(2026, 11, 12, 3, 4, 5, 678901, tzinfo=UTC)
    names = ("value", "numerator", "denominator", "standard_error", "sample_size")
    rows: list[tuple[float | None, ...]] = [
        (0.1, None, None, None, None),
        (-1e300, -3.0, 7.0, 5e-324, 2.0),
        (123456789.12345678, None, None, 0.0, None),
        (1 / 3, 0.0, 0.0, None, 1e15),
    ]
    qualities = list(QualityFlag)
    day = [MONDAY + timedelta(days=at) for at in range(len(rows))]
    given = columns_of(
        series_no=[series.number] * len(rows),
        period_start=day,
        quality=qualities,
        recorded_at=[then + timedelta(microseconds=at) for at in range(len(rows))],
        **{name: [row[at] for row in rows] for at, name in enumerate(names)},
    )
    assert counts(await sent(register, given)) == (4, 0, 0, 0)
    view = register.view()
    for model in (Observation, SeriesValue):
        alias: Any = view.of(model)
        columns = [getattr(alias, name) for name in ("quality", "recorded_at", *names)]
        query = select(alias.period_start, *columns).order_by(alias.period_start)
        assert [tuple(row) for row in await register.db.rows(view, query)] == [
            (day[at], qualities[at], then + timedelta(microseconds=at), *row)
            for at, row in enumerate(rows)
        ]
    before = await everything(register)
    assert counts(await sent(register, given)) == (0, 0, 4, 0)
    assert await everything(register) == before


async def test_an_old_row_may_come_beside_new_ones(register: Register) -> None:
    metric = await a_metric(register.db, "ITEMS", kind=MetricKind.COUNT, scale=1.0, unit="items")
    series = [await a_series(register.db, metric, label=f"l{at}") for at in range(3)]
    numbers = [one.number for one in series]
    days = np.arange((MONDAY - timedelta(days=700)).toordinal(), MONDAY.toordinal() + 1)
    for number in numbers:
        told = columns_of(
            series_no=[number] * len(days), period_start=days, value=np.ones(len(days))
        )
        await sent(register, told)
    first = date.fromordinal(int(days[0]))
    late = columns_of(
        series_no=[numbers[0], *numbers], period_start=[first] + [MONDAY] * 3, value=[2.0] * 4
    )
    assert counts(await sent(register, late)) == (0, 4, 0, 0)
    alias = register.view().of(SeriesValue)
    query = select(alias.series_no, alias.period_start).where(alias.value == 2.0)
    rows = await register.db.rows(
        register.view(), query.order_by(alias.series_no, alias.period_start)
    )
    assert [tuple(row) for row in rows] == [
        (numbers[0], first),
        *[(one, MONDAY) for one in numbers],
    ]


async def test_what_was_observed_can_be_neither_changed_nor_deleted(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    await sent(register, shares(series.number, {0: (3, 4)}))
    before = await everything(register)
    for statement in ("UPDATE observations SET value = 1", "DELETE FROM observations"):

        async def work(session: AsyncSession, view: View, sql: str = statement) -> None:
            connection = await session.connection()
            await connection.exec_driver_sql(sql)

        with pytest.raises(DBAPIError, match="append-only"):
            await register.db.write(SYSTEM, Act("tamper"), work)
    assert await everything(register) == before


async def test_a_batch_is_covered_by_a_digest_of_what_it_wrote(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    first = await sent(register, shares(series.number, {0: (3, 4)}))
    again = await sent(register, shares(series.number, {0: (3, 4)}))
    other = await sent(register, shares(series.number, {0: (2, 4)}))
    digests = [first.batch.digest, again.batch.digest, other.batch.digest]
    assert len(set(digests)) == 3
    view = register.view()
    batch = view.of(ObservationBatch)
    rows = await register.db.rows(view, select(batch.digest, batch.given).order_by(batch.seq))
    assert [tuple(row) for row in rows] == [(digest, 1) for digest in digests]
