"""The words of promises and of health: never typed, always worked out (domain/model.md 4.2)."""

from __future__ import annotations

from enum import StrEnum

from riskreg.kit.ranked import Ranked


class Health(Ranked):
    """How something does; the worst of several counts, and the order is that of being bad.

    What is known to be broken outweighs what is not known, and that what is only in danger: behind
    UNKNOWN may stand anything. GREEN is what all that is known and fresh says, never a default.
    """

    GREEN = "GREEN"
    AMBER = "AMBER"
    UNKNOWN = "UNKNOWN"
    RED = "RED"


class TargetComparator(StrEnum):
    """On which side of its value a target is met."""

    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"


class TargetBasis(StrEnum):
    """What of a window is held against a target."""

    POINT = "POINT"
    BOUND = "BOUND"


class AttainmentGap(StrEnum):
    """Why nothing can be said of a target."""

    NO_SERIES = "NO_SERIES"
    NO_DATA = "NO_DATA"
    STALE = "STALE"
    INSUFFICIENT_SAMPLE = "INSUFFICIENT_SAMPLE"
    NO_INTERVAL = "NO_INTERVAL"


class HealthPart(StrEnum):
    """What the health of a project is made of (BR 1)."""

    SLA = "SLA"
    GOLD_ACCURACY = "GOLD_ACCURACY"
    BACKLOG = "BACKLOG"
    ENVR = "ENVR"
    RISKS = "RISKS"
