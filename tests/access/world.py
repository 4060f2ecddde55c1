"""Three of everything for the access matrix: own, foreign, and nobody's.

What is own lies in the manager's project, works with the vendor Aster and was asked for by the
requestor; what is foreign lies in the other project, with Boreal; what is nobody's is linked to
neither, but to a policy area that nobody manages.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act
from riskreg.kit.view import Actor, View
from riskreg.metrics.models import MetricSeries
from riskreg.people import inputs as people
from riskreg.people import service, service_tokens, tokens
from riskreg.people.auth import SYSTEM
from riskreg.people.models import ApiToken
from riskreg.people.rules import Role
from riskreg.projects.models import Project, Vendor
from riskreg.reports.models import Report
from riskreg.reports.rules import ReportKind, ReportStatus
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from tests.cast import Cast, Register, person_id
from tests.delivery.arranged import a_target, an_sla
from tests.factories import (
    a_mitigation,
    a_person,
    a_pool,
    a_project,
    a_site,
    a_vendor,
    an_assessed_risk,
    done,
    id_of,
)
from tests.metrics.arranged import (
    Told,
    a_metric,
    a_note,
    a_series,
    an_evaluation,
    days,
    told,
)
from tests.risks.arranged import moved
from tests.risks.watched import a_kri, breaches

Three = dict[str, str]
OWN, FOREIGN, NONE = "own", "foreign", "none"
WHOSE = (OWN, FOREIGN, NONE)


def actors(cast: Cast) -> dict[Role, Actor]:
    """One actor of each role, to whom the own rows belong as far as the role has own rows."""
    return {
        Role.EXEC: cast.vp,
        Role.PM_LEAD: cast.lead,
        Role.PM: cast.manager,
        Role.POLICY: cast.policy,
        Role.QA: cast.qa,
        Role.GUIDELINE: cast.guideline,
        Role.WFM: cast.wfm,
        Role.VENDOR: cast.vendor,
        Role.REQUESTOR: cast.requestor,
        Role.ANALYST: cast.analyst,
        Role.AUDITOR: cast.auditor,
        Role.SERVICE: cast.service,
        Role.ADMIN: cast.admin,
    }


@dataclass(frozen=True)
class World:
    """What there is, by kind, as the words and ids by which it is known."""

    words: dict[str, Three]
    ids: dict[str, Three]


def _three(rows: list[Any], name: str = "code") -> Three:
    return dict(zip(WHOSE, [getattr(row, name) for row in rows], strict=True))


def _ids(rows: list[Any]) -> Three:
    return dict(zip(WHOSE, [str(id_of(row)) for row in rows], strict=True))


async def a_world(register: Register) -> World:
    """Three of each kind, written through the services."""
    db, cast = register.db, register.cast
    third = await a_vendor(db, "CUMULUS")
    vendors = [cast.aster, cast.boreal, third]
    projects = [cast.project, cast.other_project, await a_project(db, code="PRJ-NONE")]
    sites = [await a_site(db, vendor) for vendor in vendors]
    await a_pool(db, third, "POOL-CUMULUS")
    pools = {whose: f"POOL-{vendor.code}" for whose, vendor in zip(WHOSE, vendors, strict=True)}
    risks = await _risks(register)
    actions: list[Mitigation] = [await a_mitigation(db, cast.lead, (risk, 1, 1)) for risk in risks]
    for risk in risks:
        await moved(register, risk, "accept", by=cast.vp)
    team_names = await _teams(register)
    token_names = {whose: f"Token {whose}" for whose in WHOSE}
    for name in token_names.values():
        await _token(register, name)
    markets = {"own": "pt-BR"}
    metrics, series = await _metrics(register, list(zip(projects, vendors, strict=True)))
    kris, evidence = await _kris(register, risks, series)
    words = {
        "risk": _three(risks),
        "mitigation": _three(actions),
        "acceptance": {whose: f"A-{place:03d}" for place, whose in enumerate(WHOSE, 1)},
        "kri": kris,
        "breach": evidence,
        "project": _three(projects),
        "vendor": _three(vendors),
        "site": _three(sites),
        "pool": pools,
        "person": {OWN: cast.vendor.name, FOREIGN: cast.rival.name, NONE: cast.lead.name},
        "area": {OWN: "HATE", NONE: "SPAM"},
        "market": markets,
        "team": team_names,
        "token": token_names,
        "report": {NONE: await _report(register)},
        "target": await _targets(register, projects),
        **metrics,
    }
    people_ids = {
        OWN: str(person_id(cast.vendor)),
        FOREIGN: str(person_id(cast.rival)),
        NONE: str(person_id(cast.lead)),
    }
    ids = {
        "risk": _ids(risks),
        "mitigation": _ids(actions),
        "project": _ids(projects),
        "person": people_ids,
    }
    return World(words, ids)


async def _metrics(
    register: Register, scopes: list[tuple[Project, Vendor]]
) -> tuple[dict[str, Three], list[MetricSeries]]:
    """A series, a note and an evaluation of each project and vendor; and the series."""
    db = register.db
    metric = await a_metric(db)
    fallen: dict[date, Told] = dict.fromkeys(days(date(2026, 9, 14), 60), (90, 100))
    fallen |= dict.fromkeys(days(date(2026, 11, 13), 3), (30, 100))
    series: list[Any] = []
    evaluations: list[Any] = []
    for whose, (project, vendor) in zip(WHOSE, scopes, strict=True):
        scope = {"project_id": id_of(project), "vendor_id": id_of(vendor)}
        made = await a_series(db, metric, **scope)
        await told(db, made, fallen)
        await a_note(db, f"Note {whose}", to_on=date(2026, 11, 2), **scope)
        series.append(made)
        evaluations.append(await an_evaluation(db, made))
    words = {
        "metric": {OWN: metric.code},
        "series": _three(series),
        "note": {whose: f"Note {whose}" for whose in WHOSE},
        "evaluation": _three(evaluations),
    }
    return words, series


async def _targets(register: Register, projects: list[Project]) -> Three:
    """A promise of each project as a whole."""
    sla = await an_sla(register.db)
    return _three([await a_target(register.db, project, sla) for project in projects])


async def _risks(register: Register) -> list[Risk]:
    """MEDIUM risks of one title, vague enough for lint."""
    db, cast = register.db, register.cast
    common: dict[str, Any] = {
        "likelihood": 2,
        "impact": 3,
        "title": "Various slips",
        "owner": cast.qa,
    }
    return [
        await an_assessed_risk(db, cast.qa, cast.project, vendors=(cast.aster,), **common),
        await an_assessed_risk(db, cast.qa, cast.other_project, vendors=(cast.boreal,), **common),
        await an_assessed_risk(db, cast.qa, areas=(cast.other_area,), **common),
    ]


async def _kris(register: Register, risks: list[Risk], series: list[MetricSeries]) -> list[Three]:
    """A KRI of each risk on a series of the same project and vendor, in breach: codes, evidence."""
    once: dict[str, Any] = {"amber": 95.0, "red": 10.0, "min_sample": 0}
    once |= {"persist_k": 1, "persist_n": 1, "watched_from": date(2026, 11, 15)}
    pairs = zip(risks, series, strict=True)
    kris = [await a_kri(register, risk, one, **once) for risk, one in pairs]
    told_of = [row.evidence for kri in kris for row in await breaches(register, kri)]
    return [_three(kris), dict(zip(WHOSE, told_of, strict=True))]


async def _teams(register: Register) -> Three:
    names = {whose: f"Team {whose}" for whose in WHOSE}
    member = await a_person(register.db, Role.PM, name="Member")
    for name in names.values():
        form = people.FormTeam(name=name, member_ids=[id_of(member)])
        await done(register.db, service.form_team, form)
    return names


async def _token(register: Register, name: str) -> None:
    given = people.CreateApiToken(
        name=name,
        person_id=person_id(register.cast.service),
        expires_at=register.db.now() + timedelta(days=30),
    )

    async def make(session: AsyncSession, view: View) -> ApiToken:
        return await service_tokens.create(session, view, given, tokens.new_token())

    await register.db.write(SYSTEM, Act("token"), make)


async def _report(register: Register) -> str:
    """A report's row; its file, which takes long to print, is not needed here."""

    async def keep(session: AsyncSession, view: View) -> None:
        session.add(
            Report(
                code="RPT-001",
                number=1,
                kind=ReportKind.WHERE_WE_STAND,
                status=ReportStatus.GENERATED,
                scope="All",
                as_of=view.now,
                revision=1,
                headline="All is well",
                facts="{}",
                findings=[],
                content_hash="0" * 64,
                audit_head=f"1:{'0' * 64}",
                file_hash="0" * 64,
                rendered_at=view.now,
            )
        )

    await register.db.write(SYSTEM, Act("report"), keep)
    return "RPT-001"
