"""The stories of risks about negative views, minors and removals."""

from __future__ import annotations

from riskreg.demo.deeds_risk import (
    Accept,
    Assess,
    Change,
    Log,
    Monitor,
    Reassess,
    Sheet,
    Treat,
)
from riskreg.demo.deeds_watch import SeeBreach, Watch
from riskreg.demo.world import Step
from riskreg.risks.rules import Confidence, RiskCategory, Sensitivity, Velocity
from riskreg.risks.rules import ImpactDimension as I

SCAMS = Sheet(
    "R-007",
    "Scam wording outgrows the vi-VN gold set",
    "The gold set of FRAUD is half a year old and holds no coded words.",
    "Sellers of fake jobs write in a code that annotators were never tested on.",
    "Scams pass as harmless while gold accuracy stays green.",
    RiskCategory.ENVR_INCREASE,
    "linh",
    (4, 3),
    projects=("PRJ-FRAUD-ENF",),
    areas=("FRAUD",),
    markets=("vi-VN",),
    vendors=("EVERGREEN",),
    sponsor="marcus",
    velocity=Velocity.FAST,
)
_RETOLD = {
    "title": "Coded-language scams keep spreading in vi-VN and beyond",
    "cause": "The gold set of FRAUD predates the coded language, so nobody is measured on it.",
    "event": "Coded scams keep spreading in vi-VN and reach th-TH and id-ID.",
    "consequence": "ENVR of FRAUD in vi-VN grows by 0.012 bps a day while gold accuracy reads"
    " 94.6 %; users lose money.",
}
_SCAMS = {I.ENVR_WORST_CELL: 3, I.REGULATORY: 2}
_SCAMS_NOW = {I.ENVR_WORST_CELL: 4, I.ENVR_GLOBAL: 2, I.REGULATORY: 3}
R_007 = (
    Step(-96, "10:20", "linh", Log(SCAMS)),
    Step(-95, "11:00", "linh", Assess("R-007", 4, _SCAMS, "Eleven coded job offers in one week.")),
    Step(-91, "10:10", "linh", Treat("R-007")),
    Step(-60, "11:00", "seun", Watch("KRI-FRAUD-VI")),
    Step(-56, "10:20", "linh", Reassess("R-007", 5, _SCAMS, "The code changes weekly, and the list"
                                        " of words catches a third of it.")),
    Step(-54, "15:40", "marcus", Accept("R-007", -5, "The gold set is rebuilt next month; until"
                                        " then the word list has to do.",
                                        "It ends if QA finds that the list does not work.")),
    Step(-26, "08:42", "linh", Reassess("R-007", 5, _SCAMS_NOW, "The weekly EWMA of FRAUD in vi-VN"
                                        " alerts, and the word list does not work.")),
    Step(-26, "10:30", "linh", Change("R-007", "It is no longer about one gold set alone.",
                                      _RETOLD, ("vi-VN", "th-TH", "id-ID"))),
    Step(-26, "10:40", "linh", SeeBreach("KRI-FRAUD-VI", "Coded scams; the gold set does not know"
                                         " them. M-024 renews it.")),
    Step(-24, "10:10", "linh", Treat("R-007")),
    Step(-19, "10:20", "linh", Reassess("R-007", 5, _SCAMS_NOW, "2.2 bps in vi-VN, still rising.")),
    Step(-12, "10:20", "linh", Reassess("R-007", 5, _SCAMS_NOW, "2.3 bps in vi-VN; first cases in"
                                        " th-TH.")),
    Step(-5, "10:20", "linh", Reassess("R-007", 5, _SCAMS_NOW, "KRI-FRAUD-VI went from AMBER to"
                                       " RED; gold accuracy is still green at 94.6 %.")),
    Step(-5, "10:40", "linh", SeeBreach("KRI-FRAUD-VI", "RED: the code reaches th-TH; PC-028 is"
                                        " proposed as an emergency.")),
)  # fmt: skip

