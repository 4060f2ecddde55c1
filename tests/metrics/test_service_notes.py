"""Annotations, bridges and impact evaluations: what is recorded, and what is refused."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from strawberry import Some

from riskreg.metrics import inputs, inputs_notes, service, service_evaluation, service_notes
from riskreg.metrics.models_notes import ImpactEvaluation, MetricAnnotation, MetricBridge
from riskreg.metrics.rules import AnnotationKind, BridgeMethod, EvaluationMethod, Grade
from tests.cast import Register
from tests.factories import a_market, done, id_of
from tests.metrics.arranged import a_metric, a_series

DAY = date(2026, 8, 16)
NOTE = inputs_notes.AnnotateMetrics(kind=AnnotationKind.HOLIDAY, from_on=DAY, text="Eid")


async def notes(register: Register) -> list[Any]:
    view = register.view()
    return list(await register.db.rows(view, select(view.of(MetricAnnotation))))


async def test_a_note_is_made_changed_and_taken_back(register: Register) -> None:
    cast = register.cast
    metric = await a_metric(register.db)
    given = replace(
        NOTE,
        metric="GOLD_ACC",
        market_id=id_of(cast.market),
        about="PC-014",
        link="https://example.org/eid",
    )
    made = await register.does(cast.analyst, service_notes.annotate, given)
    [row] = await notes(register)
    assert (row.metric_id, row.market_id, row.to_on) == (metric.id, cast.market.id, None)
    change = inputs_notes.ChangeMetricAnnotation(
        id=id_of(made), expected_version=1, to_on=Some(date(2026, 8, 20)), about=Some(None)
    )
    await register.does(cast.analyst, service_notes.change_annotation, change)
    [row] = await notes(register)
    assert (row.to_on, row.about, row.text) == (date(2026, 8, 20), None, "Eid")
    removal = inputs_notes.RemoveMetricAnnotation(id=id_of(made), expected_version=2)
    await register.does(cast.analyst, service_notes.remove_annotation, removal)
    assert await notes(register) == []


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"to_on": date(2026, 8, 15)}, ("OUT_OF_RANGE", ("toOn",))),
        ({"text": ""}, ("REQUIRED", ("text",))),
        ({"link": "http://example.org"}, ("INVALID", ("link",))),
        ({"metric": "NONE"}, ("NOT_FOUND", ("metric",))),
        ({"vendor_id": "vendor_1"}, ("NOT_FOUND", ("vendorId",))),
        ({"about": "x" * 41}, ("TOO_LONG", ("about",))),
    ],
)
async def test_bad_notes_are_refused(
    register: Register, given: dict[str, Any], where: tuple[str, tuple[str]]
) -> None:
    wrong = replace(NOTE, **given)
    assert await register.refusals(register.cast.analyst, service_notes.annotate, wrong) == [where]


async def test_who_may_note(register: Register) -> None:
    cast = register.cast
    own = replace(NOTE, project_id=id_of(cast.project))
    await register.does(cast.service, service_notes.annotate, own)
    for actor in (cast.lead, cast.qa, cast.vendor):
        assert await register.refusals(actor, service_notes.annotate, NOTE) == [("FORBIDDEN", ())]


LABELLED = inputs_notes.RecordBridge(
    metric="ENVR",
    from_version=1,
    to_version=2,
    method=BridgeMethod.DUAL_LABELLED,
    from_on=DAY,
    to_on=date(2026, 8, 30),
    sample_size=100_000,
    both_negative=150,
    old_only=2,
    new_only=92,
)
RUN = inputs_notes.RecordBridge(
    metric="ENVR",
    from_version=1,
    to_version=2,
    method=BridgeMethod.DUAL_RUN,
    from_on=DAY,
    to_on=date(2026, 8, 30),
    old_negatives=150,
    old_sample=100_000,
    new_negatives=160,
    new_sample=100_000,
)


async def two_versions(register: Register) -> None:
    metric = await a_metric(register.db, "ENVR")
    version = inputs.DefineMetricVersion(
        metric_id=id_of(metric), formula="f", valid_from=date(2026, 9, 1), breaking=True
    )
    await done(register.db, service.define_version, version)


@pytest.mark.parametrize("given", [LABELLED, RUN])
async def test_a_bridge_is_recorded(register: Register, given: inputs_notes.RecordBridge) -> None:
    await two_versions(register)
    await register.does(register.cast.analyst, service_notes.record_bridge, given)
    view = register.view()
    [row] = await register.db.rows(view, select(view.of(MetricBridge)))
    names = [name for of in service_notes.COUNTS.values() for name in of]
    assert [getattr(row, name) for name in names] == [getattr(given, name) for name in names]
    assert row.from_version_id != row.to_version_id


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (replace(LABELLED, metric="NONE"), ("NOT_FOUND", ("metric",))),
        (replace(LABELLED, to_version=3), ("NOT_FOUND", ("toVersion",))),
        (replace(LABELLED, from_version=2), ("INVALID", ("toVersion",))),
        (replace(LABELLED, to_on=date(2026, 8, 1)), ("OUT_OF_RANGE", ("toOn",))),
        (replace(LABELLED, old_only=None), ("REQUIRED", ("oldOnly",))),
        (replace(LABELLED, old_only=-1), ("OUT_OF_RANGE", ("oldOnly",))),
        (replace(LABELLED, old_sample=5), ("INVALID", ("oldSample",))),
        (replace(LABELLED, sample_size=243), ("OUT_OF_RANGE", ("sampleSize",))),
        (replace(RUN, new_negatives=100_001), ("OUT_OF_RANGE", ("newSample",))),
        (replace(RUN, old_sample=0, old_negatives=0), ("OUT_OF_RANGE", ("oldSample",))),
    ],
)
async def test_bad_bridges_are_refused(
    register: Register,
    given: inputs_notes.RecordBridge,
    where: tuple[str, tuple[str]],
) -> None:
    await two_versions(register)
    analyst = register.cast.analyst
    assert await register.refusals(analyst, service_notes.record_bridge, given) == [where]


async def an_evaluation(register: Register, **given: Any) -> inputs_notes.RecordImpactEvaluation:
    """Of an action on the quality of the cast's market, trusted with MEDIUM confidence."""
    metric = await a_metric(register.db)
    series = await a_series(register.db, metric, market_id=id_of(register.cast.market))
    wanted: dict[str, Any] = {
        "subject": "M-012",
        "series_id": id_of(series),
        "method": EvaluationMethod.ITS,
        "starts_on": DAY,
        "pre_days": 56,
        "washout_days": 7,
        "post_days": 28,
        "estimate": -4.4,
        "low": -5.6,
        "high": -3.2,
        "confidence": Grade.MEDIUM,
        "lag1": 0.1,
        "placebo_p": 0.02,
        **given,
    }
    return inputs_notes.RecordImpactEvaluation(**wanted)


