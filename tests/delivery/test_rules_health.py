"""Health as a table: the worst of its parts, and each with its reason."""

from dataclasses import replace
from datetime import date
from itertools import permutations, product

import pytest

from riskreg.delivery.rules import (
    AttainmentGap,
    Health,
    HealthPart,
    TargetBasis,
    TargetComparator,
)
from riskreg.delivery.rules_health import (
    Component,
    Promise,
    Watched,
    amount,
    derived,
    of_kris,
    of_promises,
    of_risks,
)
from riskreg.delivery.rules_targets import Attainment, Terms, attained
from riskreg.metrics.rules_windows import Window, WindowReason, nothing
from riskreg.risks.rules_kri import Comparator, KriStatus

GREEN, AMBER, RED, UNKNOWN = Health.GREEN, Health.AMBER, Health.RED, Health.UNKNOWN
WORST = [
    ((), UNKNOWN),
    ((None,), UNKNOWN),
    ((GREEN,), GREEN),
    ((AMBER,), AMBER),
    ((RED,), RED),
    ((UNKNOWN,), UNKNOWN),
    ((GREEN, None), GREEN),
    ((GREEN, AMBER), AMBER),
    ((GREEN, RED), RED),
    ((GREEN, UNKNOWN), UNKNOWN),
    ((AMBER, RED), RED),
    ((AMBER, UNKNOWN), UNKNOWN),
    ((RED, UNKNOWN), RED),
    ((GREEN, AMBER, UNKNOWN), UNKNOWN),
    ((GREEN, AMBER, UNKNOWN, RED), RED),
]


def parts(healths: tuple[Health | None, ...]) -> list[Component]:
    """Parts of these healths."""
    return [Component(HealthPart.SLA, health, "") for health in healths]


@pytest.mark.parametrize(("healths", "worst"), WORST)
def test_the_worst_counts_whatever_the_order(
    healths: tuple[Health | None, ...], worst: Health
) -> None:
    for order in permutations(healths):
        assert derived(parts(order)) is worst


def test_green_is_never_a_default() -> None:
    for healths in product((None, *Health), repeat=3):
        if derived(parts(healths)) is GREEN:
            assert set(healths) <= {GREEN, None}
            assert GREEN in healths


def found(value: float, low: float, high: float) -> Window:
    """Four weeks with these numbers, from 12 345 items."""
    empty = nothing((date(2026, 10, 19), date(2026, 11, 15)), 28, WindowReason.NO_DATA)
    return replace(empty, value=value, low=low, high=high, sample_size=12_345.0, reason=None)


AT_LEAST = Terms(TargetComparator.AT_LEAST, TargetBasis.POINT, 95, 96, 28, 500)
SURELY = replace(AT_LEAST, basis=TargetBasis.BOUND)


def promise(terms: Terms, attainment: Attainment, vendor: str | None = None) -> Promise:
    """A promise of being in time."""
    return Promise("SLA", "%", vendor, terms, attainment)


def kept(value: float, terms: Terms = AT_LEAST, vendor: str | None = None) -> Promise:
    """A promise and what came of it: a value, give or take one."""
    return promise(terms, attained(terms, found(value, value - 1, value + 1)), vendor)


SAID = [
    (
        [kept(97.25)],
        GREEN,
        "SLA is 97.25 % over 28 days: it meets the target of at least 95 %.",
    ),
    (
        [kept(95.5)],
        AMBER,
        "SLA is 95.5 % over 28 days: it meets the target of at least 95 % by 0.5.",
    ),
    (
        [kept(97.25), kept(93, vendor="ASTER")],
        RED,
        "SLA of ASTER is 93 % over 28 days: it misses the target of at least 95 % by 2.",
    ),
    (
        [kept(94, vendor="ASTER"), kept(93, vendor="DUNE"), kept(95.5)],
        RED,
        (
            "SLA of DUNE is 93 % over 28 days: it misses the target of at least 95 % by 2."
            " 1 more is RED."
        ),
    ),
    (
        [kept(95.5, SURELY)],
        RED,
        (
            "SLA is 95.5 % over 28 days, at least 94.5 % at 95 % confidence:"
            " it misses the target of at least 95 % by 0.5."
        ),
    ),
    (
        [promise(AT_LEAST, attained(AT_LEAST, found(99, 98, 100), stale=True)), kept(95.5)],
        UNKNOWN,
        "SLA is stale.",
    ),
    (
        [promise(AT_LEAST, attained(AT_LEAST, replace(found(99, 98, 100), sample_size=120.0)))],
        UNKNOWN,
        "SLA has a sample of 120; the target asks for 500.",
    ),
    ([promise(AT_LEAST, attained(AT_LEAST, None))], UNKNOWN, "SLA is measured by no series."),
]


