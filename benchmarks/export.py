"""The register as a file beside a control, in one run: CPU milliseconds for 10 000 risks.

- CSV, JSON and XLSX as `riskreg export` makes them, and the reading of the CSV and XLSX again,
- a script written by hand on raw sqlite3 and `csv.writer` that makes the same bytes of CSV,
- with `import`, what it costs to bring the CSV into a register that is empty, and back unchanged.

    python benchmarks/export.py [RISKS] [import]
"""

from __future__ import annotations

import asyncio
import csv
import gc
import io
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

import register  # the module beside this one

from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Database
from riskreg.people.permits import SYSTEM
from riskreg.risks.exporting import export
from riskreg.risks.importing import bring_in
from riskreg.risks.reading import read
from riskreg.risks.rules_columns import NIST_IR_8286, RISKREG, Profile
from riskreg.risks.writing import Format

ROUNDS = 3
GOAL_MS = 500
CONTROL = """
SELECT r.code, r.title, r.cause, r.event, r.consequence, r.category, r.sensitivity, r.id, NULL,
  NULL, NULL, o.code, s.code, i.code, r.identified_at, r.horizon_days, r.proximity_date,
  r.velocity, r.inherent_likelihood, r.inherent_impact, r.review_due_on, r.probability,
  r.uplift_p10_bps, r.uplift_p50_bps, r.uplift_p90_bps, r.duration_days,
  CASE WHEN r.recorded_status IN ('ACCEPTED', 'MONITORING') AND r.holds_until <= :now
    THEN 'ASSESSED' ELSE r.recorded_status END,
  r.inherent_band, r.impacts,
  CASE WHEN r.asserted_until > :now THEN r.asserted_likelihood ELSE r.computed_likelihood END,
  CASE WHEN r.asserted_until > :now THEN r.asserted_impact ELSE r.computed_impact END,
  CASE WHEN r.asserted_until > :now THEN r.asserted_band ELSE r.computed_band END,
  r.computed_likelihood, r.computed_impact, r.computed_band, r.target_likelihood, r.target_impact,
  r.target_band, r.confidence, r.assessed_at, r.treatment, NULL,
  CASE WHEN r.recorded_status IN ('DRAFT', 'OPEN', 'REJECTED') THEN 'NOT_ASSESSED'
    WHEN r.out_from <= :now AND r.out_to > :now THEN 'OUT_OF_TOLERANCE'
    WHEN r.above_from <= :now AND r.above_to > :now THEN 'WITHIN_TOLERANCE'
    ELSE 'WITHIN_APPETITE' END,
  CASE WHEN r.out_from <= :now AND r.out_to > :now THEN r.out_from END,
  r.not_measurable, r.happened, r.happened_at, r.close_reason
FROM risks r LEFT JOIN people o ON o.id = r.owner_id LEFT JOIN people s ON s.id = r.sponsor_id
LEFT JOIN people i ON i.id = r.identified_by_id ORDER BY r.number
"""
LINKS = {7: "project", 8: "policy_area", 9: "market", 10: "vendor", 41: "mitigation"}
TABLES = {"policy_area": "policy_areas"}


def by_hand(path: Path, now: str) -> bytes:
    """The same CSV from raw sqlite3: nothing checked, nothing of the past, nobody's view."""
    connection = sqlite3.connect(path)
    linked: dict[int, dict[str, list[str]]] = {}
    for place, name in LINKS.items():
        found: dict[str, list[str]] = defaultdict(list)
        query = f"SELECT l.risk_id, t.code FROM risk_{name}s l JOIN {name}s t ON t.id = l.{name}_id"  # noqa: S608 (our own names)
        for risk, code in connection.execute(f"{query} ORDER BY t.code"):
            found[risk].append(code)
        linked[place] = found
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([one.heading for one in RISKREG.columns])
    instants = [place for place, one in enumerate(RISKREG.columns) if one.heading.endswith("At")]
    for row in connection.execute(CONTROL, {"now": now}):
        cells = list(row)
        for place, codes in linked.items():
            cells[place] = " ".join(codes.get(row[7], ()))
        for place in instants:
            if cells[place]:
                cells[place] = cells[place].replace(" ", "T").replace(".000000", "") + "Z"
        writer.writerow(cells)
    connection.close()
    return target.getvalue().encode()


async def cpu(work: Callable[[], Awaitable[bytes]]) -> tuple[float, float, bytes]:
    """The least CPU and wall milliseconds of some rounds, and the answer."""
    best = (float("inf"), float("inf"))
    answer = b""
    for _ in range(ROUNDS):
        gc.collect()
        started, clock = time.process_time(), time.perf_counter()
        answer = await work()
        took = (time.process_time() - started) * 1000, (time.perf_counter() - clock) * 1000
        best = min(best, took)
    return *best, answer


def exporter(db: Database, kind: Format, profile: Profile) -> Callable[[], Awaitable[bytes]]:
    """What makes one file of the whole register."""

    async def work() -> bytes:
        context = Context(db, SYSTEM)
        view = await context.view()
        return await export(fetcher(context, view), view, profile=profile, format=kind)

    return work


def told(what: str, took: tuple[float, float, bytes], control: float | None = None) -> None:
    """Print a line of figures."""
    beside = "" if control is None else f"  {took[0] / control:5.2f}x by hand"
    size = len(took[2]) / 1e6
    print(f"{what:28} {took[0]:8.0f} ms CPU {took[1]:8.0f} ms wall {size:6.1f} MB{beside}")


async def import_costs(data: bytes, db: Database, folder: Path) -> None:
    """Bring the file into an empty register of the same people and projects, and back again."""
    empty = await register.fill(f"sqlite+aiosqlite:///{folder / 'empty.db'}", 0)
    for name, target in (("import, all new", empty), ("import, all known", db)):
        started, clock = time.process_time(), time.perf_counter()
        sheet = read(data, Format.CSV)
        parsed = time.process_time()
        result = await bring_in(target, SYSTEM, sheet)
        cost, wall = (time.process_time() - started) * 1000, (time.perf_counter() - clock) * 1000
        counts = f"{len(result.created)} created, {len(result.unchanged)} unchanged"
        reading = (parsed - started) * 1000
        print(f"{name:28} {cost:8.0f} ms CPU {wall:8.0f} ms wall, {reading:.0f} to read: {counts}")
    await empty.aclose()


async def main() -> None:
    """Fill a register, and print what each file costs."""
    risks = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "register.db")
        db = await register.fill(f"sqlite+aiosqlite:///{path}", risks)
        now = db.clock.now().replace(tzinfo=None).isoformat(" ", timespec="microseconds")

        async def control() -> bytes:
            return by_hand(path, now)

        raw = await cpu(control)
        print(f"{risks} risks, 3 actions each; the goal is {GOAL_MS} ms for CSV")
        told("CSV by hand, raw sqlite3", raw)
        ours = await cpu(exporter(db, Format.CSV, RISKREG))
        assert ours[2] == raw[2]
        told("CSV", ours, raw[0])
        told("CSV, headings of NIST", await cpu(exporter(db, Format.CSV, NIST_IR_8286)))
        told("JSON", await cpu(exporter(db, Format.JSON, RISKREG)))
        told("XLSX", await cpu(exporter(db, Format.XLSX, RISKREG)))
        if "import" in sys.argv:
            await import_costs(ours[2], db, Path(name))
        await db.aclose()


if __name__ == "__main__":
    asyncio.run(main())
