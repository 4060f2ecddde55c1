"""The facts of a brief, collected from the register as it stood at one entry and time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from sqlalchemy import func, select

from riskreg import settings
from riskreg.kit.db import Record
from riskreg.projects.models import Market, Project
from riskreg.projects.rules import ProjectStatus
from riskreg.reports import facts as f
from riskreg.reports import measured, narrative, scorecard
from riskreg.reports.asks import asks
from riskreg.reports.moments import Moment, local
from riskreg.reports.movements import DIRECTIONS, Since, movement, rating
from riskreg.reports.rules import AUTHORITY_NAMES, category_name, short_words
from riskreg.reports.wording import plural
from riskreg.risks import overview
from riskreg.risks.config import Config, in_force
from riskreg.risks.gathering import Action, Gathered, gather
from riskreg.risks.moments import Reading, day_of
from riskreg.risks.rules import TO_DO, AppetiteStatus, Band, RiskCategory
from riskreg.risks.rules_deadlines import authority_to_accept
from riskreg.risks.rules_scoring import (
    DEFAULT_HORIZON_DAYS,
    LIKELIHOOD_ANCHORS,
    STEPS,
    Level,
    Matrix,
)

CLASSIFICATION = "Internal · Leadership"
FEW_CATEGORIES = 4
"""So many categories are named beside an appetite line; more are counted."""
_REGISTER = "register, live risks"


@dataclass(frozen=True)
class Asked:
    """What a brief is about: its code, and where the register stood now and then."""

    code: str
    at: Moment
    previous: f.Previous | None = None
    then: Reading | None = None


async def where_we_stand(asked: Asked) -> f.WhereWeStand:
    """All facts of the brief "Where we stand", read through the moment's view."""
    now, then = asked.at.reading, asked.then
    config = await in_force(now.fetch, now.view)
    earlier = None if then is None else (then.fetch, then.view)
    ranked = await overview.top(now.fetch, now.view, _ALL, then=earlier)
    shown = ranked[: f.MAX_LABELLED]
    since = Since(now, then, config, await gather(now, then, [one.now.id for one in shown]))
    top = tuple(_top_risk(one, since) for one in shown[: f.MAX_TOP])
    counted = await scorecard.counted(now)
    outside = counted.codes[narrative.OUTSIDE]
    named = {risk.code for risk in top}
    return f.WhereWeStand(
        report_code=asked.code,
        organisation=settings.current().organisation,
        scope=await _scope(now),
        classification=CLASSIFICATION,
        as_of=local(now.view.now),
        timezone=settings.current().zone,
        revision=asked.at.seq,
        compared_with=asked.previous,
        live=f.count(len(ranked), "risks", source=_REGISTER),
        figures=await _figures(asked, counted),
        heat_map=_heat_map(ranked, shown, since),
        top=top,
        moved=() if then is None else await _moved(ranked, then),
        further_outside=tuple(code for code in outside if code not in named),
        further=f.count(_inside(counted, top), "risks", source=_REGISTER),
        asks=_asks(top, since),
        measured=await measured.envr(now),
    )


_ALL = 10**9
_INSIDE = {AppetiteStatus.WITHIN_APPETITE, AppetiteStatus.WITHIN_TOLERANCE}


async def _scope(now: Reading) -> str:
    """What the register is about: "12 projects, 12 markets"."""
    project, market = now.view.of(Project), now.view.of(Market)
    running = select(func.count()).select_from(project).where(
        project.status != ProjectStatus.CLOSED
    )  # fmt: skip
    served = select(func.count()).select_from(market)
    [row] = await now.fetch(
        select(
            running.scalar_subquery().label("projects"), served.scalar_subquery().label("markets")
        )
    )
    projects, markets = row.projects, row.markets
    return (
        f"{projects} {plural(projects, 'project', 'projects')}, "
        f"{markets} {plural(markets, 'market', 'markets')}"
    )


def _inside(counted: scorecard.Counted, top: Sequence[f.TopRisk]) -> int:
    """How many risks that were judged are inside tolerance and not among the top."""
    outside = len(counted.codes[narrative.OUTSIDE])
    shown = sum(risk.appetite_status in _INSIDE for risk in top)
    return counted.live - counted.unjudged - outside - shown


async def _figures(asked: Asked, now: scorecard.Counted) -> tuple[f.Figure, ...]:
    before = None if asked.then is None else await scorecard.counted(asked.then)
    past = await scorecard.history(asked.at.reading, now)
    revision = None if asked.previous is None else asked.previous.revision
    return scorecard.figures(now, before, past, revision=revision)


async def _moved(ranked: Sequence[overview.Ranked], then: Reading) -> tuple[f.Moved, ...]:
    """The codes of all that moved, by their numbers."""
    before = await overview.placed(then.fetch, then.view)
    kinds: dict[str, list[str]] = {"WORSE": [], "BETTER": [], "NEW": [], "CLOSED": []}
    for one in ranked:
        if one.movement is not overview.Movement.UNCHANGED:
            kinds[DIRECTIONS[one.movement]].append(one.now.code)
    still = {one.now.id for one in ranked}
    kinds["CLOSED"] = [place.code for key, place in before.items() if key not in still]
    return tuple(
        f.moved(kind, sorted(codes, key=scorecard.by_number))
        for kind, codes in kinds.items()
        if codes
    )


