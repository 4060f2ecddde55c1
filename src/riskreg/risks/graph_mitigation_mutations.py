"""What can be done about actions; each mutation is one move or change."""

import strawberry

from riskreg.kit.context import Context
from riskreg.kit.inputs import Input
from riskreg.kit.perform import ShownUserError, perform
from riskreg.risks import inputs_mitigation as inputs
from riskreg.risks import service_mitigation
from riskreg.risks.graph_mitigation import Mitigation

Info = strawberry.Info[Context, None]


@strawberry.type
class MitigationAnswer:
    """The action as it is now, or what to mend."""

    mitigation: Mitigation | None = strawberry.field(
        description="The action as it is now, or null."
    )
    user_errors: list[ShownUserError] = strawberry.field(
        description="What has to be mended; if there is anything, nothing was written."
    )


@strawberry.type(description="What came of `proposeMitigation`.")
class ProposeMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `changeMitigation`.")
class ChangeMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `approveMitigation`.")
class ApproveMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `startMitigation`.")
class StartMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `blockMitigation`.")
class BlockMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `unblockMitigation`.")
class UnblockMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `implementMitigation`.")
class ImplementMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `beginVerification`.")
class BeginVerificationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `recordVerdict`.")
class RecordVerdictPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `cancelMitigation`.")
class CancelMitigationPayload(MitigationAnswer):
    pass


@strawberry.type(description="What came of `rescheduleMitigation`.")
class RescheduleMitigationPayload(MitigationAnswer):
    pass


@strawberry.type
class MitigationsMutation:
    """The life of an action."""

    @strawberry.mutation(description="Propose an action that makes risks smaller.")
    async def propose_mitigation(
        self, info: Info, input: Input[inputs.ProposeMitigation]
    ) -> ProposeMitigationPayload:
        return await perform(info, input, service_mitigation.propose, ProposeMitigationPayload)

    @strawberry.mutation(description="Change an action.")
    async def change_mitigation(
        self, info: Info, input: Input[inputs.ChangeMitigation]
    ) -> ChangeMitigationPayload:
        return await perform(info, input, service_mitigation.change, ChangeMitigationPayload)

    @strawberry.mutation(description="Approve a planned action.")
    async def approve_mitigation(
        self, info: Info, input: Input[inputs.ApproveMitigation]
    ) -> ApproveMitigationPayload:
        return await perform(info, input, service_mitigation.approve, ApproveMitigationPayload)

    @strawberry.mutation(description="Start an approved action.")
    async def start_mitigation(
        self, info: Info, input: Input[inputs.StartMitigation]
    ) -> StartMitigationPayload:
        return await perform(info, input, service_mitigation.start, StartMitigationPayload)

    @strawberry.mutation(description="Say what an action waits for.")
    async def block_mitigation(
        self, info: Info, input: Input[inputs.BlockMitigation]
    ) -> BlockMitigationPayload:
        return await perform(
            info, input, service_mitigation.block, BlockMitigationPayload, reason=input.blocker
        )

    @strawberry.mutation(description="Go on with a blocked action.")
    async def unblock_mitigation(
        self, info: Info, input: Input[inputs.UnblockMitigation]
    ) -> UnblockMitigationPayload:
        return await perform(info, input, service_mitigation.unblock, UnblockMitigationPayload)

    @strawberry.mutation(description="Say that an action is done, with evidence.")
    async def implement_mitigation(
        self, info: Info, input: Input[inputs.ImplementMitigation]
    ) -> ImplementMitigationPayload:
        return await perform(info, input, service_mitigation.implement, ImplementMitigationPayload)

    @strawberry.mutation(description="Start checking whether an action works.")
    async def begin_verification(
        self, info: Info, input: Input[inputs.BeginVerification]
    ) -> BeginVerificationPayload:
        return await perform(
            info, input, service_mitigation.begin_verification, BeginVerificationPayload
        )

    @strawberry.mutation(description="Say whether an action works.")
    async def record_verdict(
        self, info: Info, input: Input[inputs.RecordVerdict]
    ) -> RecordVerdictPayload:
        return await perform(
            info,
            input,
            service_mitigation.record_verdict,
            RecordVerdictPayload,
            reason=input.findings,
        )

    @strawberry.mutation(description="Do not do an action.")
    async def cancel_mitigation(
        self, info: Info, input: Input[inputs.CancelMitigation]
    ) -> CancelMitigationPayload:
        return await perform(
            info, input, service_mitigation.cancel, CancelMitigationPayload, reason=input.reason
        )

    @strawberry.mutation(description="Move the due date of an action.")
    async def reschedule_mitigation(
        self, info: Info, input: Input[inputs.RescheduleMitigation]
    ) -> RescheduleMitigationPayload:
        return await perform(
            info,
            input,
            service_mitigation.reschedule,
            RescheduleMitigationPayload,
            reason=input.reason,
        )
