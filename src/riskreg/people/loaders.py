"""What is fetched of several people at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from riskreg.kit.context import Context
from riskreg.kit.view import View
from riskreg.people.models import RoleGrant
from riskreg.people.rules import Role


async def roles_of_person(context: Context, view: View, key: str) -> list[Role]:
    """The roles of a person, in the order of the table of permissions."""

    async def batch(view: View, keys: list[Any]) -> Sequence[Any]:
        grant = view.of(RoleGrant)
        query = select(grant.person_id, grant.role).where(grant.person_id.in_(keys))
        found: dict[str, set[Role]] = {key: set() for key in keys}
        for row in await context.rows(view, query):
            found[row.person_id].add(row.role)
        return [[role for role in Role if role in found[key]] for key in keys]

    return await context.load(view, "roles_of_person", batch, key)  # type: ignore[no-any-return]
