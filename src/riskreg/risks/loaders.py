"""Moves and lint findings of shown risks, fetched together for a page."""

from collections.abc import Sequence

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Record
from riskreg.kit.edges import fetch_one
from riskreg.kit.moves import Transition, shown_moves
from riskreg.kit.view import View
from riskreg.risks.blast import next_actions
from riskreg.risks.facts import mitigation_facts, risk_facts
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules_hygiene import HygieneRule, Severity, lint
from riskreg.risks.rules_machine import RISK_MACHINE
from riskreg.risks.rules_mitigation import MITIGATION_MACHINE
from riskreg.risks.snapshots import snapshots, these


@strawberry.type(description="Something that lint would put right.")
class Finding:
    """The check, how bad it is, and a sentence."""

    rule: HygieneRule = strawberry.field(description="The check.")
    severity: Severity = strawberry.field(description="How bad it is.")
    message: str = strawberry.field(description="What is wrong.")


class Keyed:
    """A shown object as rows are: `id` is its key, everything else as selected."""

    def __init__(self, shown: Record) -> None:
        self._shown = shown
        self.id = shown.key

    def __getattr__(self, name: str) -> Record:
        return getattr(self._shown, name)


async def availability(context: Context, risk: Record) -> list[Transition]:
    """Every move that starts in the risk's state, with what blocks it for the actor."""

    async def batch(view: View, shown: list[Record]) -> Sequence[Record]:
        rows = [Keyed(one) for one in shown]
        facts = await risk_facts(fetcher(context, view), view, rows)
        return [shown_moves(RISK_MACHINE.availability(row.status, facts[row.id])) for row in rows]

    found: list[Transition] = await context.load_for(risk, "risk moves", batch)
    return found


async def action_availability(context: Context, action: Record) -> list[Transition]:
    """Every move that starts in the action's state, with what blocks it for the actor."""

    async def batch(view: View, shown: list[Record]) -> Sequence[Record]:
        rows = [Keyed(one) for one in shown]
        facts = await mitigation_facts(fetcher(context, view), view, rows)
        return [
            shown_moves(MITIGATION_MACHINE.availability(row.status, facts[row.id])) for row in rows
        ]

    found: list[Transition] = await context.load_for(action, "action moves", batch)
    return found


async def findings(context: Context, risk: Record) -> list[Finding]:
    """What lint finds in the risk at the view's time."""

    async def batch(view: View, shown: list[Record]) -> Sequence[Record]:
        rows = [Keyed(one) for one in shown]
        among = these([row.id for row in rows])
        found = await snapshots(fetcher(context, view), view, rows, among)
        place = settings.current()
        day = today(view.now, place.zone)
        return [
            [
                Finding(rule=one.rule, severity=one.severity, message=one.message)
                for one in lint(found[row.id], day, place.working_days)
            ]
            for row in rows
        ]

    answer: list[Finding] = await context.load_for(risk, "findings", batch)
    return answer


async def next_action(context: Context, risk: Record) -> Record:
    """The open action of the risk that is due first, or None."""

    async def batch(view: View, shown: list[Record]) -> Sequence[Record]:
        keys = [one.key for one in shown]
        found = await next_actions(fetcher(context, view), view, keys)
        return [found.get(key) for key in keys]

    key = await context.load_for(risk, "next action", batch)
    return None if key is None else await fetch_one(context, risk.view, Mitigation, key)
