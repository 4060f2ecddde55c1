"""Rows for tests of the joints, written straight into the tables: no service stands between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, Work
from riskreg.kit.tables import history_of, in_view
from riskreg.kit.text import fold, search_text
from riskreg.kit.view import Actor, Reach, Scope, View
from riskreg.people.models import Person, Team
from riskreg.projects.models import Project, ProjectRequestor, Vendor
from riskreg.projects.rules import ProjectStatus, ProjectType, VendorKind
from riskreg.risks.models import Risk, RiskProject, RiskVendor
from riskreg.risks.rules import RiskStatus, Sensitivity

WRITER = Actor("a" * 32, "Wanda Writer")
REVIEW = date(2026, 12, 1)
_numbers = count(1000)


def key(number: int) -> str:
    """The key of a row that a test names by a number."""
    return f"{number:032x}"


def narrow(scope: Scope, *ids: str) -> Actor:
    """An actor who sees only what the scope and the ids let it."""
    return Actor("b" * 32, "Nora Narrow", reach=Reach(scope, ids))


def risk(number: int | None = None, **given: Any) -> Risk:
    """A risk that nothing is said of but its number, title and what is given."""
    number = next(_numbers) if number is None else number
    title = given.get("title", f"Risk {number}")
    plain: dict[str, Any] = {
        "id": key(number),
        "code": f"R-{number:03d}",
        "number": number,
        "title": title,
        "title_fold": fold(title),
        "search_text": search_text(title),
        "sensitivity": Sensitivity.PUBLIC_INTERNAL,
        "recorded_status": RiskStatus.OPEN,
        "identified_by_id": WRITER.id,
        "horizon_days": 90,
        "review_due_on": REVIEW,
    }
    return Risk(**plain | given)


def person(name: str = "Ada", **given: Any) -> Person:
    """An active person of the organisation."""
    number = next(_numbers)
    plain: dict[str, Any] = {
        "id": key(number),
        "code": f"P-{number:03d}",
        "name": name,
        "name_fold": fold(name),
        "email": f"p{number}@example.org",
        "timezone": "Asia/Singapore",
        "active": True,
    }
    return Person(**plain | given)


def project(code: str, **given: Any) -> Project:
    """An active project."""
    plain: dict[str, Any] = {
        "id": key(next(_numbers)),
        "code": code,
        "name": code,
        "name_fold": fold(code),
        "type": ProjectType.ENFORCEMENT_LABELLING,
        "is_safety": True,
        "status": ProjectStatus.ACTIVE,
    }
    return Project(**plain | given)


def vendor(code: str, **given: Any) -> Vendor:
    """A company that supplies annotators."""
    plain = {"id": key(next(_numbers)), "code": code, "name": code, "kind": VendorKind.BPO}
    return Vendor(**plain | given)


def team(number: int, name: str) -> Team:
    """A team of a key that the test knows."""
    return Team(id=key(number), name=name)


def values(session: AsyncSession, row: Any) -> dict[str, Any]:
    """The columns of a row as Core takes them, stamped by hand as the ORM would do it."""
    entry, actor = session.info["entry"], session.info["actor"]
    given = {c.name: getattr(row, c.name) for c in row.__table__.columns}
    given = {name: value for name, value in given.items() if value is not None}
    stamp = {
        "id": session.info["keys"](entry.at),
        "version": 1,
        "created_at": entry.at,
        "created_by": actor.id,
        "updated_at": entry.at,
        "updated_by": actor.id,
    }
    if isinstance(row, Risk):
        stamp |= {"identified_at": entry.at, "state_since": entry.at}
    return stamp | given


def dated(session: AsyncSession, row: Risk) -> Risk:
    """A risk that is identified at the entry's instant, unless it was before."""
    at = session.info["entry"].at
    for name in ("identified_at", "state_since"):
        if getattr(row, name) is None:
            setattr(row, name, at)
    return row


def adding(*rows: Any) -> Work[None]:
    """Work that adds rows, in their order."""

    async def add(session: AsyncSession, view: View) -> None:
        for row in rows:
            session.add(dated(session, row) if isinstance(row, Risk) else row)
            await session.flush()

    return add


async def add(db: Database, *rows: Any, actor: Actor = WRITER) -> int:
    """The number of the entry that wrote the rows."""
    return (await db.write(actor, Act("add"), adding(*rows))).seq


def table_of(model: Any) -> Table:
    """The table of a model."""
    table: Table = model.__table__
    return table


async def versions(db: Database, model: Any, *names: str) -> list[tuple[Any, ...]]:
    """Every kept version of a table's rows: the columns named, `from_seq` and `to_seq`."""
    kept = in_view(history_of(table_of(model)))
    columns = [kept.c[name] for name in (*names, "from_seq", "to_seq")]
    query = select(*columns).order_by(kept.c.id, kept.c.from_seq)
    rows: Sequence[Row[Any]] = await db.run_sync(lambda c: c.execute(query).all())
    return [tuple(row) for row in rows]


def of_project(one: Risk, other: Project) -> RiskProject:
    """The link of a risk and a project."""
    return RiskProject(risk_id=one.id, project_id=other.id)


def of_vendor(one: Risk, other: Vendor) -> RiskVendor:
    """The link of a risk and a vendor."""
    return RiskVendor(risk_id=one.id, vendor_id=other.id)


def asked_by(one: Project, other: Person) -> ProjectRequestor:
    """That somebody asked for a project."""
    return ProjectRequestor(project_id=one.id, person_id=other.id)
