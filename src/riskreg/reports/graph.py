"""Reports as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.context import Context
from riskreg.kit.edges import one
from riskreg.kit.errors import BadInput, UserError
from riskreg.kit.filters import DateTimeFilter, EnumFilter, TextFilter
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.graph_journal import occurrences
from riskreg.kit.inputs import Input
from riskreg.kit.lists import AsOf, Connection
from riskreg.kit.perform import IdempotencyKey, ShownUserError, clean_key, perform, show_error
from riskreg.kit.roots import Catalogue, found, listed, order_input
from riskreg.kit.view import View
from riskreg.people.models import Person as PersonRow
from riskreg.reports import models, service
from riskreg.reports.inputs import CreateReport
from riskreg.reports.movements import Since, movement
from riskreg.reports.narrative import reason
from riskreg.reports.queries import REPORT_FILTERS, REPORT_ORDERS, earlier, earlier_of
from riskreg.reports.rules import (
    LintSeverity,
    ReportKind,
    ReportRendering,
    ReportStatus,
    rendering_of,
)
from riskreg.risks import overview
from riskreg.risks.config import in_force
from riskreg.risks.gathering import gather
from riskreg.risks.graph_overview import TopRisk, shown_level
from riskreg.risks.moments import Reading

if TYPE_CHECKING:
    from riskreg.people.graph import Person

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
Info = strawberry.Info[Context, None]
MAX_TOP = 25


@strawberry.type(description="Something in a brief that its author should put right.")
class ReportFinding:
    """A rule that the brief breaks, and how."""

    rule: str = strawberry.field(description="The rule, such as NO_DECISION_FOR_RED.")
    severity: LintSeverity = strawberry.field(description="How bad it is.")
    message: str = strawberry.field(description="A sentence for the author.")


@shows(models.Report)
@strawberry.type(description="A brief as it was made, from one entry of the journal.")
class Report(Node, Versioned):
    """What it says, what it was made from, and where its file is."""

    code: str = strawberry.field(description="Its code, such as RPT-012.")
    kind: ReportKind = strawberry.field(description="What it is about.")
    status: ReportStatus = strawberry.field(description="How far it has come.")
    scope: str = strawberry.field(description="The part of the organisation that it is about.")
    as_of: datetime = strawberry.field(description="The instant of which it tells.")
    revision: int = strawberry.field(description="The entry of the journal that it was made from.")
    headline: str = strawberry.field(description="Its finding, in one sentence.")
    content_hash: str = strawberry.field(
        description="SHA-256 of its facts and template, printed on each page."
    )
    audit_head: str = strawberry.field(
        description="`seq:hash` of that entry; `riskreg audit verify --head` takes it."
    )
    file_hash: str | None = strawberry.field(
        description="SHA-256 of its file; null until it is rendered."
    )
    rendering_problem: str | None = strawberry.field(
        description="Why its file could not be rendered; null otherwise."
    )
    rendered_at: datetime | None = strawberry.field(
        description="When its file was rendered; null till then."
    )
    findings: strawberry.Private[list[dict[str, str]]]
    compare_to_id: strawberry.Private[str | None]
    created_by: strawberry.Private[str]
    compared_with: Annotated["Report", strawberry.lazy("riskreg.reports.graph")] | None = one(
        models.Report, "compare_to_id", "The earlier report whose changes it tells."
    )
    author: LazyPerson | None = one(PersonRow, "created_by", "Who made it.")

    @strawberry.field(description="How far its file has come.")
    @derived("file_hash", "rendering_problem")
    def rendering(self) -> ReportRendering:
        """From what is kept of the file."""
        return rendering_of(self.file_hash, self.rendering_problem)

    @strawberry.field(
        description="Where its PDF is, on this server; sign in or send the token. 202 while it is "
        "being rendered, 409 and why if it could not be."
    )
    @derived("code")
    def download_url(self) -> str:
        """The path of the file."""
        return f"/reports/{self.code}.pdf"

    @strawberry.field(description="What lint found in it, errors first; none blocks its making.")
    @derived("findings")
    def lint(self) -> list[ReportFinding]:
        """The findings at the time it was made."""
        return [
            ReportFinding(
                rule=one["rule"], severity=LintSeverity(one["severity"]), message=one["message"]
            )
            for one in self.findings
        ]


@strawberry.input(description="Which reports; `{}` matches all.")
class ReportFilter:
    """Conditions that all hold."""

    code: TextFilter | None = strawberry.field(default=None, description="By code.")
    kind: EnumFilter[ReportKind] | None = strawberry.field(
        default=None, description="By what it is about."
    )
    status: EnumFilter[ReportStatus] | None = strawberry.field(
        default=None, description="By how far it has come."
    )
    as_of: DateTimeFilter | None = strawberry.field(
        default=None, description="By the instant of which it tells."
    )


ReportOrder = order_input(
    "Report",
    {
        "CODE": "By number of the code.",
        "AS_OF": "By the instant of which it tells.",
        "CREATED_AT": "By when it was made.",
    },
)


@strawberry.type(description="What came of `createReport`.")
class CreateReportPayload:
    """The report, or what a person must mend."""

    report: Report | None = strawberry.field(description="The report; null if it was not made.")
    user_errors: list[ShownUserError] = strawberry.field(
        description="What a person must mend; empty if all went well."
    )


@strawberry.type
class ReportsQuery:
    """What can be asked about reports."""

    reports: Connection[Report] = listed(
        Catalogue(models.Report, REPORT_FILTERS, REPORT_ORDERS, ReportFilter, ReportOrder),
        "Reports, for those who see the whole register; oldest first unless ordered otherwise.",
    )
    report: Report | None = found(models.Report, "One report, by id or code.")

    @strawberry.field(description="The gravest risks, and what moved them since an earlier report.")
    async def top_risks(
        self,
        info: Info,
        limit: Annotated[int, strawberry.argument(description="At most, 1 to 25.")] = 5,
        compare_to: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The earlier report, by id or code; nothing moves without one."
            ),
        ] = None,
        as_of: AsOf = None,
    ) -> list[TopRisk]:
        if not 1 <= limit <= MAX_TOP:
            message = f"limit is 1 to {MAX_TOP}"
            raise BadInput(message)
        now = Reading(info.context.rows, await info.context.view(as_of))
        then = None if compare_to is None else await _then(info.context, now, compare_to)
        before = None if then is None else (then.fetch, then.view)
        ranked = await overview.top(now.fetch, now.view, limit, then=before)
        if not ranked:
            return []
        gathered = await gather(now, then, [risk.now.id for risk in ranked])
        since = Since(now, then, await in_force(now.fetch, now.view), gathered)
        return [_shown(risk, since) for risk in ranked]


async def _then(context: Context, now: Reading, given: str) -> Reading:
    """The register as the earlier report saw it."""
    view = await context.view()
    found = earlier_of(await context.rows(view, earlier(view, given)))
    if not found:
        raise BadInput("compareTo is no report that you may see")
    [beside] = found
    if beside.as_of > now.view.now:
        raise BadInput("compareTo tells of a later time")
    return now.at(beside.as_of, beside.revision)


def _shown(risk: overview.Ranked, since: Since) -> TopRisk:
    level = shown_level(risk.now)
    assert level is not None  # noqa: S101 (a ranked risk has a place)
    moved = risk.movement is not overview.Movement.UNCHANGED
    return TopRisk(
        view=since.now.view,
        key=risk.now.id,
        rank=risk.rank,
        movement=risk.movement,
        was=shown_level(risk.before),
        now=level,
        reason=(reason(movement(risk, since)) or None) if moved else None,
    )


@strawberry.type
class ReportsMutation:
    """What can be done with reports."""

    @strawberry.mutation(
        description="Make a brief: one page about the register at an instant. Its facts are read "
        "at one entry, and what lint finds is told in `report.lint`. Its PDF is rendered right "
        "after; `report.rendering` says how far it is."
    )
    async def create_report(self, info: Info, input: Input[CreateReport]) -> CreateReportPayload:
        context = info.context

        async def write(prepared: service.Prepared) -> CreateReportPayload:
            async def work(session: AsyncSession, view: View, given: object) -> models.Report:
                return await service.store(session, view, prepared)

            return await perform(info, input, work, CreateReportPayload)

        async with service.turn():
            try:
                if not input.dry_run and await _is_used(context, clean_key(input.idempotency_key)):
                    return await perform(info, input, _never, CreateReportPayload)
                return await service.kept(context.db, context.actor, input, write)
            except UserError as error:
                return CreateReportPayload(report=None, user_errors=[show_error(error)])


@strawberry.type
class ReportsSubscription:
    """What can be listened to about reports."""

    report_ready = occurrences(
        models.Report,
        "ReportReady",
        "reports",
        "Reports as they are made, each once its file can be fetched.",
        when=lambda report: report.rendered_at == report.updated_at,
    )


async def _is_used(context: Context, key: str | None) -> bool:
    """Whether the key was used before, so that nothing need be printed to answer."""
    if key is None:
        return False
    used = select(IdempotencyKey.key).where(
        IdempotencyKey.actor_id == context.actor.id, IdempotencyKey.key == key
    )
    return bool(await context.rows(await context.view(), used))


async def _never(session: AsyncSession, view: View, given: object) -> models.Report:
    raise AssertionError("a used key is answered before anything is written")
