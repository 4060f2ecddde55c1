"""What can be done about risks; each mutation is one move or change."""

import strawberry

from riskreg.kit.context import Context
from riskreg.kit.inputs import Input
from riskreg.kit.perform import ShownUserError, perform, perform_all, show_error
from riskreg.risks import inputs, service, service_assess, service_moves
from riskreg.risks.graph import Risk
from riskreg.risks.graph_links import RiskComment, RiskRelation

Info = strawberry.Info[Context, None]
MEND = "What has to be mended; if there is anything, nothing was written."


@strawberry.type
class RiskAnswer:
    """The risk as it is now, or what to mend."""

    risk: Risk | None = strawberry.field(description="The risk as it is now, or null.")
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `logRisk`.")
class LogRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `submitRisk`.")
class SubmitRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `changeRisk`.")
class ChangeRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `rejectRisk`.")
class RejectRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `assessRisk`.")
class AssessRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `reassessRisk`.")
class ReassessRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `treatRisk`.")
class TreatRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `acceptRisk`.")
class AcceptRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `revokeAcceptance`.")
class RevokeAcceptancePayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `monitorRisk`.")
class MonitorRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `resumeTreatment`.")
class ResumeTreatmentPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `reopenRisk`.")
class ReopenRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `materialiseRisk`.")
class MaterialiseRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `resolveRisk`.")
class ResolveRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `closeMaterialisedRisk`.")
class CloseMaterialisedRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `closeRisk`.")
class CloseRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of `restoreRisk`.")
class RestoreRiskPayload(RiskAnswer):
    pass


@strawberry.type(description="What came of one risk of a batch.")
class LogRisksResult(RiskAnswer):
    pass


@strawberry.type(description="What came of `logRisks`, in the order of the input.")
class LogRisksPayload:
    """All or nothing: with any error, every risk is null."""

    results: list[LogRisksResult] = strawberry.field(description="One for each risk given.")
    user_errors: list[ShownUserError] = strawberry.field(
        description="What has to be mended about the batch itself."
    )


@strawberry.type(description="What came of `commentOnRisk`.")
class CommentOnRiskPayload:
    """The comment, or what to mend."""

    comment: RiskComment | None = strawberry.field(description="The comment, or null.")
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `relateRisks`.")
class RelateRisksPayload:
    """The relation, or what to mend."""

    relation: RiskRelation | None = strawberry.field(description="The relation, or null.")
    user_errors: list[ShownUserError] = strawberry.field(description=MEND)


@strawberry.type(description="What came of `unrelateRisks`.")
class UnrelateRisksPayload(RiskAnswer):
    pass


