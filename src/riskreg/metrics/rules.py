"""The words of metrics, and what a number is made of (domain/model.md 4.1, glossary.md)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from riskreg.kit.ranked import Ranked


class Direction(StrEnum):
    """Which way of moving is the better one."""

    HIGHER = "HIGHER"
    LOWER = "LOWER"
    TARGET_BAND = "TARGET_BAND"


class MetricKind(StrEnum):
    """What the numbers of a metric are, which decides how they add up."""

    PROPORTION = "PROPORTION"
    RATE = "RATE"
    MEAN = "MEAN"
    COUNT = "COUNT"
    QUANTILE = "QUANTILE"
    INDEX = "INDEX"


RATIOS = frozenset({MetricKind.PROPORTION, MetricKind.RATE, MetricKind.MEAN})
"""Kinds whose windows are a sum over a sum, never a mean of daily values."""


class MetricFamily(StrEnum):
    """What a metric is about."""

    OUTCOME = "OUTCOME"
    QUALITY = "QUALITY"
    DELIVERY = "DELIVERY"
    WORKFORCE = "WORKFORCE"
    CHANGE = "CHANGE"


class Weighting(StrEnum):
    """How the values of several series become one."""

    POOLED = "POOLED"
    VIEW_SHARE = "VIEW_SHARE"


class Cadence(StrEnum):
    """How long a period of a series is."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class Surface(StrEnum):
    """Where in the product content is seen."""

    FEED = "FEED"
    LIVE = "LIVE"
    COMMENTS = "COMMENTS"
    SEARCH = "SEARCH"


class QualityFlag(StrEnum):
    """How far the sender trusts an observation."""

    OK = "OK"
    PARTIAL = "PARTIAL"
    ESTIMATED = "ESTIMATED"
    SUSPECT = "SUSPECT"


class AnnotationKind(StrEnum):
    """What happened that a chart should show."""

    INCIDENT = "INCIDENT"
    CHANGE = "CHANGE"
    HOLIDAY = "HOLIDAY"
    DEFINITION = "DEFINITION"
    DATA_ISSUE = "DATA_ISSUE"


class BridgeMethod(StrEnum):
    """How two versions of a metric were measured side by side."""

    DUAL_LABELLED = "DUAL_LABELLED"
    DUAL_RUN = "DUAL_RUN"


class EvaluationMethod(StrEnum):
    """How the effect of something was judged."""

    BEFORE_AFTER = "BEFORE_AFTER"
    ITS = "ITS"
    DID = "DID"
    BSTS = "BSTS"


class Grade(Ranked):
    """How much an estimate is to be trusted."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


DAYS = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31}
"""The longest that a period lasts."""


def is_period_start(day: date, cadence: Cadence) -> bool:
    """Whether a period of the cadence can begin on the day: weeks on Mondays, months on the 1st."""
    if cadence is Cadence.WEEKLY:
        return day.weekday() == 0
    return cadence is Cadence.DAILY or day.day == 1


def next_period(day: date, cadence: Cadence) -> date:
    """The day on which the next period begins."""
    if cadence is Cadence.MONTHLY:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=DAYS[cadence])


class SeriesIssue(StrEnum):
    """What is wrong with the numbers of a series."""

    STALE = "STALE"
    GAP = "GAP"
    LATE = "LATE"
    RESTATED = "RESTATED"
    SUSPECT = "SUSPECT"
    INSUFFICIENT_SAMPLE = "INSUFFICIENT_SAMPLE"


class Dimension(StrEnum):
    """In what respect series tell parts of the work apart."""

    PROJECT = "PROJECT"
    POLICY_AREA = "POLICY_AREA"
    MARKET = "MARKET"
    VENDOR = "VENDOR"
    SURFACE = "SURFACE"
    LABEL = "LABEL"
    COHORT = "COHORT"
