"""People, teams and tokens as the graph shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.context import Context
from riskreg.kit.db import Act as Doing
from riskreg.kit.edges import children, fetch_one, one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, Part, history
from riskreg.kit.ids import global_id
from riskreg.kit.inputs import Input
from riskreg.kit.lists import Connection
from riskreg.kit.perform import ShownUserError, perform
from riskreg.kit.roots import Catalogue, found, listed
from riskreg.kit.view import Actor, View
from riskreg.people import inputs, loaders, models, queries, service, service_tokens, sessions
from riskreg.people import tokens as secrets
from riskreg.people.permits import is_administering, is_permitted, require, roles_of
from riskreg.people.rules import Act, Authority, Role, acts, may_somewhere

if TYPE_CHECKING:
    from riskreg.projects.graph_places import Vendor

Info = strawberry.Info[Context, None]
LazyVendor = Annotated["Vendor", strawberry.lazy("riskreg.projects.graph_places")]


@shows(models.Person)
@strawberry.type(description="Somebody, or a service, who acts in the register.")
class Person(Node, Versioned):
    """A name for everybody; the rest for those who see everything, and administrators."""

    code: str = strawberry.field(description="The code, such as P-012.")
    name: str = strawberry.field(description="The name.")
    timezone: str = strawberry.field(description="Their time zone.")
    active: bool = strawberry.field(description="Whether they act in the register now.")
    authority: Authority | None = strawberry.field(
        description="What was granted to an EXEC: A4 for a VP."
    )
    email: strawberry.Private[str]
    team_id: strawberry.Private[str | None]
    vendor_id: strawberry.Private[str | None]
    team: "Team | None" = one(models.Team, "team_id", "Their team.")
    vendor: LazyVendor | None = one(
        "vendors", "vendor_id", "The vendor they work for, if not for the organisation."
    )
    delegations: Connection["Delegation"] = children(
        models.Delegation, "from_id", "Who stands in for them and when.", order="from_on"
    )
    history: list[HistoryEntry] = history(
        (Part(models.RoleGrant, "person_id"),), private=frozenset({"email"})
    )

    @strawberry.field(name="email", description="The address; null unless you see everything.")
    @derived("email")
    def shown_email(self) -> str | None:
        """Hidden from vendors, requestors and narrowed tokens."""
        return self.email if is_administering(self.view.actor) else None

    @strawberry.field(description="The roles they hold; null unless you see everything.")
    @derived()
    async def roles(self, info: Info) -> list[Role] | None:
        """Hidden as the address is."""
        if not is_administering(self.view.actor):
            return None
        return await loaders.roles_of_person(info.context, self.view, self.key)


@shows(models.Team)
@strawberry.type(description="A group of people with a lead.")
class Team(Node, Versioned):
    """A team."""

    name: str = strawberry.field(description="The name.")
    lead_id: strawberry.Private[str | None]
    lead: Person | None = one(models.Person, "lead_id", "Who leads it.")
    members: Connection[Person] = children(
        models.Person, "team_id", "Who is in it, by name.", order="name_fold"
    )
    history: list[HistoryEntry] = history()


@shows(models.Delegation)
@strawberry.type(description="That somebody stands in for somebody, for some days.")
class Delegation(Node, Versioned):
    """From a day until a day, both included."""

    from_on: date = strawberry.field(description="The first day.")
    until_on: date = strawberry.field(description="The last day.")
    from_id: strawberry.Private[str]
    to_id: strawberry.Private[str]
    away: Person | None = one(models.Person, "from_id", "Who is away.")
    stand_in: Person | None = one(models.Person, "to_id", "Who stands in.")


@shows(models.ApiToken)
@strawberry.type(description="A token that programs send; what it is was shown once.")
class ApiToken(Node, Versioned):
    """Everything but the token itself, of which only a digest is kept."""

    name: str = strawberry.field(description="What it is for.")
    roles: list[Role] = strawberry.field(description="The roles it acts in, if its person does.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked, if it was.")
    person_id: strawberry.Private[str]
    project_ids: strawberry.Private[list[str] | None]
    person: Person | None = one(models.Person, "person_id", "Whom it acts for.")

    @strawberry.field(
        name="projectIds", description="The only projects it sees; null if its roles decide."
    )
    @derived("project_ids")
    def shown_project_ids(self) -> list[strawberry.ID] | None:
        """As global ids, for the projects are of a slice above."""
        if self.project_ids is None:
            return None
        return [strawberry.ID(global_id("project", key)) for key in self.project_ids]

    @classmethod
    def shown_to(cls, actor: Actor) -> bool:
        """Only administrators know of tokens."""
        return is_permitted(actor, Act.MANAGE_PEOPLE)


@strawberry.type(description="Who you are, as far as this request goes.")
class Viewer:
    """The signed-in person, or the one behind the token."""

    view: strawberry.Private[View]
    name: str = strawberry.field(description="Your name.")
    roles: list[Role] = strawberry.field(description="The roles you act in.")
    authority: Authority | None = strawberry.field(description="How far your word goes.")
    permissions: list[Act] = strawberry.field(
        description="What you may do at least somewhere; the row decides where."
    )
    can_log_risk: bool = strawberry.field(description="Whether you may log risks.")

    @strawberry.field(description="Your row; null for the system itself.")
    async def person(self, info: Info) -> Person | None:
        """By the ordinary read path."""
        actor = self.view.actor
        return await fetch_one(info.context, self.view, models.Person, actor.id)  # type: ignore[no-any-return]


def viewer_of(view: View) -> Viewer:
    """What an actor is told about itself."""
    held = roles_of(view.actor)
    permissions = [act for act in Act if may_somewhere(held, act) or act in acts(held)]
    authority = view.actor.authority
    return Viewer(
        view=view,
        name=view.actor.name,
        roles=[role for role in Role if role in held],
        authority=None if authority is None else Authority(authority),
        permissions=permissions,
        can_log_risk=Act.LOG_RISK in permissions,
    )


def _administrators(actor: Actor) -> None:
    require(actor, Act.MANAGE_PEOPLE)


PEOPLE = Catalogue(
    models.Person,
    queries.PERSON_FILTERS,
    queries.PERSON_ORDERS,
    inputs.PersonFilter,
    inputs.PersonOrder,
)
TEAMS = Catalogue(
    models.Team,
    queries.TEAM_FILTERS,
    queries.TEAM_ORDERS,
    inputs.TeamFilter,
    inputs.TeamOrder,
)
TOKENS = Catalogue(
    models.ApiToken,
    queries.TOKEN_FILTERS,
    queries.TOKEN_ORDERS,
    inputs.ApiTokenFilter,
    inputs.ApiTokenOrder,
    allowed=_administrators,
)


@strawberry.type
class PeopleQuery:
    """What can be asked of people."""

    people: Connection[Person] = listed(PEOPLE, "People and services that you may know of.")
    person: Person | None = found(models.Person, "One person, by id or code.")
    teams: Connection[Team] = listed(TEAMS, "Teams.")
    api_tokens: Connection[ApiToken] = listed(TOKENS, "Tokens; for administrators only.")

    @strawberry.field(description="Who you are and what you may do.")
    async def me(self, info: Info) -> Viewer:
        """The actor of this request."""
        return viewer_of(await info.context.view())


USER_ERRORS = "What has to be mended; if there is anything, nothing was written."


@strawberry.type(description="What came of registering a person.")
class RegisterPersonPayload:
    """The object, or what to mend."""

    person: Person | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of changing a person.")
class ChangePersonPayload:
    """The object, or what to mend."""

    person: Person | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of deactivating a person.")
class DeactivatePersonPayload:
    """The object, or what to mend."""

    person: Person | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of reactivating a person.")
class ReactivatePersonPayload:
    """The object, or what to mend."""

    person: Person | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of granting a role.")
class GrantRolePayload:
    """The object, or what to mend."""

    person: Person | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of withdrawing a role.")
class WithdrawRolePayload:
    """The object, or what to mend."""

    person: Person | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of delegating.")
class DelegatePayload:
    """The object, or what to mend."""

    delegation: Delegation | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of forming a team.")
class FormTeamPayload:
    """The object, or what to mend."""

    team: Team | None = strawberry.field(description="As it is now; null if nothing was done.")
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of revoking a token.")
class RevokeApiTokenPayload:
    """The object, or what to mend."""

    api_token: ApiToken | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of making a token.")
class CreateApiTokenPayload:
    """The token, and once only what to send."""

    api_token: ApiToken | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)
    secret: str | None = strawberry.field(
        default=None,
        description="What to send as `Authorization: Bearer …`. Shown now and never again, "
        "so a replay of the same idempotency key lacks it.",
    )


@strawberry.type(description="What came of signing out.")
class SignOutPayload:
    """Whether there was a session to end."""

    signed_out: bool = strawberry.field(description="Whether a session was ended.")


@strawberry.type
class PeopleMutation:
    """What can be done about people."""

    @strawberry.mutation(description="Make a person or service known; for administrators.")
    async def register_person(
        self, info: Info, input: Input[inputs.RegisterPerson]
    ) -> RegisterPersonPayload:
        return await perform(info, input, service.register, RegisterPersonPayload)

    @strawberry.mutation(description="Change a person; for administrators.")
    async def change_person(
        self, info: Info, input: Input[inputs.ChangePerson]
    ) -> ChangePersonPayload:
        return await perform(info, input, service.change, ChangePersonPayload)

    @strawberry.mutation(
        description="Let somebody act no more; what they own goes to their delegate."
    )
    async def deactivate_person(
        self, info: Info, input: Input[inputs.DeactivatePerson]
    ) -> DeactivatePersonPayload:
        return await perform(
            info, input, service.deactivate, DeactivatePersonPayload, reason=input.reason
        )

    @strawberry.mutation(description="Let somebody act again.")
    async def reactivate_person(
        self, info: Info, input: Input[inputs.ReactivatePerson]
    ) -> ReactivatePersonPayload:
        return await perform(
            info, input, service.reactivate, ReactivatePersonPayload, reason=input.reason
        )

    @strawberry.mutation(description="Give a person a role; for administrators.")
    async def grant_role(self, info: Info, input: Input[inputs.GrantRole]) -> GrantRolePayload:
        return await perform(info, input, service.grant_role, GrantRolePayload)

    @strawberry.mutation(description="Take a role from a person; for administrators.")
    async def withdraw_role(
        self, info: Info, input: Input[inputs.WithdrawRole]
    ) -> WithdrawRolePayload:
        return await perform(info, input, service.withdraw_role, WithdrawRolePayload)

    @strawberry.mutation(
        description="Let somebody stand in for you, or as an administrator for anybody."
    )
    async def delegate(self, info: Info, input: Input[inputs.Delegate]) -> DelegatePayload:
        return await perform(info, input, service.delegate, DelegatePayload)

    @strawberry.mutation(description="Form a team; for administrators.")
    async def form_team(self, info: Info, input: Input[inputs.FormTeam]) -> FormTeamPayload:
        return await perform(info, input, service.form_team, FormTeamPayload)

    @strawberry.mutation(description="End a token at once; for administrators.")
    async def revoke_api_token(
        self, info: Info, input: Input[inputs.RevokeApiToken]
    ) -> RevokeApiTokenPayload:
        return await perform(info, input, service_tokens.revoke, RevokeApiTokenPayload)

    @strawberry.mutation(description="Make a token for a program; for administrators.")
    async def create_api_token(
        self, info: Info, input: Input[inputs.CreateApiToken]
    ) -> CreateApiTokenPayload:
        made: list[str] = []

        async def create(
            session: AsyncSession, view: View, given: inputs.CreateApiToken
        ) -> models.ApiToken:
            made.append(secrets.new_token())
            return await service_tokens.create(session, view, given, made[-1])

        payload = await perform(info, input, create, CreateApiTokenPayload)
        payload.secret = made[-1] if made and payload.api_token is not None else None
        return payload

    @strawberry.mutation(description="End the session of this browser, or all of yours.")
    async def sign_out(self, info: Info, input: Input[inputs.SignOut]) -> SignOutPayload:
        cookie = info.context.extra.get(sessions.COOKIE)

        async def end(session: AsyncSession, view: View) -> bool:
            return await sessions.sign_out(session, view, cookie, everywhere=input.everywhere)

        written = await info.context.db.write(info.context.actor, Doing("signOut"), end)
        return SignOutPayload(signed_out=written.result)
