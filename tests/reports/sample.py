"""Facts of the brief as the demo organisation's register gives them on D = 16 November 2026."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from zoneinfo import ZoneInfo

from riskreg.reports import facts as f
from riskreg.reports import facts_measured as m

ZONE = "Asia/Singapore"
AS_OF = datetime(2026, 11, 16, 8, 30, tzinfo=ZoneInfo(ZONE))
BEFORE = datetime(2026, 11, 9, 8, 30, tzinfo=ZoneInfo(ZONE))

MATRIX = {5: "MHCCC", 4: "LMHCC", 3: "LMMHC", 2: "LLMMH", 1: "LLLLM"}
NAMES = {"L": "LOW", "M": "MEDIUM", "H": "HIGH", "C": "CRITICAL"}
BANDS = {
    (likelihood, impact): NAMES[MATRIX[likelihood][impact - 1]]
    for likelihood, impact in product(range(1, 6), repeat=2)
}
LIKELIHOODS = ("< 5 %", "5–20 %", "20–50 %", "50–80 %", "> 80 %")
REGISTER = "register, live risks"


def rated(likelihood: int, impact: int) -> f.Rating:
    """A rating by the default matrix."""
    return f.rating(likelihood, impact, BANDS[likelihood, impact])


@dataclass(frozen=True)
class Row:
    """One risk of the demo register."""

    code: str
    title: str
    inherent: tuple[int, int]
    residual: tuple[int, int]
    status: str = "WITHIN_APPETITE"
    before: tuple[int, int] | None = None
    direction: str = "SAME"


OUT, TOLERATED = "OUT_OF_TOLERANCE", "WITHIN_TOLERANCE"
ROWS = (
    Row("R-001", "Prevalence sample loses independence", (3, 4), (1, 4)),
    Row("R-002", "SSH annotators exceed exposure cap in backlog weeks", (4, 4), (2, 4), TOLERATED),
    Row("R-004", "Aster single-site concentration (typhoon)", (2, 5), (2, 5), TOLERATED),
    Row("R-005", "ja-JP guideline lags v4.1", (4, 3), (2, 3), before=(4, 3), direction="BETTER"),
    Row("R-006", "Election-driven emergency changes bypass gates", (4, 4), (3, 3)),
    Row("R-007", "Coded-language scams keep spreading in vi-VN and beyond", (5, 4), (5, 4), OUT),
    Row("R-008", "LIVE share growth outpaces real-time reviewers", (4, 4), (3, 4), TOLERATED),
    Row("R-009", "MS expansion raises creator appeals", (3, 3), (2, 3)),
    Row("R-010", "LLM-eval labels mix guideline versions", (3, 3), (1, 3)),
    Row("R-011", "PC-024 cut-over with uncalibrated pt-BR annotators lifts hate ENVR",
        (4, 4), (4, 4), OUT, before=(3, 4), direction="WORSE"),
    Row("R-012", "ar-SA works from machine-translated draft of PC-024", (4, 3), (3, 3)),
    Row("R-013", "AIGC disclosure date fixed by law, gold set late", (3, 4), (2, 4), TOLERATED),
    Row("R-014", "Two pools share the same leads in Casablanca", (4, 3), (4, 3), TOLERATED),
    Row("R-015", "Appeals prelabel bias", (3, 3), (2, 2)),
    Row("R-016", "Too-fast ADULT labelling degrades training set", (4, 3), (2, 3)),
    Row("R-017", "Dune contract renewal", (3, 3), (3, 3)),
    Row("R-018", "DSA report cut-off collides with ENVR v3 restatement", (2, 4), (1, 4)),
    Row("R-019", "Minor-safety leak in LIVE during PC-026 reprioritisation",
        (3, 5), (2, 5), OUT, before=(2, 4), direction="WORSE"),
    Row("R-020", "Attrition at Cordillera after election peak", (3, 3), (3, 3)),
    Row("R-021", "Guideline decisions made in chat are lost", (4, 2), (2, 2)),
    Row("R-022", "Metric feed tr-TR outage repeats", (3, 2), (2, 2)),
    Row("R-023", "Search-relevance pool lent to safety: SLA slip", (3, 2), (3, 2)),
    Row("R-024", "Synthetic-media flood around run-off", (3, 4), (3, 4), TOLERATED,
        direction="NEW"),
)  # fmt: skip
BY_CODE = {row.code: row for row in ROWS}
RANKED = ("R-007", "R-011", "R-019", "R-014", "R-008", "R-024", "R-004", "R-005", "R-002", "R-013")


def labelled(codes: Sequence[str] = RANKED) -> tuple[f.MapRisk, ...]:
    """Labels of the map in the order of their rank."""
    rows = [BY_CODE[code] for code in codes]
    return tuple(
        f.MapRisk(
            rank,
            row.code,
            row.title,
            row.status,
            rated(*row.residual),
            rated(*row.before) if row.before else None,
            row.direction,
        )
        for rank, row in enumerate(rows, start=1)
    )


def a_map(risks: Sequence[f.MapRisk], counts: dict[tuple[int, int], int]) -> f.HeatMap:
    """A map on the default matrix with the default appetites."""
    return f.heat_map(
        BANDS,
        counts,
        risks,
        appetites=(
            f.appetite("MEDIUM", "most categories"),
            f.appetite("LOW", "child safety, wellbeing, regulatory"),
        ),
        likelihoods=LIKELIHOODS,
        impacts=(),
        horizon=f.count(90, "days", source="organisation, default horizon"),
    )


def counted(cells: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How many risks stand in each cell."""
    return {cell: list(cells).count(cell) for cell in cells}


