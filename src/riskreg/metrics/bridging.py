"""Old windows as they would read under a newer version, over the bridges that a caller names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from riskreg.kit.db import Fetch, Record
from riskreg.kit.errors import BadInput
from riskreg.kit.refs import key_in
from riskreg.kit.view import View
from riskreg.metrics.across import MISMATCH, Measured
from riskreg.metrics.models_notes import MetricBridge
from riskreg.metrics.rules_bridges import NothingToConvert, Sample, bridged
from riskreg.metrics.rules_definitions import Era
from riskreg.metrics.rules_windows import Window


@dataclass(frozen=True)
class Bridging:
    """From which era to which, and for which policy area, if for one."""

    of: Measured
    old: Era
    new: Era
    area_id: str | None


async def converted(
    fetch: Fetch, view: View, window: Window, way: Bridging, given: Sequence[str]
) -> tuple[Window, list[str]]:
    """The window in numbers of the newer era, and the keys of the bridges crossed, in order.

    BadInput METRIC_VERSION_MISMATCH where the eras differ and the bridges do not lead from one to
    the other (BR 9); BAD_USER_INPUT for bridges that nothing asks for, or of another policy area.
    """
    code = way.of.metric.code
    if not given:
        if way.old.keys != way.new.keys:
            raise BadInput(await _without(fetch, view, way), MISMATCH)
        return window, []
    rows = await _named(fetch, view, given)
    at = way.old
    for row in rows:
        if row.from_version_id not in at.keys:
            message = f"the bridges do not lead from version {_last(way.old)} of {code}, in order"
            raise BadInput(message, MISMATCH)
        if row.policy_area_id not in {None, way.area_id}:
            raise BadInput("a bridge is good for another policy area than the one asked about")
        at = next((era for era in way.of.eras if row.to_version_id in era.keys), at)
        try:
            window = bridged(window, Sample.of(row), way.of.metric.scale)
        except NothingToConvert as error:
            raise BadInput(str(error)) from None
    if at.keys != way.new.keys:
        message = f"the bridges do not lead to version {_last(way.new)} of {code}"
        raise BadInput(message, MISMATCH)
    return window, [row.id for row in rows]


async def _named(fetch: Fetch, view: View, given: Sequence[str]) -> list[Record]:
    """The bridges of ids, in their order."""
    keys = [key_in(MetricBridge, one) for one in given]
    bridge = view.of(MetricBridge)
    found = {row.id: row for row in await fetch(_all(view).where(bridge.id.in_(keys)))}
    if any(key not in found for key in keys):
        raise BadInput("there is no such bridge")
    return [found[key] for key in keys]


def _all(view: View) -> Record:
    bridge = view.of(MetricBridge)
    names = ("id", "from_version_id", "to_version_id", "policy_area_id", "method")
    counts = [name for name in Sample.__dataclass_fields__ if name != "method"]
    return select(*[getattr(bridge, name) for name in (*names, *counts)])


async def _without(fetch: Fetch, view: View, way: Bridging) -> str:
    """Why two windows do not compare, and whether there is a bridge that would help."""
    bridge = view.of(MetricBridge)
    query = select(bridge.id).where(
        bridge.from_version_id.in_(way.old.keys), bridge.to_version_id.in_(way.new.keys)
    )
    known = bool(await fetch(query.limit(1)))
    help_ = "name the bridge between them" if known else "record a bridge between them first"
    return (
        f"versions {_last(way.old)} and {_last(way.new)} of {way.of.metric.code} measure different "
        f"things: {help_}"
    )


def _last(era: Era) -> int:
    return era.numbers[-1]
