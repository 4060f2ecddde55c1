"""Logging risks and changing what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.risks.queries  # noqa: F401 (declares who sees which rows)
from riskreg import settings
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.codes import allot
from riskreg.kit.db import get, new_key
from riskreg.kit.errors import Forbidden, UserError, UserErrors
from riskreg.kit.links import touch
from riskreg.kit.moves import user_errors
from riskreg.kit.refs import key_in, key_of, keys_of
from riskreg.kit.tables import Base
from riskreg.kit.text import fold, optional, required, search_text
from riskreg.kit.view import Scope, View
from riskreg.people.models import Person
from riskreg.people.permits import require
from riskreg.people.rules import Act, Standing
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor
from riskreg.risks.inputs import ChangeRisk, LogRisk, LogRisks, QuantInput, SubmitRisk
from riskreg.risks.levels import estimate, refresh
from riskreg.risks.models import Risk, RiskMarket, RiskPolicyArea, RiskProject, RiskVendor
from riskreg.risks.moving import facts_of, move
from riskreg.risks.rules import RiskStatus, Sensitivity
from riskreg.risks.rules_deadlines import first_review_due
from riskreg.risks.rules_facts import Acting, RiskFacts, RiskGiven
from riskreg.risks.rules_guards import ready_to_log
from riskreg.risks.rules_scoring import DEFAULT_HORIZON_DAYS, STEPS

R = TypeVar("R")
CODE_PREFIX = "R"
MAX_BULK = 500
TITLE, STATEMENT = 200, 2000
LONGEST_DAYS = 3650
ALL_VIEWS_BPS = "10000"
LINKS: dict[str, tuple[type[Base], type[Base], str]] = {
    "project_ids": (RiskProject, Project, "project_id"),
    "policy_area_ids": (RiskPolicyArea, PolicyArea, "policy_area_id"),
    "market_ids": (RiskMarket, Market, "market_id"),
    "vendor_ids": (RiskVendor, Vendor, "vendor_id"),
}
"""The input fields that name linked rows: link table, target, and the column of the far key."""


@dataclass(frozen=True)
class Around:
    """What a new risk needs of other rows: the keys of all that it names."""

    links: Mapping[str, Sequence[str]]
    owner_id: str | None
    sponsor_id: str | None
    manager_id: str | None
    """Who manages the first of its projects."""


async def log(session: AsyncSession, view: View, given: LogRisk) -> Risk:
    """A new risk: OPEN when all that logging asks is there, DRAFT while it is not known yet.

    UserErrors name each missing or bad field; FORBIDDEN when the role may not log risks.
    """
    risk = await _logged(session, view, given)
    await session.flush()
    return risk


async def _logged(session: AsyncSession, view: View, given: LogRisk) -> Risk:
    require_logger(view)
    risk = drafted(session, view, given)
    around = await _around(session, view, given)
    await allot(session, view, risk, CODE_PREFIX, given.code)
    await enter(session, view, risk, given, around)
    return risk


def require_logger(view: View) -> None:
    """Refuse whoever may not log risks."""
    standing = (Standing.OWN,) if view.actor.reach.scope is Scope.VENDOR else ()
    require(view.actor, Act.LOG_RISK, standing=standing)


def drafted(session: AsyncSession, view: View, given: LogRisk) -> Risk:
    """The risk as far as the input alone says it: no code yet, nobody named, nothing linked."""
    _refuse_bad_numbers(given.likelihood, given.impact, given.horizon_days)
    _refuse_hiding(view, given.sensitivity)
    place = settings.current()
    day = today(view.now, place.zone)
    _refuse_past(given.proximity_date, day, "proximityDate")
    return Risk(
        id=new_key(session),
        title=required(given.title, limit=TITLE, field="title"),
        cause=_statement(given.cause, "cause"),
        event=_statement(given.event, "event"),
        consequence=_statement(given.consequence, "consequence"),
        category=given.category,
        sensitivity=given.sensitivity or Sensitivity.PUBLIC_INTERNAL,
        recorded_status=RiskStatus.DRAFT,
        identified_by_id=view.actor.id,
        identified_at=view.now,
        horizon_days=given.horizon_days or DEFAULT_HORIZON_DAYS,
        proximity_date=given.proximity_date,
        velocity=given.velocity,
        inherent_likelihood=given.likelihood,
        inherent_impact=given.impact,
        review_due_on=first_review_due(day, place.working_days),
        state_since=view.now,
    )


async def _around(session: AsyncSession, view: View, given: LogRisk) -> Around:
    links = await _links(session, view, given)
    return Around(
        links,
        owner_id=await key_of(session, view, Person, given.owner_id, "ownerId"),
        sponsor_id=await key_of(session, view, Person, given.sponsor_id, "sponsorId"),
        manager_id=await _manager(session, view, links["project_ids"]),
    )


async def enter(
    session: AsyncSession, view: View, risk: Risk, given: LogRisk, around: Around
) -> None:
    """Put a drafted risk that has its code into the register, with its links, state and levels.

    UserErrors name what is missing, unless it is to be a draft or is not estimated yet.
    """
    _make_searchable(risk)
    risk.owner_id = around.owner_id or around.manager_id
    risk.sponsor_id = around.sponsor_id
    unknown = given.likelihood is None or given.impact is None
    if not (given.draft or unknown):
        scoped = bool(around.links["project_ids"] or around.links["policy_area_ids"])
        _require_complete(risk, scoped, view)
        risk.recorded_status = RiskStatus.OPEN
    await estimate(session, view, risk)
    session.add(risk)
    for name, keys in around.links.items():
        _link(session, risk, name, keys)


async def log_many(session: AsyncSession, view: View, given: LogRisks) -> Sequence[Risk]:
    """Many risks in input order, or all errors with their places; all or none."""
    if not 1 <= len(given.risks) <= MAX_BULK:
        message = f"A batch holds 1 to {MAX_BULK} risks, not {len(given.risks)}."
        raise UserError(message, code="OUT_OF_RANGE", field=("risks",))
    logged: list[Risk] = []
    errors: list[UserError] = []
    for place, one in enumerate(given.risks):
        try:
            _refuse_own_terms(one)
            logged.append(await _logged(session, view, one))
        except UserError as error:
            errors.append(error.under("risks", place))
        except UserErrors as several:
            errors += [error.under("risks", place) for error in several.errors]
    if errors:
        raise UserErrors(tuple(errors))
    return logged


def _refuse_own_terms(one: LogRisk) -> None:
    """Refuse a row that asks for itself what is asked of a whole batch, and would be ignored."""
    message = "This is for the whole batch: give it beside the risks."
    if one.dry_run:
        raise UserError(message, field=("dryRun",))
    if one.idempotency_key is not None:
        raise UserError(message, field=("idempotencyKey",))


async def submit(session: AsyncSession, view: View, given: SubmitRisk) -> Risk:
    """A draft that becomes OPEN, completed by what is given."""
    risk = await get(
        session, view, Risk, key_in(Risk, given.id), expected_version=given.expected_version
    )
    _refuse_bad_numbers(given.likelihood, given.impact, None)
    if risk.recorded_status is RiskStatus.DRAFT:
        risk.inherent_likelihood = given.likelihood or risk.inherent_likelihood
        risk.inherent_impact = given.impact or risk.inherent_impact
    await move(session, view, risk, "submit", RiskGiven())
    place = settings.current()
    risk.review_due_on = first_review_due(today(view.now, place.zone), place.working_days)
    await estimate(session, view, risk)
    return risk


async def change(session: AsyncSession, view: View, given: ChangeRisk) -> Risk:
    """A risk with other words, links or dates; its state does not change.

    Closed and rejected risks are refused: restore them first.
    """
    risk = await get(
        session, view, Risk, key_in(Risk, given.id), expected_version=given.expected_version
    )
    await require_editor(session, view, risk)
    for name, limit in (("cause", STATEMENT), ("event", STATEMENT), ("consequence", STATEMENT)):
        if (said := getattr(given, name)) is not None:
            setattr(risk, name, optional(said.value, limit=limit, field=name, multiline=True))
    risk.title = checked.changed_text(given.title, risk.title, limit=TITLE, field="title")
    risk.category = checked.changed(given.category, risk.category, "category")
    risk.sensitivity = checked.changed(given.sensitivity, risk.sensitivity, "sensitivity")
    _refuse_hiding(view, risk.sensitivity)
    risk.velocity = checked.changed_or_none(given.velocity, risk.velocity)
    for name, field in (("owner_id", "ownerId"), ("sponsor_id", "sponsorId")):
        if (said := getattr(given, name)) is not None:
            setattr(risk, name, await key_of(session, view, Person, said.value, field))
    _change_dates(view, risk, given)
    if given.quant is not None:
        set_quant(risk, given.quant.value)
    for name, keys in (await _links(session, view, given)).items():
        if getattr(given, name) is not None:
            await _relink(session, view, risk, name, keys)
    _make_searchable(risk)
    await refresh(session, view, risk)
    if risk.recorded_status is not RiskStatus.DRAFT:
        await _refuse_holes(session, view, risk)
    return risk


def _change_dates(view: View, risk: Risk, given: ChangeRisk) -> None:
    day = today(view.now, settings.current().zone)
    horizon = checked.changed(given.horizon_days, risk.horizon_days, "horizonDays")
    _refuse_bad_numbers(None, None, horizon)
    risk.horizon_days = horizon
    if given.proximity_date is not None:
        _refuse_past(given.proximity_date.value, day, "proximityDate")
        risk.proximity_date = given.proximity_date.value
    if given.review_due is not None:
        review = checked.changed(given.review_due, risk.review_due_on, "reviewDue")
        _refuse_past(review, day, "reviewDue")
        if review > risk.review_due_on:
            message = f"The review can be brought forward, not put off beyond {risk.review_due_on}."
            raise UserError(message, code="OUT_OF_RANGE", field=("reviewDue",))
        risk.review_due_on = review


async def _refuse_holes(session: AsyncSession, view: View, risk: Risk) -> None:
    """What logging asks for cannot be taken away from a risk that was logged."""
    facts = await facts_of(session, view, risk)
    if reasons := [one for one in ready_to_log(facts) if one.field in ("event", "project_ids")]:
        raise user_errors(reasons)


def _refuse_hiding(view: View, sensitivity: Sensitivity | None) -> None:
    if sensitivity is Sensitivity.RESTRICTED and view.actor.reach.scope is Scope.VENDOR:
        message = "A vendor cannot restrict a risk: it would be hidden from the vendor itself."
        raise UserError(message, code="NOT_PERMITTED", field=("sensitivity",))


async def require_editor(session: AsyncSession, view: View, risk: Risk) -> None:
    """Refuse whoever may neither assess the risk nor reported or owns it, and ended risks."""
    facts = await facts_of(session, view, risk)
    own = view.actor.id in (risk.owner_id, risk.identified_by_id)
    if not own and Act.ASSESS_AND_TREAT not in facts.acting.acts:
        raise Forbidden("Your role does not let you change this risk.")
    if risk.recorded_status in (RiskStatus.CLOSED, RiskStatus.REJECTED):
        message = f"The risk is {risk.recorded_status}: restore it before you change it."
        raise UserError(message, code="MOVE_NOT_ALLOWED")


def set_quant(risk: Risk, given: QuantInput | None) -> None:
    """Store a quantification, or remove it; 0 < P10 <= P50 <= P90 and 0 < p <= 1 are checked."""
    if given is None:
        risk.probability = risk.uplift_p10_bps = risk.uplift_p50_bps = risk.uplift_p90_bps = None
        risk.duration_days = None
        return
    try:
        _set_quant(risk, given)
    except UserError as error:
        raise error.under("quant") from None


def _set_quant(risk: Risk, given: QuantInput) -> None:
    probability = checked.measure(given.probability, "0.0001", "1", places=4, field="probability")
    uplifts = (
        ("upliftP10Bps", given.uplift_p10_bps),
        ("upliftP50Bps", given.uplift_p50_bps),
        ("upliftP90Bps", given.uplift_p90_bps),
    )
    p10, p50, p90 = (
        checked.measure(bps, "0.001", ALL_VIEWS_BPS, places=3, field=field)
        for field, bps in uplifts
    )
    if not p10 <= p50 <= p90:
        message = "The uplifts rise from P10 over P50 to P90."
        raise UserError(message, code="OUT_OF_RANGE", field=("upliftP50Bps",))
    if not 1 <= given.duration_days <= LONGEST_DAYS:
        message = f"The duration is 1 to {LONGEST_DAYS} days."
        raise UserError(message, code="OUT_OF_RANGE", field=("durationDays",))
    risk.probability, risk.duration_days = probability, given.duration_days
    risk.uplift_p10_bps, risk.uplift_p50_bps, risk.uplift_p90_bps = p10, p50, p90


def _statement(text: str | None, field: str) -> str | None:
    return optional(text, limit=STATEMENT, field=field, multiline=True)


def _make_searchable(risk: Risk) -> None:
    risk.title_fold = fold(risk.title)
    parts = (risk.code, risk.title, risk.cause, risk.event, risk.consequence)
    risk.search_text = search_text(" ".join(part for part in parts if part))


def _refuse_bad_numbers(
    likelihood: int | None, impact: int | None, horizon_days: int | None
) -> None:
    for name, step in (("likelihood", likelihood), ("impact", impact)):
        if step is not None and step not in STEPS:
            message = f"The {name} is a step from 1 to 5, not {step}."
            raise UserError(message, code="OUT_OF_RANGE", field=(name,))
    if horizon_days is not None and not 1 <= horizon_days <= LONGEST_DAYS:
        message = f"The horizon is 1 to {LONGEST_DAYS} days, not {horizon_days}."
        raise UserError(message, code="OUT_OF_RANGE", field=("horizonDays",))


def _refuse_past(given: date | None, day: date, field: str) -> None:
    if given is not None and given < day:
        message = f"{given.isoformat()} is in the past."
        raise UserError(message, code="DATE_IN_PAST", field=(field,))


def _require_complete(risk: Risk, has_scope: bool, view: View) -> None:  # noqa: FBT001 (a fact, not a switch)
    facts = RiskFacts(
        acting=Acting(view.actor.id),
        today=today(view.now, settings.current().zone),
        now=view.now,
        title=risk.title,
        event=risk.event,
        category=risk.category,
        has_scope=has_scope,
        reporter_id=risk.identified_by_id,
    )
    if reasons := ready_to_log(facts):
        raise user_errors(reasons)


async def _links(
    session: AsyncSession, view: View, given: LogRisk | ChangeRisk
) -> dict[str, list[str]]:
    """The keys of every linked row; a vendor's own vendor is linked by itself."""
    found: dict[str, list[str]] = {}
    for name, (_, target, _) in LINKS.items():
        said = getattr(given, name)
        wanted = getattr(said, "value", said) or []
        head, *rest = name.split("_")
        field = head + "".join(word.capitalize() for word in rest)
        found[name] = await keys_of(session, view, target, wanted, field)
    if isinstance(given, LogRisk) and view.actor.reach.scope is Scope.VENDOR:
        found["vendor_ids"] = list({*found["vendor_ids"], *view.actor.reach.ids})
    return found


