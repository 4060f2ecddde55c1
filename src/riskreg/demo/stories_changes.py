"""The stories of risks that ride on changes of policy and guideline."""

from __future__ import annotations

from riskreg.demo.deeds_risk import Assess, Log, Quant, Reassess, Sheet, Treat
from riskreg.demo.deeds_watch import SeeBreach, Watch
from riskreg.demo.world import Step
from riskreg.risks.rules import Confidence, RiskCategory, Sensitivity, Velocity
from riskreg.risks.rules import ImpactDimension as I

JAPANESE = Sheet(
    "R-005",
    "ja-JP guideline lags v4.1 by 9 days",
    "One translator serves ja-JP, and v4.1 was published without a wave for it.",
    "Annotators of ja-JP label by v4.0 after v4.1 is in force.",
    "Borderline videos in ja-JP are judged by the old line; labels of those days are redone.",
    RiskCategory.GUIDELINE_TRANSLATION,
    "kenji",
    (4, 3),
    projects=("PRJ-MS-ENF",),
    areas=("MS",),
    markets=("ja-JP",),
    vendors=("EVERGREEN",),
    velocity=Velocity.FAST,
)
_JAPANESE = {I.GOLD_ACCURACY: 3, I.ENVR_WORST_CELL: 2}
R_005 = (
    Step(-19, "10:40", "kenji", Log(JAPANESE)),
    Step(-17, "09:50", "seun", Assess("R-005", 4, _JAPANESE, "Nine days behind, 41 items of the"
                                      " gold set differ.")),
    Step(-14, "10:00", "seun", Treat("R-005")),
    Step(-14, "11:00", "seun", Watch("KRI-JA-GUIDE")),
    Step(-6, "17:00", "seun", Reassess("R-005", 4, _JAPANESE, "v4.1 is out in ja-JP; the audit of"
                                       " its first items comes in four weeks.")),
)  # fmt: skip

ELECTION = Sheet(
    "R-006",
    "Election-driven emergency changes bypass gates",
    "An election leaves days for a change of policy that needs weeks.",
    "A change goes live with gates waived and annotators uncalibrated.",
    "Civic content is judged wrong in the week that matters most; the change is rolled back.",
    RiskCategory.CHANGE_COLLISION,
    "tomas",
    (3, 4),
    projects=("PRJ-MIS-CIV",),
    areas=("MISINFO",),
    markets=("pt-BR", "es-MX"),
    vendors=("CORDILLERA",),
    sponsor="marcus",
    velocity=Velocity.IMMEDIATE,
)
_ELECTION = {I.ENVR_WORST_CELL: 4, I.OVER_ENFORCEMENT: 4}
R_006 = (
    Step(-132, "10:30", "tomas", Log(ELECTION)),
    Step(-130, "11:00", "tomas", Assess("R-006", 3, _ELECTION, "PC-019 asks for a waiver.")),
    Step(-129, "10:30", "seun", Watch("KRI-CIVIC-GOLD")),
    Step(-124, "09:40", "tomas", Reassess("R-006", 4, _ELECTION, "PC-019 went live without"
                                          " calibration; gold accuracy fell by 6 pp.")),
    Step(-122, "10:00", "tomas", SeeBreach("KRI-CIVIC-GOLD", "It is PC-019; we prepare to roll it"
                                           " back.")),
    Step(-115, "10:10", "tomas", Treat("R-006")),
    Step(-68, "10:30", "tomas", Reassess("R-006", 4, _ELECTION, "PC-020 went through every gate.")),
    Step(-20, "10:50", "tomas", Reassess("R-006", 4, _ELECTION, "A run-off is coming; PC-024 is"
                                         " the next test.")),
)  # fmt: skip

CUT_OVER = Sheet(
    "R-011",
    "PC-024 cut-over with uncalibrated pt-BR annotators lifts hate ENVR",
    "The lexicon of PC-024 is new, and the second calibration round of pt-BR came late.",
    "pt-BR cuts over while its annotators miss coded slurs.",
    "Hate ENVR of pt-BR and es-MX rises for weeks, inside the freeze around the run-off.",
    RiskCategory.ENVR_INCREASE,
    "rafael",
    (4, 4),
    projects=("PRJ-HATE-ENF",),
    areas=("HATE",),
    markets=("pt-BR", "es-MX"),
    sponsor="marcus",
    velocity=Velocity.FAST,
    proximity=9,
)
_CUT_OVER = {I.ENVR_WORST_CELL: 4, I.ENVR_GLOBAL: 3, I.GOLD_ACCURACY: 3}
_CUT_OVER_IN_NUMBERS = Quant("0.6", ("0.15", "0.35", "0.9"), 28)
R_011 = (
    Step(-25, "10:30", "rafael", Log(CUT_OVER)),
    Step(-24, "09:50", "rafael", Assess("R-011", 4, _CUT_OVER, "Round 1 of calibration is green,"
                                        " so half of the cause is held for now.",
                                        residual=(3, 4), quant=_CUT_OVER_IN_NUMBERS)),
    Step(-21, "10:10", "rafael", Treat("R-011")),
    Step(-21, "11:00", "seun", Watch("KRI-HATE-BR")),
    Step(-11, "10:10", "rafael", Reassess("R-011", 4, _CUT_OVER, "Round 1 still stands; round 2 is"
                                          " next week.", residual=(3, 4),
                                          quant=_CUT_OVER_IN_NUMBERS)),
    Step(-4, "08:40", "rafael", Reassess("R-011", 4, _CUT_OVER, "The calibration gate of pt-BR"
                                         " turned red: 203 of 220, lower bound 88.0 % under 90 %.",
                                         quant=_CUT_OVER_IN_NUMBERS)),
)  # fmt: skip

