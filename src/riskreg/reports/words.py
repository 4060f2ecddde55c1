"""The words of reports in the graph."""

from riskreg.kit.words import describe
from riskreg.reports.rules import LintSeverity, ReportKind, ReportRendering, ReportStatus

describe(
    ReportKind,
    "ReportKind",
    {"WHERE_WE_STAND": "The state of the register on one page, with the decisions asked."},
)
describe(
    ReportStatus,
    "ReportStatus",
    {
        "GENERATED": "Made; nobody has reviewed it.",
        "IN_REVIEW": "Being reviewed. Not in use yet.",
        "PUBLISHED": "Signed and sent. Not in use yet.",
        "SUPERSEDED": "A later one stands in its place. Not in use yet.",
    },
)
describe(
    ReportRendering,
    "ReportRendering",
    {
        "RENDERING": "It is being rendered, or waits for it; a matter of seconds.",
        "READY": "The file is there.",
        "FAILED": "It could not be rendered; `renderingProblem` says why.",
    },
)
describe(
    LintSeverity,
    "LintSeverity",
    {
        "ERROR": "It must not be published like this.",
        "WARN": "Its author should look at it.",
    },
)
