"""What a caller may send about people, teams, roles and tokens; ids are global ids."""

from datetime import date, datetime

import strawberry

import riskreg.people.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.kit.filters import EnumFilter, RefFilter, TextFilter
from riskreg.kit.inputs import OnExisting, Request
from riskreg.kit.roots import order_input
from riskreg.people.rules import Authority, Role

NAME_LIMIT, EMAIL_LIMIT = 200, 254


@strawberry.input(name="RegisterPersonInput", description="Make a person or service known.")
class RegisterPerson(Request):
    """Who they are and what they may do."""

    name: str = strawberry.field(description="The name, at most 200 characters.")
    email: str = strawberry.field(description="The address; nobody else may have it.")
    code: str | None = strawberry.field(
        default=None, description="The code, such as P-012; the next one if left out."
    )
    roles: list[Role] = strawberry.field(
        default_factory=list, description="The roles that they hold from the start."
    )
    authority: Authority | None = strawberry.field(
        default=None, description="For an EXEC: A4 for a VP. Other roles carry their own."
    )
    team_id: strawberry.ID | None = strawberry.field(default=None, description="Their team.")
    vendor_id: strawberry.ID | None = strawberry.field(
        default=None, description="The vendor they work for, if they are not of the organisation."
    )
    timezone: str | None = strawberry.field(
        default=None, description="Their time zone, such as Asia/Manila; the organisation's if not."
    )


@strawberry.input(name="ChangePersonInput", description="Change a person; what is left out stays.")
class ChangePerson(OnExisting):
    """Everything but roles and activity, which have mutations of their own."""

    name: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="The name, at most 200 characters."
    )
    email: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="The address; nobody else may have it."
    )
    authority: strawberry.Maybe[Authority | None] = strawberry.field(
        default=None, description="For an EXEC: A4 for a VP. Null takes the grant away."
    )
    team_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Their team; null for none."
    )
    timezone: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="Their time zone."
    )


@strawberry.input(name="DeactivatePersonInput", description="Let somebody act no more.")
class DeactivatePerson(OnExisting):
    """What they own goes to their delegate of that day, or stays and counts as unowned."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@strawberry.input(name="ReactivatePersonInput", description="Let somebody act again.")
class ReactivatePerson(OnExisting):
    """Their roles are as they were; tokens and sessions stay revoked."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@strawberry.input(name="GrantRoleInput", description="Give a person a role.")
class GrantRole(OnExisting):
    """Id and version are the person's."""

    role: Role = strawberry.field(description="The role.")


@strawberry.input(name="WithdrawRoleInput", description="Take a role from a person.")
class WithdrawRole(OnExisting):
    """Id and version are the person's."""

    role: Role = strawberry.field(description="The role.")


@strawberry.input(name="DelegateInput", description="Let somebody stand in for somebody.")
class Delegate(Request):
    """From a day until a day, both included; the newest delegation counts."""

    from_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who is away; yourself if left out."
    )
    to_id: strawberry.ID = strawberry.field(description="Who stands in.")
    from_on: date = strawberry.field(description="The first day.")
    until_on: date = strawberry.field(description="The last day; not in the past.")


@strawberry.input(name="FormTeamInput", description="Form a team.")
class FormTeam(Request):
    """A name, a lead and members."""

    name: str = strawberry.field(description="The name; no other team may have it.")
    lead_id: strawberry.ID | None = strawberry.field(default=None, description="Who leads it.")
    member_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Who is in it; they leave the team they were in."
    )


@strawberry.input(name="CreateApiTokenInput", description="Make a token for programs.")
class CreateApiToken(Request):
    """It never does more than its person may, and always ends."""

    name: str = strawberry.field(description="What it is for, at most 200 characters.")
    person_id: strawberry.ID = strawberry.field(description="Whom it acts for.")
    roles: list[Role] | None = strawberry.field(
        default=None, description="Some of the person's roles; all of them if left out."
    )
    project_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these projects; all that the roles see if left out."
    )
    expires_at: datetime = strawberry.field(description="When it ends: at most 366 days away.")


@strawberry.input(name="RevokeApiTokenInput", description="End a token at once.")
class RevokeApiToken(OnExisting):
    """Requests that send it are refused from now on."""


@strawberry.input(name="SignOutInput", description="End the session of this browser.")
class SignOut:
    """Or all of one's own."""

    everywhere: bool = strawberry.field(
        default=False, description="End every session of yours, on all devices."
    )


@strawberry.input(description="Which people; all conditions must hold.")
class PersonFilter:
    """Conditions on people."""

    and_: list["PersonFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["PersonFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "PersonFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    name: TextFilter | None = strawberry.field(default=None, description="The name.")
    role: EnumFilter[Role] | None = strawberry.field(
        default=None, description="One of the roles that they hold."
    )
    team: RefFilter | None = strawberry.field(default=None, description="The team, by its id.")
    active: bool | None = strawberry.field(
        default=None, description="Whether they act in the register now."
    )


@strawberry.input(description="Which teams; all conditions must hold.")
class TeamFilter:
    """Conditions on teams."""

    and_: list["TeamFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["TeamFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "TeamFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    name: TextFilter | None = strawberry.field(default=None, description="The name.")
    lead: RefFilter | None = strawberry.field(
        default=None, description="Who leads it, by id or code."
    )


@strawberry.input(description="Which tokens; all conditions must hold.")
class ApiTokenFilter:
    """Conditions on tokens."""

    and_: list["ApiTokenFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["ApiTokenFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "ApiTokenFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    name: TextFilter | None = strawberry.field(default=None, description="What it is for.")
    person: RefFilter | None = strawberry.field(
        default=None, description="Whom it acts for, by id or code."
    )
    live: bool | None = strawberry.field(
        default=None, description="Whether it works now: neither revoked nor expired."
    )


PersonOrder = order_input(
    "Person",
    {"NAME": "By name.", "CODE": "By code.", "CREATED_AT": "By when they were registered."},
)
TeamOrder = order_input("Team", {"NAME": "By name.", "CREATED_AT": "By when it was formed."})
ApiTokenOrder = order_input("ApiToken", {"CREATED_AT": "By when it was made."})
