"""What watches the risks of the demo: each KRI with its series, its rule and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.demo.archive import Key
from riskreg.demo.planted import WATERMELON, Scope
from riskreg.demo.series_quality import DISCLOSURE
from riskreg.risks.rules_kri import Comparator, KriBasis

_MEAN, _BOUND, _EWMA = KriBasis.WINDOW_MEAN, KriBasis.CI_BOUND, KriBasis.EWMA
_ABOVE, _BELOW = Comparator.ABOVE, Comparator.BELOW


@dataclass(frozen=True)
class KriRow:
    """A KRI; thresholds in the metric's unit, `side` where it is bad."""

    code: str
    risk: str
    name: str
    series: Key
    basis: KriBasis
    days: int
    side: Comparator
    amber: float
    red: float
    playbook: str
    min_sample: int | None = None


def _of(metric: str, scope: Scope, version: int = 1) -> Key:
    return metric, version, scope


def _work(metric: str, project: str, vendor: str) -> Key:
    return _of(metric, Scope(project, vendor=vendor))


def _envr(area: str, market: str) -> Key:
    return _of("ENVR", Scope(area=area, market=market), 3)


def _questions(project: str, area: str, market: str) -> Key:
    return _of("GUIDE_Q", Scope(project, area, market))


_COHORT = Scope("PRJ-HATE-ENF", None, "ar-SA", "DUNE", None, "HATE", "<30 d")

