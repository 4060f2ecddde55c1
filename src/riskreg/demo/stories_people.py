"""The stories of risks about people, vendors and capacity."""

from __future__ import annotations

from riskreg.demo.deeds_risk import (
    Accept,
    Assess,
    Log,
    Monitor,
    Reassess,
    Resume,
    Sheet,
    Treat,
)
from riskreg.demo.deeds_setup import HandOver, Leave
from riskreg.demo.deeds_watch import SeeBreach, Unwatch, Watch
from riskreg.demo.world import Step
from riskreg.risks.rules import Confidence, RiskCategory, Sensitivity, Velocity
from riskreg.risks.rules import ImpactDimension as I

EXPOSURE = Sheet(
    "R-002",
    "SSH annotators exceed exposure cap in backlog weeks",
    "One in-house team works the self-harm queue, and its backlog has no other outlet.",
    "Annotators label self-harm for more than four hours a shift.",
    "People fall ill or leave, and the queue that must be answered within two hours slows.",
    RiskCategory.WELLBEING,
    "youssef",
    (4, 4),
    projects=("PRJ-SSH-ENF",),
    areas=("SSH",),
    vendors=("INHOUSE",),
    sponsor="marcus",
    velocity=Velocity.FAST,
)
_EXPOSURE = {I.PEOPLE: 4, I.SLA: 3}
R_002 = (
    Step(-402, "10:20", "amira", Log(EXPOSURE)),
    Step(-399, "11:10", "youssef", Assess("R-002", 4, _EXPOSURE, "Cap passed on 9 of 20 shifts.",
                                          target=(2, 4))),
    Step(-392, "10:30", "youssef", Treat("R-002")),
    Step(-291, "10:30", "youssef", Reassess("R-002", 4, _EXPOSURE, "No shift over the cap in eight"
                                            " weeks.", residual=(1, 4))),
    Step(-291, "11:10", "seun", Watch("KRI-SSH-HOURS")),
    Step(-290, "10:30", "youssef", Monitor("R-002")),
    Step(-210, "10:40", "youssef", Reassess("R-002", 4, _EXPOSURE, "No shift over the cap since.",
                                            residual=(1, 4))),
    Step(-126, "10:40", "youssef", Reassess("R-002", 4, _EXPOSURE, "No shift over the cap since.",
                                            residual=(1, 4))),
    Step(-42, "10:40", "youssef", Reassess("R-002", 4, _EXPOSURE, "No shift over the cap since.",
                                           residual=(1, 4))),
    Step(-10, "17:00", "youssef", Reassess("R-002", 4, _EXPOSURE, "Backlog week: the cap was"
                                           " passed on two of fourteen shifts.")),
    Step(-10, "17:10", "youssef", SeeBreach("KRI-SSH-HOURS", "A backlog week; the overflow to"
                                           " Dublin is asked for.")),
    Step(-10, "17:20", "youssef", Resume("R-002", "The backlog is back: watching is not enough.")),
)  # fmt: skip

TYPHOON = Sheet(
    "R-004",
    "Aster single-site concentration (typhoon)",
    "All of Aster's 600 annotators sit in one building in Manila.",
    "A typhoon closes the site for three days or more.",
    "Minor safety and hate queues of en-US and id-ID fall behind by days.",
    RiskCategory.VENDOR,
    "lucia",
    (2, 4),
    projects=("PRJ-MS-ENF", "PRJ-HATE-ENF"),
    areas=("MS", "HATE"),
    markets=("en-US", "id-ID"),
    vendors=("ASTER",),
    sponsor="marcus",
    velocity=Velocity.IMMEDIATE,
)
_TYPHOON = {I.SLA: 4, I.DELIVERY_SLIP: 2}
_TYPHOON_NOW = {I.SLA: 5, I.DELIVERY_SLIP: 3}
R_004 = (
    Step(-343, "10:50", "lucia", Log(TYPHOON)),
    Step(-340, "11:20", "lucia", Assess("R-004", 2, _TYPHOON, "One closure in six seasons.")),
    Step(-333, "10:40", "lucia", Treat("R-004")),
    Step(-238, "10:50", "lucia", Reassess("R-004", 2, _TYPHOON, "No closure in this season.")),
    Step(-136, "10:50", "lucia", Reassess("R-004", 2, _TYPHOON_NOW, "Aster's share of minor safety"
                                          " has doubled: a closure would cost 18 pp of SLA.",
                                          target=(2, 4))),
    Step(-133, "15:20", "wanjiru", Accept("R-004", -74, "A second site cannot open before the"
                                          " season; the in-house hub keeps a reserve.",
                                          "Aster reports every storm warning the same day.")),
    Step(-66, "15:20", "wanjiru", Accept("R-004", -6, "The contract of the second site is still"
                                         " with Legal, and the season is nearly over.",
                                         "No third time: M-008 is signed by then.")),
    Step(-24, "10:50", "lucia", Reassess("R-004", 2, _TYPHOON_NOW, "Two warnings, no closure.",
                                         target=(2, 4))),
    Step(-10, "10:20", "lucia", Reassess("R-004", 2, _TYPHOON_NOW, "Legal has not signed; the"
                                         " reserve stands another month.", target=(2, 4))),
)  # fmt: skip

