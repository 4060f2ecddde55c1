"""The words of risks in the graph."""

import riskreg.people.words  # noqa: F401 (describes Authority, which risks show too)
from riskreg.kit.words import describe
from riskreg.risks import rules
from riskreg.risks.rules_hygiene import HygieneRule, Severity

describe(
    rules.RiskStatus,
    "RiskStatus",
    {
        "DRAFT": "Written down, not complete yet.",
        "OPEN": "Logged, waiting for its first assessment.",
        "ASSESSED": "Judged; a plan or a decision is due.",
        "TREATING": "Actions are under way.",
        "ACCEPTED": "Carried until a day by somebody with authority.",
        "MONITORING": "Watched only.",
        "MATERIALISED": "It has happened.",
        "CLOSED": "It needs no eyes any more.",
        "REJECTED": "It is no risk of its own.",
    },
)
describe(
    rules.RiskCategory,
    "RiskCategory",
    {
        "CHILD_SAFETY": "Harm to minors.",
        "ENVR_INCREASE": "More negative views in the ecosystem.",
        "OVER_ENFORCEMENT": "Content removed that should stay.",
        "POLICY_AMBIGUITY": "Policy that can be read in several ways.",
        "GUIDELINE_TRANSLATION": "Guidelines late or wrong in a language.",
        "LABEL_QUALITY": "Wrong labels.",
        "DELIVERY_SLA": "Labels later than agreed.",
        "WORKFORCE_CAPACITY": "Too few people for the work.",
        "VENDOR": "A vendor fails, leaves or weakens.",
        "TOOLING_DATA": "Tools or data feeds fail.",
        "MODEL_DEPENDENCY": "A model that relies on labels, or labels on a model.",
        "REGULATORY": "A legal duty is missed.",
        "WELLBEING": "Annotators come to harm.",
        "REPUTATION": "Trust of the public is lost.",
        "CHANGE_COLLISION": "Changes that meet in one market or pool.",
    },
)
describe(
    rules.Band,
    "Band",
    {
        "LOW": "Carried without more ado.",
        "MEDIUM": "Watched and treated in the normal course.",
        "HIGH": "Treated now; time above appetite is limited.",
        "CRITICAL": "Never within tolerance.",
    },
)
describe(
    rules.Confidence,
    "Confidence",
    {
        "LOW": "Judged on little evidence.",
        "MEDIUM": "Some evidence.",
        "HIGH": "Measured or well known.",
    },
)
describe(
    rules.Velocity,
    "Velocity",
    {
        "IMMEDIATE": "Full impact within a day.",
        "FAST": "Within 7 days.",
        "MEDIUM": "Within 30 days.",
        "SLOW": "Slower than that.",
    },
)
describe(
    rules.Treatment,
    "Treatment",
    {
        "MITIGATE": "Make it less likely or less grave.",
        "ACCEPT": "Carry it until a day.",
        "AVOID": "Stop doing what brings it.",
        "TRANSFER": "Let somebody else carry it.",
        "EXPLOIT": "For a chance: make it happen.",
    },
)
describe(
    rules.AppetiteStatus,
    "AppetiteStatus",
    {
        "WITHIN_APPETITE": "The residual is what the organisation chooses to carry.",
        "WITHIN_TOLERANCE": "Above appetite, for a limited time and with a plan.",
        "OUT_OF_TOLERANCE": "Too grave, too long, or without a plan.",
        "NOT_ASSESSED": "Nobody has judged it yet.",
    },
)
describe(
    rules.ImpactDimension,
    "ImpactDimension",
    {
        "ENVR_GLOBAL": "ENVR uplift sustained for 28 days, global, bps of views.",
        "ENVR_WORST_CELL": "The same in the worst market and policy area.",
        "GOLD_ACCURACY": "Drop of gold accuracy, percentage points.",
        "SLA": "Shortfall of the SLA, percentage points.",
        "OVER_ENFORCEMENT": "Rise of overturned appeals, percentage points.",
        "DELIVERY_SLIP": "Slip of a delivery, working days.",
        "REGULATORY": "Regulator and reputation.",
        "PEOPLE": "Harm to people who work here.",
    },
)
describe(
    rules.MitigationStatus,
    "MitigationStatus",
    {
        "PROPOSED": "Put forward.",
        "APPROVED": "Agreed; its due date is kept from here on.",
        "IN_PROGRESS": "Being done.",
        "BLOCKED": "Waiting for something named.",
        "IMPLEMENTED": "Done with evidence; counts half.",
        "VERIFYING": "Its effect is being checked; counts half.",
        "EFFECTIVE": "Proven; counts in full.",
        "PARTIAL": "Proven in part; counts half.",
        "INEFFECTIVE": "Proven not to work; counts nothing.",
        "CANCELLED": "Not done.",
    },
)
describe(
    rules.MitigationKind,
    "MitigationKind",
    {
        "PREVENTIVE": "Makes the event less likely.",
        "DETECTIVE": "Shows the event sooner.",
        "CORRECTIVE": "Repairs what led to it.",
        "CONTINGENCY": "Softens it once it has happened.",
    },
)
describe(
    rules.RejectReason,
    "RejectReason",
    {
        "DUPLICATE": "It doubles another risk, which is named.",
        "NOT_A_RISK": "It cannot hurt, or is no uncertainty.",
        "IS_ISSUE": "It is already true; what carries it is named.",
    },
)
describe(
    rules.RelationKind,
    "RelationKind",
    {
        "CAUSES": "If it happens, the other becomes more likely.",
        "RELATED": "They touch.",
        "DUPLICATE_OF": "It says the same as the other.",
        "AGGREGATES": "It is the sum of others.",
    },
)
describe(
    rules.VerificationMethod,
    "VerificationMethod",
    {
        "BEFORE_AFTER": "A metric before and after.",
        "ITS": "Segmented regression of a metric.",
        "DID": "A metric against control markets.",
        "AUDIT": "A sample looked at by QA.",
        "ATTESTATION": "Somebody competent attests it.",
    },
)
describe(
    rules.Verdict,
    "Verdict",
    {
        "EFFECTIVE": "It works.",
        "PARTIAL": "It works in part.",
        "INEFFECTIVE": "It does not work.",
        "INCONCLUSIVE": "Nothing can be said yet; a new check is due in 28 days.",
    },
)
describe(
    rules.AcceptanceEnd,
    "AcceptanceEnd",
    {
        "EXPIRED": "Its last day has passed.",
        "WORSENED": "The residual is in a worse band than the one accepted.",
        "KRI_RED": "A key risk indicator turned RED.",
        "REVOKED": "Somebody ended it.",
        "CLOSED": "The risk was closed.",
        "MATERIALISED": "The risk happened.",
    },
)
describe(
    rules.AssessmentMethod,
    "AssessmentMethod",
    {
        "EXPERT": "Judged by a person beside the computed level.",
        "COMPUTED": "Worked out from the proven effect of the actions.",
        "QUANT": "Simulated.",
    },
)
describe(
    rules.Sensitivity,
    "Sensitivity",
    {
        "PUBLIC_INTERNAL": "Everybody who may read the row.",
        "RESTRICTED": "Hidden from vendors.",
        "VENDOR_SHARED": "Meant to be read by the linked vendors.",
    },
)
describe(
    Severity,
    "FindingSeverity",
    {
        "ERROR": "A rule is broken.",
        "WARNING": "It needs work.",
        "NOTE": "It merits a look.",
    },
)
describe(
    HygieneRule,
    "HygieneRule",
    {
        "NO_OWNER": "Nobody owns it, or the owner has left without a delegate.",
        "NO_TREATMENT": "Assessed for more than 10 working days without a treatment.",
        "STALE_REVIEW": "Not reviewed for more than 30 days.",
        "OVERDUE_REVIEW": "Its review is overdue.",
        "ACCEPTED_WITHOUT_ACCEPTANCE": "ACCEPTED, but no acceptance holds.",
        "ACCEPTANCE_ENDED": "Its acceptance has ended and nobody has acted.",
        "RESIDUAL_ABOVE_INHERENT": "What is left is worse than what was there.",
        "TARGET_NOT_BELOW_RESIDUAL": "The plan aims at no improvement.",
        "RESIDUAL_GAP": "The asserted residual lies a band or more from the computed one.",
        "WEAK_KNOWLEDGE": "A grave score rests on little evidence.",
        "OVERDUE_ACTION": "An action is overdue.",
        "UNVERIFIED_ACTION": "An action is done, but its effect was not verified.",
        "SLIPPED_ACTION": "An action was put off twice or more.",
        "ACTION_WITHOUT_OWNER": "An action has no active owner.",
        "CLOSED_WITH_OPEN_ACTIONS": "It is closed while actions are open.",
        "DUPLICATE_OPEN": "A duplicate of it is open.",
        "MISSING_KRI": "Nothing watches it.",
        "INCOMPLETE_STATEMENT": "Cause, event or consequence is missing.",
        "UNCLEAR_WORDS": "Its words are vague.",
        "OLD_DRAFT": "It has been a draft for more than 10 working days.",
        "PROXIMITY_PAST": "The day on which it could happen has passed.",
    },
)