_ROWS = (
    KriRow("KRI-SAMPLE-QA", "R-001", "Audits of the prevalence sample",
           _work("QA_ACC", "PRJ-PREV-SAMP", "INHOUSE"), _BOUND, 28, _BELOW, 97, 96,
           "Stop publishing ENVR; find who labelled the sample; label a fifth of it again."),
    KriRow("KRI-SSH-HOURS", "R-002", "Hours of grave content for an annotator-day",
           _work("WELL_EXP", "PRJ-SSH-ENF", "INHOUSE"), _MEAN, 7, _ABOVE, 3.5, 4.0,
           "Open the overflow to Dublin the same day; nobody passes four hours in a shift."),
    KriRow("KRI-SWIMWEAR", "R-003", "Overturned removals of adult nudity",
           _of("OVERTURN", Scope(area="ADULT")), _MEAN, 28, _ABOVE, 2.0, 3.0,
           "Read fifty overturned removals with the guideline lead."),
    KriRow("KRI-JA-GUIDE", "R-005", "Questions on minor safety in ja-JP",
           _questions("PRJ-MS-ENF", "MS", "ja-JP"), _MEAN, 3, _ABOVE, 3.8, 8.0,
           "Ask which version is in use; publish the translation or route ja-JP in-house."),
    KriRow("KRI-CIVIC-GOLD", "R-006", "Gold accuracy of civic misinformation at Cordillera",
           _work("GOLD_ACC", "PRJ-MIS-CIV", "CORDILLERA"), _BOUND, 7, _BELOW, 92, 90.5,
           "Go back to the version before; calibrate all who label it before it is tried again."),
    KriRow("KRI-FRAUD-VI", "R-007", "Scams seen in vi-VN",
           _envr("FRAUD", "vi-VN"), _BOUND, WATERMELON.window, _ABOVE,
           WATERMELON.amber, WATERMELON.red,
           "Read 200 missed scams with local reviewers; renew the gold set with what they hold;"
           " ask for an emergency change if the lower bound passes 2 bps."),
    KriRow("KRI-LIVE-SLA", "R-008", "LIVE items seen within five minutes at Evergreen",
           _work("SLA", "PRJ-LIVE-RT", "EVERGREEN"), _MEAN, 7, _BELOW, 98, 95,
           "Move reviewers from the feed to LIVE for the night; tell the programme lead."),
    KriRow("KRI-MS-APPEALS", "R-009", "Overturned removals of minor safety",
           _of("OVERTURN", Scope(area="MS")), _MEAN, 28, _ABOVE, 4.5, 6.0,
           "Sample 100 overturned removals; send what the rule does not tell to policy."),
    KriRow("KRI-EVAL-GOLD", "R-010", "Gold accuracy of evaluation sets",
           _work("GOLD_ACC", "PRJ-LLM-EVAL", "INHOUSE"), _BOUND, 28, _BELOW, 94, 92,
           "Hold the batch; check its guideline version; label it again if it is mixed."),
    KriRow("KRI-HATE-BR", "R-011", "Hate seen in pt-BR",
           _envr("HATE", "pt-BR"), _BOUND, 28, _ABOVE, 2.2, 2.6,
           "Stop the cut-over of the wave; go back to the guideline before it."),
    KriRow("KRI-AR-GUIDE", "R-012", "Questions on hate in ar-SA",
           _questions("PRJ-HATE-ENF", "HATE", "ar-SA"), _MEAN, 7, _ABOVE, 4.0, 6.0,
           "Answer within a day; correct the draft before anybody is trained on it."),
    KriRow("KRI-AIGC-GOLD", "R-013", "Gold accuracy of disclosure labels",
           _of("GOLD_ACC", DISCLOSURE), _MEAN, 28, _BELOW, 90, 88,
           "Book the three raters; the gate stays closed until 200 items are judged.", 200),
    KriRow("KRI-APPEAL-BIAS", "R-015", "Overturned appeals of Borealis",
           _work("OVERTURN", "PRJ-APPEAL", "BOREALIS"), _EWMA, 28, _ABOVE, 3.0, 4.0,
           "Check the ingestion first; then hide the prelabel and judge 100 appeals blind."),
    KriRow("KRI-ADULT-AHT", "R-016", "Handling time of ADULT at Evergreen",
           _work("AHT", "PRJ-ADULT-TRAIN", "EVERGREEN"), _MEAN, 3, _BELOW, 12.5, 11.5,
           "Label a tenth of the batch twice; talk with the site before paying it."),
    KriRow("KRI-DUNE-GOLD", "R-017", "Gold accuracy of hate at Dune",
           _work("GOLD_ACC", "PRJ-HATE-ENF", "DUNE"), _BOUND, 28, _BELOW, 93.5, 92,
           "Ask Dune who has left; send a fifth of the queue in-house."),
    KriRow("KRI-DSA-SAMPLE", "R-018", "The prevalence sample in time for the report",
           _work("SLA", "PRJ-PREV-SAMP", "INHOUSE"), _MEAN, 28, _BELOW, 98, 97,
           "Tell counsel the day; publish with the bridge or not at all."),
    KriRow("KRI-MS-AR", "R-019", "Minor safety seen in ar-SA",
           _envr("MS", "ar-SA"), _BOUND, 28, _ABOVE, 4.0, 5.0,
           "Take PC-026 back; every LIVE of a minor to the head of the queue."),
    KriRow("KRI-COHORT", "R-021", "Gold accuracy of new people on hate in ar-SA",
           _of("GOLD_ACC", _COHORT), _BOUND, 14, _BELOW, 93.5, 92.5,
           "Take the cohort off live queues; a buddy reviews each of its items."),
    KriRow("KRI-CHAT", "R-021", "Questions on hate in fr-FR",
           _questions("PRJ-HATE-ENF", "HATE", "fr-FR"), _MEAN, 28, _ABOVE, 4.0, 6.0,
           "Read the chat of the week; write what was decided into the log."),
    KriRow("KRI-SEARCH-SLA", "R-023", "Relevance labels within 72 hours",
           _work("SLA", "PRJ-SEARCH-REL", "ASTER"), _MEAN, 28, _BELOW, 88, 85,
           "Ask for ten of the forty annotators back; tell the search team the new day."),
)  # fmt: skip

KRIS = {row.code: row for row in _ROWS}
