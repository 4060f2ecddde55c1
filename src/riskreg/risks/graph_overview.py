"""The register as a whole, as the API shows it."""

import asyncio
from typing import Annotated

import strawberry

from riskreg.kit.context import Context
from riskreg.kit.edges import fetch_one
from riskreg.kit.view import View
from riskreg.kit.words import describe
from riskreg.risks import models
from riskreg.risks.graph import Risk
from riskreg.risks.graph_levels import Level
from riskreg.risks.loaders import Finding
from riskreg.risks.overview import Movement, Placed, Stage
from riskreg.risks.rules import Band
from riskreg.risks.rules_hygiene import HygieneRule

Info = strawberry.Info[Context, None]

describe(
    Stage,
    "Stage",
    {
        "INHERENT": "Without any control.",
        "RESIDUAL": "With the controls of now.",
        "TARGET": "If every approved action succeeds.",
    },
)
describe(
    Movement,
    "Movement",
    {
        "NEW": "It was not there before.",
        "WORSENED": "A graver band, or a higher score in the same band.",
        "UNCHANGED": "Where it was.",
        "IMPROVED": "A lower band, or a lower score in the same band.",
    },
)


@strawberry.type(description="A cell of the matrix, with how many risks stand in it.")
class HeatCell:
    """Likelihood, impact, band, number."""

    likelihood: int = strawberry.field(description="1 to 5.")
    impact: int = strawberry.field(description="1 to 5.")
    band: Band = strawberry.field(description="The band of the cell, by the matrix in force.")
    count: int = strawberry.field(description="How many risks stand here.")


@strawberry.type(description="Where the running risks stand; drafts and ended ones are left out.")
class HeatMap:
    """All 25 cells, likelihood 5 first, impact 1 first."""

    stage: Stage = strawberry.field(description="Which level is shown.")
    total: int = strawberry.field(description="How many risks are on the map.")
    cells: list[HeatCell] = strawberry.field(description="25 cells.")


def shown_level(place: Placed | None) -> Level | None:
    """A place as a level."""
    if place is None:
        return None
    return Level(likelihood=place.likelihood, impact=place.impact, band=place.band)


@strawberry.type(description="One of the gravest risks, and how it moved.")
class TopRisk:
    """Rank, risk, movement and why."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    rank: int = strawberry.field(description="1 is the gravest.")
    movement: Movement = strawberry.field(description="Against the report compared with.")
    was: Level | None = strawberry.field(description="The residual then; null if it is new.")
    now: Level = strawberry.field(description="The residual now.")
    reason: str | None = strawberry.field(
        description="The last reason given for what moved it; null where nothing moved."
    )

    @strawberry.field(description="The risk.")
    async def risk(self, info: Info) -> Risk:
        """By the ordinary read path."""
        return await fetch_one(info.context, self.view, models.Risk, self.key)  # type: ignore[no-any-return]


@strawberry.type(description="A running risk that reads like what is being logged.")
class SimilarRisk:
    """The risk and its likeness."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    similarity: float = strawberry.field(description="0 (nothing in common) to 1 (the same words).")

    @strawberry.field(description="The risk.")
    async def risk(self, info: Info) -> Risk:
        """By the ordinary read path."""
        return await fetch_one(info.context, self.view, models.Risk, self.key)  # type: ignore[no-any-return]


@strawberry.type(description="What one check found, over the whole register.")
class HygieneFindings:
    """The check and the risks that it is about."""

    view: strawberry.Private[View]
    found: strawberry.Private[list[tuple[str, Finding]]]
    rule: HygieneRule = strawberry.field(description="The check.")
    count: int = strawberry.field(description="How many risks it is about.")

    @strawberry.field(description="The risks, in the order of their codes.")
    async def risks(self, info: Info) -> list[Risk]:
        """By the ordinary read path."""
        keys = dict.fromkeys(key for key, _ in self.found)
        found = [fetch_one(info.context, self.view, models.Risk, key) for key in keys]
        return list(await asyncio.gather(*found))

    @strawberry.field(description="The sentences, one for each risk and finding.")
    def messages(self) -> list[str]:
        """In the order of the codes."""
        return [finding.message for _, finding in self.found]


@strawberry.type(description="How clean the register is.")
class Hygiene:
    """The four checks that are asked most, and all of them by rule."""

    view: strawberry.Private[View]
    by_risk: strawberry.Private[dict[str, list[Finding]]]

    def of(self, rule: HygieneRule) -> HygieneFindings:
        """What one check found."""
        pairs = [
            (key, finding)
            for key, found in self.by_risk.items()
            for finding in found
            if finding.rule is rule
        ]
        count = len({key for key, _ in pairs})
        return HygieneFindings(view=self.view, found=pairs, rule=rule, count=count)

    @strawberry.field(description="Risks without an owner, or whose owner has left.")
    def unowned(self) -> HygieneFindings:
        """NO_OWNER."""
        return self.of(HygieneRule.NO_OWNER)

    @strawberry.field(description="Risks that nobody has reviewed for more than 30 days.")
    def stale(self) -> HygieneFindings:
        """STALE_REVIEW."""
        return self.of(HygieneRule.STALE_REVIEW)

    @strawberry.field(description="Risks assessed for more than 10 working days, untreated.")
    def no_treatment(self) -> HygieneFindings:
        """NO_TREATMENT."""
        return self.of(HygieneRule.NO_TREATMENT)

    @strawberry.field(description="Monitored risks that nothing watches any more.")
    def missing_kri(self) -> HygieneFindings:
        """MISSING_KRI."""
        return self.of(HygieneRule.MISSING_KRI)

    @strawberry.field(description="Every check, those without a finding included.")
    def checks(
        self,
        rules: Annotated[
            list[HygieneRule] | None, strawberry.argument(description="Only these checks.")
        ] = None,
    ) -> list[HygieneFindings]:
        """In the order of severity."""
        return [self.of(rule) for rule in HygieneRule if rules is None or rule in rules]
