"""The actions of the last four months: M-018 to M-031, and what was changed in them later."""

from __future__ import annotations

from riskreg.demo.deeds_action import Action, Check, Found, Slip, Widen
from riskreg.demo.world import Step
from riskreg.risks.rules import MitigationKind, Verdict, VerificationMethod

_PREVENTIVE, _CONTINGENCY = MitigationKind.PREVENTIVE, MitigationKind.CONTINGENCY
_AUDIT = VerificationMethod.AUDIT

ACTIONS = (
    Action(
        "M-018", "List of scam words in vi-VN, renewed each week", _PREVENTIVE,
        (("R-007", 2, 0),), "linh", (-94, "linh"), (-94, "wanjiru"), due=-78,
        check=Check("The list catches eight of ten coded offers.", _AUDIT, -26),
        started=-91, implemented=-80, effort=8, hours={"verdict": "08:30"},
        found=Found(-28, -26, Verdict.INEFFECTIVE, "It catches 33 of 120 coded offers; the code"
                    " changes faster than the list."),
    ),
    Action(
        "M-019", "Weekly reading of new slang with local reviewers", _PREVENTIVE,
        (("R-007", 1, 0),), "weijie", (-90, "linh"), (-90, "wanjiru"), due=-60,
        check=Check("A new code word is known within a week.", _AUDIT, 25),
        started=-87, effort=20,
        slips=(
            Slip(-61, -35, "The two readers are lent to LIVE."),
            Slip(-38, -17, "One reader is back, the other stays in LIVE."),
        ),
    ),
    Action(
        "M-020", "Speed floor of 12 s and a forced second look in ADULT", _PREVENTIVE,
        (("R-016", 2, 0),), "hana", (-88, "hana"), (-88, "wanjiru"), due=-60,
        check=Check("Rework falls back to 3 %.", _AUDIT, -33),
        started=-84, implemented=-61, effort=12, hours={"implement": "08:40"},
    ),
    Action(
        "M-021", "Rehearsed rollback for changes close to an election", _CONTINGENCY,
        (("R-006", 0, 1),), "tomas", (-73, "tomas"), (-73, "wanjiru"), due=-30,
        check=Check("A rehearsal reverts a change within two hours.", _AUDIT, 14),
        started=-70, effort=15,
        slips=(Slip(-33, -3, "The tool team is at the tr-TR feed."),),
    ),
    Action(
        "M-022", "Twenty reviewers and a lower threshold for LIVE at night", _PREVENTIVE,
        (("R-008", 2, 0),), "linh", (-35, "nadia"), (-35, "wanjiru"), due=-30,
        check=Check("98 % of LIVE items are seen within five minutes.", _AUDIT, 12),
        started=-34, implemented=-31, effort=35,
    ),
    Action(
        "M-023", "Hire real-time reviewers for id-ID and ar-SA", _PREVENTIVE,
        (("R-008", 0, 1),), "nadia", (-33, "nadia"), (-33, "wanjiru"), due=18,
        check=Check("The night shift is staffed to 95 %.", _AUDIT, 60),
        started=-27, effort=50,
    ),
    Action(
        "M-024", "Refresh the vi-VN gold set with coded terms", _PREVENTIVE,
        (("R-007", 2, 1),), "seun", (-25, "linh"), (-25, "wanjiru"), due=4,
        check=Check("Accuracy on coded items is over 90 %.", _AUDIT, 32),
        started=-24, effort=18,
    ),
    Action(
        "M-025", "Recalibrate pt-BR annotators on the lexicon", _PREVENTIVE,
        (("R-011", 2, 0),), "rafael", (-24, "rafael"), (-24, "wanjiru"), due=-3,
        check=Check("The lower bound of gold accuracy is over 90 %.", _AUDIT, 8),
        started=-20, effort=14,
        slips=(Slip(-4, 3, "Round 2 failed by 2 pp; round 3 is next week."),),
    ),
    Action(
        "M-026", "Publish ja-JP v4.1 and brief its annotators", _PREVENTIVE,
        (("R-005", 3, 0),), "kenji", (-17, "seun"), (-17, "wanjiru"), due=-5,
        check=Check("Nine of ten items follow v4.1.", _AUDIT, 22),
        started=-13, implemented=-6, effort=6,
    ),
    Action(
        "M-027", "Two native reviewers check the machine-translated draft", _PREVENTIVE,
        (("R-012", 2, 0),), "salma", (-14, "youssef"), (-14, "wanjiru"), due=-9,
        check=Check("Under 2 % of lines are wrong.", _AUDIT, 14),
        started=-13, implemented=-10, effort=5,
    ),
    Action(
        "M-028", "Keep LIVE reviewers on minor safety in ar-SA", _PREVENTIVE,
        (("R-019", 0, 1),), "linh", (-14, "amira"), (-14, "seun"), due=7,
        check=Check("A minor's LIVE is seen within a minute.", _AUDIT, 35),
        started=-11, effort=4,
    ),
    Action(
        "M-029", "Name separate leads for PC-024 and PC-026", _PREVENTIVE,
        (("R-014", 2, 0),), "youssef", (-12, "youssef"), (-12, "wanjiru"), due=9,
        check=Check("No lead is named in both plans.", _AUDIT, 16),
        started=-10, effort=3,
    ),
    Action(
        "M-030", "Build and adjudicate the missing 60 items of the AIGC gold set", _PREVENTIVE,
        (("R-013", 2, 0),), "kenji", (-11, "freja"), (-11, "wanjiru"), due=10,
        check=Check("The set has 200 items with their share declared.", _AUDIT, 15),
        started=-10, effort=16,
    ),
    Action(
        "M-031", "Overflow of the self-harm queue to Dublin in backlog weeks", _PREVENTIVE,
        (("R-002", 1, 0),), "youssef", (-10, "youssef"), (-10, "wanjiru"), due=11,
        check=Check("The next backlog week stays under the cap.", _AUDIT, 45),
        started=-7, effort=9, hours={"propose": "16:20", "approve": "16:40"},
    ),
)  # fmt: skip

CHANGES = (
    Step(-20, "14:00", "wanjiru", Widen("M-021", (("R-006", 0, 1), ("R-011", 0, 1)))),
    Step(-14, "16:30", "wanjiru", Widen("M-022", (("R-008", 2, 0), ("R-019", 2, 0)))),
)
"""Actions that turned out to help other risks as well."""
