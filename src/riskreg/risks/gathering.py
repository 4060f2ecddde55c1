"""What is told of some risks since a moment, in statements that do not grow with their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select

from riskreg.kit.db import Record
from riskreg.kit.graph import term
from riskreg.kit.journal import version_source
from riskreg.people.models import Delegation, Person
from riskreg.risks.models import Risk, RiskAcceptance, RiskAssessment
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.models_mitigation import EffectivenessCheck, Mitigation, RiskMitigation
from riskreg.risks.moments import Reading
from riskreg.risks.rules import Band, MitigationStatus, Verdict
from riskreg.risks.snapshots import absent

T = TypeVar("T")

_OWN = (
    "code",
    "title",
    "category",
    "owner_id",
    "confidence",
    "recorded_status",
    "created_at",
    "inherent_likelihood",
    "inherent_impact",
    "inherent_band",
    "computed_likelihood",
    "computed_impact",
    "computed_band",
    "asserted_band",
    "asserted_until",
    "target_likelihood",
    "target_impact",
    "target_band",
    "target_asserted",
    "above_from",
    "acceptances_in_a_row",
)
_DERIVED = (
    "status",
    "appetite_status",
    "residual_likelihood",
    "residual_impact",
    "residual_band",
    "out_since",
)
_LEVELS = ("likelihood", "impact", "band")


@dataclass(frozen=True)
class Action:
    """A mitigation of a risk."""

    id: str
    code: str
    title: str
    status: MitigationStatus
    due_on: date
    original_due_on: date | None
    implemented_at: datetime | None
    check_due_on: date | None
    updated_at: datetime


@dataclass(frozen=True)
class Judged:
    """An assessment of a risk."""

    seq: int
    at: datetime
    rationale: str | None


@dataclass(frozen=True)
class Checked:
    """A verdict on a mitigation."""

    seq: int
    verdict: Verdict


@dataclass(frozen=True)
class Accepted:
    """An acceptance of a risk; `end` is when it truly ends."""

    code: str
    from_at: datetime
    end: datetime
    by: str | None


@dataclass(frozen=True)
class Version:
    """The level of a risk from one entry on, as it counted when it was written."""

    seq: int
    at: datetime
    level: tuple[int | None, int | None, Band | None]


@dataclass(frozen=True)
class WentRed:
    """A KRI of a risk that turned RED."""

    code: str
    at: datetime


@dataclass(frozen=True)
class Gathered:
    """All that is told of some risks, by risk key; checks are by mitigation key.

    Assessments, checks, versions and reds are those since the earlier moment, oldest first.
    """

    risks: Mapping[str, Record]
    owners: Mapping[str, str]
    actions: Mapping[str, Sequence[Action]]
    acceptances: Mapping[str, Sequence[Accepted]]
    assessments: Mapping[str, Sequence[Judged]]
    checks: Mapping[str, Sequence[Checked]]
    versions: Mapping[str, Sequence[Version]]
    reds: Mapping[str, Sequence[WentRed]]


async def gather(now: Reading, then: Reading | None, ids: Sequence[str]) -> Gathered:
    """What is known of these risks now, and what has happened to them since then."""
    risk = now.view.of(Risk)
    wanted = [risk.id, *[getattr(risk, n) for n in _OWN], *[term(risk, n) for n in _DERIVED]]
    risks = {row.id: row for row in await now.fetch(select(*wanted).where(risk.id.in_(ids)))}
    actions = await _actions(now, ids)
    after = None if then is None else then.view.seq
    return Gathered(
        risks=risks,
        owners=await _owners(now, [row.owner_id for row in risks.values() if row.owner_id]),
        actions=actions,
        acceptances=await _acceptances(now, ids),
        assessments={} if after is None else await _assessments(now, after, ids),
        checks={} if after is None else await _checks(now, after, actions),
        versions={} if then is None else await _versions(now, then, ids),
        reds={} if then is None else await _reds(now, then, ids),
    )


async def _owners(now: Reading, keys: Sequence[str]) -> dict[str, str]:
    """Who answers for what each person owns: themselves, or whoever stands in once they left."""
    person, row = now.view.of(Person), now.view.of(Delegation)
    people = await now.fetch(select(person.id, person.name).where(person.id.in_(keys)))
    gone = await absent(now.fetch, now.view)
    names = {one.id: one.name for one in people if one.id not in gone}
    deputies = await now.fetch(
        select(row.from_id, person.name)
        .join(person, person.id == row.to_id)
        .where(row.from_id.in_(keys), row.from_on <= now.day, row.until_on >= now.day)
        .where(person.active)
        .order_by(row.id)
    )
    left = await now.fetch(
        select(person.id).where(person.id.in_(keys), person.active.is_(False))
    )  # somebody who is only away keeps what is theirs
    inactive = {one.id for one in left}
    return names | {one.from_id: one.name for one in deputies if one.from_id in inactive}


async def _actions(now: Reading, ids: Sequence[str]) -> dict[str, list[Action]]:
    link, action = now.view.of(RiskMitigation), now.view.of(Mitigation)
    names = list(Action.__dataclass_fields__)
    rows = await now.fetch(
        select(link.risk_id, *[getattr(action, name) for name in names])
        .join(action, action.id == link.mitigation_id)
        .where(link.risk_id.in_(ids))
        .order_by(action.due_on, action.number)
    )
    return _by_key(rows, "risk_id", lambda row: Action(*[getattr(row, n) for n in names]))


async def _acceptances(now: Reading, ids: Sequence[str]) -> dict[str, list[Accepted]]:
    acceptance, person = now.view.of(RiskAcceptance), now.view.of(Person)
    rows = await now.fetch(
        select(
            acceptance.risk_id,
            acceptance.code,
            acceptance.from_at,
            acceptance.until,
            acceptance.ended_at,
            person.name,
        )
        .outerjoin(person, person.id == acceptance.accepted_by_id)
        .where(acceptance.risk_id.in_(ids))
        .order_by(acceptance.from_at, acceptance.id)
    )
    return _by_key(
        rows,
        "risk_id",
        lambda row: Accepted(row.code, row.from_at, min(row.until, row.ended_at), row.name),
    )


async def _assessments(now: Reading, after: int, ids: Sequence[str]) -> dict[str, list[Judged]]:
    one = now.view.of(RiskAssessment)
    rows = await now.fetch(
        select(one.risk_id, one.seq, one.at, one.rationale)
        .where(one.risk_id.in_(ids), one.seq > after)
        .order_by(one.seq, one.id)
    )
    return _by_key(rows, "risk_id", lambda row: Judged(row.seq, row.at, row.rationale))


async def _checks(
    now: Reading, after: int, actions: Mapping[str, Sequence[Action]]
) -> dict[str, list[Checked]]:
    one = now.view.of(EffectivenessCheck)
    keys = sorted({action.id for some in actions.values() for action in some})
    rows = await now.fetch(
        select(one.mitigation_id, one.seq, one.verdict)
        .where(one.mitigation_id.in_(keys), one.seq > after)
        .order_by(one.seq, one.id)
    )
    return _by_key(rows, "mitigation_id", lambda row: Checked(row.seq, row.verdict))


async def _versions(now: Reading, then: Reading, ids: Sequence[str]) -> dict[str, list[Version]]:
    """Every level since then, and the one that held then."""
    source, number = version_source(Risk.__tablename__)
    names = [f"{kind}_{part}" for kind in ("computed", "asserted") for part in _LEVELS]
    newest = 2**62 if now.view.seq is None else now.view.seq
    wanted = [source.c[name] for name in ("id", "updated_at", "asserted_until", *names)]
    rows = await now.fetch(
        select(*wanted, number.label("written_by"))
        .where(source.c.id.in_(ids), number <= newest, source.c.to_seq > then.view.seq)
        .order_by(number)
    )

    def version(row: Record) -> Version:
        at = max(row.updated_at, then.view.now)
        kind = "asserted" if row.asserted_until > at else "computed"
        likelihood, impact, band = (getattr(row, f"{kind}_{part}") for part in _LEVELS)
        return Version(row.written_by, row.updated_at, (likelihood, impact, band))

    return _by_key(rows, "id", version)


async def _reds(now: Reading, then: Reading, ids: Sequence[str]) -> dict[str, list[WentRed]]:
    breach, kri = now.view.of(KriBreach), now.view.of(Kri)
    rows = await now.fetch(
        select(breach.risk_id, breach.red_at, kri.code)
        .join(kri, kri.id == breach.kri_id)
        .where(breach.risk_id.in_(ids), breach.red_at > then.view.now)
        .order_by(breach.red_at, kri.code)
    )
    return _by_key(rows, "risk_id", lambda row: WentRed(row.code, row.red_at))


def _by_key(rows: Sequence[Record], key: str, made: Callable[[Record], T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(made(row))
    return dict(found)
