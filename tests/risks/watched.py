"""Risks that KRIs watch, what their series tell, and what is noted of it."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act
from riskreg.kit.graph import term
from riskreg.kit.view import Actor, View
from riskreg.metrics.ingest import Outcome, record
from riskreg.metrics.models import MetricSeries
from riskreg.metrics.rules_ingest import columns_of
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs_kri as inputs
from riskreg.risks import service_kri
from riskreg.risks.events import AcceptanceEnded, KriBreached, KriWentRed
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.rules_kri import KriBasis
from riskreg.wiring import HANDLERS
from tests.cast import Cast, Register, opened
from tests.factories import done, id_of
from tests.metrics.arranged import a_series, an_envr

_numbers = count(1)
FIRST = date(2026, 11, 2)
"""The first day that is told of, a Monday two weeks before the tests begin."""
LETTERS = {"N": (2, 20_000), "A": (5, 20_000), "R": (7, 20_000), "I": (1, 50), "W": (14, 20_000)}
"""1, 2.5, 3.5, then 200 bps of 50 views, and 7 bps; thresholds are 2 and 3, samples 1 000."""
HEARD: list[object] = []
"""The events of KRIs since the test began, oldest first."""


async def _hear(session: AsyncSession, view: View, happened: object) -> None:
    HEARD.append(happened)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watch(shared_url: tuple[str, Cast]) -> AsyncIterator[Register]:
    """A register, shared by a module, whose slices tell each other what happened."""
    told_of = dict.fromkeys((KriBreached, KriWentRed, AcceptanceEnded), (_hear,))
    async with opened(*shared_url, {**HANDLERS, **told_of}) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def alone(cast_url: tuple[str, Cast]) -> AsyncIterator[Register]:
    """The same for one test, which may move its clock."""
    async with opened(*cast_url, HANDLERS) as one:
        yield one


def day(number: int) -> date:
    """The first day that is told of, or so many after."""
    return FIRST + timedelta(days=number)


async def a_watched_series(register: Register, **given: Any) -> MetricSeries:
    """A daily series of its own, in bps, of which less is better."""
    metric = await an_envr(register.db, f"ENVR{next(_numbers)}")
    return await a_series(register.db, metric, **given)


def adding(risk: Any, series: Any, **given: Any) -> inputs.AddKri:
    """What adds a KRI, with some of it said otherwise."""
    wanted: dict[str, Any] = {
        "name": "Leakage",
        "playbook": "Re-calibrate",
        "basis": KriBasis.POINT,
        "amber": 2.0,
        "red": 3.0,
        **given,
    }
    return inputs.AddKri(risk_id=id_of(risk), series_id=id_of(series), **wanted)


async def a_kri(
    register: Register, risk: Risk, series: MetricSeries, *, by: Actor | None = None, **given: Any
) -> Kri:
    """A KRI of single days with thresholds 2 and 3 bps, watched from the first day."""
    wanted = {
        "name": f"Leakage {next(_numbers)}",
        "playbook": "Re-calibrate the gold set",
        "basis": KriBasis.POINT,
        "amber": 2.0,
        "red": 3.0,
        "min_sample": 1000,
        "watched_from": FIRST,
        **given,
    }
    added = inputs.AddKri(risk_id=id_of(risk), series_id=id_of(series), **wanted)
    return await register.does(by or register.cast.lead, service_kri.add, added)


async def observed(
    register: Register, series: MetricSeries, letters: str, *, first: int = 0, by: Actor = SYSTEM
) -> None:
    """Ingest a day a letter, from the `first` on; `-` tells nothing. It is judged with that."""
    values = {day(at): LETTERS[one] for at, one in enumerate(letters, first) if one != "-"}
    columns = columns_of(
        series_no=[series.number] * len(values),
        period_start=list(values),
        numerator=[above for above, _ in values.values()],
        denominator=[below for _, below in values.values()],
    )

    async def ingest(session: AsyncSession, view: View) -> Outcome:
        return await record(session, view, columns)

    outcome = (await register.db.write(by, Act("ingestObservations"), ingest)).result
    assert outcome.rejected == ()


async def kri_now(register: Register, kri: Kri, at: View | None = None) -> Any:
    """A KRI's columns and its status, live or through a view."""
    view = at or register.view()
    alias: Any = view.of(Kri)
    columns = [getattr(alias, column.name) for column in Kri.__table__.columns]
    query = select(*columns, term(alias, "status")).where(alias.id == kri.id)
    return (await register.db.rows(view, query))[0]


async def breaches(register: Register, kri: Kri, at: View | None = None) -> list[Any]:
    """The breaches of a KRI in the order of their days, live or through a view."""
    view = at or register.view()
    alias: Any = view.of(KriBreach)
    columns = [getattr(alias, column.name) for column in KriBreach.__table__.columns]
    query = select(*columns).where(alias.kri_id == kri.id).order_by(alias.opened_on, alias.id)
    return list(await register.db.rows(view, query))


def days_of(row: Any) -> tuple[str, int, int | None, int | None]:
    """Level, and the numbers of the days of opening, RED and closing of a breach."""

    def number(on: date | None) -> int | None:
        return None if on is None else (on - FIRST).days

    return row.level.value, (row.opened_on - FIRST).days, number(row.red_on), number(row.closed_on)


async def moved_kri(
    register: Register, kri: Kri, move: str, /, *, by: Actor | None = None, **given: Any
) -> Kri:
    """A KRI after one of its moves, made by the lead if not by somebody else."""
    work, sent = await _asked(register, kri, move, given)
    return await register.does(by or register.cast.lead, work, sent)


async def refused_kri(
    register: Register, kri: Kri, move: str, /, *, by: Actor | None = None, **given: Any
) -> list[tuple[str, tuple[str | int, ...]]]:
    """Code and field of each reason why a move is refused; KRI and journal are as before."""
    before = await kri_now(register, kri)
    work, sent = await _asked(register, kri, move, given)
    found = await register.refusals(by or register.cast.lead, work, sent)
    assert await kri_now(register, kri) == before
    return found


_MOVES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "change": (service_kri.change, inputs.ChangeKri, {}),
    "pause": (service_kri.pause, inputs.PauseKri, {"reason": "The feed is rebuilt"}),
    "resume": (service_kri.resume, inputs.ResumeKri, {}),
    "retire": (service_kri.retire, inputs.RetireKri, {"reason": "A better one watches"}),
}


async def _asked(register: Register, kri: Kri, move: str, given: dict[str, Any]) -> Any:
    work, kind, usual = _MOVES[move]
    version = (await kri_now(register, kri)).version
    return work, kind(id=id_of(kri), expected_version=version, **{**usual, **given})


async def acknowledged(
    register: Register, kri: Kri, *, by: Actor | None = None, **given: Any
) -> KriBreach:
    """The newest breach of a KRI, seen by the lead if not by somebody else."""
    newest = (await breaches(register, kri))[-1]
    wanted = {"note": "Real: coded language", **given}
    sent = inputs.AcknowledgeBreach(
        id=_breach_id(newest.id), expected_version=newest.version, **wanted
    )
    actor = by or register.cast.lead
    return await done(register.db, service_kri.acknowledge, sent, actor)


def _breach_id(key: str) -> Any:
    return id_of(KriBreach(id=key))
