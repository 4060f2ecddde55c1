"""Notes on series: what happened to them, and how versions compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import given as checked
from riskreg.kit.db import get, new_key
from riskreg.kit.errors import UserError
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import optional, required
from riskreg.kit.view import View
from riskreg.metrics import inputs, inputs_notes
from riskreg.metrics.models import MetricVersion
from riskreg.metrics.models_notes import MetricAnnotation, MetricBridge
from riskreg.metrics.rules import BridgeMethod
from riskreg.metrics.service import metric_named, versions_of
from riskreg.metrics.service_series import scope_given
from riskreg.people.permits import require
from riskreg.people.rules import Act
from riskreg.policies.models import PolicyArea

TEXT, LINK, CODE = inputs_notes.TEXT_LIMIT, inputs_notes.LINK_LIMIT, inputs.CODE_LIMIT
COUNTS = {
    BridgeMethod.DUAL_LABELLED: ("sample_size", "both_negative", "old_only", "new_only"),
    BridgeMethod.DUAL_RUN: ("old_negatives", "old_sample", "new_negatives", "new_sample"),
}
"""What each method of a bridge counts, and the other does not."""


async def annotate(
    session: AsyncSession, view: View, given: inputs_notes.AnnotateMetrics
) -> MetricAnnotation:
    """A new note on the series of a scope."""
    require(view.actor, Act.DEFINE_METRICS, Act.INGEST_METRICS)
    _refuse_backwards(given.from_on, given.to_on)
    metric_id = None
    if given.metric is not None:
        metric_id = (await metric_named(session, view, given.metric)).id
    scope = await scope_given(session, view, given)
    note = MetricAnnotation(
        id=new_key(session),
        metric_id=metric_id,
        kind=given.kind,
        from_on=given.from_on,
        to_on=given.to_on,
        text=required(given.text, limit=TEXT, field="text", multiline=True),
        about=optional(given.about, limit=CODE, field="about"),
        link=_https(given.link),
        **scope.__dict__,
    )
    session.add(note)
    return note


async def change_annotation(
    session: AsyncSession, view: View, given: inputs_notes.ChangeMetricAnnotation
) -> MetricAnnotation:
    """The note with what was given, and the rest as it was."""
    note = await _own(session, view, given)
    first = checked.changed(given.from_on, note.from_on, "fromOn")
    last = checked.changed_or_none(given.to_on, note.to_on)
    _refuse_backwards(first, last)
    text = note.text
    if given.text is not None:
        text = required(given.text.value or "", limit=TEXT, field="text", multiline=True)
    about = checked.changed_note(given.about, note.about, limit=CODE, field="about")
    link = note.link if given.link is None else _https(given.link.value)
    note.kind = checked.changed(given.kind, note.kind, "kind")
    note.from_on, note.to_on, note.text, note.about, note.link = first, last, text, about, link
    return note


async def remove_annotation(
    session: AsyncSession, view: View, given: inputs_notes.RemoveMetricAnnotation
) -> MetricAnnotation:
    """The note that counts no more; its history stays."""
    note = await _own(session, view, given)
    await session.delete(note)
    return note


async def record_bridge(
    session: AsyncSession, view: View, given: inputs_notes.RecordBridge
) -> MetricBridge:
    """How two versions of a metric compare; UserErrors unless the counts can be right."""
    require(view.actor, Act.DEFINE_METRICS)
    metric = await metric_named(session, view, given.metric)
    versions = await versions_of(session, view, metric.id)
    _refuse_backwards(given.from_on, given.to_on)
    if given.from_version >= given.to_version:
        message = "A bridge leads from an older version to a newer one."
        raise UserError(message, field=("toVersion",))
    _refuse_counts(given)
    bridge = MetricBridge(
        id=new_key(session),
        metric_id=metric.id,
        from_version_id=_numbered(versions, given.from_version, "fromVersion").id,
        to_version_id=_numbered(versions, given.to_version, "toVersion").id,
        method=given.method,
        policy_area_id=await key_of(
            session, view, PolicyArea, given.policy_area_id, "policyAreaId"
        ),
        from_on=given.from_on,
        to_on=given.to_on,
        note=optional(given.note, limit=TEXT, field="note", multiline=True),
        **{name: getattr(given, name) for name in COUNTS[given.method]},
    )
    session.add(bridge)
    return bridge


async def _own(
    session: AsyncSession,
    view: View,
    given: inputs_notes.ChangeMetricAnnotation | inputs_notes.RemoveMetricAnnotation,
) -> MetricAnnotation:
    require(view.actor, Act.DEFINE_METRICS, Act.INGEST_METRICS)
    key = key_in(MetricAnnotation, given.id)
    return await get(session, view, MetricAnnotation, key, expected_version=given.expected_version)


def _refuse_backwards(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise UserError("It ends before it begins.", code="OUT_OF_RANGE", field=("toOn",))


def _https(given: str | None) -> str | None:
    text = optional(given, limit=LINK, field="link")
    if text is not None and (not text.startswith("https://") or " " in text):
        raise UserError("A link begins with https://.", field=("link",))
    return text


def _numbered(versions: Sequence[MetricVersion], number: int, field: str) -> MetricVersion:
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise UserError("The metric has no such version.", code="NOT_FOUND", field=(field,))
    return found


def _refuse_counts(given: inputs_notes.RecordBridge) -> None:
    """Refuse counts that are missing, of the other method, negative, or more than there were."""
    wanted = COUNTS[given.method]
    for name in {*COUNTS[BridgeMethod.DUAL_LABELLED], *COUNTS[BridgeMethod.DUAL_RUN]}:
        value = getattr(given, name)
        if name in wanted and value is None:
            raise UserError("This bridge needs it.", code="REQUIRED", field=(_camel(name),))
        if name not in wanted and value is not None:
            raise UserError("This is for the other kind of bridge.", field=(_camel(name),))
        if value is not None and value < 0:
            raise UserError("A count is not below 0.", code="OUT_OF_RANGE", field=(_camel(name),))
    if given.method is BridgeMethod.DUAL_LABELLED:
        parts, whole = wanted[1:], given.sample_size
        judged = sum(getattr(given, name) for name in parts)
        if not whole or judged > whole:
            message = "More items are negative than were judged."
            raise UserError(message, code="OUT_OF_RANGE", field=("sampleSize",))
        return
    for above, below in (("old_negatives", "old_sample"), ("new_negatives", "new_sample")):
        size = getattr(given, below)
        if not size or getattr(given, above) > size:
            message = "More items are negative than were sampled."
            raise UserError(message, code="OUT_OF_RANGE", field=(_camel(below),))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
