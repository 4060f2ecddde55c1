"""The metrics that a register knows from the start: the trade's own, ready to be measured.

Units, directions and formulas are those of the trade; bands are defaults, to be set to one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskreg.metrics.rules import Direction, MetricFamily, MetricKind, Weighting
from riskreg.metrics.rules_definitions import Definition

SINCE = date(2020, 1, 1)
"""The day from which the first versions hold."""
ENVR, OVER_ENFORCEMENT = "ENVR", "FPR_ENF"
"""The pair that is always read together: what slips through, and what is wrongly removed."""

_LOWER, _HIGHER, _BAND = Direction.LOWER, Direction.HIGHER, Direction.TARGET_BAND
_SHARE, _RATE, _MEAN = MetricKind.PROPORTION, MetricKind.RATE, MetricKind.MEAN
_COUNT, _QUANTILE, _INDEX = MetricKind.COUNT, MetricKind.QUANTILE, MetricKind.INDEX
_OUTCOME, _QUALITY = MetricFamily.OUTCOME, MetricFamily.QUALITY
_DELIVERY, _WORKFORCE, _CHANGE = (
    MetricFamily.DELIVERY,
    MetricFamily.WORKFORCE,
    MetricFamily.CHANGE,
)

Bounds = tuple[float | None, float | None]
Row = tuple[str, str, str, Direction, str | None]
"""Code, name, formula, direction, and what one should know besides."""

_VIEWS = (
    Definition(
        ENVR,
        "Ecosystem Negative View Rate",
        "sum over strata h (market x surface) of W_h * negative_h / sampled_h, W_h the view share",
        "bps of views",
        10_000,
        _LOWER,
        _SHARE,
        _OUTCOME,
        "Sampled views judged negative under the policy set in force, in basis points of views. "
        "Standard error: sqrt(sum W_h^2 p_h (1 - p_h) / n_h). It adds over policy areas, for a "
        "view has one primary policy, and is a weighted mean over markets. A version is: policy "
        "set, sampling frame, weighting, reviewer protocol.",
        Weighting.VIEW_SHARE,
        paired_with=OVER_ENFORCEMENT,
    ),
    Definition(
        "ENVR_SEV",
        "Severity-weighted ENVR",
        "sum over severities of w_s * ENVR_s, w: low 1, medium 3, high 10, critical 30",
        "weighted bps",
        1,
        _LOWER,
        _INDEX,
        _OUTCOME,
        "Never on one axis with ENVR.",
        Weighting.VIEW_SHARE,
        paired_with=OVER_ENFORCEMENT,
    ),
    Definition(
        "VVR",
        "Violative View Rate",
        "views on violative videos / all views, from a sample of views, without spam",
        "%",
        100,
        _LOWER,
        _SHARE,
        _OUTCOME,
        None,
        Weighting.VIEW_SHARE,
        paired_with=OVER_ENFORCEMENT,
    ),
    Definition(
        "PREV",
        "Prevalence",
        "views of violating content / all views",
        "%",
        100,
        _LOWER,
        _SHARE,
        _OUTCOME,
        None,
        Weighting.VIEW_SHARE,
        paired_with=OVER_ENFORCEMENT,
    ),
)

_OUTCOMES: tuple[Row, ...] = (
    ("PROACTIVE", "Proactive removal rate", "removals before any report / removals", _HIGHER, None),
    ("ZERO_VIEW", "Removal before any views", "removals with no view / removals", _HIGHER, None),
    ("REM_24H", "Removal within 24 h", "removals <= 24 h after post / removals", _HIGHER, None),
    (
        "APPEAL_RATE",
        "Appeal rate",
        "appeals / actions that may be appealed",
        _BAND,
        "High may mean over-enforcement, or better notices.",
    ),
    (
        "OVERTURN",
        "Appeal overturn rate",
        "actions reversed / appeals decided",
        _LOWER,
        "By the day of the decision: of fresh appeals many are not decided yet.",
    ),
    ("REINSTATE", "Reinstatement rate", "reinstated / removed", _LOWER, None),
    (
        OVER_ENFORCEMENT,
        "Over-enforcement (false positive) rate",
        "actions that an audit finds wrong / actions audited",
        _LOWER,
        "Precision is 1 less this. Always read beside ENVR.",
    ),
    (
        "FNR_ENF",
        "Leakage (false negative) rate",
        "violating items passed / violating items in the audit",
        _LOWER,
        "Needs an enriched or stratified audit. Recall is 1 less this.",
    ),
)

_QUALITIES: tuple[Row, ...] = (
    (
        "GOLD_ACC",
        "Gold-set accuracy",
        "right on seeded gold / gold items labelled",
        _HIGHER,
        "Blind seeds; says which gold-set version they are of.",
    ),
    ("GOLD_P", "Gold precision", "TP / (TP + FP), by label", _HIGHER, None),
    ("GOLD_R", "Gold recall", "TP / (TP + FN), by label", _HIGHER, None),
    ("QA_ACC", "QA-audit accuracy", "audited decisions upheld / audited", _HIGHER, None),
    (
        "CRIT_ERR",
        "Critical-error rate",
        "audited items with a critical error / audited",
        _LOWER,
        None,
    ),
    ("PCT_AGREE", "Percent agreement", "pairs agreeing / pairs", _HIGHER, "Beside a kappa."),
    ("REWORK", "Rework rate", "items relabelled / items delivered", _LOWER, None),
    ("SKIP", "Skip rate", "items skipped / items presented", _BAND, "Early sign of ambiguity."),
    (
        "ESC_ITEM",
        "Item escalation rate",
        "items escalated / items presented",
        _BAND,
        "Early sign of ambiguity.",
    ),
    (
        "FLIP",
        "Shadow flip rate",
        "items whose label differs between old and new guideline / shadow items",
        _BAND,
        "Split into negative to fine and fine to negative.",
    ),
    (
        "ACCEPT_1ST",
        "First-pass acceptance",
        "batches accepted at first / batches",
        _HIGHER,
        None,
    ),
)

_AGREEMENTS: tuple[Row, ...] = (
    ("KAPPA_C", "Cohen's kappa", "(Po - Pe) / (1 - Pe), two raters", _HIGHER, None),
    ("KAPPA_F", "Fleiss' kappa", "(Po - Pe) / (1 - Pe), m raters an item", _HIGHER, None),
    (
        "ALPHA_K",
        "Krippendorff's alpha",
        "1 - Do / De",
        _HIGHER,
        "Undefined where De is 0, never 1. Common cut-offs: .80 and .667.",
    ),
    ("AC1", "Gwet's AC1", "(Po - Pe) / (1 - Pe), Pe = 2q(1 - q)", _HIGHER, "Steady when rare."),
)

_CHANGES: tuple[Row, ...] = (
    (
        "CSR",
        "Change success rate",
        "changes embedded without rollback or incident / changes completed",
        _HIGHER,
        None,
    ),
    ("ROLLBACK", "Rollback rate", "changes rolled back / changes completed", _LOWER, None),
    ("EMERG", "Emergency share", "emergency changes / changes completed", _LOWER, None),
    ("TRAINED", "Training completion", "annotators certified / in scope", _HIGHER, None),
    (
        "CALIB",
        "Calibration pass",
        "annotators whose lower bound reaches the threshold / tested",
        _HIGHER,
        None,
    ),
)

_BANDS: Mapping[str, Bounds] = {
    "APPEAL_RATE": (0.5, 5),
    "SKIP": (None, 5),
    "ESC_ITEM": (None, 10),
    "FLIP": (None, 10),
    "VOL_IN": (0, None),
    "AHT": (5, None),
    "UTIL": (80, 90),
    "SHRINK": (20, 35),
    "FTE_REQ": (0, None),
    "FTE_SCHED": (0, None),
    "CHG_LEAD": (5, None),
}

Told = tuple[str, str, str, str, Direction, MetricKind]
"""Code, name, formula, unit, direction, kind."""

_MORE_OUTCOMES: tuple[Told, ...] = (
    ("NEG_VIEWS", "Negative views", "ENVR * views / 10 000", "views/day", _LOWER, _COUNT),
    ("TTA_P50", "Time to action, median", "median of action - start", "h", _LOWER, _QUANTILE),
    ("TTA_P90", "Time to action, P90", "P90 of action - start", "h", _LOWER, _QUANTILE),
)  # fmt: skip

_MORE_QUALITIES: tuple[Told, ...] = (
    ("GOLD_F1", "Gold F1", "2PR / (P + R), by label", "% F1", _HIGHER, _INDEX),
    ("GUIDE_Q", "Guideline questions", "clarifications / items * 1 000", "‰", _LOWER, _RATE),
)  # fmt: skip

_DELIVERIES: tuple[Told, ...] = (
    ("VOL_IN", "Inflow", "items received", "items/day", _BAND, _COUNT),
    ("VOL_OUT", "Throughput", "items completed", "items/day", _HIGHER, _COUNT),
    ("BACKLOG", "End backlog", "max(0, backlog + in - out)", "items", _LOWER, _INDEX),
    ("BACKLOG_DAYS", "Backlog age", "backlog / mean(out, 7 d)", "days", _LOWER, _INDEX),
    ("SLA", "On-time share", "items done in time / items due", "%", _HIGHER, _SHARE),
    ("TAT_P50", "Turnaround, median", "median of done - received", "h", _LOWER, _QUANTILE),
    ("TAT_P90", "Turnaround, P90", "P90 of done - received", "h", _LOWER, _QUANTILE),
    ("CLEAR_DAYS", "Days to clear", "backlog / (capacity - inflow)", "days", _LOWER, _INDEX),
    ("COST_ITEM", "Cost of an item", "cost / accepted items", "currency", _LOWER, _MEAN),
)  # fmt: skip

_WORKFORCES: tuple[Told, ...] = (
    ("AHT", "Average handling time", "productive seconds / items", "s", _BAND, _MEAN),
    ("UTIL", "Utilisation", "productive h / available h", "%", _BAND, _MEAN),
    ("SHRINK", "Shrinkage", "(paid h - available h) / paid h", "%", _BAND, _MEAN),
    ("FTE_REQ", "Required FTE", "volume * AHT / 3600 * (1 + rework) / hours", "FTE", _BAND, _INDEX),
    ("FTE_SCHED", "Scheduled FTE", "FTE on the roster", "FTE", _BAND, _INDEX),
    ("CAP_GAP", "Capacity gap", "(required - available) / required", "% gap", _LOWER, _INDEX),
    ("RAMP", "Speed to proficiency", "days from start to target accuracy", "days", _LOWER, _MEAN),
    ("ATTR", "Annualised attrition", "leavers / headcount * 365 / days", "%", _LOWER, _RATE),
    ("WELL_EXP", "Exposure hours", "h of grave content / annotator-day", "h", _LOWER, _MEAN),
)  # fmt: skip

_MORE_CHANGES: tuple[Told, ...] = (
    ("CHG_LEAD", "Change lead time", "effective - approved", "working days", _BAND, _INDEX),
    ("NOTICE", "Notice given", "cut-over - publication", "working days", _HIGHER, _INDEX),
    ("READINESS", "Readiness score", "sum w_g * s_g / sum w_g", "score", _HIGHER, _INDEX),
    ("DIP", "Quality dip", "baseline - least 7-day GOLD_ACC", "pp", _LOWER, _INDEX),
    ("TTR", "Time to recover", "days until GOLD_ACC is back", "days", _LOWER, _INDEX),
    ("ADOPT", "Adoption lag", "days from publication to use", "days", _LOWER, _INDEX),
    ("ADKAR", "People readiness", "least of the five, 1 to 5", "points", _HIGHER, _INDEX),
)  # fmt: skip


def _share(row: Row, family: MetricFamily) -> Definition:
    code, name, formula, direction, more = row
    band = _BANDS.get(code, (None, None))
    return Definition(
        code, name, formula, "%", 100, direction, _SHARE, family, more, Weighting.POOLED, band
    )


def _agreement(row: Row) -> Definition:
    code, name, formula, direction, more = row
    return Definition(code, name, formula, "index", 1, direction, _INDEX, _QUALITY, more)


def _told(row: Told, family: MetricFamily) -> Definition:
    code, name, formula, unit, direction, kind = row
    scale = {"%": 100.0, "‰": 1000.0}.get(unit, 1.0)
    band = _BANDS.get(code, (None, None))
    return Definition(
        code, name, formula, unit, scale, direction, kind, family, None, Weighting.POOLED, band
    )


CATALOGUE: tuple[Definition, ...] = (
    *_VIEWS,
    *[_share(row, _OUTCOME) for row in _OUTCOMES],
    *[_share(row, _QUALITY) for row in _QUALITIES],
    *[_agreement(row) for row in _AGREEMENTS],
    *[_share(row, _CHANGE) for row in _CHANGES],
    *[_told(row, _OUTCOME) for row in _MORE_OUTCOMES],
    *[_told(row, _QUALITY) for row in _MORE_QUALITIES],
    *[_told(row, _DELIVERY) for row in _DELIVERIES],
    *[_told(row, _WORKFORCE) for row in _WORKFORCES],
    *[_told(row, _CHANGE) for row in _MORE_CHANGES],
)
"""The definitions, ENVR first."""