LIVE = Sheet(
    "R-008",
    "LIVE share growth outpaces real-time reviewers (id, ar)",
    "LIVE grows from 6 to 13 % of views in id-ID, and reviewers are planned by quarter.",
    "The five-minute queue of LIVE overflows at night.",
    "Violations stay live to their end, and ENVR of id-ID rises by the mix alone.",
    RiskCategory.WORKFORCE_CAPACITY,
    "nadia",
    (4, 4),
    projects=("PRJ-LIVE-RT",),
    areas=("MS", "HARASS"),
    markets=("id-ID", "ar-SA"),
    vendors=("EVERGREEN", "DUNE"),
    sponsor="wanjiru",
    velocity=Velocity.FAST,
)
_LIVE = {I.SLA: 4, I.ENVR_WORST_CELL: 3}
R_008 = (
    Step(-40, "10:30", "nadia", Log(LIVE)),
    Step(-38, "11:00", "nadia", Assess("R-008", 4, _LIVE, "At this growth the night shift is 22"
                                       " FTE short in two months.")),
    Step(-32, "10:20", "nadia", Treat("R-008")),
    Step(-32, "11:20", "seun", Watch("KRI-LIVE-SLA")),
    Step(-31, "17:00", "nadia", Reassess("R-008", 4, _LIVE, "Twenty reviewers moved to LIVE; the"
                                         " gap is 9 FTE now.")),
    Step(-28, "10:10", "seun", SeeBreach("KRI-LIVE-SLA", "97 % and level: nine FTE are missing at"
                                         " night.")),
    Step(-17, "10:40", "nadia", Reassess("R-008", 4, _LIVE, "The gap holds at 9 FTE.",
                                         confidence=Confidence.HIGH)),
    Step(-10, "10:50", "nadia", Reassess("R-008", 4, _LIVE, "Six of nine hires have signed.",
                                         confidence=Confidence.HIGH)),
)  # fmt: skip

CONTRACT = Sheet(
    "R-017",
    "Dune contract renewal",
    "Dune's contract ends soon, and its price is up by a tenth.",
    "Talks fail, and 154 annotators of Arabic and French leave at once.",
    "ar-SA has no trained pool for a quarter.",
    RiskCategory.VENDOR,
    "lucia",
    (3, 3),
    projects=("PRJ-HATE-ENF", "PRJ-LIVE-RT"),
    areas=("HATE", "HARASS"),
    markets=("ar-SA", "fr-FR"),
    vendors=("DUNE",),
    sponsor="catherine",
    velocity=Velocity.SLOW,
    proximity=60,
    sensitivity=Sensitivity.RESTRICTED,
)
_CONTRACT = {I.SLA: 3, I.DELIVERY_SLIP: 3}
R_017 = (
    Step(-112, "11:10", "lucia", Log(CONTRACT)),
    Step(-110, "14:30", "lucia", Assess("R-017", 3, _CONTRACT, "Both want to go on; the price is"
                                        " open.")),
    Step(-109, "14:00", "seun", Watch("KRI-DUNE-GOLD")),
    Step(-109, "15:00", "lucia", Monitor("R-017")),
    Step(-52, "11:10", "lucia", Reassess("R-017", 3, _CONTRACT, "First offer: plus 10 %.")),
    Step(-34, "16:00", "seun", Unwatch("KRI-DUNE-GOLD", "It read the old scorecard, which is"
                                     " retired.")),
    Step(-27, "11:10", "lucia", Reassess("R-017", 3, _CONTRACT, "Second offer: plus 7 %.")),
)  # fmt: skip

ATTRITION = Sheet(
    "R-020",
    "Attrition >35 % at Cordillera after election peak",
    "Cordillera hires for the election and pays under the local market.",
    "More than a third of the annotators in Bogotá leave within a quarter.",
    "Half of the misinformation pool is new when the next election comes.",
    RiskCategory.WORKFORCE_CAPACITY,
    "gustavo",
    (3, 3),
    projects=("PRJ-MIS-CIV", "PRJ-APPEAL"),
    areas=("MISINFO",),
    markets=("pt-BR", "es-MX"),
    vendors=("CORDILLERA",),
    velocity=Velocity.MEDIUM,
)
_ATTRITION = {I.SLA: 3, I.GOLD_ACCURACY: 3}
R_020 = (
    Step(-70, "10:40", "gustavo", Log(ATTRITION)),
    Step(-66, "11:40", "gustavo", Assess("R-020", 3, _ATTRITION, "28 % a year in the last three"
                                         " months.")),
    Step(-41, "10:40", "gustavo", Reassess("R-020", 3, _ATTRITION, "30 % a year; exit interviews"
                                           " name pay.")),
    Step(-38, "17:30", "ravi", Leave("gustavo", "Left the company.")),
)  # fmt: skip

LENT = Sheet(
    "R-023",
    "Search-relevance pool lent to safety: SLA slip",
    "Forty relevance annotators work on hate until the new cohort is calibrated.",
    "Relevance batches of the search team come late.",
    "The ranking release waits, or ships on old labels.",
    RiskCategory.DELIVERY_SLA,
    "eilidh",
    (3, 2),
    projects=("PRJ-SEARCH-REL",),
    markets=("en-US",),
    vendors=("ASTER",),
    velocity=Velocity.MEDIUM,
)
_LENT = {I.SLA: 2, I.DELIVERY_SLIP: 2}
R_023 = (
    Step(-66, "14:10", "eilidh", Log(LENT)),
    Step(-63, "10:10", "eilidh", Assess("R-023", 3, _LENT, "92 % within 72 h becomes 90 %.")),
    Step(-60, "15:20", "wanjiru", Accept("R-023", 24, "Hate comes first; the search team agrees to"
                                         " 90 % for a quarter.")),
    Step(-59, "10:30", "seun", Watch("KRI-SEARCH-SLA")),
    Step(-46, "16:20", "wanjiru", HandOver("PRJ-SEARCH-REL", "linh")),
    Step(-45, "17:30", "ravi", Leave("eilidh", "Moved to another company of the group.")),
)  # fmt: skip

STEPS = (*R_002, *R_004, *R_008, *R_017, *R_020, *R_023)
