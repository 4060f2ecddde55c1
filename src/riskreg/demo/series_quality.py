"""How well the demo labels: gold sets, audits, questions and agreement."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from riskreg.demo import premises
from riskreg.demo.chance import DAYS, FIRST_DAY, LAST_DAY, Chance, Floats, Ints, part
from riskreg.demo.planted import Scope, added, multiplied, planted
from riskreg.demo.premises import WORK, Work
from riskreg.demo.series import Series, Tellings, levels, ratios
from riskreg.demo.series_work import LAST_OF_STALE, STALE
from riskreg.metrics.rules import Cadence

GOLD_SEEDS, AUDITS = 300.0, 120.0
"""Gold items and audits of a project and vendor a day."""
ABOVE_TARGET, BELOW_GOLD = 0.9, 0.8
"""By how many points gold accuracy lies above its target, and audits below gold."""
GOLD = {("PRJ-FRAUD-ENF", "EVERGREEN"): 94.6, ("PRJ-HATE-ENF", "DUNE"): 94.9}
"""Where it is another level, in percent."""
AUDITED = {("PRJ-FRAUD-ENF", "EVERGREEN"): 95.0}

HATE, FRAUD = "PRJ-HATE-ENF", "PRJ-FRAUD-ENF"
HATE_MARKETS = {
    "DUNE": {"ar-SA": 1.0},
    "BOREALIS": {"de-DE": 0.27, "fr-FR": 0.27, "tr-TR": 0.25, "en-GB": 0.21},
    "ASTER": {"en-US": 0.55, "id-ID": 0.45},
}
"""Where each vendor of PRJ-HATE-ENF works, with the share of its gold items."""
LABELS = {"HATE": 0.6, "HARASS": 0.4}
NEW, COHORTS = "<30 d", {"<30 d": 0.2, "30-90 d": 0.3, ">90 d": 0.5}
"""Tenures, with the share of gold items that each labels."""
NEW_COHORT_SHARE, NEW_COHORT_WORSE = 0.6, 0.3
"""What the new cohort of Casablanca labels while it is there; how new people differ, in points."""
FRAUD_MARKETS = ("vi-VN", "th-TH", "id-ID")

DISCLOSURE = Scope("PRJ-AIGC-TAX", vendor="INHOUSE", label="DISCLOSURE")
DISCLOSURE_SEEDS, DISCLOSURE_FROM = 5.0, -28
"""140 items in all, of the 200 that its gate asks for."""

QUESTIONS = 0.002
"""Asked of each item."""
GUIDELINES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("PRJ-MS-ENF", "MS", tuple(premises.MARKET_MULTIPLIERS)),
    (HATE, "HATE", ("ar-SA", "pt-BR", "es-MX", "en-US", "id-ID", "de-DE", "fr-FR", "tr-TR",
                    "en-GB")),
    ("PRJ-MIS-CIV", "MISINFO", ("pt-BR", "es-MX", "en-US")),
    (FRAUD, "FRAUD", FRAUD_MARKETS),
    ("PRJ-ADULT-TRAIN", "ADULT", ("en-US", "id-ID", "ja-JP", "th-TH")),
    ("PRJ-AIGC-TAX", "AIGC", ("de-DE", "fr-FR", "en-GB")),
)  # fmt: skip
"""Project, area and markets of each guideline."""

WEEK = 7
AGREEMENT = {"ALPHA_K": 0.80, "AC1": 0.93}
AGREED_BY = {("ALPHA_K", "PRJ-MIS-CIV", "CORDILLERA"): 0.78}
DOUBLE_LABELLED, AGREEMENT_ERROR = 400.0, 0.012


def series(chance: Chance) -> Iterator[Series]:
    """Every series of quality; those that stop have their last values when they do."""
    for one in _series(chance):
        told = one.tellings
        if one.scope.project == STALE:
            told = told.taken(np.flatnonzero(told.days <= LAST_OF_STALE))
        yield Series(one.metric, one.scope, told, cadence=one.cadence, min_sample=one.min_sample)


def _series(chance: Chance) -> Iterator[Series]:
    for work in WORK:
        yield from _gold(chance, work)
        yield from _audits(chance, work)
        yield from _agreement(chance, work)
    yield from _questions(chance)
    days = np.arange(DISCLOSURE_FROM, LAST_DAY + 1)
    seeds = np.full(len(days), DISCLOSURE_SEEDS)
    right = part(chance.of("GOLD_ACC", DISCLOSURE), np.full(len(days), 0.92), seeds)
    yield Series("GOLD_ACC", DISCLOSURE, ratios(days, right, seeds), min_sample=200)


def _gold(chance: Chance, work: Work) -> Iterator[Series]:
    """A project and vendor; where there are parts they come first, and it is their sum."""
    usual = GOLD.get(work.pair, work.gold + ABOVE_TARGET)
    scope = Scope(work.project, vendor=work.vendor)
    if work.project == HATE:
        parts = list(_cells(chance, work, usual))
    elif work.project == FRAUD:
        parts = list(_by_market(chance, "GOLD_ACC", usual, GOLD_SEEDS))
    else:
        seeds = np.full(len(DAYS), GOLD_SEEDS)
        yield _accuracy(chance, "GOLD_ACC", scope, usual, seeds)
        return
    yield from parts
    yield Series("GOLD_ACC", scope, _summed(parts), min_sample=100)


def _cells(chance: Chance, work: Work, usual: float) -> Iterator[Series]:
    """By market, cohort and label."""
    for market, share in HATE_MARKETS[work.vendor].items():
        for cohort, label in product(COHORTS, LABELS):
            scope = Scope(work.project, None, market, work.vendor, None, label, cohort)
            seeds = np.rint(GOLD_SEEDS * share * LABELS[label] * _labelled_by(market, cohort))
            level = usual - (NEW_COHORT_WORSE if cohort == NEW else 0)
            yield _accuracy(chance, "GOLD_ACC", scope, level, seeds)


def _labelled_by(market: str, cohort: str) -> Floats:
    """The share of a cohort in the gold items of a market on each day."""
    usual = np.full(len(DAYS), COHORTS[cohort])
    event = planted("EV-1", "GOLD_ACC")
    if market != event.scope.market or event.last is None:
        return usual
    there = (event.first <= DAYS) & (event.last >= DAYS)
    others = (1 - NEW_COHORT_SHARE) / (1 - COHORTS[NEW])
    then = NEW_COHORT_SHARE if cohort == NEW else COHORTS[cohort] * others
    return np.where(there, then, usual)


def _by_market(chance: Chance, metric: str, usual: float, number: float) -> Iterator[Series]:
    for market in FRAUD_MARKETS:
        scope = Scope(FRAUD, market=market, vendor="EVERGREEN")
        seeds = np.full(len(DAYS), number)
        yield _accuracy(chance, metric, scope, usual, seeds)


def _audits(chance: Chance, work: Work) -> Iterator[Series]:
    usual = AUDITED.get(work.pair, GOLD.get(work.pair, work.gold + ABOVE_TARGET) - BELOW_GOLD)
    scope = Scope(work.project, vendor=work.vendor)
    if work.project != FRAUD:
        yield _accuracy(chance, "QA_ACC", scope, usual, np.full(len(DAYS), AUDITS))
        return
    parts = list(_by_market(chance, "QA_ACC", usual, AUDITS))
    yield from parts
    yield Series("QA_ACC", scope, _summed(parts), min_sample=40)


def _accuracy(chance: Chance, metric: str, scope: Scope, usual: float, seeds: Floats) -> Series:
    share = (usual + added(metric, scope, DAYS)) / 100
    return Series(metric, scope, ratios(DAYS, part(chance.of(metric, scope), share, seeds), seeds))


def _summed(parts: list[Series]) -> Tellings:
    right = np.sum([one.tellings.numerator for one in parts], axis=0)
    seeds = np.sum([one.tellings.denominator for one in parts], axis=0)
    return ratios(DAYS, right, seeds)


def _questions(chance: Chance) -> Iterator[Series]:
    """Clarifications asked of a guideline in a market."""
    week = premises.weekly_volume(chance, DAYS)
    for project, area, markets in GUIDELINES:
        volume = sum(work.volume for work in WORK if work.project == project)
        total = sum(premises.VIEW_SHARES[market] for market in markets)
        for market in markets:
            scope = Scope(project, area, market)
            items = np.rint(volume * week * premises.VIEW_SHARES[market] / total)
            asked = QUESTIONS * multiplied("GUIDE_Q", scope, DAYS) * items
            number = chance.of("GUIDE_Q", scope).poisson(asked).astype(np.float64)
            yield Series("GUIDE_Q", scope, ratios(DAYS, number, items))


def _agreement(chance: Chance, work: Work) -> Iterator[Series]:
    """By the week, which begins on a Monday and is told on the next."""
    weeks = mondays(chance)
    for metric, usual in AGREEMENT.items():
        scope = Scope(work.project, vendor=work.vendor)
        level = AGREED_BY.get((metric, *work.pair), usual)
        moved = added(metric, scope, DAYS)
        of_week = np.array([float(moved[one - FIRST_DAY :][:WEEK].mean()) for one in weeks])
        noise = chance.of(metric, scope).normal(0, AGREEMENT_ERROR, len(weeks))
        found: Floats = np.minimum(level + of_week + noise, 1)
        size, error = (np.full(len(weeks), one) for one in (DOUBLE_LABELLED, AGREEMENT_ERROR))
        told = levels(weeks, found.round(4), size, error, length=WEEK)
        yield Series(metric, scope, told, cadence=Cadence.WEEKLY)


def mondays(chance: Chance) -> Ints:
    """The Mondays of the weeks that are over."""
    over = (chance.weekdays(DAYS) == 0) & (DAYS + WEEK - 1 <= LAST_DAY)
    return np.asarray(DAYS[over])
