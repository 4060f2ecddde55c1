"""What is asked for a risk outside tolerance, by what its plan lacks."""

from dataclasses import replace
from datetime import date

import pytest

from riskreg.kit.clock import calendar
from riskreg.reports import facts as f
from riskreg.reports.asks import asks
from riskreg.risks.rules import MitigationStatus
from tests.reports import sample

MONDAY = date(2026, 11, 16)
IN_PROGRESS, APPROVED = MitigationStatus.IN_PROGRESS, MitigationStatus.APPROVED
PLANNED = f.NextAction("M-030", "Refresh the gold set", date(2026, 11, 20))
RISK = replace(sample.top_five()[0], accept_authority="VP", next_action=PLANNED)
HIGH = sample.rated(4, 3)


@pytest.mark.parametrize(
    ("risk", "status", "recommended", "due"),
    [
        (RISK, IN_PROGRESS, "Bring M-030 forward for R-007", 18),
        (replace(RISK, residual=HIGH), IN_PROGRESS, "Bring M-030 forward for R-007", 23),
        (replace(RISK, target=None), IN_PROGRESS, "Plan more than M-030 for R-007", 18),
        (replace(RISK, target=RISK.residual), APPROVED, "Plan more than M-030 for R-007", 18),
        (replace(RISK, next_action=None), APPROVED, "Approve a plan for R-007", 18),
        (replace(RISK, owner=None), IN_PROGRESS, "Name an owner for R-007", 18),
        (RISK, MitigationStatus.PROPOSED, "Approve M-030 for R-007", 18),
        (RISK, MitigationStatus.BLOCKED, "Unblock or replace M-030", 18),
        (RISK, MitigationStatus.VERIFYING, "Have M-030 verified now", 18),
        (
            replace(RISK, next_action=replace(PLANNED, days_overdue=3)),
            IN_PROGRESS,
            "Finish or replace the late M-030",
            18,
        ),
    ],
)
def test_what_is_asked(
    risk: f.TopRisk, status: MitigationStatus, recommended: str, due: int
) -> None:
    [ask] = asks([risk], {"M-030": status}, MONDAY, calendar("SG"))
    assert (ask.recommended, ask.due) == (recommended, date(2026, 11, due))
    assert (ask.code, ask.decider) == ("R-007", "VP")
    assert ask.default_if_silent == f"R-007 stays at {risk.residual.text}, outside tolerance"


@pytest.mark.parametrize("status", ["WITHIN_TOLERANCE", "WITHIN_APPETITE", "NOT_ASSESSED"])
def test_nothing_is_asked_inside_tolerance(status: str) -> None:
    assert asks([replace(RISK, appetite_status=status)], {}, MONDAY, calendar()) == ()
