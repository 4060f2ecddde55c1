"""Levels of a risk as the API shows them."""

from datetime import datetime
from decimal import Decimal

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.risks import rules


@strawberry.type(description="A place in the matrix. The score is a sort key, never a quantity.")
class Level:
    """Likelihood, impact, and the band looked up for them."""

    likelihood: int = strawberry.field(description="1 to 5, within the horizon.")
    impact: int = strawberry.field(description="1 to 5, the worst dimension.")
    band: rules.Band = strawberry.field(description="How grave, by the matrix in force.")

    @strawberry.field(description="Likelihood times impact: orders risks inside a band, no more.")
    def score(self) -> int:
        """The product."""
        return self.likelihood * self.impact


@strawberry.type(description="What is left of a risk with what is implemented now.")
class Residual:
    """The computed level, the assessor's own while it stands, and which of them counts."""

    computed: Level | None = strawberry.field(description="From the proven effect of the actions.")
    asserted: Level | None = strawberry.field(
        description="The assessor's own view, with a rationale."
    )
    asserted_until: datetime | None = strawberry.field(
        description="When the assessor's view lapses."
    )
    effective: Level | None = strawberry.field(description="The one that counts now.")
    gap_bands: int = strawberry.field(
        description="How many bands lie between the two; 0 when one stands."
    )


@strawberry.type(description="The impact along one dimension.")
class DimensionImpact:
    """A dimension and its step."""

    dimension: rules.ImpactDimension = strawberry.field(description="In which way it hurts.")
    step: int = strawberry.field(description="1 to 5.")


@strawberry.type(description="A risk's quantification; exposure is simulated from it.")
class Quantification:
    """Probability within the horizon, uplift of ENVR in bps of views, duration in days."""

    probability: Decimal = strawberry.field(description="Within the horizon, 0 to 1.")
    uplift_p10_bps: Decimal = strawberry.field(description="10th percentile, bps of views.")
    uplift_p50_bps: Decimal = strawberry.field(description="Median, bps of views.")
    uplift_p90_bps: Decimal = strawberry.field(description="90th percentile, bps of views.")
    duration_days: int = strawberry.field(description="Days.")


def by_dimension(impacts: dict[str, int] | None) -> list[DimensionImpact]:
    """The stored steps as a list, in the order of the dimensions."""
    return [
        DimensionImpact(dimension=dimension, step=(impacts or {})[dimension.value])
        for dimension in rules.ImpactDimension
        if dimension.value in (impacts or {})
    ]


def level(likelihood: int | None, impact: int | None, band: rules.Band | None) -> Level | None:
    """A level, or null where it is not known yet."""
    if likelihood is None or impact is None or band is None:
        return None
    return Level(likelihood=likelihood, impact=impact, band=band)
