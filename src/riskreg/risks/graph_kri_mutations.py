"""What can be done about KRIs and breaches."""

import strawberry

from riskreg.kit.context import Context
from riskreg.kit.inputs import Input
from riskreg.kit.perform import ShownUserError, perform
from riskreg.risks import inputs_kri as inputs
from riskreg.risks import service_kri
from riskreg.risks.graph_kri import Kri, KriBreach

Info = strawberry.Info[Context, None]
MEND = "What has to be mended; if there is anything, nothing was written."


@strawberry.type
class KriAnswer:
    """The KRI as it is now, or what to mend."""

    kri: Kri | None = strawberry.field(description="The KRI as it is now, or null.")
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `addKri`.")
class AddKriPayload(KriAnswer):
    pass


@strawberry.type(description="What came of `changeKri`.")
class ChangeKriPayload(KriAnswer):
    pass


@strawberry.type(description="What came of `pauseKri`.")
class PauseKriPayload(KriAnswer):
    pass


@strawberry.type(description="What came of `resumeKri`.")
class ResumeKriPayload(KriAnswer):
    pass


@strawberry.type(description="What came of `retireKri`.")
class RetireKriPayload(KriAnswer):
    pass


@strawberry.type(description="What came of `acknowledgeBreach`.")
class AcknowledgeBreachPayload:
    """The breach as it is now, or what to mend."""

    kri_breach: KriBreach | None = strawberry.field(description="The breach as it is now, or null.")
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type
class KrisMutation:
    """Watching risks."""

    @strawberry.mutation(
        description="Watch a risk with a series; it is judged at once by what is known."
    )
    async def add_kri(self, info: Info, input: Input[inputs.AddKri]) -> AddKriPayload:
        return await perform(info, input, service_kri.add, AddKriPayload)

    @strawberry.mutation(description="Change a KRI; another rule judges from today on.")
    async def change_kri(self, info: Info, input: Input[inputs.ChangeKri]) -> ChangeKriPayload:
        return await perform(info, input, service_kri.change, ChangeKriPayload)

    @strawberry.mutation(description="Stop judging a KRI for a while.")
    async def pause_kri(self, info: Info, input: Input[inputs.PauseKri]) -> PauseKriPayload:
        return await perform(info, input, service_kri.pause, PauseKriPayload, reason=input.reason)

    @strawberry.mutation(description="Judge a paused KRI again.")
    async def resume_kri(self, info: Info, input: Input[inputs.ResumeKri]) -> ResumeKriPayload:
        return await perform(info, input, service_kri.resume, ResumeKriPayload)

    @strawberry.mutation(description="Stop watching with a KRI, for ever.")
    async def retire_kri(self, info: Info, input: Input[inputs.RetireKri]) -> RetireKriPayload:
        return await perform(info, input, service_kri.retire, RetireKriPayload, reason=input.reason)

    @strawberry.mutation(description="Say that a breach was seen, and what it is.")
    async def acknowledge_breach(
        self, info: Info, input: Input[inputs.AcknowledgeBreach]
    ) -> AcknowledgeBreachPayload:
        return await perform(
            info, input, service_kri.acknowledge, AcknowledgeBreachPayload, reason=input.note
        )
