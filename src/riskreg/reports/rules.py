"""The words of reports, and by when a brief wants its decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from riskreg.people.rules import Authority
from riskreg.risks.rules import Band, RiskCategory, WorkingDays


class ReportKind(StrEnum):
    """What a report is about."""

    WHERE_WE_STAND = "WHERE_WE_STAND"


class ReportStatus(StrEnum):
    """How far a report has come; all but GENERATED are words kept for the review to come."""

    GENERATED = "GENERATED"
    IN_REVIEW = "IN_REVIEW"
    PUBLISHED = "PUBLISHED"
    SUPERSEDED = "SUPERSEDED"


class ReportRendering(StrEnum):
    """How far the file of a report has come."""

    RENDERING = "RENDERING"
    READY = "READY"
    FAILED = "FAILED"


def rendering_of(file_hash: str | None, problem: str | None) -> ReportRendering:
    """How far the file has come: ready once it is there, failed if it was given up before."""
    if file_hash is not None:
        return ReportRendering.READY
    return ReportRendering.RENDERING if problem is None else ReportRendering.FAILED


class LintSeverity(StrEnum):
    """How bad a finding in a brief is: ERROR will block publication, WARN is for its author."""

    ERROR = "ERROR"
    WARN = "WARN"


DECIDE_WITHIN_CRITICAL = 2
"""Working days for a decision on a CRITICAL risk outside tolerance: as for an S2 escalation."""

DECIDE_WITHIN = 5
"""Working days for a decision on any other risk outside tolerance: before the next weekly brief."""

AUTHORITY_NAMES: Mapping[Authority, str] = MappingProxyType(
    {
        Authority.A1: "PM",
        Authority.A2: "PM lead",
        Authority.A3: "Director",
        Authority.A4: "VP",
    }
)
"""Who may accept, as a brief calls them in a narrow column (domain/model.md 4.5)."""


def decide_by(band: Band, on: date, calendar: WorkingDays) -> date:
    """The day by which somebody must decide on a risk that is outside tolerance."""
    within = DECIDE_WITHIN_CRITICAL if band is Band.CRITICAL else DECIDE_WITHIN
    return calendar.add_working_days(on, within)


def category_name(category: RiskCategory) -> str:
    """The category as a sentence has it: "child safety"."""
    acronyms = {"envr": "ENVR", "sla": "SLA"}
    words = category.value.lower().split("_")
    return " ".join(acronyms.get(word, word) for word in words)


def short_words(anchor: str) -> str:
    """What a step of a scale means, as short as a chart wants it: "< 5 %", "5–20 %"."""
    return (
        anchor.replace("less than ", "< ")
        .replace("more than ", "> ")
        .replace("over ", "> ")
        .replace(" to ", "–")
    )
