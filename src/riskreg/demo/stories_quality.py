"""The stories of risks about labels, samples and data: what they say, and what became of them."""

from __future__ import annotations

from riskreg.demo.deeds_around import CauseAnalysed, IncidentOver
from riskreg.demo.deeds_risk import (
    Accept,
    Assess,
    Change,
    Close,
    Log,
    Materialise,
    Monitor,
    Reassess,
    Resolve,
    Revoke,
    Sheet,
    Treat,
)
from riskreg.demo.deeds_watch import SeeBreach, Unwatch, Watch
from riskreg.demo.world import Step
from riskreg.risks.rules import Confidence, RiskCategory, Sensitivity, Velocity
from riskreg.risks.rules import ImpactDimension as I

SAMPLE = Sheet(
    "R-001",
    "Prevalence sample loses independence",
    "In-house reviewers are short in some weeks, and the nearest trained people enforce.",
    "An enforcement vendor labels items of the prevalence sample.",
    "ENVR is then estimated by those whose misses it measures; it reads too low, and nobody can"
    " tell by how much.",
    RiskCategory.TOOLING_DATA,
    "hana",
    (3, 4),
    projects=("PRJ-PREV-SAMP",),
    vendors=("INHOUSE",),
    sponsor="wanjiru",
    velocity=Velocity.MEDIUM,
)
_SAMPLE = {I.REGULATORY: 4, I.ENVR_GLOBAL: 3}
R_001 = (
    Step(-419, "10:40", "hana", Log(SAMPLE)),
    Step(-417, "11:00", "hana", Assess("R-001", 3, _SAMPLE, "Two lent weeks in the last quarter.")),
    Step(-413, "10:00", "hana", Treat("R-001")),
    Step(-299, "10:15", "seun", Watch("KRI-SAMPLE-QA")),
    Step(-298, "10:00", "hana", Monitor("R-001")),
    Step(-210, "10:05", "hana", Reassess("R-001", 3, _SAMPLE, "No lent hour since the wall.")),
    Step(-119, "10:05", "hana", Reassess("R-001", 3, _SAMPLE, "No lent hour in two quarters.")),
    Step(-20, "10:05", "hana", Reassess("R-001", 3, _SAMPLE, "The roster shows no lent hour.",
                                        confidence=Confidence.HIGH)),
)  # fmt: skip

SWIMWEAR = Sheet(
    "R-003",
    "Adult swimwear over-enforcement",
    "The guideline tells nudity from swimwear by exposed skin alone.",
    "Annotators remove beach and sports videos of adults that break no policy.",
    "Appeals are overturned by the hundred, and creators in warm countries post less.",
    RiskCategory.OVER_ENFORCEMENT,
    "amira",
    (3, 3),
    projects=("PRJ-ADULT-TRAIN",),
    areas=("ADULT",),
    markets=("pt-BR", "es-MX", "th-TH"),
    velocity=Velocity.SLOW,
)
_SWIMWEAR = {I.OVER_ENFORCEMENT: 3, I.REGULATORY: 2}
R_003 = (
    Step(-392, "11:10", "amira", Log(SWIMWEAR)),
    Step(-390, "14:20", "amira", Assess("R-003", 3, _SWIMWEAR, "Overturns of 2.4 % at the beach.")),
    Step(-385, "10:20", "amira", Treat("R-003")),
    Step(-251, "10:30", "seun", Watch("KRI-SWIMWEAR")),
    Step(-250, "10:10", "amira", Monitor("R-003")),
    Step(-168, "10:10", "amira", Reassess("R-003", 3, _SWIMWEAR, "Overturns are at 0.4 %.")),
    Step(-84, "10:10", "amira", Reassess("R-003", 3, _SWIMWEAR, "Overturns stay at 0.4 %.")),
    Step(-47, "10:10", "amira", Reassess("R-003", 3, _SWIMWEAR, "Another season, no rise.")),
    Step(-45, "15:30", "marcus", Accept("R-003", 30, "What is left costs less than more rules.",
                                        "Reopen if overturns pass 0.5 % in any market.")),
    Step(-3, "10:30", "seun", Unwatch("KRI-SWIMWEAR", "The risk is about to be closed.")),
    Step(-3, "11:00", "wanjiru", Close("R-003", "PC-011 is embedded; overturns held for a year.")),
)  # fmt: skip

