"""The blast radius of a risk, as the API shows it."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import strawberry

from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Record
from riskreg.kit.edges import fetch_one
from riskreg.kit.tables import Base
from riskreg.kit.view import View
from riskreg.policies.models import PolicyArea as PolicyAreaRow
from riskreg.projects import models as projects
from riskreg.risks import blast, models
from riskreg.risks.models_mitigation import Mitigation as MitigationRow

if TYPE_CHECKING:
    from riskreg.policies.graph import PolicyArea
    from riskreg.projects.graph import Project
    from riskreg.projects.graph_places import Market, Vendor, WorkforcePool
    from riskreg.risks.graph import Risk
    from riskreg.risks.graph_mitigation import Mitigation

Info = strawberry.Info[Context, None]
LazyRisk = Annotated["Risk", strawberry.lazy("riskreg.risks.graph")]
LazyMitigation = Annotated["Mitigation", strawberry.lazy("riskreg.risks.graph_mitigation")]
LazyProject = Annotated["Project", strawberry.lazy("riskreg.projects.graph")]
LazyMarket = Annotated["Market", strawberry.lazy("riskreg.projects.graph_places")]
LazyVendor = Annotated["Vendor", strawberry.lazy("riskreg.projects.graph_places")]
LazyPool = Annotated["WorkforcePool", strawberry.lazy("riskreg.projects.graph_places")]
LazyArea = Annotated["PolicyArea", strawberry.lazy("riskreg.policies.graph")]


@strawberry.type(description="A risk that would follow.")
class CausedRisk:
    """The risk and how many steps lead there."""

    risk: LazyRisk = strawberry.field(description="The risk.")
    depth: int = strawberry.field(description="1: caused directly; 2: through one other…")


@strawberry.type(description="What is hit if a risk happens, with the risks that follow from it.")
class BlastRadius:
    """Everything linked to the risk or to one that it causes."""

    view: strawberry.Private[View]
    depths: strawberry.Private[dict[str, int]]

    async def _linked(self, info: Info, name: str, model: type[Base]) -> list[Record]:
        fetch = fetcher(info.context, self.view)
        keys = await blast.hit(fetch, self.view, name, self.depths)
        return await _shown(info, self.view, model, keys)

    @strawberry.field(description="Projects.")
    async def projects(self, info: Info) -> list[LazyProject]:
        """Linked to the risk, or to one that it causes."""
        return await self._linked(info, "projects", projects.Project)

    @strawberry.field(description="Policy areas.")
    async def policy_areas(self, info: Info) -> list[LazyArea]:
        """Linked to the risk, or to one that it causes."""
        return await self._linked(info, "policy_areas", PolicyAreaRow)

    @strawberry.field(description="Markets.")
    async def markets(self, info: Info) -> list[LazyMarket]:
        """Linked to the risk, or to one that it causes."""
        return await self._linked(info, "markets", projects.Market)

    @strawberry.field(description="Vendors.")
    async def vendors(self, info: Info) -> list[LazyVendor]:
        """Linked to the risk, or to one that it causes."""
        return await self._linked(info, "vendors", projects.Vendor)

    @strawberry.field(description="Pools that work for the projects that are hit.")
    async def pools(self, info: Info) -> list[LazyPool]:
        """By allocation."""
        fetch = fetcher(info.context, self.view)
        hit = await blast.hit(fetch, self.view, "projects", self.depths)
        keys = await blast.pools_of(fetch, self.view, hit)
        return await _shown(info, self.view, projects.WorkforcePool, keys)

    @strawberry.field(description="Risks that follow, nearest first.")
    async def risks(self, info: Info) -> list[CausedRisk]:
        """By CAUSES, through as many steps as there are."""
        keys = [key for key, depth in self.depths.items() if depth]
        shown = await _shown(info, self.view, models.Risk, keys)
        nearest = sorted(shown, key=lambda one: self.depths[one.key])
        return [CausedRisk(risk=one, depth=self.depths[one.key]) for one in nearest]

    @strawberry.field(description="Contingency actions: what is prepared for the case.")
    async def contingencies(self, info: Info) -> list[LazyMitigation]:
        """Of the risk and of those that follow."""
        fetch = fetcher(info.context, self.view)
        keys = await blast.contingencies(fetch, self.view, self.depths)
        return await _shown(info, self.view, MitigationRow, keys)


async def _shown(info: Info, view: View, model: type[Base], keys: list[str]) -> list[Record]:
    found = await asyncio.gather(*[fetch_one(info.context, view, model, key) for key in keys])
    return sorted((one for one in found if one), key=lambda one: one.code)
