"""How observations come in over the graph."""

from datetime import datetime

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.context import Context
from riskreg.kit.db import Record
from riskreg.kit.ids import global_id
from riskreg.kit.inputs import Input
from riskreg.kit.perform import Rows, ShownUserError, perform_own, show_error
from riskreg.kit.view import View
from riskreg.metrics import inputs_ingest as inputs
from riskreg.metrics import models, service_ingest
from riskreg.metrics.ingest import told_apart
from riskreg.metrics.rules_ingest import RejectCode

Info = strawberry.Info[Context, None]


@strawberry.type(description="Observations that came together.")
class ObservationBatch:
    """What the journal keeps of them."""

    id: strawberry.ID = strawberry.field(description="Its id, which the journal names it by.")
    at: datetime = strawberry.field(description="When they were recorded.")
    source: str | None = strawberry.field(description="Where they came from.")
    digest: str = strawberry.field(
        description="The SHA-256 of what they wrote, which the journal's hash covers."
    )


@strawberry.type(description="An observation that was not kept.")
class RejectedObservation:
    """Mend it and send it again; the others need not be sent again, and may be."""

    index: int = strawberry.field(description="Its place in the input, from 0.")
    code: RejectCode = strawberry.field(description="What kind of thing is wrong.")
    field: str = strawberry.field(description="The field it is about.")
    message: str = strawberry.field(description="A sentence for the person.")


@strawberry.type(description="What came of `ingestObservations`; a dry run says what would.")
class IngestObservationsPayload:
    """Good rows are kept beside rejected ones; with `userErrors`, none was looked at."""

    batch: ObservationBatch | None = strawberry.field(
        description="What was written; null if nothing was."
    )
    accepted: int = strawberry.field(description="How many told of a period for the first time.")
    updated: int = strawberry.field(
        description="How many told otherwise of a period than before: another revision."
    )
    unchanged: int = strawberry.field(description="How many said what was known already.")
    rejected: list[RejectedObservation] = strawberry.field(
        description="The rows that were not kept, by their places."
    )
    user_errors: list[ShownUserError] = strawberry.field(
        description="What has to be mended about the batch itself."
    )


@strawberry.type
class IngestMutation:
    """Observations, as they come in."""

    @strawberry.mutation(
        description="Tell what was observed, up to 2 000 rows at once; safe to send again."
    )
    async def ingest_observations(
        self, info: Info, input: Input[inputs.IngestObservations]
    ) -> IngestObservationsPayload:
        rows, errors = await perform_own(info, input, _ingest)
        told = [show_error(error) for error in errors]
        if not rows:
            return IngestObservationsPayload(
                batch=None, accepted=0, updated=0, unchanged=0, rejected=[], user_errors=told
            )
        [row] = rows
        return IngestObservationsPayload(
            batch=None if input.dry_run else _batch(row),
            accepted=row.accepted,
            updated=row.restated,
            unchanged=row.unchanged,
            rejected=[RejectedObservation(**vars(one)) for one in told_apart(row.rejections)],
            user_errors=told,
        )


async def _ingest(session: AsyncSession, view: View, given: inputs.IngestObservations) -> Rows:
    return (await service_ingest.ingest(session, view, given),)


def _batch(row: Record) -> ObservationBatch:
    key = strawberry.ID(global_id(models.ObservationBatch.id_prefix, row.id))
    return ObservationBatch(id=key, at=row.at, source=row.source, digest=row.digest)
