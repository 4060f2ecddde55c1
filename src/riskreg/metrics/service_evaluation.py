"""Impact evaluations: recorded with what else happened, and graded."""

from __future__ import annotations

import re
from datetime import date
from math import isfinite

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.codes import next_code, reserve_code
from riskreg.kit.db import get, new_key, visible_everywhere
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.given import refuse_taken
from riskreg.kit.refs import key_in
from riskreg.kit.text import optional, required
from riskreg.kit.view import View
from riskreg.metrics import inputs
from riskreg.metrics.inputs_notes import TEXT_LIMIT, RecordImpactEvaluation
from riskreg.metrics.models import MetricSeries
from riskreg.metrics.models_notes import ImpactEvaluation, MetricAnnotation
from riskreg.metrics.rules_definitions import SCOPE, ScopeKeys
from riskreg.metrics.rules_evaluation import Noted, Span, confounders, graded
from riskreg.metrics.rules_windows import FIRST_DAY
from riskreg.people.permits import require
from riskreg.people.rules import Act

CODE_PREFIX = "IE"
LONGEST_DAYS = 3650
_CODE = re.compile(r"IE-([0-9]{3,8})", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


async def record(
    session: AsyncSession, view: View, given: RecordImpactEvaluation
) -> ImpactEvaluation:
    """A finished evaluation; whatever else is noted in its scope and days confounds it (BR 8)."""
    require(view.actor, Act.RUN_EVALUATIONS)
    _refuse_numbers(given)
    span = _span(given, today(view.now, settings.current().zone))
    key = key_in(MetricSeries, given.series_id)
    series = await get(session, view, MetricSeries, key, field="seriesId")
    subject = required(given.subject, limit=inputs.CODE_LIMIT, field="subject")
    besides = confounders(await _noted(session, view, series), subject, scope_of(series), span)
    named = [one.name for one in besides]
    known = [_text(one, ("confounders", place)) for place, one in enumerate(given.confounders)]
    row = ImpactEvaluation(
        id=new_key(session),
        code=await _code(session, view, given.code),
        subject=subject,
        series_id=series.id,
        confidence=graded(given.confidence, span, given.lag1, besides),
        confounders=list(dict.fromkeys([*named, *known])),
        computed_at=given.computed_at or view.now,
        treated=optional(given.treated, limit=TEXT_LIMIT, field="treated", multiline=True),
        control=optional(given.control, limit=TEXT_LIMIT, field="control", multiline=True),
        inputs_hash=_hash(given.inputs_hash),
        note=optional(given.note, limit=TEXT_LIMIT, field="note", multiline=True),
        source=optional(given.source, limit=inputs.NAME_LIMIT, field="source"),
        **{name: getattr(given, name) for name in _COPIED},
    )
    session.add(row)
    return row


_COPIED = (
    *("method", "starts_on", "pre_days", "washout_days", "post_days", "estimate", "low", "high"),
    *("definitional_effect", "real_effect", "placebo_p", "lag1"),
)


def scope_of(row: MetricSeries | MetricAnnotation) -> ScopeKeys:
    """What a series or a note is about."""
    return ScopeKeys(**{name: getattr(row, name) for name in SCOPE})


async def _noted(session: AsyncSession, view: View, series: MetricSeries) -> list[Noted]:
    """All that is noted of the metric, whoever may see it: what is hidden confounds as well."""
    wide = visible_everywhere(view)
    note = wide.of(MetricAnnotation)
    about = or_(note.metric_id.is_(None), note.metric_id == series.metric_id)
    rows = await session.scalars(select(note).where(about), wide.params)
    return [
        Noted(row.kind, scope_of(row), row.from_on, row.to_on, row.about, row.text) for row in rows
    ]


async def _code(session: AsyncSession, view: View, given: str | None) -> str:
    if given is None:
        return await next_code(session, CODE_PREFIX)
    match = _CODE.fullmatch(given)
    if match is None:
        raise UserError("A code looks like IE-007.", field=("code",))
    await refuse_taken(session, view, ImpactEvaluation, code=given)
    await reserve_code(session, CODE_PREFIX, int(match[1]))
    return given


def _text(given: str, field: tuple[str | int, ...]) -> str:
    return required(given, limit=inputs.NAME_LIMIT, field=field)


def _hash(given: str | None) -> str | None:
    if given is not None and not _HASH.fullmatch(given):
        raise UserError("A SHA-256 is 64 hex digits.", field=("inputsHash",))
    return given


def _span(given: RecordImpactEvaluation, now: date) -> Span:
    """The days that it looks at, all of which are over."""
    if not FIRST_DAY <= given.starts_on <= now:
        message = f"This must be between {FIRST_DAY} and today."
        raise UserError(message, code="OUT_OF_RANGE", field=("startsOn",))
    span = Span(given.starts_on, given.pre_days, given.washout_days, given.post_days)
    if span.last > now:
        message = f"These days go on until {span.last}: record it once they are over."
        raise UserError(message, code="OUT_OF_RANGE", field=("postDays",))
    return span


def _refuse_numbers(given: RecordImpactEvaluation) -> None:
    """Refuse numbers that no evaluation can have, all at once."""
    errors = []
    for name, value, least in (
        ("preDays", given.pre_days, 1),
        ("washoutDays", given.washout_days, 0),
        ("postDays", given.post_days, 1),
    ):
        if not least <= value <= LONGEST_DAYS:
            message = f"This must be between {least} and {LONGEST_DAYS} days."
            errors.append(UserError(message, code="OUT_OF_RANGE", field=(name,)))
    if not (isfinite(given.low) and isfinite(given.high)) or not (
        given.low <= given.estimate <= given.high
    ):
        message = "The estimate lies between its bounds."
        errors.append(UserError(message, code="OUT_OF_RANGE", field=("estimate",)))
    for name, number, low in (("placeboP", given.placebo_p, 0), ("lag1", given.lag1, -1)):
        if number is not None and not low <= number <= 1:
            message = f"This must be between {low} and 1."
            errors.append(UserError(message, code="OUT_OF_RANGE", field=(name,)))
    if errors:
        raise UserErrors(tuple(errors))
