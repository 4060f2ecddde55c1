"""What lists of targets can be filtered and sorted by."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_

import riskreg.delivery.access  # noqa: F401 (declares who sees which rows)
from riskreg import settings
from riskreg.delivery.models import Target
from riskreg.kit import filters
from riskreg.kit.clock import today
from riskreg.kit.view import Alias, View
from riskreg.metrics.models import Metric
from riskreg.projects.models import Project, Vendor


def in_force(view: View, target: Alias) -> ColumnElement[bool]:
    """The condition that a target holds on the day of the view."""
    day = today(view.now, settings.current().zone)
    return and_(target.valid_from <= day, or_(target.valid_to.is_(None), target.valid_to >= day))


def _in_force(view: View, target: type[Target], given: bool) -> ColumnElement[bool]:  # noqa: FBT001 (the filter's value)
    holds = in_force(view, target)
    return holds if given else not_(holds)


TARGET_FILTERS: dict[str, filters.Test] = {
    "code": filters.plain("code"),
    "project": filters.ref("project_id", Project),
    "vendor": filters.ref("vendor_id", Vendor),
    "metric": filters.ref("metric_id", Metric),
    "contractual": filters.flag("contractual"),
    "in_force": _in_force,
    "valid_from": filters.plain("valid_from"),
    "valid_to": filters.plain("valid_to"),
}
TARGET_ORDERS = {"CODE": "code", "VALID_FROM": "valid_from", "CREATED_AT": "id"}
