"""A register of a given size, written in bulk as one entry, for all benchmarks."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import tables
from riskreg.kit import migrate
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database
from riskreg.kit.tables import LONG_AGO, NEVER
from riskreg.kit.view import View
from riskreg.people.models import Person
from riskreg.people.permits import SYSTEM
from riskreg.projects.models import Project
from riskreg.projects.rules import ProjectStatus, ProjectType
from riskreg.risks import config
from riskreg.risks.models import Risk, RiskAssessment, RiskProject
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.rules import (
    AssessmentMethod,
    Band,
    Confidence,
    MitigationKind,
    MitigationStatus,
    RiskCategory,
    RiskStatus,
    Sensitivity,
)
from riskreg.risks.rules_scoring import DEFAULT_MATRIX, Level, rank

NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
Rows = list[dict[str, object]]
assert tables.metadata


def key(kind: int, number: int) -> str:
    """A key that says what it is."""
    return f"{kind:02x}{number:030x}"


def tracked(number: int, kind: int) -> dict[str, object]:
    """The columns of every tracked row."""
    me = SYSTEM.id
    return {
        "id": key(kind, number),
        "version": 1,
        "created_at": NOW,
        "created_by": me,
        "updated_at": NOW + timedelta(microseconds=number),
        "updated_by": me,
    }


def people_and_projects(projects: int) -> tuple[Rows, Rows]:
    """A person a project, who manages it."""
    people: Rows = [
        tracked(n, 1)
        | {
            "code": f"P-{n:03d}",
            "name": f"Person {n}",
            "name_fold": f"person {n}",
            "email": f"p{n}@clipline.example",
            "timezone": "Asia/Singapore",
            "active": True,
        }
        for n in range(projects)
    ]
    made: Rows = [
        tracked(n, 2)
        | {
            "code": f"PRJ-{n:03d}",
            "name": f"Project {n}",
            "name_fold": f"project {n}",
            "type": ProjectType.ENFORCEMENT_LABELLING,
            "is_safety": True,
            "manager_id": key(1, n),
            "status": ProjectStatus.ACTIVE,
        }
        for n in range(projects)
    ]
    return people, made


def a_risk(n: int, draw: random.Random, projects: int) -> dict[str, object]:
    """A risk somewhere on the matrix."""
    level = Level(draw.randint(1, 5), draw.randint(1, 5))
    band = DEFAULT_MATRIX.band(level)
    places = {
        f"{stage}_{what}": value
        for stage in ("inherent", "computed")
        for what, value in (
            ("likelihood", level.likelihood),
            ("impact", level.impact),
            ("band", band),
            ("rank", rank(level)),
        )
    }
    title = f"Risk {n}: something happens to market {n % 12}"
    return (
        tracked(n, 3)
        | places
        | {
            "code": f"R-{n + 1:05d}",
            "number": n + 1,
            "title": title,
            "title_fold": title.lower(),
            "cause": f"cause {n}",
            "event": f"event {n}",
            "consequence": f"consequence {n}",
            "category": draw.choice(list(RiskCategory)),
            "sensitivity": Sensitivity.PUBLIC_INTERNAL,
            "recorded_status": draw.choice([RiskStatus.ASSESSED, RiskStatus.TREATING]),
            "owner_id": key(1, n % projects),
            "identified_by_id": SYSTEM.id,
            "identified_at": NOW,
            "horizon_days": 90,
            "asserted_rank": 0,
            "asserted_until": LONG_AGO,
            "target_asserted": False,
            "above_from": NEVER,
            "above_to": NEVER,
            "out_from": NEVER,
            "out_to": NEVER,
            "holds_until": NEVER,
            "review_due_on": date(2026, 12, 1) + timedelta(days=n % 90),
            "assessed_at": NOW,
            "state_since": NOW,
            "ever_high": band >= Band.HIGH,
            "acceptances_in_a_row": 0,
            "kri_count": 0,
            "rca_required": False,
            "search_text": title.lower().replace(":", ""),
        }
    )


def an_assessment(n: int, risk: dict[str, object], seq: int) -> dict[str, object]:
    """The newest judgement of a risk."""
    return {
        "id": key(4, n),
        "seq": seq,
        "at": NOW,
        "by": key(1, 0),
        "risk_id": risk["id"],
        "method": AssessmentMethod.COMPUTED,
        "inherent_likelihood": risk["inherent_likelihood"],
        "inherent_impact": risk["inherent_impact"],
        "inherent_band": risk["inherent_band"],
        "residual_likelihood": risk["inherent_likelihood"],
        "residual_impact": risk["inherent_impact"],
        "residual_band": risk["inherent_band"],
        "computed_likelihood": risk["inherent_likelihood"],
        "computed_impact": risk["inherent_impact"],
        "impacts": {"SLA": risk["inherent_impact"]},
        "confidence": Confidence.MEDIUM,
        "rationale": "measured",
        "matrix_id": key(9, 0),
    }


def an_action(n: int, projects: int) -> dict[str, object]:
    """An action in progress."""
    title = f"Action {n}"
    return tracked(n, 5) | {
        "code": f"M-{n + 1:05d}",
        "number": n + 1,
        "title": title,
        "kind": MitigationKind.PREVENTIVE,
        "status": MitigationStatus.IN_PROGRESS,
        "owner_id": key(1, n % projects),
        "due_on": date(2027, 1, 1) + timedelta(days=n % 60),
        "slip_count": 0,
        "evidence": [],
        "search_text": title.lower(),
    }


async def fill(url: str, risks: int, *, actions_each: int = 3, projects: int = 200) -> Database:
    """A database of this size; the caller closes it."""
    migrate.upgrade(url)
    db = Database(url, SettableClock(NOW + timedelta(days=1)))
    draw = random.Random(7)
    people, made = people_and_projects(projects)
    risk_rows = [a_risk(n, draw, projects) for n in range(risks)]
    total = risks * actions_each
    links: Rows = [
        tracked(n, 6)
        | {
            "risk_id": key(3, n // actions_each),
            "mitigation_id": key(5, n),
            "delta_likelihood": 1,
            "delta_impact": 0,
        }
        for n in range(total)
    ]
    on_projects: Rows = [
        tracked(n, 7) | {"risk_id": key(3, n), "project_id": key(2, n % projects)}
        for n in range(risks)
    ]

    async def write(session: AsyncSession, view: View) -> None:
        await config.install(session, view)
        await session.flush()
        seq = session.info["entry"].seq
        for model, rows in (
            (Person, people),
            (Project, made),
            (Risk, risk_rows),
            (RiskAssessment, [an_assessment(n, row, seq) for n, row in enumerate(risk_rows)]),
            (Mitigation, [an_action(n, projects) for n in range(total)]),
            (RiskMitigation, links),
            (RiskProject, on_projects),
        ):
            for at in range(0, len(rows), 2000):
                await session.execute(insert(model.__table__), rows[at : at + 2000])

    await db.write(SYSTEM, Act("fill"), write)
    await checkpoint(db)
    return db


async def checkpoint(db: Database) -> None:
    """Let the planner know what there is; what was just written would be read through the log."""
    if not db.engines.sqlite:
        async with db.engines.writer.begin() as connection:
            await connection.exec_driver_sql("ANALYZE")
        return
    async with db.engines.writer.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("ANALYZE")
        await connection.exec_driver_sql("BEGIN")


if __name__ == "__main__":
    where = Path(sys.argv[1])

    async def main() -> None:
        await (await fill(f"sqlite+aiosqlite:///{where}", int(sys.argv[2]))).aclose()

    asyncio.run(main())