def _link(session: AsyncSession, risk: Risk, name: str, keys: Sequence[str]) -> None:
    through, _, column = LINKS[name]
    for key in keys:
        session.add(through(risk_id=risk.id, **{column: key}))


async def _relink(
    session: AsyncSession, view: View, risk: Risk, name: str, keys: Sequence[str]
) -> None:
    """Make the links those given; those to rows that the actor does not see stay."""
    through, target, column = LINKS[name]
    alias: Any = view.of(through)
    far: Any = view.of(target)
    seen = getattr(alias, column).in_(select(far.id))
    statement = select(alias).where(alias.risk_id == risk.id, seen)
    present = {
        getattr(row, column): row
        for row in (await session.execute(statement, view.params)).scalars()
    }
    for key, row in present.items():
        if key not in keys:
            await session.delete(row)
    if present.keys() != set(keys):
        touch(risk)
    _link(session, risk, name, [key for key in keys if key not in present])


async def _manager(session: AsyncSession, view: View, projects: Sequence[str]) -> str | None:
    """Who manages the first of some projects, asked once in a write for each."""
    if not projects:
        return None
    known: dict[str, str | None] = session.info.setdefault("managers", {})
    if projects[0] not in known:
        alias = view.of(Project)
        statement = select(alias.manager_id).where(alias.id == projects[0])
        known[projects[0]] = (await session.execute(statement, view.params)).scalar()
    return known[projects[0]]