def _top_risk(one: overview.Ranked, since: Since) -> f.TopRisk:
    row = since.gathered.risks[one.now.id]
    residual = rating(one.now)
    assert residual is not None  # noqa: S101 (a ranked risk has a place)
    computed = None if row.computed_band == row.residual_band else _level(row, "computed")
    now = since.now.view.now
    return f.TopRisk(
        rank=one.rank,
        code=row.code,
        title=row.title,
        category="" if row.category is None else category_name(row.category),
        inherent=_level(row, "inherent"),
        residual=residual,
        target=_target(row),
        confidence="" if row.confidence is None else row.confidence.value,
        appetite_status=str(row.appetite_status),
        days_outside=None if row.out_since is None else (now - row.out_since).days,
        outside_since=None if row.out_since is None else day_of(row.out_since),
        owner=since.gathered.owners.get(row.owner_id or ""),
        next_action=_next_action(since.gathered.actions.get(row.id, ()), since.now),
        movement=movement(one, since),
        computed=computed,
        accept_authority=_authority(row, since.config),
    )


def _level(row: Record, kind: str) -> f.Rating | None:
    """A stored level of a risk, or None where it is not known."""
    band: Band | None = getattr(row, f"{kind}_band")
    if band is None:
        return None
    return f.rating(getattr(row, f"{kind}_likelihood"), getattr(row, f"{kind}_impact"), band.value)


def _target(row: Record) -> f.Rating | None:
    """What is aimed at; None where no plan makes it lower than the risk without any control."""
    target, inherent = _level(row, "target"), _level(row, "inherent")
    return None if target == inherent and not row.target_asserted else target


def _next_action(actions: Sequence[Action], now: Reading) -> f.NextAction | None:
    """The open action that is due first; if all is done, the check that is due first."""
    for action in actions:
        if action.status in TO_DO:
            moved = action.original_due_on not in {None, action.due_on}
            return f.NextAction(
                action.code,
                action.title,
                action.due_on,
                action.original_due_on if moved else None,
                max(0, (now.day - action.due_on).days),
            )
    waiting = [one for one in actions if one.status in scorecard.DONE_UNVERIFIED]
    dated = sorted((one.check_due_on, one.code, one) for one in waiting if one.check_due_on)
    for due, code, action in dated:
        late = max(0, (now.day - due).days)
        return f.NextAction(code, f"Verify: {action.title}", due, None, late)
    return None


def _authority(row: Record, config: Config) -> str:
    rule = config.rules.get(row.category)
    if rule is None:
        return ""
    return AUTHORITY_NAMES[authority_to_accept(rule, row.residual_band, row.acceptances_in_a_row)]


def _asks(top: Sequence[f.TopRisk], since: Since) -> tuple[f.Ask, ...]:
    every = (action for actions in since.gathered.actions.values() for action in actions)
    statuses = {action.code: action.status for action in every}
    return asks(top, statuses, since.now.day, settings.current().working_days)


def _heat_map(
    ranked: Sequence[overview.Ranked], shown: Sequence[overview.Ranked], since: Since
) -> f.HeatMap:
    matrix = since.config.matrix
    return f.heat_map(
        _bands(matrix),
        Counter((one.now.likelihood, one.now.impact) for one in ranked),
        [_map_risk(one, since.gathered) for one in shown],
        appetites=_appetites(since.config),
        likelihoods=[short_words(anchor.words) for anchor in LIKELIHOOD_ANCHORS],
        impacts=(),
        horizon=f.count(DEFAULT_HORIZON_DAYS, "days", source="organisation, default horizon"),
    )


def _bands(matrix: Matrix) -> dict[tuple[int, int], str]:
    return {
        (likelihood, impact): matrix.band(Level(likelihood, impact)).value
        for likelihood, impact in product(STEPS, repeat=2)
    }


def _map_risk(one: overview.Ranked, gathered: Gathered) -> f.MapRisk:
    row, now = gathered.risks[one.now.id], rating(one.now)
    assert now is not None  # noqa: S101 (a ranked risk has a place)
    direction = DIRECTIONS[one.movement]
    moved = direction in {"WORSE", "BETTER"}
    return f.MapRisk(
        one.rank,
        row.code,
        row.title,
        str(row.appetite_status),
        now,
        rating(one.before) if moved else None,
        direction,
    )


def _appetites(config: Config) -> list[f.Appetite]:
    """The appetite lines, that of most categories first."""
    groups: dict[Band, list[RiskCategory]] = {}
    for category in RiskCategory:
        if category in config.rules:
            groups.setdefault(config.rules[category].appetite, []).append(category)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), -item[0].rank))
    return [
        f.appetite(band.value, _categories(categories, first=not place, alone=len(groups) == 1))
        for place, (band, categories) in enumerate(ordered)
    ]


def _categories(categories: Sequence[RiskCategory], *, first: bool, alone: bool) -> str:
    if first:
        return "all categories" if alone else "most categories"
    if len(categories) > FEW_CATEGORIES:
        return f"{len(categories)} categories"
    return ", ".join(category_name(category) for category in categories)
