"""The actions of the first year: M-001 to M-017."""

from __future__ import annotations

from riskreg.demo.deeds_action import Action, Check, Found, Slip
from riskreg.risks.rules import MitigationKind, Verdict, VerificationMethod

_PREVENTIVE, _DETECTIVE = MitigationKind.PREVENTIVE, MitigationKind.DETECTIVE
_CONTINGENCY, _CORRECTIVE = MitigationKind.CONTINGENCY, MitigationKind.CORRECTIVE
_AUDIT, _ATTESTATION = VerificationMethod.AUDIT, VerificationMethod.ATTESTATION
_WORKS, _PARTLY = Verdict.EFFECTIVE, Verdict.PARTIAL

ACTIONS = (
    Action(
        "M-001", "Wall between the prevalence sample and enforcement queues", _PREVENTIVE,
        (("R-001", 1, 0),), "hana", (-416, "hana"), (-416, "wanjiru"), due=-388,
        check=Check("No sampled item is labelled by an enforcement pool.", _AUDIT, -350),
        started=-413, implemented=-390, effort=12,
        found=Found(-357, -350, _WORKS, "400 sampled items: none was labelled by enforcement."),
    ),
    Action(
        "M-002", "Queue stops self-harm items after four hours a shift", _PREVENTIVE,
        (("R-002", 1, 0),), "youssef", (-395, "youssef"), (-395, "wanjiru"), due=-378,
        check=Check("No shift has more than four hours.", _AUDIT, -343),
        started=-392, implemented=-385, effort=20,
        found=Found(-357, -343, _WORKS, "62 shifts of one month: two above the cap, by minutes."),
    ),
    Action(
        "M-003", "Swimwear clarification with 40 worked examples (PC-011)", _PREVENTIVE,
        (("R-003", 2, 0),), "kenji", (-388, "amira"), (-388, "wanjiru"), due=-360,
        check=Check("Overturns of swimwear fall under 1 %.", _AUDIT, -322),
        started=-385, implemented=-364, effort=8,
        found=Found(-329, -322, _PARTLY, "1.3 %: beach videos are kept, sports still fall."),
    ),
    Action(
        "M-004", "Reserve of in-house reviewers for the sample", _PREVENTIVE,
        (("R-001", 1, 0),), "seun", (-381, "hana"), (-381, "wanjiru"), due=-340,
        check=Check("No week is short of sample reviewers.", _AUDIT, -301),
        started=-378, implemented=-346, effort=30,
        found=Found(-308, -301, _WORKS, "Six weeks, none short.", by="wanjiru"),
    ),
    Action(
        "M-005", "Second trained team in Dublin shares the self-harm queue", _PREVENTIVE,
        (("R-002", 1, 0),), "youssef", (-374, "youssef"), (-374, "wanjiru"), due=-357,
        check=Check("Backlog weeks stay under the cap.", _AUDIT, -294),
        started=-371, implemented=-360, effort=60,
        found=Found(-322, -294, _WORKS, "Two backlog weeks, no shift above the cap."),
    ),
    Action(
        "M-006", "Second look before a swimwear video is removed", _CORRECTIVE,
        (("R-003", 1, 1),), "hana", (-350, "seun"), (-350, "wanjiru"), due=-300,
        check=Check("Overturns of swimwear stay under 0.5 %.", _AUDIT, -252),
        started=-346, implemented=-301, effort=15,
        found=Found(-266, -252, _WORKS, "0.4 % in a month of 2 100 removals."),
    ),
    Action(
        "M-007", "Pin the guideline version to each evaluation batch", _PREVENTIVE,
        (("R-010", 2, 0),), "hana", (-346, "hana"), (-346, "wanjiru"), due=-305,
        check=Check("No batch holds two versions.", _AUDIT, -273),
        started=-343, implemented=-308, effort=10,
        found=Found(-287, -273, _WORKS, "18 batches, one version each."),
    ),
    Action(
        "M-008", "Second site for Aster's en-US and id-ID queues", _CONTINGENCY,
        (("R-004", 0, 1),), "lucia", (-336, "lucia"), (-336, "wanjiru"), due=-240,
        check=Check("A drill moves half of the queue within a day.", _AUDIT, 40),
        started=-329, effort=90,
        slips=(
            Slip(-245, -150, "Aster looks for another building."),
            Slip(-154, -80, "The lease is signed a quarter late."),
            Slip(-84, -20, "Legal and Aster do not agree on the exit clause."),
        ),
        blocked=(-62, "Legal has to agree to the exit clause of the second site."),
    ),
    Action(
        "M-009", "Relabel each evaluation set after a guideline change", _CORRECTIVE,
        (("R-010", 0, 1),), "hana", (-332, "hana"), (-332, "wanjiru"), due=-260,
        check=Check("Old and new labels agree on 98 %.", _AUDIT, -230),
        cancelled=(-269, "Pinned batches make it needless."),
    ),
    Action(
        "M-010", "Storm watch and a rehearsed hand-over to the in-house hub", _DETECTIVE,
        (("R-004", 0, 1),), "maricel", (-322, "lucia"), (-322, "wanjiru"), due=-120,
        check=Check("A rehearsal hands over within four hours.", _AUDIT, 20),
        started=-301, effort=25,
        slips=(Slip(-126, -30, "The in-house hub is full until the election is over."),),
    ),
    Action(
        "M-011", "Log of decisions, and no answer in chat without an entry", _PREVENTIVE,
        (("R-021", 1, 0),), "kenji", (-315, "seun"), (-315, "wanjiru"), due=-275,
        check=Check("Nine of ten sampled answers have an entry.", _AUDIT, -238),
        started=-311, implemented=-280, effort=9,
        found=Found(-252, -238, _WORKS, "28 of 30 sampled answers have an entry."),
    ),
    Action(
        "M-012", "Buddy review and four weeks of nesting for new cohorts", _PREVENTIVE,
        (("R-021", 1, 0),), "salma", (-312, "youssef"), (-312, "wanjiru"), due=-303,
        check=Check("The error of a new cohort comes down to that of the pool.", _AUDIT, -262),
        started=-311, implemented=-304, effort=40,
        found=Found(-273, -262, _WORKS, "Error on gold fell by 4.4 pp, from 9.8 to 5.4 %, in 1 200"
                    " audited items of the cohort of Casablanca; the pool has 5.1 %."),
    ),
    Action(
        "M-013", "Publish the bridge from ENVR v2 to v3 with the figure", _PREVENTIVE,
        (("R-018", 1, 0),), "anil", (-203, "seun"), (-203, "wanjiru"), due=-170,
        check=Check("The regulator asks no question about the break.", _ATTESTATION, -150),
        started=-202, implemented=-172, effort=6,
        found=Found(-160, -150, _WORKS, "Counsel attests: filed with the bridge, no question."),
    ),
    Action(
        "M-014", "Pay Evergreen by accepted label", _PREVENTIVE,
        (("R-016", 1, 0),), "hana", (-160, "hana"), (-160, "wanjiru"), due=-138,
        check=Check("Pay slips count accepted labels only.", _AUDIT, -111),
        started=-157, implemented=-140, effort=14,
        found=Found(-115, -111, _WORKS, "40 pay slips: all by accepted label."),
    ),
    Action(
        "M-015", "Retrain the minor-safety model on labels after PC-014", _CORRECTIVE,
        (("R-009", 1, 0),), "hana", (-150, "amira"), (-150, "seun"), due=-119,
        check=Check("Fewer borderline videos are sent to removal.", _AUDIT, -75),
        started=-147, implemented=-122, effort=45,
        found=Found(-94, -75, _WORKS, "Of 900 borderline videos a fifth less is removed, and"
                    " audited misses did not rise."),
    ),
    Action(
        "M-016", "Emergency lane: calibration and localisation are never waived", _PREVENTIVE,
        (("R-006", 1, 1),), "tomas", (-116, "tomas"), (-116, "wanjiru"), due=-95,
        check=Check("The next emergency change passes both gates.", _AUDIT, 30),
        started=-115, implemented=-98, effort=10,
    ),
    Action(
        "M-017", "Hide the prelabel until the first judgement is made", _PREVENTIVE,
        (("R-015", 1, 1),), "rafael", (-108, "rafael"), (-108, "wanjiru"), due=-78,
        check=Check("Agreement with wrong prelabels falls under 10 %.", _AUDIT, -52),
        started=-105, implemented=-80, effort=22,
        found=Found(-60, -52, _WORKS, "7 % in a blind test of 400 items, after 31 %."),
    ),
)  # fmt: skip
