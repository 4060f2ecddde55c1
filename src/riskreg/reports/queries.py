"""Selects over reports, what lists of them are filtered and sorted by, and who sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Executable, Select, select

from riskreg.kit import filters
from riskreg.kit.codes import CodeCounter
from riskreg.kit.db import Rows
from riskreg.kit.journal import Entry
from riskreg.kit.refs import key_in
from riskreg.kit.view import KEYS, View, access, nobody
from riskreg.metrics.models import MetricSeries
from riskreg.reports.models import Report, ReportCitation, ReportFile

CODE_PREFIX = "RPT"

# A report tells of the whole register, so only those who see all of it see its reports.
access(Report)(nobody)
access(ReportCitation)(nobody)

REPORT_FILTERS: dict[str, filters.Test] = {
    name: filters.plain(name) for name in ("code", "kind", "status", "as_of")
}
REPORT_ORDERS = {"CODE": "number", "AS_OF": "as_of", "CREATED_AT": "id"}


@dataclass(frozen=True)
class Earlier:
    """The report that another one is compared with."""

    id: str
    code: str
    as_of: datetime
    revision: int


Choice: TypeAlias = Select[str, str, datetime, int]


def earlier(view: View, given: str) -> Choice:
    """The report of a global id or a code, as `Earlier`."""
    report = view.of(Report)
    chosen = select(report.id, report.code, report.as_of, report.revision)
    key = key_in(Report, given)
    if key is not None:
        return chosen.where(report.id == key)
    return chosen.where(report.code == _storable(given))


def newest_before(view: View, instant: datetime, seq: int) -> Choice:
    """The newest report, as `Earlier`, of a time before an instant and of an entry up to `seq`."""
    report = view.of(Report)
    return (
        select(report.id, report.code, report.as_of, report.revision)
        .where(report.as_of < instant, report.revision <= seq)
        .order_by(report.as_of.desc(), report.id.desc())
        .limit(1)
    )


def earlier_of(rows: Rows) -> list[Earlier]:
    """The rows of `earlier`."""
    return [Earlier(row.id, row.code, row.as_of, row.revision) for row in rows]


def file_of(view: View, code: str) -> Select[str, str | None, str | None, bytes]:
    """The file of a report if it has one, the hash that it must have, or why there is none."""
    report = view.of(Report)
    return (
        select(report.code, report.file_hash, report.rendering_problem, ReportFile.content)
        .outerjoin(ReportFile, ReportFile.report_id == report.id)
        .where(report.code == _storable(code))
    )


def unrendered(view: View, key: str) -> Executable:
    """What a file is made from, of the report of that key; no row if it has its file."""
    report = view.of(Report)
    return select(report.id, report.facts, report.content_hash, report.audit_head).where(
        report.id == key, report.file_hash.is_(None)
    )


def proof_of(view: View, code: str) -> Executable:
    """All that a report was made of, besides its file."""
    report = view.of(Report)
    return file_of(view, code).add_columns(
        report.facts, report.content_hash, report.audit_head, report.revision
    )


def series_numbers(view: View) -> Select[str, int]:
    """The numbers of some series (`keys`: their codes)."""
    series = view.of(MetricSeries)
    return select(series.code, series.number).where(series.code.in_(KEYS))


def head_at(seq: int) -> Select[str]:
    """The hash of an entry of the journal."""
    return select(Entry.hash).where(Entry.seq == seq)


def last_number() -> Select[int]:
    """The number of the newest report, if there is one."""
    return select(CodeCounter.last).where(CodeCounter.prefix == CODE_PREFIX)


def _storable(code: str) -> str:
    """A code as a database can compare it; what none can hold is no code."""
    return code if filters.is_storable(code) else ""