EVALUATION = Sheet(
    "R-010",
    "LLM-eval labels mix guideline versions",
    "Evaluation batches stay open for weeks, while guidelines change every month.",
    "Labels of one evaluation set follow two versions of a guideline.",
    "The policy model is scored against a ruler that moved; a worse model may ship.",
    RiskCategory.MODEL_DEPENDENCY,
    "hana",
    (3, 3),
    projects=("PRJ-LLM-EVAL",),
    areas=("HATE",),
    markets=("en-US",),
    velocity=Velocity.MEDIUM,
)
_EVALUATION = {I.GOLD_ACCURACY: 3, I.DELIVERY_SLIP: 2}
R_010 = (
    Step(-353, "10:50", "sara", Log(EVALUATION)),
    Step(
        -350,
        "13:50",
        "hana",
        Change("R-010", "Those who label it are concerned.", vendors=("ASTER", "INHOUSE")),
    ),
    Step(-350, "14:00", "hana", Assess("R-010", 3, _EVALUATION, "7 % of set 14 is on v3.0.")),
    Step(-343, "10:30", "hana", Treat("R-010")),
    Step(-266, "10:00", "seun", Watch("KRI-EVAL-GOLD")),
    Step(-266, "10:40", "hana", Monitor("R-010")),
    Step(-175, "10:20", "hana", Reassess("R-010", 3, _EVALUATION, "No mixed set since the pin.")),
    Step(-112, "10:20", "hana", Reassess("R-010", 3, _EVALUATION, "No mixed set since the pin.")),
    Step(-48, "16:00", "seun", Unwatch("KRI-EVAL-GOLD", "The old tool is switched off.")),
    Step(-24, "10:20", "hana", Reassess("R-010", 3, _EVALUATION, "Batches are still pinned.")),
)

PRELABEL = Sheet(
    "R-015",
    "Appeals prelabel bias",
    "Reviewers of appeals see the verdict of the model before they judge.",
    "They follow a wrong prelabel, or a prelabel is counted more than once.",
    "The overturn rate says more about the tool than about enforcement.",
    RiskCategory.MODEL_DEPENDENCY,
    "rafael",
    (3, 3),
    projects=("PRJ-APPEAL",),
    areas=("HATE", "MISINFO"),
    vendors=("BOREALIS",),
    velocity=Velocity.FAST,
)
_PRELABEL = {I.OVER_ENFORCEMENT: 3, I.REGULATORY: 2}
R_015 = (
    Step(-110, "11:20", "rafael", Log(PRELABEL)),
    Step(-109, "11:00", "rafael", Assess("R-015", 3, _PRELABEL, "Agreement with a wrong prelabel"
                                         " is 31 % in a blind test of 400 items.")),
    Step(-105, "10:10", "rafael", Treat("R-015")),
    Step(-49, "10:20", "seun", Watch("KRI-APPEAL-BIAS")),
    Step(-49, "11:00", "rafael", Monitor("R-015")),
    Step(-33, "15:00", "wanjiru", Accept("R-015", 27, "The prelabel model is replaced next quarter;"
                                         " no more work on the old one.",
                                         "Overturns stay under 3 % a week.")),
    Step(-18, "09:20", "rafael", Materialise("R-015", "Borealis' appeals were ingested twice with"
                                             " their prelabels; overturns read three times too"
                                             " high.", -18, "06:30")),
    Step(-14, "11:10", "rafael", SeeBreach("KRI-APPEAL-BIAS", "Counted three times; a"
                                           " restatement is on its way.", false_alarm=True)),
    Step(-13, "17:10", "seun", IncidentOver("R-015")),
    Step(-11, "16:30", "seun", CauseAnalysed("R-015")),
    Step(-10, "10:40", "rafael", Resolve("R-015")),
    Step(-10, "11:15", "rafael", Reassess("R-015", 3, _PRELABEL, "Restated; the ingestion refuses"
                                          " a batch that it has seen.")),
)  # fmt: skip

TOO_FAST = Sheet(
    "R-016",
    "“Too fast” ADULT labelling degrades the training set",
    "Evergreen is paid by the label, and the queue shows speed on every desk.",
    "Handling time falls under 12 s and rework doubles.",
    "The nudity model learns from hasty labels, and false removals follow in every market.",
    RiskCategory.LABEL_QUALITY,
    "hana",
    (4, 3),
    projects=("PRJ-ADULT-TRAIN",),
    areas=("ADULT",),
    markets=("ja-JP", "th-TH"),
    vendors=("EVERGREEN",),
    sensitivity=Sensitivity.VENDOR_SHARED,
    velocity=Velocity.MEDIUM,
)
_TOO_FAST = {I.GOLD_ACCURACY: 3, I.DELIVERY_SLIP: 2}
R_016 = (
    Step(-165, "10:30", "hana", Log(TOO_FAST)),
    Step(-164, "11:30", "hana", Assess("R-016", 4, _TOO_FAST, "One desk in ten labels in 12 s.")),
    Step(-159, "10:10", "hana", Treat("R-016")),
    Step(-129, "15:00", "wanjiru", Accept("R-016", -80, "The pay scheme needs a quarter to show;"
                                          " meanwhile 10 % of each batch is labelled twice.")),
    Step(-91, "10:30", "hana", Revoke("R-016", "Rework is at 7 %: pay alone is not enough.")),
    Step(-87, "10:10", "hana", Treat("R-016")),
    Step(-87, "11:00", "seun", Watch("KRI-ADULT-AHT")),
    Step(-84, "10:30", "hana", SeeBreach("KRI-ADULT-AHT", "11 s an item; M-020 builds a floor.")),
    Step(-60, "10:30", "hana", Reassess("R-016", 4, _TOO_FAST, "The floor holds: 14.0 s.")),
    Step(-20, "10:30", "hana", Reassess("R-016", 4, _TOO_FAST, "14.0 s, and rework is down to 4 %;"
                                        " nobody has verified it.")),
)  # fmt: skip

