"""Comments on risks and relations between them, as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.edges import one
from riskreg.kit.graph import Node, Versioned, shows
from riskreg.people.models import Person as PersonRow
from riskreg.risks import models, rules

if TYPE_CHECKING:
    from riskreg.people.graph import Person
    from riskreg.risks.graph import Risk

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyRisk = Annotated["Risk", strawberry.lazy("riskreg.risks.graph")]


@shows(models.RiskComment)
@strawberry.type(description="What somebody said about a risk.")
class RiskComment(Node):
    """A comment, for ever."""

    at: datetime = strawberry.field(description="When.")
    text: str = strawberry.field(description="What was said.")
    by: strawberry.Private[str]
    author: LazyPerson | None = one(PersonRow, "by", "Who said it.")


@shows(models.RiskRelation)
@strawberry.type(description="How one risk relates to another.")
class RiskRelation(Node, Versioned):
    """A directed link."""

    kind: rules.RelationKind = strawberry.field(
        description="The relation, read from `from` to `to`."
    )
    from_id: strawberry.Private[str]
    to_id: strawberry.Private[str]
    from_: LazyRisk | None = one(
        models.Risk, "from_id", "The risk that causes, doubles, contains or touches.", name="from"
    )
    to: LazyRisk | None = one(models.Risk, "to_id", "The other risk.")
