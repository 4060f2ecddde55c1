"""The register as a download: `GET /export/risks.csv`, `.xlsx` or `.json`, in the page's own words.

The query says which rows, as the address of the page's register does, so that its address with
another path is the file of what it shows; `profile` and `asOf` may be added.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import TypeVar

from graphql import GraphQLError
from sqlalchemy import ColumnElement
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Database
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import EnumFilter, IntFilter, LinkFilter, RefFilter, conditions
from riskreg.kit.scalars import parse_instant
from riskreg.kit.search import hits
from riskreg.kit.view import Actor, Alias, View
from riskreg.risks.exporting import Matching, stream
from riskreg.risks.filtering import RISK_FILTERS, RiskFilter
from riskreg.risks.models import Risk
from riskreg.risks.overview import NOT_RUNNING
from riskreg.risks.rules import ENDED, AppetiteStatus, Band, RiskCategory, RiskStatus
from riskreg.risks.rules_columns import PROFILES, RISKREG
from riskreg.risks.writing import Format

E = TypeVar("E", bound=Enum)
IGNORED = frozenset({"sort", "after", "before"})
"""What the page's address says beside which rows are meant."""


async def risks_file(request: Request, db: Database, actor: Actor) -> Response:
    """The file that a request asks for, as the actor sees the register; 400 if it is unclear.

    The route is `/export/risks.{format}`.
    """
    asked = request.query_params
    ending, profile = request.path_params["format"], asked.get("profile", RISKREG.name)
    if ending not in {one.value for one in Format} or profile not in PROFILES:
        return PlainTextResponse("There is no such file or profile.\n", status_code=404)
    kind, context = Format(ending), Context(db, actor)
    try:
        view = await context.view(_as_of(asked.get("asOf")))
        matching = _matching(view, asked)
    except (BadInput, GraphQLError) as error:
        return PlainTextResponse(f"{error.message}\n", status_code=400)
    fetch = fetcher(context, view)
    parts = stream(fetch, view, profile=PROFILES[profile], format=kind, matching=matching)
    first = await anext(parts)  # so that what goes wrong goes wrong before anything is sent
    day = today(view.now, settings.current().zone).isoformat()
    headers = {
        "content-disposition": f'attachment; filename="risks-{day}.{kind.value}"',
        "cache-control": "no-store",
    }
    return StreamingResponse(_rest(first, parts), headers=headers, media_type=kind.media_type)


async def _rest(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A first piece that is there already, then the others."""
    yield first
    async for part in parts:
        yield part


def _as_of(given: str | None) -> datetime | None:
    return None if given is None else parse_instant(given)


def _matching(view: View, asked: Mapping[str, str]) -> Matching:
    chosen = RiskFilter()
    search = None
    for name, value in asked.items():
        if name == "q":
            search = value or None
        elif name in _FILTERS and value:
            _FILTERS[name](chosen, value)
        elif name not in {*_FILTERS, *IGNORED, "profile", "asOf"}:
            message = f"there is no filter {name[:40]!r}"
            raise BadInput(message)

    def condition(risk: Alias) -> ColumnElement[bool]:
        found = conditions(view, risk, RISK_FILTERS, chosen)
        return found if search is None else found & hits(view, risk, Risk, search)

    condition(view.of(Risk))  # what is wrong with the filter shows before anything is sent
    return condition


def _word(kind: type[E], value: str) -> E:
    try:
        return kind[value]
    except KeyError:
        message = f"{value[:40]!r} is none of {', '.join(kind.__members__)}"
        raise BadInput(message) from None


def _status(chosen: RiskFilter, value: str) -> None:
    """`CURRENT` is every state but the last."""
    if value == "CURRENT":
        chosen.status = EnumFilter(not_in=sorted(ENDED))
    else:
        chosen.status = EnumFilter(eq=_word(RiskStatus, value))


def _category(chosen: RiskFilter, value: str) -> None:
    chosen.category = EnumFilter(eq=_word(RiskCategory, value))


def _band(chosen: RiskFilter, value: str) -> None:
    chosen.residual_band = EnumFilter(eq=_word(Band, value))


def _appetite(chosen: RiskFilter, value: str) -> None:
    chosen.appetite_status = EnumFilter(eq=_word(AppetiteStatus, value))


def _project(chosen: RiskFilter, value: str) -> None:
    chosen.project = LinkFilter(some=[value])


def _owner(chosen: RiskFilter, value: str) -> None:
    chosen.owner = RefFilter(is_null=True) if value == "NONE" else RefFilter(eq=value)


def _cell(chosen: RiskFilter, value: str) -> None:
    """A cell of the heat map, and what it counts: likelihood, then impact, as `5x4`."""
    likelihood, _, impact = value.partition("x")
    if likelihood not in _STEPS or impact not in _STEPS:
        message = "a cell looks like 5x4"
        raise BadInput(message)
    chosen.residual_likelihood = IntFilter(eq=int(likelihood))
    chosen.residual_impact = IntFilter(eq=int(impact))
    chosen.and_ = [RiskFilter(status=EnumFilter(not_in=list(NOT_RUNNING)))]


_STEPS = frozenset("12345")
_FILTERS: Mapping[str, Callable[[RiskFilter, str], None]] = {
    "status": _status,
    "category": _category,
    "band": _band,
    "appetite": _appetite,
    "project": _project,
    "owner": _owner,
    "cell": _cell,
}