APPEALS = Sheet(
    "R-009",
    "MS expansion raises creator appeals",
    "PC-014 widens minor safety to borderline dance videos, by a rule that needs judgement.",
    "Annotators remove videos of adults who look young.",
    "Appeals double, and four in ten are overturned.",
    RiskCategory.OVER_ENFORCEMENT,
    "amira",
    (3, 3),
    projects=("PRJ-MS-ENF", "PRJ-APPEAL"),
    areas=("MS",),
    velocity=Velocity.MEDIUM,
)
_APPEALS = {I.OVER_ENFORCEMENT: 3, I.GOLD_ACCURACY: 3}
R_009 = (
    Step(-222, "10:40", "amira", Log(APPEALS)),
    Step(-220, "11:00", "amira", Assess("R-009", 3, _APPEALS, "The pilot overturned 2.2 pp more.")),
    Step(-147, "10:20", "amira", Treat("R-009")),
    Step(
        -133, "11:20", "amira", Reassess("R-009", 3, _APPEALS, "Overturns 1.9 pp up since PC-014.")
    ),
    Step(-74, "10:20", "seun", Watch("KRI-MS-APPEALS")),
    Step(-73, "10:20", "amira", Monitor("R-009")),
    Step(-24, "11:20", "amira", Reassess("R-009", 3, _APPEALS, "Overturns 0.7 pp up and level.")),
)

MINORS = Sheet(
    "R-019",
    "Minor-safety leak in LIVE during PC-026 reprioritisation",
    "PC-026 moves harassment in LIVE to the head of the queue in ar-SA, with the same reviewers.",
    "A LIVE with a minor at risk waits behind harassment and is seen to its end.",
    "A child is harmed in public; a confirmed leak is reported to the regulator.",
    RiskCategory.CHILD_SAFETY,
    "amira",
    (3, 5),
    projects=("PRJ-LIVE-RT", "PRJ-MS-ENF"),
    areas=("MS",),
    markets=("ar-SA",),
    vendors=("DUNE", "EVERGREEN"),
    sponsor="catherine",
    velocity=Velocity.IMMEDIATE,
    proximity=21,
    sensitivity=Sensitivity.RESTRICTED,
)
_MINORS = {I.ENVR_GLOBAL: 5, I.REGULATORY: 5, I.PEOPLE: 4}
R_019 = (
    Step(-17, "10:30", "amira", Log(MINORS)),
    Step(-14, "09:50", "amira", Assess("R-019", 3, _MINORS, "The lowered threshold of the model"
                                       " brings a minor's LIVE to a reviewer within a minute.",
                                       residual=(1, 5), confidence=Confidence.LOW)),
    Step(-13, "10:10", "amira", Treat("R-019")),
    Step(-13, "11:00", "seun", Watch("KRI-MS-AR")),
    Step(-5, "08:40", "amira", Reassess("R-019", 3, _MINORS, "The roster of PC-026 takes reviewers"
                                        " from minor safety in ar-SA; the threshold alone does"
                                        " not hold.", confidence=Confidence.LOW)),
)  # fmt: skip

SYNTHETIC = Sheet(
    "R-024",
    "Synthetic-media flood around run-off",
    "Tools that clone a voice are free, and the run-off in pt-BR is close.",
    "Thousands of synthetic videos of candidates are posted within two days.",
    "Undisclosed ones are seen by millions before the queue reaches them.",
    RiskCategory.ENVR_INCREASE,
    "tomas",
    (3, 4),
    projects=("PRJ-MIS-CIV", "PRJ-AIGC-TAX"),
    areas=("MISINFO", "AIGC"),
    markets=("pt-BR",),
    vendors=("CORDILLERA",),
    velocity=Velocity.IMMEDIATE,
    proximity=5,
)
_SYNTHETIC = {I.ENVR_WORST_CELL: 4, I.REGULATORY: 4}
R_024 = (
    Step(-6, "11:00", "tomas", Log(SYNTHETIC)),
    Step(-5, "15:00", "tomas", Assess("R-024", 3, _SYNTHETIC, "Forty clips in the first round,"
                                      " nine of them seen over a million times.")),
)  # fmt: skip

STEPS = (*R_007, *R_009, *R_019, *R_024)
