"""What a caller may send about reports."""

from datetime import datetime

import strawberry

import riskreg.reports.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.inputs import Request
from riskreg.reports.rules import ReportKind


@strawberry.input(
    name="CreateReportInput", description="Make a brief of the register and keep it as a PDF."
)
class CreateReport(Request):
    """What it is about, at which instant, and beside which earlier report."""

    kind: ReportKind = strawberry.field(
        default=ReportKind.WHERE_WE_STAND, description="What it is about."
    )
    compare_to: strawberry.ID | None = strawberry.field(
        default=None,
        description=(
            "The earlier report whose changes it tells, by id or code; "
            "by default the newest that tells of an earlier day."
        ),
    )
    as_of: datetime | None = strawberry.field(
        default=None, description="The instant of which it tells; now by default."
    )