DRAFT = Sheet(
    "R-012",
    "ar-SA works from machine-translated draft of PC-024",
    "The translation of the lexicon into Arabic is three working days late.",
    "Annotators in Casablanca learn the lexicon from a machine-translated draft.",
    "Dialect slurs are missed, and polite words are removed.",
    RiskCategory.GUIDELINE_TRANSLATION,
    "youssef",
    (4, 3),
    projects=("PRJ-HATE-ENF",),
    areas=("HATE",),
    markets=("ar-SA",),
    vendors=("DUNE",),
    sensitivity=Sensitivity.VENDOR_SHARED,
    velocity=Velocity.MEDIUM,
    proximity=16,
)
_DRAFT = {I.ENVR_WORST_CELL: 3, I.GOLD_ACCURACY: 3}
_DRAFT_IN_NUMBERS = Quant("0.45", ("0.08", "0.2", "0.5"), 28)
R_012 = (
    Step(-18, "16:30", "salma", Log(DRAFT)),
    Step(-17, "11:30", "youssef", Assess("R-012", 4, _DRAFT, "Salma's team marks 31 of 200 lines as"
                                         " wrong.", quant=_DRAFT_IN_NUMBERS)),
    Step(-13, "10:20", "youssef", Treat("R-012")),
    Step(-13, "11:40", "seun", Watch("KRI-AR-GUIDE")),
    Step(-10, "16:40", "youssef", Reassess("R-012", 4, _DRAFT, "Two native reviewers mended 29 of"
                                           " the 31 lines.", quant=_DRAFT_IN_NUMBERS)),
)  # fmt: skip

DISCLOSURE = Sheet(
    "R-013",
    "AIGC disclosure date fixed by law, gold set late",
    "The law sets the day, and the gold set holds 140 of the 200 items that its gate asks for.",
    "Labels of disclosure go live unmeasured, or late.",
    "A regulator opens an inquiry into the first report under the new rule.",
    RiskCategory.REGULATORY,
    "freja",
    (3, 4),
    projects=("PRJ-AIGC-TAX",),
    areas=("AIGC",),
    markets=("de-DE", "fr-FR", "en-GB"),
    sponsor="catherine",
    velocity=Velocity.MEDIUM,
    proximity=24,
)
_DISCLOSURE = {I.REGULATORY: 4, I.DELIVERY_SLIP: 3}
R_013 = (
    Step(-14, "11:20", "freja", Log(DISCLOSURE)),
    Step(-11, "09:50", "freja", Assess("R-013", 3, _DISCLOSURE, "Sixty items are missing, and the"
                                       " three raters for them are booked.", residual=(2, 4))),
    Step(-10, "10:10", "freja", Treat("R-013")),
    Step(-10, "11:30", "seun", Watch("KRI-AIGC-GOLD")),
)  # fmt: skip

LEADS = Sheet(
    "R-014",
    "Two pools share the same leads in Casablanca (PC-024 × PC-026)",
    "Four team leads at Dune run the Arabic and the French pool.",
    "PC-024 wave 2 and PC-026 ask for the same leads in the same week.",
    "Neither pool is briefed in time, and questions wait for days.",
    RiskCategory.CHANGE_COLLISION,
    "youssef",
    (4, 3),
    projects=("PRJ-HATE-ENF", "PRJ-LIVE-RT"),
    areas=("HATE", "HARASS"),
    markets=("ar-SA", "fr-FR"),
    vendors=("DUNE",),
    velocity=Velocity.FAST,
    proximity=16,
)
_LEADS = {I.GOLD_ACCURACY: 3, I.DELIVERY_SLIP: 3}
R_014 = (
    Step(-13, "14:10", "youssef", Log(LEADS)),
    Step(-12, "08:40", "youssef", Assess("R-014", 4, _LEADS, "Both plans name the same people.",
                                         confidence=Confidence.HIGH)),
    Step(-11, "10:20", "youssef", Treat("R-014")),
)  # fmt: skip

STEPS = (*R_005, *R_006, *R_011, *R_012, *R_013, *R_014)
