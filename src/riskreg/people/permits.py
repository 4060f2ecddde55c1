"""Whether an actor may do an act; every service asks here before it changes anything."""

from __future__ import annotations

from collections.abc import Iterable

from riskreg.kit.errors import Forbidden
from riskreg.kit.view import Actor, Scope
from riskreg.people.rules import Act, Role, Standing, may, may_somewhere

SYSTEM = Actor(id="0" * 32, name="riskreg", roles=frozenset({"SYSTEM"}))
"""Who acts when nobody does: the first start, sweeps, sign-in. It has no row and no limits."""

ADMINISTRATION = "administration"
"""What the reach of an administrator who reads nothing else names, in place of projects."""

_DOING = {
    Act.READ: "read the register",
    Act.LOG_RISK: "log risks",
    Act.COMMENT: "comment",
    Act.ASSESS_AND_TREAT: "assess and treat risks",
    Act.ACCEPT_RISK: "accept risks",
    Act.WORK_ON_MITIGATION: "work on mitigations",
    Act.GIVE_VERDICT: "judge whether a mitigation works",
    Act.APPROVE_CHANGE: "approve changes",
    Act.APPROVE_EMERGENCY_CHANGE: "approve emergency changes",
    Act.MEASURE_GATE: "measure gates",
    Act.INGEST_METRICS: "ingest metrics",
    Act.DEFINE_METRICS: "define metrics",
    Act.RUN_EVALUATIONS: "run evaluations",
    Act.CREATE_REPORT: "make reports",
    Act.MANAGE_PROJECTS: "manage projects, vendors and pools",
    Act.MANAGE_PEOPLE: "manage people, roles and tokens",
    Act.CONFIGURE: "configure the register",
}


def roles_of(actor: Actor) -> frozenset[Role]:
    """The actor's roles as the rules know them; `SYSTEM` holds none of them."""
    return frozenset(Role(role) for role in actor.roles if role in Role.__members__)


def is_permitted(actor: Actor, act: Act, standing: Iterable[Standing] = ()) -> bool:
    """Whether the actor may do the act in a row to which it so stands."""
    return actor.id == SYSTEM.id or may(roles_of(actor), act, standing)


def require(actor: Actor, *acts: Act, standing: Iterable[Standing] = ()) -> None:
    """Pass if the actor may do one of the acts in such a row; else `Forbidden`, with a sentence."""
    held = tuple(standing)
    if any(is_permitted(actor, act, held) for act in acts):
        return
    names = ", ".join(sorted(actor.roles)) or "none"
    doing = " or ".join(_DOING[act] for act in acts)
    if any(may_somewhere(roles_of(actor), act) for act in acts):
        raise Forbidden(f"You may {doing}, but not here: it is not yours. Your roles: {names}.")
    raise Forbidden(f"You may not {doing}. Your roles: {names}.")


def is_administering(actor: Actor) -> bool:
    """Whether the actor sees people, roles and tokens, though perhaps nothing of the register."""
    return actor.reach.scope is Scope.ALL or ADMINISTRATION in actor.reach.ids
