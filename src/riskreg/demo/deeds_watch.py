"""Deeds about what watches the risks: KRIs added and retired, breaches seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from riskreg.demo.kris import KRIS
from riskreg.demo.world import Deed, Scene
from riskreg.risks import inputs_kri as inputs
from riskreg.risks import service_kri
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import Kri, KriBreach


@dataclass(frozen=True)
class Watch(Deed):
    """A KRI watches a risk from now on."""

    mutation: ClassVar[str] = "addKri"
    kri: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        row, world = KRIS[self.kri], on.world
        given = inputs.AddKri(
            code=row.code,
            risk_id=world.id(Risk, row.risk),
            series_id=world.series_id(row.series),
            name=row.name,
            playbook=row.playbook,
            basis=row.basis,
            window_days=row.days,
            comparator=row.side,
            amber=row.amber,
            red=row.red,
            min_sample=row.min_sample,
        )
        world.learn(await service_kri.add(on.session, on.view, given), row.code)


@dataclass(frozen=True)
class Unwatch(Deed):
    """A KRI is retired."""

    mutation: ClassVar[str] = "retireKri"
    kri: str
    why: str

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.RetireKri(
            id=on.world.id(Kri, self.kri),
            expected_version=await on.version(Kri, self.kri),
            reason=self.why,
        )
        await service_kri.retire(on.session, on.view, given)


@dataclass(frozen=True)
class SeeBreach(Deed):
    """Somebody has seen the newest breach of a KRI, and says what it is."""

    mutation: ClassVar[str] = "acknowledgeBreach"
    kri: str
    note: str
    false_alarm: bool = False

    @property
    def reason(self) -> str | None:
        """What it is."""
        return self.note

    async def do(self, on: Scene) -> None:
        """Call the service."""
        breach: Any = on.view.of(KriBreach)
        newest = (
            select(breach)
            .where(breach.kri_id == on.world.key(Kri, self.kri))
            .order_by(breach.opened_at.desc())
            .limit(1)
        )
        row = (await on.session.execute(newest, on.view.params)).scalar_one()
        given = inputs.AcknowledgeBreach(
            id=on.world.global_id(KriBreach, row.id),
            expected_version=row.version,
            note=self.note,
            false_alarm=self.false_alarm,
        )
        await service_kri.acknowledge(on.session, on.view, given)
