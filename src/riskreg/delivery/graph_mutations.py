"""What can be done about targets and health."""

import strawberry

from riskreg.delivery import inputs, service, service_health
from riskreg.delivery.graph import HealthAssertion, Target
from riskreg.kit.context import Context
from riskreg.kit.inputs import Input
from riskreg.kit.perform import ShownUserError, perform

Info = strawberry.Info[Context, None]
USER_ERRORS = "What has to be mended; if there is anything, nothing was written."
AS_IT_IS = "As it is now; null if nothing was done."


@strawberry.type(description="What came of setting a target.")
class SetTargetPayload:
    """The object, or what to mend."""

    target: Target | None = strawberry.field(description=AS_IT_IS)
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of changing a target.")
class ChangeTargetPayload:
    """The object, or what to mend."""

    target: Target | None = strawberry.field(description=AS_IT_IS)
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of ending a target.")
class EndTargetPayload:
    """The object, or what to mend."""

    target: Target | None = strawberry.field(description=AS_IT_IS)
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of saying how a project does.")
class AssertHealthPayload:
    """The object, or what to mend."""

    assertion: HealthAssertion | None = strawberry.field(description=AS_IT_IS)
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of taking back what was said of a project.")
class WithdrawHealthAssertionPayload:
    """The object, or what to mend."""

    assertion: HealthAssertion | None = strawberry.field(description=AS_IT_IS)
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class DeliveryMutation:
    """What can be done about what projects promise."""

    @strawberry.mutation(description="Promise a level of service of a project.")
    async def set_target(self, info: Info, input: Input[inputs.SetTarget]) -> SetTargetPayload:
        return await perform(info, input, service.set_target, SetTargetPayload)

    @strawberry.mutation(description="Change a target; what is left out stays.")
    async def change_target(
        self, info: Info, input: Input[inputs.ChangeTarget]
    ) -> ChangeTargetPayload:
        return await perform(
            info, input, service.change_target, ChangeTargetPayload, reason=input.reason
        )

    @strawberry.mutation(description="Let a target hold no longer.")
    async def end_target(self, info: Info, input: Input[inputs.EndTarget]) -> EndTargetPayload:
        return await perform(info, input, service.end_target, EndTargetPayload, reason=input.reason)

    @strawberry.mutation(
        description="Say that a project does better or worse than its data, for 14 days at most."
    )
    async def assert_health(
        self, info: Info, input: Input[inputs.AssertHealth]
    ) -> AssertHealthPayload:
        return await perform(
            info, input, service_health.assert_health, AssertHealthPayload, reason=input.reason
        )

    @strawberry.mutation(description="Take back what was said of a project before it ends.")
    async def withdraw_health_assertion(
        self, info: Info, input: Input[inputs.WithdrawHealthAssertion]
    ) -> WithdrawHealthAssertionPayload:
        return await perform(
            info,
            input,
            service_health.withdraw,
            WithdrawHealthAssertionPayload,
            reason=input.reason,
        )