def a_figure(
    key: str,
    label: str,
    now: int,
    before: int,
    *,
    of: tuple[int, str],
    codes: Sequence[str] = (),
    history: Sequence[int] = (),
) -> f.Figure:
    """A figure of the scorecard, lower is better."""
    n, noun = of
    return f.figure(
        key,
        label,
        f.count(now, "risks", source=REGISTER, n=n, n_text=f"of {n} {noun}"),
        f.count(before, "risks", source=f"{REGISTER} at revision 47655"),
        codes=codes,
        history=history,
        history_text="weekly since 31 Aug 2026" if history else "",
    )


def scorecard() -> tuple[f.Figure, ...]:
    """The six figures of the demo register."""
    live = (len(ROWS), "live risks")
    above = [row.code for row in ROWS if row.status in {OUT, TOLERATED}]
    outside = ("R-007", "R-011", "R-019")
    return (
        a_figure("outside_tolerance", "Outside tolerance", 3, 1, of=live, codes=outside,
                 history=(0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 3)),
        a_figure("above_appetite", "Above appetite", len(above), 8, of=live, codes=above,
                 history=(6, 6, 7, 7, 6, 6, 7, 8, 8, 8, 8, 9)),
        a_figure("unowned", "Without an owner", 2, 2, of=live, codes=("R-020", "R-023"),
                 history=(0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2)),
        a_figure("acceptances_ended", "Acceptances ended", 1, 0, of=(9, "acceptances"),
                 codes=("A-004",), history=(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
        a_figure("overdue", "Actions overdue", 4, 5, of=(19, "open"),
                 codes=("M-008", "M-021", "M-024", "M-027"),
                 history=(2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 5, 4)),
        a_figure("unverified", "Done, not verified", 5, 5, of=(14, "done"),
                 codes=("M-005", "M-016", "M-020", "M-022", "M-025"),
                 history=(3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5)),
    )  # fmt: skip


def top_risk(
    rank: int,
    code: str,
    target: tuple[int, int] | None,
    *,
    confidence: str,
    owner: str | None,
    action: f.NextAction | None,
    movement: f.Movement,
    outside: tuple[int, date] | None = None,
    authority: str = "A3 director",
) -> f.TopRisk:
    """A row of the table of top risks."""
    row = BY_CODE[code]
    return f.TopRisk(
        rank=rank,
        code=code,
        title=row.title,
        category="",
        inherent=rated(*row.inherent),
        residual=rated(*row.residual),
        target=rated(*target) if target else None,
        confidence=confidence,
        appetite_status=row.status,
        days_outside=outside[0] if outside else None,
        outside_since=outside[1] if outside else None,
        owner=owner,
        next_action=action,
        movement=movement,
        accept_authority=authority,
    )


def top_five() -> tuple[f.TopRisk, ...]:
    """The five highest risks of the demo register."""
    same = f.Movement("SAME", cause="NO_PLAN", note="gold set predates the coded language")
    return (
        top_risk(1, "R-007", (2, 3), confidence="MEDIUM", owner="Linh Tran",
                 action=f.NextAction("M-030", "Refresh vi-VN gold set with coded terms",
                                     date(2026, 11, 20)),
                 movement=same, outside=(26, date(2026, 10, 21))),
        top_risk(2, "R-011", (2, 3), confidence="MEDIUM", owner="Rafael Moura",
                 action=f.NextAction("M-031", "Recalibrate pt-BR annotators on lexicon",
                                     date(2026, 11, 19), date(2026, 11, 13)),
                 movement=f.Movement("WORSE", rated(3, 4), date(2026, 11, 12), "ASSESSED",
                                     note="calibration gate for pt-BR turned red"),
                 outside=(4, date(2026, 11, 12))),
        top_risk(3, "R-019", (1, 4), confidence="LOW", owner="Amira Haddad",
                 action=f.NextAction("M-029", "Keep LIVE reviewers on minor safety",
                                     date(2026, 11, 23)),
                 movement=f.Movement("WORSE", rated(2, 4), date(2026, 11, 11), "ASSESSED",
                                     note="PC-026 takes reviewers from LIVE in ar-SA"),
                 outside=(5, date(2026, 11, 11)), authority="A4 executive"),
        top_risk(4, "R-014", (2, 3), confidence="HIGH", owner="Youssef Idrissi",
                 action=f.NextAction("M-023", "Name separate leads for PC-024 and PC-026",
                                     date(2026, 11, 25)),
                 movement=f.Movement("SAME")),
        top_risk(5, "R-008", (2, 3), confidence="HIGH", owner="Nadia Petrova",
                 action=f.NextAction("M-028", "Hire real-time reviewers for id-ID and ar-SA",
                                     date(2026, 12, 4)),
                 movement=f.Movement("SAME", cause="MITIGATION_IMPLEMENTED", reference="M-022")),
    )  # fmt: skip


def decisions() -> tuple[f.Ask, ...]:
    """The three decisions of the demo organisation."""
    return (
        f.Ask("D-031", "Approve PC-028 as an emergency change for vi-VN?",
              "Approve PC-028 as an emergency change", "Director", date(2026, 11, 18),
              "the normal path adds 0.25 bps-month in vi-VN"),
        f.Ask("D-032", "Move PC-026 by 14 days?", "Move PC-026 by 14 days", "VP",
              date(2026, 11, 20), "it goes ahead, and R-019 needs an A4 acceptance"),
        f.Ask("D-033", "Fund 12 QA FTE for LIVE?", "Fund 12 QA FTE", "Director",
              date(2026, 11, 27), "LIVE SLA falls from 98 % to 95 %"),
    )  # fmt: skip


def envr(days: tuple[date, date], value: float, error: float, n: int, part: str = "") -> m.Told:
    """ENVR of all markets, or of one, in some days."""
    bounds = (value - error, value + error)
    code = "SER-0001" if part == "" else "SER-0002"
    total = m.estimate(value, bounds, "bps", n=n, part=part, periods=(28, 28), series=[code])
    return m.told(("ENVR", "Estimated negative view rate"), (3,), days, total)


def measured() -> m.Measured:
    """ENVR of the demo organisation: flat, highest in Turkey, beside the overturn rate."""
    now, then = (date(2026, 10, 19), date(2026, 11, 15)), (date(2026, 9, 21), date(2026, 10, 18))
    overturned = m.estimate(6.1, (5.8, 6.4), "%", n=24310, periods=(28, 28), series=["SER-0003"])
    return m.Measured(
        now=envr(now, 14.72, 0.31, 1_680_000),
        markets=(
            envr(now, 19.24, 1.12, 140_000, "tr-TR").total,
            envr(now, 13.15, 0.94, 140_000, "vi-VN").total,
        ),
        before=envr(then, 14.61, 0.32, 1_680_000),
        shift=m.shift("SAME", 0.11, (-0.33, 0.55), 0.63, 14.72),
        not_compared="",
        pair=m.told(("OVERTURN", "Overturn rate"), (1,), now, overturned),
    )


def where_we_stand() -> f.WhereWeStand:
    """The brief of the demo organisation."""
    return f.WhereWeStand(
        report_code="RPT-012",
        organisation="Clipline",
        scope="All projects, 12 markets",
        classification="Internal · Leadership",
        as_of=AS_OF,
        timezone=ZONE,
        revision=48112,
        compared_with=f.Previous("RPT-011", BEFORE, 47655),
        live=f.count(len(ROWS), "risks", source=REGISTER),
        figures=scorecard(),
        heat_map=a_map(labelled(), counted([row.residual for row in ROWS])),
        top=top_five(),
        moved=(
            f.moved("WORSE", ("R-011", "R-019")),
            f.moved("BETTER", ("R-005",)),
            f.moved("NEW", ("R-024",)),
            f.moved("CLOSED", ("R-003",)),
        ),
        further_outside=(),
        further=f.count(len(ROWS) - 5, "risks", source=REGISTER),
        asks=decisions(),
        measured=measured(),
    )


LONG = (
    "Because the enforcement vendor labels the prevalence sample itself, the independence of the"
    " estimate is lost in every market at once, so leadership decides on numbers nobody can trust"
)


def _bad_top(facts: f.WhereWeStand, risks: tuple[f.MapRisk, ...]) -> tuple[f.TopRisk, ...]:
    return tuple(
        replace(
            old,
            code=risk.code,
            title=LONG,
            inherent=rated(5, 5),
            residual=rated(5, 5),
            target=None if old.rank == 2 else rated(4, 4),
            appetite_status=OUT,
            days_outside=100 + old.rank,
            outside_since=date(2026, 8, 8),
            owner="Wolfeschlegelsteinhausenbergerdorff the Younger" if old.rank % 2 else None,
            next_action=replace(old.next_action, title=LONG, days_overdue=31)
            if old.next_action
            else None,
            movement=f.Movement("WORSE", risk.before, date(2026, 11, 12), "ASSESSED", note=LONG),
        )
        for old, risk in zip(facts.top, risks, strict=False)
    )


def bad_day() -> f.WhereWeStand:
    """Every risk outside tolerance, titles as long as the register allows, five decisions."""
    facts = where_we_stand()
    codes = tuple(f"R-{number:03}" for number in range(101, 125))
    risks = tuple(
        f.MapRisk(
            rank, code, LONG, OUT, rated(5, 5), rated(3, 3) if rank > 5 else rated(4, 2), "WORSE"
        )
        for rank, code in enumerate(codes[:10], start=1)
    )
    top = _bad_top(facts, risks)
    figures = tuple(
        f.figure(
            old.key,
            old.label,
            f.count(24, "risks", source=REGISTER, n=24, n_text="of 24 live risks"),
            old.before,
            codes=codes,
        )
        for old in facts.figures
    )
    asks = tuple(
        replace(old, code=f"D-04{i}", question=LONG, recommended=LONG, default_if_silent=LONG)
        for i, old in enumerate((*facts.asks, *facts.asks[:2]))
    )
    return replace(
        facts,
        live=f.count(24, "risks", source=REGISTER),
        figures=figures,
        heat_map=a_map(risks, {(5, 5): 24}),
        top=top,
        moved=(f.moved("WORSE", codes),),
        further_outside=codes[5:],
        further=f.count(19, "risks", source=REGISTER),
        asks=asks,
    )


def quiet_day() -> f.WhereWeStand:
    """Nothing above appetite, nothing moved, nothing asked."""
    facts = where_we_stand()
    rows = [row for row in ROWS if row.status == "WITHIN_APPETITE" and row.code != "R-005"]
    order = ("R-006", "R-020", "R-012", "R-017", "R-023", "R-009", "R-016", "R-015")
    figures = tuple(
        a_figure(old.key, old.label, 0, 0, of=(len(rows), "live risks")) for old in facts.figures
    )
    top = tuple(
        replace(
            top_risk(rank, code, (1, 2), confidence="HIGH", owner="Linh Tran", action=None,
                     movement=f.Movement("SAME")),
            next_action=f.NextAction("M-014", "Review at the monthly meeting", date(2026, 12, 7)),
        )
        for rank, code in enumerate(order[:5], start=1)
    )  # fmt: skip
    return replace(
        facts,
        live=f.count(len(rows), "risks", source=REGISTER),
        figures=figures,
        heat_map=a_map(labelled(order), counted([row.residual for row in rows])),
        top=top,
        moved=(),
        further=f.count(len(rows) - 5, "risks", source=REGISTER),
        asks=(),
    )
