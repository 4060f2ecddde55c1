"""The words of promises and health in the graph."""

from riskreg.delivery.rules import (
    AttainmentGap,
    Health,
    HealthPart,
    TargetBasis,
    TargetComparator,
)
from riskreg.delivery.rules_work import WorkKind
from riskreg.kit.words import describe
from riskreg.risks.movements import MoveCause

describe(
    Health,
    "Health",
    {
        Health.GREEN: "All that counts is known, fresh and as promised.",
        Health.AMBER: "As promised, but in danger.",
        Health.UNKNOWN: "Something that counts is stale, thin or not measured, and nothing is RED.",
        Health.RED: "Something is not as promised.",
    },
)
describe(
    TargetComparator,
    "TargetComparator",
    {
        TargetComparator.AT_LEAST: "Met by this much or more.",
        TargetComparator.AT_MOST: "Met by this much or less.",
    },
)
describe(
    TargetBasis,
    "TargetBasis",
    {
        TargetBasis.POINT: "The value of the window.",
        TargetBasis.BOUND: "The end of its 95 % interval that is nearer to missing the target: "
        "what small samples only happen to reach is not reached.",
    },
)
describe(
    AttainmentGap,
    "AttainmentGap",
    {
        AttainmentGap.NO_SERIES: "No series measures the metric in this scope.",
        AttainmentGap.NO_DATA: "There is no trusted value in the window.",
        AttainmentGap.STALE: "A series that it is made of has not been told of for too long.",
        AttainmentGap.INSUFFICIENT_SAMPLE: "The sample is smaller than the target asks for.",
        AttainmentGap.NO_INTERVAL: "The numbers have no interval, and the target is held against"
        " its end.",
    },
)
describe(
    HealthPart,
    "HealthPart",
    {
        HealthPart.SLA: "Its targets for work done in time.",
        HealthPart.GOLD_ACCURACY: "Its targets for gold-set accuracy.",
        HealthPart.BACKLOG: "Its targets for the age of the backlog.",
        HealthPart.ENVR: "The KRIs on ENVR that watch its risks or its policy areas.",
        HealthPart.RISKS: "Its open risks outside tolerance.",
    },
)
describe(
    WorkKind,
    "WorkKind",
    {
        WorkKind.KRI_BREACH: "Acknowledge a breach that watches a risk of yours: RED on the day,"
        " AMBER by the next.",
        WorkKind.ACCEPTANCE: "Renew an acceptance that ends, or treat its risk once it has ended.",
        WorkKind.RISK_REVIEW: "Assess a risk of yours again.",
        WorkKind.ACTION: "Get an action done.",
        WorkKind.VERIFICATION: "Begin the check of an action that you have done.",
        WorkKind.VERDICT: "Say whether an action of somebody else works.",
    },
)
describe(
    MoveCause,
    "MoveCause",
    {
        MoveCause.ASSESSED: "Somebody assessed it; `rationale` says why.",
        MoveCause.ASSERTION_ENDED: "The assessor's own residual ran out, so that the computed one"
        " counts again.",
        MoveCause.KRI_RED: "A KRI turned RED, which ends the assessor's own residual.",
        MoveCause.MITIGATION_IMPLEMENTED: "An action was done, and counts half.",
        MoveCause.MITIGATION_VERIFIED: "An action was found effective.",
        MoveCause.MITIGATION_INEFFECTIVE: "An action was found ineffective.",
        MoveCause.MITIGATION_CANCELLED: "An action was cancelled.",
    },
)
