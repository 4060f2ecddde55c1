"""What the guards of KRIs look at, for many rows in a few statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from riskreg.kit.db import Fetch, Record, visible_everywhere
from riskreg.kit.view import Alias, View
from riskreg.people.permits import is_permitted
from riskreg.people.rules import Act
from riskreg.risks.facts import acting, standings
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import KriBreach
from riskreg.risks.rules import ENDED
from riskreg.risks.rules_kri import KriFacts, KriLife


def life_of(kri: Record) -> KriLife:
    """Whether a stored KRI is judged at all."""
    if kri.retired_at is not None:
        return KriLife.RETIRED
    return KriLife.WATCHED if kri.paused_at is None else KriLife.PAUSED


async def kri_facts(fetch: Fetch, view: View, kris: Sequence[Record]) -> dict[str, KriFacts]:
    """The facts of each KRI by key; the number of statements does not depend on how many."""
    every = visible_everywhere(view)
    risk: Alias = every.of(Risk)
    columns = (risk.id, risk.owner_id, risk.identified_by_id, risk.category, risk.recorded_status)
    ids = sorted({kri.risk_id for kri in kris})
    risks = {row.id: row for row in await fetch(select(*columns).where(risk.id.in_(ids)))}
    stands = await standings(fetch, view, list(risks.values()))
    breach: Alias = every.of(KriBreach)
    open_ones = select(breach.kri_id).where(
        breach.kri_id.in_([kri.id for kri in kris]),
        breach.closed_on.is_(None),
        breach.acknowledged_at.is_(None),
    )
    unseen = {row.kri_id for row in await fetch(open_ones)}
    return {
        kri.id: KriFacts(
            may_watch=Act.ASSESS_AND_TREAT in acting(view.actor, stands[kri.risk_id]).acts,
            may_judge=is_permitted(view.actor, Act.RUN_EVALUATIONS),
            unseen_breach=kri.id in unseen,
            risk_ended=risks[kri.risk_id].recorded_status in ENDED,
        )
        for kri in kris
    }
