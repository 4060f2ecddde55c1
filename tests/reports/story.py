"""Five weeks of a small register: what a brief of its last Monday must tell is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from riskreg.kit.inputs import OnExisting
from riskreg.kit.view import Actor
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.models import Person
from riskreg.risks import inputs as risks
from riskreg.risks import inputs_mitigation as actions
from riskreg.risks import service_assess, service_mitigation, service_moves
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import ImpactDimension, RiskCategory, Treatment, Verdict
from tests.cast import Register
from tests.factories import G, R, UseCase, a_mitigation, an_assessed_risk, done, id_of
from tests.stage import START

BEFORE = START + timedelta(days=28)
"""Monday 14 December 2026, 09:00 in Singapore, when the first brief is made."""

NOW = START + timedelta(days=35)
"""Monday 21 December 2026, 09:00 in Singapore."""


@dataclass
class Story:
    """The register, and the risks and actions in it by code."""

    register: Register
    rows: dict[str, Risk | Mitigation] = field(default_factory=dict)

    def on_day(self, number: int) -> None:
        """Set the clock to a day of the story; 0 is its first."""
        self.register.clock.set(START + timedelta(days=number))

    def risk(self, code: str) -> Risk:
        """The risk of a code."""
        row = self.rows[code]
        assert isinstance(row, Risk)
        return row

    async def act(
        self,
        actor: Actor,
        work: UseCase[G, R],
        kind: Callable[..., G],
        row: str | Risk | Mitigation | Person,
        **fields: Any,
    ) -> R:
        """What a use case does to a row at its present version."""
        db, view = self.register.db, self.register.view()
        known = self.rows[row] if isinstance(row, str) else row
        alias: Any = view.of(type(known))
        [found] = await db.rows(view, select(alias.version).where(alias.id == known.id))
        given = kind(id=id_of(known), expected_version=found.version, **fields)
        return await done(db, work, given, actor)

    async def assessed(
        self, code: str, level: tuple[int, int], category: RiskCategory, **given: Any
    ) -> None:
        """A risk of the project, judged by the lead."""
        cast = self.register.cast
        self.rows[code] = await an_assessed_risk(
            self.register.db,
            cast.lead,
            cast.project,
            likelihood=level[0],
            impact=level[1],
            category=category,
            code=code,
            **given,
        )

    async def planned(self, code: str, risk: str, effect: tuple[int, int], due_in: int) -> None:
        """An approved action of the manager for one risk."""
        db, cast = self.register.db, self.register.cast
        self.rows[code] = await a_mitigation(
            db,
            cast.lead,
            (self.risk(risk), *effect),
            owner=cast.manager,
            due_in=due_in,
            code=code,
        )
        await self.act(cast.qa, service_mitigation.approve, OnExisting, code)

    async def reassessed(self, code: str, level: tuple[int, int], rationale: str) -> None:
        """Judged again by the lead."""
        await self.act(
            self.register.cast.lead,
            service_assess.reassess,
            risks.ReassessRisk,
            code,
            likelihood=level[0],
            impacts=[risks.ImpactInput(dimension=ImpactDimension.SLA, step=level[1])],
            rationale=rationale,
        )


async def begin(register: Register) -> Story:
    """Day 0 to day 28: seven risks, R-001 outside tolerance, R-002 accepted, R-005 orphaned."""
    story, cast = Story(register), register.cast
    story.on_day(0)
    await story.assessed("R-001", (5, 4), RiskCategory.ENVR_INCREASE, title="Scams spread")
    await story.assessed("R-002", (2, 5), RiskCategory.VENDOR)
    await story.assessed("R-003", (4, 3), RiskCategory.LABEL_QUALITY)
    await story.assessed("R-004", (1, 2), RiskCategory.TOOLING_DATA)
    await story.assessed("R-005", (3, 2), RiskCategory.DELIVERY_SLA, owner=cast.wfm)
    await story.assessed("R-006", (3, 4), RiskCategory.ENVR_INCREASE)
    await story.assessed("R-007", (4, 3), RiskCategory.GUIDELINE_TRANSLATION)
    await story.planned("M-001", "R-003", (2, 0), 60)
    await story.planned("M-002", "R-006", (2, 0), 40)
    await story.planned("M-003", "R-007", (2, 0), 30)
    await story.planned("M-004", "R-005", (1, 0), 10)
    await story.act(
        cast.lead,
        service_moves.treat,
        risks.TreatRisk,
        "R-003",
        treatment=Treatment.MITIGATE,
    )
    await story.act(
        cast.director,
        service_moves.accept,
        risks.AcceptRisk,
        "R-002",
        expires_on=date(2026, 12, 16),
        justification="A second site opens in January",
    )
    await story.act(
        cast.lead, service_moves.monitor, risks.MonitorRisk, "R-004", not_measurable="Too rare"
    )
    await _deactivate_wfm(story)
    story.on_day(20)
    await story.act(cast.manager, service_mitigation.start, OnExisting, "M-003")
    await story.act(
        cast.manager,
        service_mitigation.implement,
        actions.ImplementMitigation,
        "M-003",
        evidence=["https://evidence.example/3"],
    )
    story.on_day(28)
    return story


async def _deactivate_wfm(story: Story) -> None:
    db, view = story.register.db, story.register.view()
    alias: Any = view.of(Person)
    statement = select(alias).where(alias.id == story.register.cast.wfm.id)
    [row] = await db.rows(view, statement.with_only_columns(alias.id, alias.version))
    person = Person(id=row.id)
    await story.act(
        story.register.cast.admin, people_service.deactivate, people.DeactivatePerson, person
    )


async def go_on(story: Story) -> None:
    """Day 28 to day 35: one risk worse, one better, one new, one closed, an acceptance over."""
    cast = story.register.cast
    story.on_day(30)
    await story.act(cast.qa, service_mitigation.begin_verification, OnExisting, "M-003")
    await story.act(
        cast.qa,
        service_mitigation.record_verdict,
        actions.RecordVerdict,
        "M-003",
        verdict=Verdict.EFFECTIVE,
        findings="Errors halved",
    )
    story.on_day(31)
    await story.reassessed("R-006", (4, 4), "The calibration gate turned red\nDetails below")
    story.on_day(32)
    await story.act(
        cast.lead, service_moves.close, risks.CloseRisk, "R-004", reason="The tool is gone"
    )
    story.on_day(33)
    await story.assessed("R-008", (3, 4), RiskCategory.ENVR_INCREASE)
    await story.act(
        cast.manager,
        service_mitigation.reschedule,
        actions.RescheduleMitigation,
        "M-002",
        due_on=date(2027, 1, 9),
    )
    story.on_day(35)