async def recorded(register: Register) -> Any:
    view = register.view()
    [row] = await register.db.rows(view, select(view.of(ImpactEvaluation)))
    return row


async def noted(register: Register, kind: AnnotationKind, day: date, **given: Any) -> None:
    note = inputs_notes.AnnotateMetrics(kind=kind, from_on=day, text="Something", **given)
    await done(register.db, service_notes.annotate, note)


async def test_an_evaluation_keeps_its_grade_where_nothing_else_happened(
    register: Register,
) -> None:
    given = await an_evaluation(register)
    await noted(register, AnnotationKind.CHANGE, DAY, about="M-012")
    await noted(register, AnnotationKind.CHANGE, date(2026, 6, 20), to_on=date(2026, 6, 20))
    await noted(register, AnnotationKind.CHANGE, date(2026, 9, 20))
    other = await a_metric(register.db, "OTHER")
    await noted(register, AnnotationKind.CHANGE, DAY, metric=other.code)
    elsewhere = await a_market(register.db, "ja-JP", "APAC")
    await noted(register, AnnotationKind.CHANGE, DAY, market_id=id_of(elsewhere))
    await register.does(register.cast.analyst, service_evaluation.record, given)
    row = await recorded(register)
    assert (row.code, row.confidence, row.estimate) == ("IE-001", Grade.MEDIUM, -4.4)
    assert row.computed_at == row.created_at


