"""Reports as they were made: what they say, from which entry, and the file itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Base, Chars, Instant, Json, Key, LongText, Tracked, Word
from riskreg.reports.rules import ReportKind, ReportStatus


class Report(Tracked, Base):
    """A brief with its facts, from which it can be made again byte for byte.

    `revision` is the entry of the journal at which it looks, `audit_head` that entry's
    `seq:hash`. `facts` are canonical JSON as text, so that they hash the same on both engines.
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
    file_hash: Mapped[str] = mapped_column(String(64))


class ReportFile(Base):
    """The file of a report; operational, because history need not keep its bytes twice.

    What it must be is kept by `Report.file_hash`, which the journal's hash covers.
    """

    __tablename__ = "report_files"
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), primary_key=True, type_=Key)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