@pytest.mark.parametrize(("promises", "health", "why"), SAID)
def test_promises_are_as_good_as_the_worst_of_them(
    promises: list[Promise], health: Health, why: str
) -> None:
    made = of_promises(HealthPart.SLA, promises)
    assert (made.part, made.health, made.why) == (HealthPart.SLA, health, why)


def test_a_part_shows_the_numbers_of_its_worst_promise() -> None:
    made = of_promises(HealthPart.SLA, [kept(97), kept(93, vendor="ASTER")])
    assert (made.value, made.low, made.high, made.sample_size, made.unit) == (
        93,
        92,
        94,
        12_345,
        "%",
    )


@pytest.mark.parametrize(
    ("part", "health"),
    [
        (HealthPart.SLA, UNKNOWN),
        (HealthPart.GOLD_ACCURACY, UNKNOWN),
        (HealthPart.BACKLOG, None),
    ],
)
def test_without_a_target_nothing_good_can_be_said(part: HealthPart, health: Health | None) -> None:
    assert of_promises(part, []) == Component(part, health, "No target is set.")


@pytest.mark.parametrize("gap", list(AttainmentGap))
def test_every_gap_is_unknown_and_has_words(gap: AttainmentGap) -> None:
    made = of_promises(HealthPart.SLA, [promise(AT_LEAST, Attainment(UNKNOWN, gap=gap))])
    assert made.health is UNKNOWN
    assert made.why.startswith("SLA ")


def kri(status: KriStatus, code: str | None = "KRI-FRAUD-VI") -> Watched:
    """A KRI on ENVR that reads 2.6 bps."""
    return Watched(code, status, Comparator.ABOVE, 2.2, 2.5, "bps of views", 2.6, 2.2, 3.1, 840_000)


OF_KRI = [
    (KriStatus.NORMAL, GREEN, "KRI-FRAUD-VI is NORMAL at 2.6 bps of views."),
    (
        KriStatus.AMBER,
        AMBER,
        "KRI-FRAUD-VI is AMBER at 2.6 bps of views; it is so above 2.2 bps of views.",
    ),
    (
        KriStatus.RED,
        RED,
        "KRI-FRAUD-VI is RED at 2.6 bps of views; it is so above 2.5 bps of views.",
    ),
    (KriStatus.INSUFFICIENT_SAMPLE, UNKNOWN, "KRI-FRAUD-VI has too small a sample."),
    (KriStatus.STALE, UNKNOWN, "KRI-FRAUD-VI is stale."),
    (KriStatus.PAUSED, UNKNOWN, "KRI-FRAUD-VI is paused."),
    (KriStatus.RETIRED, None, "No KRI on ENVR watches it."),
]


@pytest.mark.parametrize(("status", "health", "why"), OF_KRI)
def test_each_status_of_a_kri_is_a_health(
    status: KriStatus, health: Health | None, why: str
) -> None:
    made = of_kris([kri(status)])
    assert (made.health, made.why) == (health, why)


def test_every_status_of_a_kri_is_in_the_table() -> None:
    assert {status for status, *_ in OF_KRI} == set(KriStatus)


def test_the_worst_kri_counts() -> None:
    calm, bad, worse = (
        kri(KriStatus.NORMAL, "KRI-A"),
        kri(KriStatus.STALE, "KRI-B"),
        kri(KriStatus.RED, "KRI-C"),
    )
    assert of_kris([calm, bad]).health is UNKNOWN
    assert of_kris([calm, bad, worse]).why.startswith("KRI-C is RED")
    assert of_kris([worse, replace(worse, code="KRI-D")]).why.endswith(" 1 more is RED.")
    assert of_kris([kri(KriStatus.STALE, None)]).why == "A KRI is stale."


@pytest.mark.parametrize(
    ("outside", "health", "why"),
    [
        ([], GREEN, "No open risk is outside tolerance."),
        (["R-007"], RED, "Outside tolerance: R-007."),
        (["R-007", "R-011"], RED, "Outside tolerance: R-007, R-011."),
        (["R-007", None], RED, "Outside tolerance: R-007, 1 more."),
        ([None], RED, "1 risk is outside tolerance."),
        ([None, None], RED, "2 risks are outside tolerance."),
    ],
)
def test_a_risk_outside_tolerance_makes_a_project_red(
    outside: list[str | None], health: Health, why: str
) -> None:
    made = of_risks(outside)
    assert (made.health, made.why) == (health, why)


@pytest.mark.parametrize(
    ("value", "text"),
    [(95.0, "95 %"), (94.256, "94.26 %"), (12_345.0, "12,345 %"), (-0.001, "0 %"), (0.5, "0.5 %")],
)
def test_amounts_are_written_briefly(value: float, text: str) -> None:
    assert amount(value, "%") == text
