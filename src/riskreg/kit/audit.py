"""Proof that nothing was altered behind the journal's back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, and_, except_, exists, func, or_, select

from riskreg.kit.journal import (
    GENESIS,
    Entry,
    Header,
    JournalHead,
    Touched,
    chain,
    row_fields,
    rows_digest,
    version_source,
)
from riskreg.kit.tables import FOREVER_SEQ, Base, history_of, in_view, is_appended, is_tracked

_ENTRY: Table = Entry.__table__  # type: ignore[assignment]
_HEAD: Table = JournalHead.__table__  # type: ignore[assignment]
_TOUCHED: Table = Touched.__table__  # type: ignore[assignment]
_CHUNK = 500
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Verdict:
    """What the audit found: how many entries were checked, the head, and each thing wrong."""

    entries: int
    seq: int
    head: str
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(connection: Connection, head: str | None = None) -> Verdict:
    """Walk the whole chain and compare every row with it.

    `head` is a hash noted earlier (`seq:hash`, as printed in a brief): without one, an attacker
    who truncates the journal or writes it anew is not found.
    """
    problems: list[str] = []
    prev, seq = GENESIS, 0
    for entry, digest in _entries(connection):
        seq += 1
        header = Header(
            entry.actor_id,
            entry.actor_name,
            entry.action,
            entry.reason,
            entry.on_behalf_of,
            entry.request_id,
        )
        if entry.seq != seq:
            problems.append(f"entry {seq} is missing: the next one is {entry.seq}")
            seq = entry.seq
        if entry.prev_hash != prev:
            problems.append(f"entry {seq} does not follow the entry before it")
        if chain(entry.prev_hash, entry.seq, entry.at, header, digest) != entry.hash:
            problems.append(f"entry {seq} does not match the rows that it wrote")
        prev = entry.hash
    problems += _head_problems(connection, seq, prev, head)
    for table in Base.metadata.sorted_tables:
        if is_tracked(table):
            problems += _version_problems(connection, table)
        if is_tracked(table) or is_appended(table):
            problems += _unjournalled(connection, table)
    return Verdict(entries=seq, seq=seq, head=f"{seq}:{prev}", problems=tuple(problems))


def _entries(connection: Connection) -> Iterator[tuple[Any, bytes]]:
    start = 0
    while True:
        rows = connection.execute(
            select(_ENTRY).where(_ENTRY.c.seq > start).order_by(_ENTRY.c.seq).limit(_CHUNK)
        ).all()
        if not rows:
            return
        low, high = rows[0].seq, rows[-1].seq
        digests = _digests(connection, low, high)
        for row in rows:
            yield row, digests(row.seq)
        start = high


def _digests(connection: Connection, low: int, high: int) -> Callable[[int], bytes]:
    touched: dict[int, list[tuple[str, str]]] = defaultdict(list)
    between = and_(_TOUCHED.c.seq >= low, _TOUCHED.c.seq <= high)
    for row in connection.execute(select(_TOUCHED).where(between)):
        touched[row.seq].append((row.table_name, row.row_id))
    written: dict[int, dict[tuple[str, str], Sequence[str]]] = defaultdict(dict)
    for name in sorted({name for rows in touched.values() for name, _ in rows}):
        if name not in Base.metadata.tables:
            continue
        source, number = version_source(name)
        query = select(source, number.label("written_by")).where(number.between(low, high))
        for row in connection.execute(query):
            written[row.written_by][name, row.id] = row_fields(source, row)
    return lambda seq: rows_digest(touched[seq], written[seq])


def _head_problems(connection: Connection, seq: int, last: str, noted: str | None) -> list[str]:
    row = connection.execute(select(_HEAD)).one()
    problems = []
    if (row.seq, row.hash) != (seq, last):
        problems.append(f"the head is {row.seq}:{row.hash}, the journal ends at {seq}:{last}")
    if row.open_seq is not None:
        problems.append(f"entry {row.open_seq} was left open")
    latest = connection.execute(select(func.max(_ENTRY.c.at))).scalar()
    if latest is not None and row.at != latest:
        problems.append(f"the head's time is {row.at}, the journal ends at {latest}")
    if noted is not None and not _is_known(connection, noted):
        problems.append(f"the noted head {noted} is not in the journal")
    return problems


def _is_known(connection: Connection, noted: str) -> bool:
    at, _, value = noted.partition(":")
    if not _NUMBER.fullmatch(at):
        return False
    known = select(_ENTRY.c.hash).where(_ENTRY.c.seq == int(at))
    return value == (GENESIS if int(at) == 0 else connection.execute(known).scalar())


def _version_problems(connection: Connection, table: Table) -> list[str]:
    """Versions must follow one another without a gap, and the newest must be the live row."""
    (h, _), later = version_source(table.name), _later(table)
    follows = exists().where(later.c.id == h.c.id, later.c.from_seq == h.c.to_seq)
    deleted = exists().where(
        _TOUCHED.c.seq == h.c.to_seq,
        _TOUCHED.c.table_name == table.name,
        _TOUCHED.c.row_id == h.c.id,
    )
    loose = and_(h.c.to_seq != FOREVER_SEQ, ~follows, ~deleted)
    overlap = exists().where(
        later.c.id == h.c.id, later.c.from_seq > h.c.from_seq, later.c.from_seq < h.c.to_seq
    )
    broken = connection.execute(
        select(func.count()).select_from(h).where(or_(loose, overlap))
    ).scalar_one()
    names = [c.name for c in table.columns]
    now = _now(table)
    live = select(*[now.c[n] for n in names])
    kept = select(*[h.c[n] for n in names]).where(h.c.to_seq == FOREVER_SEQ)
    altered = 0
    for one, other in ((live, kept), (kept, live)):
        difference = except_(one, other).subquery()
        altered += connection.execute(select(func.count()).select_from(difference)).scalar_one()
    problems = []
    if broken:
        problems.append(f"{table.name}: {broken} row versions do not follow one another")
    if altered:
        problems.append(f"{table.name}: {altered} live rows differ from their newest version")
    return problems


@cache
def _later(table: Table) -> Any:
    return in_view(history_of(table), "_later")


@cache
def _now(table: Table) -> Any:
    return in_view(table)


def _unjournalled(connection: Connection, table: Table) -> list[str]:
    source, number = version_source(table.name)
    known = exists().where(
        _TOUCHED.c.seq == number,
        _TOUCHED.c.table_name == table.name,
        _TOUCHED.c.row_id == source.c.id,
    )
    stray = connection.execute(select(func.count()).select_from(source).where(~known)).scalar_one()
    return [f"{table.name}: {stray} row versions belong to no entry"] if stray else []
