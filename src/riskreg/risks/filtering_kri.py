"""What lists of KRIs and of breaches can be filtered and sorted by."""

from typing import Optional

import strawberry
from sqlalchemy import ColumnElement

import riskreg.risks.words_kri  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit import filters
from riskreg.kit.filters import (
    DateTimeFilter,
    EnumFilter,
    RefFilter,
    TextFilter,
)
from riskreg.kit.graph import Field
from riskreg.kit.roots import order_input
from riskreg.kit.view import Alias, View
from riskreg.metrics.models import MetricSeries
from riskreg.risks import models, models_kri, rules_kri


def _given(description: str, name: str | None = None) -> Field:
    return strawberry.field(default=None, description=description, name=name)


@strawberry.input(description="Which KRIs; `{}` matches all.")
class KriFilter:
    """Conditions that all hold; `and`, `or` and `not` combine."""

    and_: Optional[list["KriFilter"]] = _given("All of these hold.", "and")  # noqa: UP045 (a forward reference)
    or_: Optional[list["KriFilter"]] = _given("At least one of these holds.", "or")  # noqa: UP045 (a forward reference)
    not_: Optional["KriFilter"] = _given("This does not hold.", "not")
    code: TextFilter | None = _given("By code.")
    status: EnumFilter[rules_kri.KriStatus] | None = _given(
        "By where it stands, as it reads at the view's time."
    )
    basis: EnumFilter[rules_kri.KriBasis] | None = _given("By what is compared.")
    risk: RefFilter | None = _given("By risk.")
    series: RefFilter | None = _given("By series.")


KRI_FILTERS: dict[str, filters.Test] = {
    **{name: filters.plain(name) for name in ("code", "status", "basis")},
    "risk": filters.ref("risk_id", models.Risk),
    "series": filters.ref("series_id", MetricSeries),
}
KriOrder = order_input("Kri", {"CODE": "By code.", "CREATED_AT": "By when it was added."})
KRI_ORDERS = {"CODE": "code", "CREATED_AT": "id"}


@strawberry.input(description="Which breaches; `{}` matches all.")
class KriBreachFilter:
    """Conditions that all hold; `and`, `or` and `not` combine."""

    and_: Optional[list["KriBreachFilter"]] = _given("All of these hold.", "and")  # noqa: UP045 (a forward reference)
    or_: Optional[list["KriBreachFilter"]] = _given("At least one of these holds.", "or")  # noqa: UP045 (a forward reference)
    not_: Optional["KriBreachFilter"] = _given("This does not hold.", "not")
    open: bool | None = _given("Whether it is open at the view's time.")
    retracted: bool | None = _given("Whether restated numbers would not have opened it.")
    acknowledged: bool | None = _given("Whether somebody has seen to it.")
    false_alarm: bool | None = _given("Whether it was found to tell of nothing real.")
    level: EnumFilter[rules_kri.BreachLevel] | None = _given("By how bad it was at its worst.")
    kri: RefFilter | None = _given("By KRI.")
    risk: RefFilter | None = _given("By risk.")
    opened_at: DateTimeFilter | None = _given("By when it was noted.")
    closed_at: DateTimeFilter | None = _given("By when it was noted to be over.")


def _told(name: str, *, told: bool = True) -> filters.Test:
    """Whether a column holds anything; with `told` false, whether it holds nothing."""

    def test(_view: View, alias: Alias, given: bool) -> ColumnElement[bool]:  # noqa: FBT001 (the filter's value)
        column = getattr(alias, name)
        found: ColumnElement[bool] = column.is_not(None) if given is told else column.is_(None)
        return found

    return test


BREACH_FILTERS: dict[str, filters.Test] = {
    **{name: filters.plain(name) for name in ("level", "opened_at", "closed_at")},
    "open": _told("closed_on", told=False),
    "retracted": _told("retracted_at"),
    "acknowledged": _told("acknowledged_at"),
    "false_alarm": filters.flag("false_alarm"),
    "kri": filters.ref("kri_id", models_kri.Kri),
    "risk": filters.ref("risk_id", models.Risk),
}
KriBreachOrder = order_input(
    "KriBreach",
    {"OPENED_AT": "By when it was noted.", "CREATED_AT": "By the order in which they were noted."},
)
BREACH_ORDERS = {"OPENED_AT": "opened_at", "CREATED_AT": "id"}