DSA_REPORT = Sheet(
    "R-018",
    "DSA report cut-off collides with ENVR v3 restatement",
    "The reporting period ends while ENVR moves to stratified sampling (v3).",
    "The published figure is restated within weeks of its publication.",
    "The regulator asks which figure holds, and trust in both suffers.",
    RiskCategory.REGULATORY,
    "anil",
    (2, 4),
    projects=("PRJ-PREV-SAMP",),
    sponsor="catherine",
    velocity=Velocity.SLOW,
)
_DSA_REPORT = {I.REGULATORY: 4}
R_018 = (
    Step(-209, "10:20", "hana", Log(DSA_REPORT)),
    Step(-206, "11:00", "seun", Assess("R-018", 2, _DSA_REPORT, "Dual run ends five days before"
                                       " the cut-off.")),
    Step(-203, "09:30", "catherine", Accept("R-018", -178, "The dual run must end first; the"
                                            " bridge is published beside the figure.")),
    Step(-175, "10:30", "seun", Treat("R-018")),
    Step(-150, "16:10", "seun", Watch("KRI-DSA-SAMPLE")),
    Step(-147, "10:30", "seun", Monitor("R-018")),
    Step(-66, "10:30", "seun", Reassess("R-018", 2, _DSA_REPORT, "One report out, no question.")),
    Step(-60, "16:00", "seun", Unwatch("KRI-DSA-SAMPLE", "The report does not wait for the sample"
                                     " any more.")),
    Step(-20, "11:30", "seun", Reassess("R-018", 2, _DSA_REPORT, "No cut-off for months.")),
)  # fmt: skip

CHAT = Sheet(
    "R-021",
    "Guideline decisions made in chat are lost",
    "Questions about edge cases are asked and answered in chat, by whoever is awake.",
    "A decision never reaches the guideline or the people hired after it.",
    "The same video is judged in two ways, and new cohorts start wrong.",
    RiskCategory.POLICY_AMBIGUITY,
    "kenji",
    (4, 2),
    projects=("PRJ-HATE-ENF",),
    areas=("HATE", "HARASS"),
    markets=("ar-SA", "fr-FR"),
    vendors=("DUNE",),
    sensitivity=Sensitivity.VENDOR_SHARED,
    velocity=Velocity.MEDIUM,
)
_CHAT = {I.GOLD_ACCURACY: 2}
R_021 = (
    Step(-340, "10:10", "kenji", Log(CHAT)),
    Step(-336, "14:10", "seun", Assess("R-021", 4, _CHAT, "12 of 30 sampled answers are in chat"
                                       " only.")),
    Step(-335, "11:00", "seun", Watch("KRI-COHORT")),
    Step(-311, "10:20", "seun", Treat("R-021")),
    Step(-238, "15:50", "seun", Unwatch("KRI-COHORT", "The cohort is part of the pool now.")),
    Step(-238, "16:00", "seun", Watch("KRI-CHAT")),
    Step(-235, "10:40", "seun", Monitor("R-021")),
    Step(-133, "10:40", "seun", Reassess("R-021", 4, _CHAT, "2 of 30 sampled answers in chat.")),
    Step(-90, "16:00", "seun", Unwatch("KRI-CHAT", "It counted the old chat, now closed.")),
    Step(-47, "10:40", "seun", Reassess("R-021", 4, _CHAT, "2 of 30 again; nothing lost since"
                                        " the log of decisions.")),
)  # fmt: skip

FEED = Sheet(
    "R-022",
    "Metric feed tr-TR outage repeats",
    "The tr-TR feed has one source and no retry.",
    "It stops again for days, and the gap is filled in later.",
    "Health of tr-TR is unknown meanwhile, and a published figure is restated.",
    RiskCategory.TOOLING_DATA,
    "anil",
    (3, 2),
    projects=("PRJ-PREV-SAMP",),
    markets=("tr-TR",),
    velocity=Velocity.IMMEDIATE,
)
_FEED = {I.REGULATORY: 2, I.DELIVERY_SLIP: 1}
R_022 = (
    Step(-27, "10:10", "seun", Log(FEED)),
    Step(-25, "11:10", "seun", Assess("R-022", 3, _FEED, "Three days lost, one figure restated.")),
    Step(-14, "11:30", "seun", Reassess("R-022", 3, _FEED, "Retries and a second source run since"
                                        " a week.", residual=(2, 2))),
    Step(-11, "15:40", "wanjiru", Accept("R-022", 18, "A third source costs more than a late"
                                         " figure a year.")),
)  # fmt: skip

STEPS = (*R_001, *R_003, *R_010, *R_015, *R_016, *R_018, *R_021, *R_022)
