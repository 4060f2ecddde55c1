"""Reports as they were made: what they say, from which entry, and the file itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Appended, Base, Chars, Instant, Json, Key, LongText, Tracked, Word
from riskreg.reports.rules import ReportKind, ReportStatus


class Report(Tracked, Base):
    """A brief with its facts, from which it can be made again byte for byte.

    `revision` is the entry of the journal at which it looks, `audit_head` that entry's
    `seq:hash`. `facts` are canonical JSON as text, so that they hash the same on both engines.
    The file is rendered after the report is written: `file_hash` is empty till then.
    """

    __tablename__ = "reports"
    code: Mapped[str] = mapped_column(Chars(20), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[ReportKind] = mapped_column(Word(ReportKind), index=True)
    status: Mapped[ReportStatus] = mapped_column(Word(ReportStatus), index=True)
    scope: Mapped[str] = mapped_column(Chars(200))
    as_of: Mapped[datetime] = mapped_column(Instant, index=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    compare_to_id: Mapped[str | None] = mapped_column(ForeignKey("reports.id"))
    headline: Mapped[str] = mapped_column(LongText)
    facts: Mapped[str] = mapped_column(LongText)
    findings: Mapped[list[dict[str, str]]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(String(64))
    audit_head: Mapped[str] = mapped_column(String(90))
    file_hash: Mapped[str | None] = mapped_column(String(64))
    rendered_at: Mapped[datetime | None] = mapped_column(Instant)
    rendering_problem: Mapped[str | None] = mapped_column(LongText)


class ReportCitation(Appended, Base):
    """The values of a series, between two days, that the facts of a report rest on.

    It repeats what stands in the facts, so that who tells a value anew finds the reports it is in.
    `as_of` is the report's: of what was recorded later, or by a later entry, it knew nothing.
    """

    __tablename__ = "report_citations"
    id_prefix = "citation"
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    series_no: Mapped[int] = mapped_column(Integer, index=True)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    as_of: Mapped[datetime] = mapped_column(Instant)


class ReportFile(Base):
    """The file of a report; operational, because history need not keep its bytes twice.

    What it must be is kept by `Report.file_hash`, which the journal's hash covers.
    """

    __tablename__ = "report_files"
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), primary_key=True, type_=Key)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
