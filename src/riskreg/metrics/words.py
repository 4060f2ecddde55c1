"""The words of metrics in the graph."""

from riskreg.charts.control import ChartSize
from riskreg.kit.words import describe
from riskreg.metrics.rules import (
    AnnotationKind,
    BridgeMethod,
    Cadence,
    Dimension,
    Direction,
    EvaluationMethod,
    Grade,
    MetricFamily,
    MetricKind,
    QualityFlag,
    SeriesIssue,
    Surface,
    Weighting,
)
from riskreg.metrics.rules_ingest import RejectCode
from riskreg.metrics.rules_windows import WindowMethod, WindowReason
from riskreg.quant import detect

describe(
    Direction,
    "MetricDirection",
    {
        Direction.HIGHER: "More is better.",
        Direction.LOWER: "Less is better.",
        Direction.TARGET_BAND: "Best inside a band; too much and too little are both worse.",
    },
)
describe(
    MetricKind,
    "MetricKind",
    {
        MetricKind.PROPORTION: "Of so many, how many: numerator over denominator, 0 to all.",
        MetricKind.RATE: "How often for each unit of exposure; may exceed one.",
        MetricKind.MEAN: "A sum over a number, such as seconds over items.",
        MetricKind.COUNT: "How many in a period; several periods give the mean of a day.",
        MetricKind.QUANTILE: "A quantile, such as a P90; it cannot be added up.",
        MetricKind.INDEX: "A figure of its own making, such as a kappa or a level of stock.",
    },
)
describe(
    MetricFamily,
    "MetricFamily",
    {
        MetricFamily.OUTCOME: "What people see: harm that slips through, and over-enforcement.",
        MetricFamily.QUALITY: "How right labels are.",
        MetricFamily.DELIVERY: "Whether the work is done in time.",
        MetricFamily.WORKFORCE: "Who does it, how long it takes, and how it goes for them.",
        MetricFamily.CHANGE: "How changes are carried out.",
    },
)
describe(
    Weighting,
    "MetricWeighting",
    {
        Weighting.POOLED: "Sums over sums: whoever has more items weighs more.",
        Weighting.VIEW_SHARE: "Markets by their share of all views; policy areas add up.",
    },
)
describe(
    Cadence,
    "Cadence",
    {
        Cadence.DAILY: "A day.",
        Cadence.WEEKLY: "A week from Monday.",
        Cadence.MONTHLY: "A month from the 1st.",
    },
)
describe(
    Surface,
    "Surface",
    {
        Surface.FEED: "The feed.",
        Surface.LIVE: "Live streams.",
        Surface.COMMENTS: "Comments.",
        Surface.SEARCH: "Search.",
    },
)
describe(
    QualityFlag,
    "ObservationQuality",
    {
        QualityFlag.OK: "Nothing is known against it.",
        QualityFlag.PARTIAL: "Not all of the period is in it yet: it never alarms.",
        QualityFlag.ESTIMATED: "Filled in by an estimate.",
        QualityFlag.SUSPECT: "Probably wrong: windows and charts leave it out.",
    },
)
describe(
    AnnotationKind,
    "AnnotationKind",
    {
        AnnotationKind.INCIDENT: "Something broke.",
        AnnotationKind.CHANGE: "Something was changed on purpose: policy, model, team.",
        AnnotationKind.HOLIDAY: "A holiday or event that makes days unlike others.",
        AnnotationKind.DEFINITION: "The metric itself was changed.",
        AnnotationKind.DATA_ISSUE: "The numbers are wrong or missing, not the world.",
    },
)
describe(
    BridgeMethod,
    "BridgeMethod",
    {
        BridgeMethod.DUAL_LABELLED: "The same items judged by both versions: an offset.",
        BridgeMethod.DUAL_RUN: "Two samples of the same days, one by each version: a factor.",
    },
)
describe(
    EvaluationMethod,
    "EvaluationMethod",
    {
        EvaluationMethod.BEFORE_AFTER: "The mean after less the mean before.",
        EvaluationMethod.ITS: "Interrupted time series: against the series' own trend.",
        EvaluationMethod.DID: "Difference in differences: against series left alone.",
        EvaluationMethod.BSTS: "Against what a structural model of control series foretells.",
    },
)
describe(
    Grade,
    "EvidenceGrade",
    {
        Grade.LOW: "Coincides with; something else may explain it.",
        Grade.MEDIUM: "Probably due to it.",
        Grade.HIGH: "Due to it, as far as data can tell.",
    },
)
describe(
    WindowMethod,
    "WindowMethod",
    {
        WindowMethod.POINT: "The value of a single period.",
        WindowMethod.SUM_OVER_SUM: "All numerators over all denominators.",
        WindowMethod.DAILY_MEAN: "What was counted, for each day.",
        WindowMethod.MEAN_OF_VALUES: "A plain mean of values that cannot be added up.",
        WindowMethod.ADDED: "The sum of parts.",
        WindowMethod.STRATIFIED: "Strata weighted by their shares.",
    },
)
describe(
    WindowReason,
    "WindowReason",
    {
        WindowReason.NO_DATA: "Nothing was observed.",
        WindowReason.INSUFFICIENT_SAMPLE: "Too few were observed to say anything.",
        WindowReason.MISSING_STRATA: "Too much of the whole is missing; see `missing`.",
    },
)
describe(
    SeriesIssue,
    "SeriesIssue",
    {
        SeriesIssue.STALE: "No news for two periods beyond its lag.",
        SeriesIssue.GAP: "A recent period is missing, or was until its value came late.",
        SeriesIssue.LATE: "In the last 30 days a value came after it was due.",
        SeriesIssue.RESTATED: "In the last 30 days a value was told again with another number.",
        SeriesIssue.SUSPECT: "A value of the last 30 days is called suspect by its sender.",
        SeriesIssue.INSUFFICIENT_SAMPLE: "The newest value is of a smaller sample than it needs.",
    },
)
describe(
    Dimension,
    "MetricDimension",
    {
        Dimension.PROJECT: "By project.",
        Dimension.POLICY_AREA: "By policy area.",
        Dimension.MARKET: "By market.",
        Dimension.VENDOR: "By vendor.",
        Dimension.SURFACE: "By surface.",
        Dimension.LABEL: "By label.",
        Dimension.COHORT: "By cohort of annotators.",
    },
)
describe(
    ChartSize,
    "ChartSize",
    {
        ChartSize.SMALL: "236 by 84 points, for one of many or a narrow screen: marks have no"
        " names beside them.",
        ChartSize.LARGE: "640 by 200 points, with the names of marks.",
    },
)
describe(
    detect.State,
    "ChartState",
    {
        detect.State.LEARNING: "The baseline is being learnt: it is not judged.",
        detect.State.INSUFFICIENT: "Its sample is too small: it neither alarms nor teaches.",
        detect.State.PROVISIONAL: "It may still change: it never alarms.",
        detect.State.QUIET: "Within its limits.",
        detect.State.ALARM: "Beyond a limit.",
    },
)
describe(
    detect.Rule,
    "ChartRule",
    {
        detect.Rule.POINT: "A single point lies beyond its limits.",
        detect.Rule.EWMA: "The weighted mean of the last points does: a small shift that stays.",
        detect.Rule.CUSUM: "The sum of what is beyond does: a small shift that stays.",
    },
)
describe(
    detect.Direction,
    "ChartDirection",
    {detect.Direction.UP: "Upwards.", detect.Direction.DOWN: "Downwards."},
)
describe(
    detect.Severity,
    "EpisodeSeverity",
    {
        detect.Severity.LOW: "Less than one and a half times its limit.",
        detect.Severity.MEDIUM: "Less than twice.",
        detect.Severity.HIGH: "Twice its limit or more.",
    },
)
describe(
    RejectCode,
    "RejectedObservationCode",
    {
        RejectCode.UNKNOWN_SERIES: "There is no such series, or none that you may write, or it has"
        " ended.",
        RejectCode.BAD_PERIOD: "No period of the series begins on this day.",
        RejectCode.FUTURE_PERIOD: "The period begins more than 24 hours ahead.",
        RejectCode.NO_VALUE: "It says no value, or a ratio of which a part is missing or nothing.",
        RejectCode.NOT_A_NUMBER: "A number is none, or is not finite.",
        RejectCode.OUT_OF_RANGE: "The metric cannot have this number.",
        RejectCode.CONTRADICTION: "The value is more than 0.5 % off its numerator and denominator.",
        RejectCode.DUPLICATE_ROW: "A row before it is of the same series and period.",
        RejectCode.BEFORE_KNOWN: "Something that became known later is kept already.",
    },
)
