"""The words of projects in the graph."""

from riskreg.kit.words import describe
from riskreg.projects.rules import ProjectStatus, ProjectType, VendorKind

describe(
    ProjectType,
    "ProjectType",
    {
        ProjectType.ENFORCEMENT_LABELLING: "Decisions that are enforced on content.",
        ProjectType.MODEL_TRAINING: "Labels that models learn from.",
        ProjectType.MODEL_EVALUATION: "Labels that models are judged by.",
        ProjectType.PREVALENCE_SAMPLING: "Samples of views that measure how much slips through.",
        ProjectType.APPEALS: "Decisions that somebody has appealed against.",
        ProjectType.LIVE_MODERATION: "Live streams, while they run.",
        ProjectType.SEARCH_RELEVANCE: "How well results answer a search.",
        ProjectType.OTHER: "Anything else.",
    },
)
describe(
    ProjectStatus,
    "ProjectStatus",
    {
        ProjectStatus.ACTIVE: "Work is done.",
        ProjectStatus.PAUSED: "Work rests and will go on.",
        ProjectStatus.CLOSED: "Work is over.",
    },
)
describe(
    VendorKind,
    "VendorKind",
    {
        VendorKind.IN_HOUSE: "The organisation itself.",
        VendorKind.BPO: "A company with people at sites of its own.",
        VendorKind.CROWD: "A platform of independent people.",
    },
)
