"""The policy areas and projects of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from riskreg.demo.places import EVERYWHERE
from riskreg.policies.rules import SeverityClass
from riskreg.projects.rules import ProjectType


@dataclass(frozen=True)
class AreaRow:
    """A policy area and who manages it."""

    code: str
    name: str
    severity: SeverityClass
    manager: str
    dsa_category: str


@dataclass(frozen=True)
class ProjectRow:
    """A project; `shares` are thousandths of each pool that works for it."""

    code: str
    name: str
    type: ProjectType
    manager: str
    areas: tuple[str, ...]
    markets: tuple[str, ...]
    shares: tuple[tuple[str, int], ...]
    requestors: tuple[str, ...] = ()

    @property
    def is_safety(self) -> bool:
        """Whether it keeps people safe, rather than results relevant."""
        return self.type is not ProjectType.SEARCH_RELEVANCE

    def allocations(self) -> tuple[tuple[str, Decimal], ...]:
        """Each pool with its share."""
        return tuple((pool, Decimal(share) / 1000) for pool, share in self.shares)


_S = SeverityClass
AREAS = (
    AreaRow("MS", "Minor safety", _S.CRITICAL, "amira", "PROTECTION_OF_MINORS"),
    AreaRow("SSH", "Suicide, self-harm and eating disorders", _S.CRITICAL, "amira", "SELF_HARM"),
    AreaRow("HATE", "Hate", _S.HIGH, "tomas", "ILLEGAL_OR_HARMFUL_SPEECH"),
    AreaRow("HARASS", "Harassment", _S.HIGH, "tomas", "CYBER_VIOLENCE"),
    AreaRow(
        "MISINFO", "Misinformation (civic, medical)", _S.HIGH, "tomas", "NEGATIVE_CIVIC_EFFECTS"
    ),
    AreaRow("GRAPHIC", "Graphic violence", _S.MEDIUM, "amira", "VIOLENCE"),
    AreaRow("ADULT", "Adult nudity", _S.MEDIUM, "amira", "PORNOGRAPHY"),
    AreaRow("FRAUD", "Regulated goods and scams", _S.MEDIUM, "tomas", "SCAMS_AND_FRAUD"),
    AreaRow("AIGC", "Undisclosed AI-generated media", _S.MEDIUM, "freja", "SYNTHETIC_MEDIA"),
)

ENFORCEMENT = ProjectType.ENFORCEMENT_LABELLING
PROJECTS = (
    ProjectRow(
        "PRJ-MS-ENF", "Minor safety enforcement", ENFORCEMENT, "youssef", ("MS",), EVERYWHERE,
        (("POOL-ASTER-EN", 300), ("POOL-ASTER-ID", 400), ("POOL-EVERGREEN-JA", 500),
         ("POOL-EVERGREEN-VI", 200), ("POOL-EVERGREEN-TH", 200), ("POOL-EVERGREEN-ID", 300),
         ("POOL-INHOUSE-SIN", 250)),
    ),
    ProjectRow(
        "PRJ-HATE-ENF", "Hate enforcement", ENFORCEMENT, "youssef", ("HATE", "HARASS"),
        ("ar-SA", "pt-BR", "es-MX", "en-US", "id-ID", "de-DE", "fr-FR", "tr-TR", "en-GB"),
        (("POOL-DUNE-AR", 750), ("POOL-BOREALIS-DE", 600), ("POOL-BOREALIS-FR", 750),
         ("POOL-BOREALIS-TR", 700), ("POOL-BOREALIS-GB", 500), ("POOL-ASTER-EN", 200),
         ("POOL-ASTER-ID", 250)),
    ),
    ProjectRow(
        "PRJ-MIS-CIV", "Civic and medical misinformation", ENFORCEMENT, "rafael", ("MISINFO",),
        ("pt-BR", "es-MX", "en-US"),
        (("POOL-CORDILLERA-ES", 700), ("POOL-CORDILLERA-PT", 700), ("POOL-ASTER-EN", 100)),
    ),
    ProjectRow(
        "PRJ-SSH-ENF", "Self-harm enforcement", ENFORCEMENT, "youssef", ("SSH",), EVERYWHERE,
        (("POOL-INHOUSE-SIN", 250), ("POOL-INHOUSE-DUB", 350)),
    ),
    ProjectRow(
        "PRJ-ADULT-TRAIN", "Adult nudity training set", ProjectType.MODEL_TRAINING, "hana",
        ("ADULT",), ("en-US", "id-ID", "ja-JP", "th-TH"),
        (("POOL-ASTER-EN", 200), ("POOL-ASTER-ID", 350), ("POOL-EVERGREEN-JA", 500),
         ("POOL-EVERGREEN-TH", 200)),
        ("sara",),
    ),
    ProjectRow(
        "PRJ-FRAUD-ENF", "Scams and regulated goods enforcement", ENFORCEMENT, "linh", ("FRAUD",),
        ("vi-VN", "th-TH", "id-ID"),
        (("POOL-EVERGREEN-VI", 600), ("POOL-EVERGREEN-TH", 400), ("POOL-EVERGREEN-ID", 300)),
    ),
    ProjectRow(
        "PRJ-AIGC-TAX", "Taxonomy of AI-generated media", ProjectType.OTHER, "hana", ("AIGC",),
        ("de-DE", "fr-FR", "en-GB"),
        (("POOL-INHOUSE-SIN", 100), ("POOL-INHOUSE-DUB", 200), ("POOL-BOREALIS-DE", 200),
         ("POOL-BOREALIS-GB", 300)),
    ),
    ProjectRow(
        "PRJ-PREV-SAMP", "Prevalence sample", ProjectType.PREVALENCE_SAMPLING, "hana",
        tuple(area.code for area in AREAS), EVERYWHERE,
        (("POOL-INHOUSE-SIN", 300), ("POOL-INHOUSE-DUB", 300)),
    ),
    ProjectRow(
        "PRJ-APPEAL", "Appeals", ProjectType.APPEALS, "rafael", ("HATE", "HARASS", "MISINFO"),
        ("de-DE", "fr-FR", "tr-TR", "en-GB", "es-MX", "pt-BR"),
        (("POOL-BOREALIS-DE", 200), ("POOL-BOREALIS-FR", 250), ("POOL-BOREALIS-TR", 300),
         ("POOL-BOREALIS-GB", 200), ("POOL-CORDILLERA-ES", 300), ("POOL-CORDILLERA-PT", 300)),
    ),
    ProjectRow(
        "PRJ-LLM-EVAL", "Evaluation of the policy model", ProjectType.MODEL_EVALUATION, "hana",
        ("HATE", "HARASS", "ADULT"), ("en-US",),
        (("POOL-INHOUSE-SIN", 100), ("POOL-INHOUSE-DUB", 150), ("POOL-ASTER-EN", 50)),
        ("sara",),
    ),
    ProjectRow(
        "PRJ-LIVE-RT", "LIVE, in real time", ProjectType.LIVE_MODERATION, "linh",
        ("MS", "HARASS", "GRAPHIC"), ("id-ID", "vi-VN", "th-TH", "ar-SA", "fr-FR"),
        (("POOL-EVERGREEN-ID", 400), ("POOL-EVERGREEN-VI", 200), ("POOL-EVERGREEN-TH", 200),
         ("POOL-DUNE-AR", 250), ("POOL-DUNE-FR", 1000)),
    ),
    ProjectRow(
        "PRJ-SEARCH-REL", "Relevance of search", ProjectType.SEARCH_RELEVANCE, "eilidh", (),
        ("en-US",), (("POOL-ASTER-EN", 150),), ("sara",),
    ),
)  # fmt: skip
"""The twelve projects as they began."""