async def test_another_change_in_the_window_confounds(register: Register) -> None:
    """BR 8; the holiday is named as well, but does not cost trust by itself."""
    given = await an_evaluation(register, confounders=["New tool"])
    market = id_of(register.cast.market)
    await noted(register, AnnotationKind.HOLIDAY, date(2026, 7, 1), to_on=date(2026, 7, 2))
    await register.does(register.cast.analyst, service_evaluation.record, given)
    row = await recorded(register)
    assert row.confidence is Grade.MEDIUM
    assert row.confounders == ["HOLIDAY 2026-07-01: Something", "New tool"]
    await noted(
        register, AnnotationKind.CHANGE, date(2026, 9, 19), about="PC-020", market_id=market
    )
    again = replace(given, code="IE-107")
    found = await register.does(register.cast.analyst, service_evaluation.record, again)
    assert (found.code, found.confidence) == ("IE-107", Grade.LOW)
    assert found.confounders == ["HOLIDAY 2026-07-01: Something", "PC-020", "New tool"]


@pytest.mark.parametrize("given", [{"pre_days": 41}, {"post_days": 20}, {"lag1": 0.51}])
async def test_little_data_is_little_trust(register: Register, given: dict[str, Any]) -> None:
    evaluation = await an_evaluation(register, confidence=Grade.HIGH, **given)
    await register.does(register.cast.analyst, service_evaluation.record, evaluation)
    assert (await recorded(register)).confidence is Grade.LOW


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"pre_days": 0}, ("OUT_OF_RANGE", ("preDays",))),
        ({"washout_days": -1}, ("OUT_OF_RANGE", ("washoutDays",))),
        ({"starts_on": date.min}, ("OUT_OF_RANGE", ("startsOn",))),
        ({"starts_on": date.max}, ("OUT_OF_RANGE", ("startsOn",))),
        ({"post_days": 3650}, ("OUT_OF_RANGE", ("postDays",))),
        ({"low": -4.0}, ("OUT_OF_RANGE", ("estimate",))),
        ({"high": float("nan")}, ("OUT_OF_RANGE", ("estimate",))),
        ({"placebo_p": 1.1}, ("OUT_OF_RANGE", ("placeboP",))),
        ({"lag1": -1.1}, ("OUT_OF_RANGE", ("lag1",))),
        ({"inputs_hash": "abc"}, ("INVALID", ("inputsHash",))),
        ({"series_id": "series_1"}, ("NOT_FOUND", ("seriesId",))),
        ({"subject": ""}, ("REQUIRED", ("subject",))),
        ({"code": "EV-1"}, ("INVALID", ("code",))),
        ({"confounders": [""]}, ("REQUIRED", ("confounders", 0))),
    ],
)
async def test_bad_evaluations_are_refused(
    register: Register, given: dict[str, Any], where: tuple[str, tuple[str]]
) -> None:
    wrong = await an_evaluation(register, **given)
    analyst = register.cast.analyst
    assert await register.refusals(analyst, service_evaluation.record, wrong) == [where]


async def test_only_analysts_evaluate(register: Register) -> None:
    cast = register.cast
    given = await an_evaluation(register)
    for actor in (cast.lead, cast.qa, cast.service, cast.vendor):
        assert await register.refusals(actor, service_evaluation.record, given) == [
            ("FORBIDDEN", ())
        ]