@strawberry.type
class RisksMutation:
    """The life of a risk."""

    @strawberry.mutation(description="Log a risk.")
    async def log_risk(self, info: Info, input: Input[inputs.LogRisk]) -> LogRiskPayload:
        return await perform(info, input, service.log, LogRiskPayload)

    @strawberry.mutation(description="Log up to 500 risks: all of them or none.")
    async def log_risks(self, info: Info, input: Input[inputs.LogRisks]) -> LogRisksPayload:
        shown, errors = await perform_all(info, input, service.log_many)
        results = [
            LogRisksResult(
                risk=shown[place] if shown else None,
                user_errors=[
                    show_error(error) for error in errors if error.field[:2] == ("risks", place)
                ],
            )
            for place in range(len(input.risks))
        ]
        whole = [show_error(error) for error in errors if len(error.field) < 2]
        return LogRisksPayload(results=results, user_errors=whole)

    @strawberry.mutation(description="Put a draft before the others.")
    async def submit_risk(self, info: Info, input: Input[inputs.SubmitRisk]) -> SubmitRiskPayload:
        return await perform(info, input, service.submit, SubmitRiskPayload)

    @strawberry.mutation(description="Change what a risk says.")
    async def change_risk(self, info: Info, input: Input[inputs.ChangeRisk]) -> ChangeRiskPayload:
        return await perform(info, input, service.change, ChangeRiskPayload, reason=input.reason)

    @strawberry.mutation(description="Do not keep a logged risk.")
    async def reject_risk(self, info: Info, input: Input[inputs.RejectRisk]) -> RejectRiskPayload:
        return await perform(
            info, input, service_moves.reject, RejectRiskPayload, reason=input.note
        )

    @strawberry.mutation(description="Judge an open risk for the first time.")
    async def assess_risk(self, info: Info, input: Input[inputs.AssessRisk]) -> AssessRiskPayload:
        return await perform(
            info, input, service_assess.assess, AssessRiskPayload, reason=input.rationale
        )

    @strawberry.mutation(description="Judge a risk again; the state stays.")
    async def reassess_risk(
        self, info: Info, input: Input[inputs.ReassessRisk]
    ) -> ReassessRiskPayload:
        return await perform(
            info, input, service_assess.reassess, ReassessRiskPayload, reason=input.rationale
        )

    @strawberry.mutation(description="Start treating an assessed risk.")
    async def treat_risk(self, info: Info, input: Input[inputs.TreatRisk]) -> TreatRiskPayload:
        return await perform(info, input, service_moves.treat, TreatRiskPayload)

    @strawberry.mutation(description="Carry a risk until the end of a day.")
    async def accept_risk(self, info: Info, input: Input[inputs.AcceptRisk]) -> AcceptRiskPayload:
        return await perform(
            info, input, service_moves.accept, AcceptRiskPayload, reason=input.justification
        )

    @strawberry.mutation(description="End the acceptance of a risk now.")
    async def revoke_acceptance(
        self, info: Info, input: Input[inputs.RevokeAcceptance]
    ) -> RevokeAcceptancePayload:
        return await perform(
            info,
            input,
            service_moves.revoke_acceptance,
            RevokeAcceptancePayload,
            reason=input.reason,
        )

    @strawberry.mutation(description="Only watch a risk from here on.")
    async def monitor_risk(
        self, info: Info, input: Input[inputs.MonitorRisk]
    ) -> MonitorRiskPayload:
        return await perform(
            info, input, service_moves.monitor, MonitorRiskPayload, reason=input.not_measurable
        )

    @strawberry.mutation(description="Treat a watched risk again.")
    async def resume_treatment(
        self, info: Info, input: Input[inputs.ResumeTreatment]
    ) -> ResumeTreatmentPayload:
        return await perform(
            info, input, service_moves.resume_treatment, ResumeTreatmentPayload, reason=input.reason
        )

    @strawberry.mutation(description="Judge and plan a watched risk again.")
    async def reopen_risk(self, info: Info, input: Input[inputs.ReopenRisk]) -> ReopenRiskPayload:
        return await perform(
            info, input, service_moves.reopen, ReopenRiskPayload, reason=input.reason
        )

    @strawberry.mutation(description="Say that a risk has happened.")
    async def materialise_risk(
        self, info: Info, input: Input[inputs.MaterialiseRisk]
    ) -> MaterialiseRiskPayload:
        return await perform(
            info,
            input,
            service_moves.materialise,
            MaterialiseRiskPayload,
            reason=input.what_happened,
        )

    @strawberry.mutation(description="Watch a risk again whose incident is over.")
    async def resolve_risk(
        self, info: Info, input: Input[inputs.ResolveRisk]
    ) -> ResolveRiskPayload:
        return await perform(info, input, service_moves.resolve, ResolveRiskPayload)

    @strawberry.mutation(description="Close a risk that has happened and whose cause is gone.")
    async def close_materialised_risk(
        self, info: Info, input: Input[inputs.CloseMaterialisedRisk]
    ) -> CloseMaterialisedRiskPayload:
        return await perform(
            info,
            input,
            service_moves.close_materialised,
            CloseMaterialisedRiskPayload,
            reason=input.reason,
        )

    @strawberry.mutation(description="Close a watched or accepted risk.")
    async def close_risk(self, info: Info, input: Input[inputs.CloseRisk]) -> CloseRiskPayload:
        return await perform(
            info, input, service_moves.close, CloseRiskPayload, reason=input.reason
        )

    @strawberry.mutation(description="Open a closed or rejected risk again.")
    async def restore_risk(
        self, info: Info, input: Input[inputs.RestoreRisk]
    ) -> RestoreRiskPayload:
        return await perform(
            info, input, service_moves.restore, RestoreRiskPayload, reason=input.reason
        )

    @strawberry.mutation(description="Say something about a risk.")
    async def comment_on_risk(
        self, info: Info, input: Input[inputs.CommentOnRisk]
    ) -> CommentOnRiskPayload:
        return await perform(info, input, service_assess.comment, CommentOnRiskPayload)

    @strawberry.mutation(description="Link two risks.")
    async def relate_risks(
        self, info: Info, input: Input[inputs.RelateRisks]
    ) -> RelateRisksPayload:
        return await perform(info, input, service_assess.relate, RelateRisksPayload)

    @strawberry.mutation(description="Remove a link between two risks.")
    async def unrelate_risks(
        self, info: Info, input: Input[inputs.UnrelateRisks]
    ) -> UnrelateRisksPayload:
        return await perform(info, input, service_assess.unrelate, UnrelateRisksPayload)
