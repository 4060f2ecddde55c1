"""The words of policies."""

from __future__ import annotations

from riskreg.kit.ranked import Ranked


class SeverityClass(Ranked):
    """How grave the content of a policy area is."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"
