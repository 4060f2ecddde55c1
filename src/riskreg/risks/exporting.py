"""The register as a file: CSV, XLSX or JSON, in one of the profiles of `rules_columns`.

Everything is read through the view, so that a vendor's file has its own rows, and within them its
own vendor only. Rows stand in the order of their codes, links in the order of theirs.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    FromClause,
    Select,
    String,
    func,
    select,
    type_coerce,
)

from riskreg.kit.db import Fetch, Record
from riskreg.kit.graph import term
from riskreg.kit.tables import Base
from riskreg.kit.view import Alias, View
from riskreg.people.models import Person
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor
from riskreg.risks.models import Risk, RiskMarket, RiskPolicyArea, RiskProject, RiskVendor
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation
from riskreg.risks.queries import risk_access  # noqa: F401 (declares who sees which rows)
from riskreg.risks.rules import AppetiteStatus, MitigationStatus, RiskStatus
from riskreg.risks.rules_cells import Value, scenario
from riskreg.risks.rules_columns import NIST_IR_8286, RISKREG, SCENARIO, Profile
from riskreg.risks.writing import Format, chunks

Matching = Callable[[Alias], ColumnElement[bool]]
"""Which risks, as a condition over the view's alias of them."""
Getter = Callable[[Record], Value]
"""A column's value in a selected row."""
Reader = Callable[[Record], list[Value]]
"""The values of all columns in a selected row."""

LINKED: Mapping[str, tuple[type[Base], type[Base], str]] = {
    "projects": (RiskProject, Project, "project_id"),
    "policy_areas": (RiskPolicyArea, PolicyArea, "policy_area_id"),
    "markets": (RiskMarket, Market, "market_id"),
    "vendors": (RiskVendor, Vendor, "vendor_id"),
    "mitigations": (RiskMitigation, Mitigation, "mitigation_id"),
}
"""Columns of codes: link table, target, and the column of the far key."""
PEOPLE = {"owner": "owner_id", "sponsor": "sponsor_id", "identified_by": "identified_by_id"}
"""Columns that name a person, and where the key is."""
UNRANKED = (RiskStatus.DRAFT, RiskStatus.CLOSED, RiskStatus.REJECTED)
"""States without a priority: not judged yet, or at their end."""


@dataclass(frozen=True)
class _Around:
    """What the rows need of other tables, by key."""

    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    priorities: dict[str, int] = field(default_factory=dict)
    responses: dict[str, list[Record]] = field(default_factory=dict)


async def export(
    fetch: Fetch,
    view: View,
    *,
    profile: Profile = RISKREG,
    format: Format = Format.CSV,
    matching: Matching | None = None,
) -> bytes:
    """The file as a whole."""
    parts = stream(fetch, view, profile=profile, format=format, matching=matching)
    return b"".join([part async for part in parts])


async def stream(
    fetch: Fetch,
    view: View,
    *,
    profile: Profile = RISKREG,
    format: Format = Format.CSV,
    matching: Matching | None = None,
) -> AsyncIterator[bytes]:
    """The file piece by piece: read before the first, and put together beside the event loop."""
    rows, values = await selected(fetch, view, profile, matching)
    parts = chunks(profile, format, map(values, rows))
    while chunk := await asyncio.to_thread(next, parts, b""):
        yield chunk


async def selected(
    fetch: Fetch, view: View, profile: Profile, matching: Matching | None = None
) -> tuple[Sequence[Record], Reader]:
    """The rows (with `id` and `version`), and what reads the values of the columns from one.

    One statement for the risks with their links, one for the people; NIST has one for the actions.
    """
    query = _query(view, profile, matching)
    rows = await fetch(query)
    person = view.of(Person)
    people = await fetch(select(person.id, person.code, person.name))
    around = _Around({row.id: (row.code, row.name) for row in people})
    if profile is NIST_IR_8286:
        around.priorities.update(_priorities(rows))
        around.responses.update(await _responses(fetch, view))
    return rows, _reader(profile, around)


def _query(view: View, profile: Profile, matching: Matching | None) -> Select[*tuple[Any, ...]]:
    risk = view.of(Risk)
    query: Select[*tuple[Any, ...]] = select(risk.id, risk.version).order_by(risk.number)
    for name in _needed(profile):
        if name not in LINKED:
            query = query.add_columns(_raw(risk, name).label(name))
            continue
        linked = _linked(view, name)
        query = query.add_columns(linked.c.codes.label(name))
        query = query.outerjoin(linked, linked.c.risk_id == risk.id)
    return query if matching is None else query.where(matching(risk))


_EXTRA = {
    "scenario": SCENARIO,
    "priority": ("recorded_status", "appetite_status", "residual_rank", "number"),
    "current_likelihood": ("residual_likelihood", "inherent_likelihood"),
    "current_impact": ("residual_impact", "inherent_impact"),
    "current_band": ("residual_band", "inherent_band"),
    "response": (),
    "response_cost": (),
}
"""The columns of a profile that are put together, and from what."""


def _needed(profile: Profile) -> list[str]:
    """The terms to select for a profile, each once."""
    names = [one.field for one in profile.columns]
    terms = [part for name in names for part in _EXTRA.get(name, (PEOPLE.get(name, name),))]
    return list(dict.fromkeys(terms))


def _raw(risk: Alias, name: str) -> ColumnElement[Any]:
    """A term as it is stored: words as text, which spares making members of them."""
    found = term(risk, name)
    found = getattr(found, "element", found)  # without its label
    return type_coerce(found, String) if isinstance(found.type, Enum) else found


def _linked(view: View, name: str) -> FromClause:
    """The codes of what each risk is linked to, a blank apart, in no order."""
    through, target, column = LINKED[name]
    link: Alias = view.of(through)
    far: Alias = view.of(target)
    codes = func.aggregate_strings(far.code, " ").label("codes")
    joined = select(link.risk_id, codes).join(far, far.id == getattr(link, column))
    return joined.group_by(link.risk_id).subquery(f"of_{name}")


def _priorities(rows: Sequence[Record]) -> Iterator[tuple[str, int]]:
    """The place of each running, judged risk of the file: outside tolerance first, then gravest."""
    judged = [row for row in rows if row.residual_rank and row.recorded_status not in UNRANKED]
    judged.sort(
        key=lambda row: (
            row.appetite_status != AppetiteStatus.OUT_OF_TOLERANCE,
            -row.residual_rank,
            row.number,
        )
    )
    return ((row.id, place) for place, row in enumerate(judged, 1))


async def _responses(fetch: Fetch, view: View) -> dict[str, list[Record]]:
    """The actions that are not cancelled, by risk."""
    link: Alias = view.of(RiskMitigation)
    action: Alias = view.of(Mitigation)
    query = (
        select(link.risk_id, action.code, action.title, action.status, action.due_on, action.cost)
        .join(action, action.id == link.mitigation_id)
        .where(action.status != MitigationStatus.CANCELLED)
        .order_by(action.number)
    )
    found: dict[str, list[Record]] = defaultdict(list)
    for row in await fetch(query):
        found[row.risk_id].append(row)
    return found


def _reader(profile: Profile, around: _Around) -> Reader:
    """Takes what is stored as it is in one go, then puts in what is made from it."""
    stored = ["id", "version", *_needed(profile)]
    names = [one.field for one in profile.columns]
    pick = itemgetter(*[stored.index(name) if name in stored else 0 for name in names])
    made = [
        (place, get)
        for place, name in enumerate(names)
        if (get := _getter(profile, name, around)) is not None
    ]

    def read(row: Record) -> list[Value]:
        values = list(pick(tuple(row)))
        for place, get in made:
            values[place] = get(row)
        return values

    return read


def _getter(profile: Profile, name: str, around: _Around) -> Getter | None:
    """What makes the value of a column; None where it is stored as it is."""
    if name in PEOPLE:
        named = profile is NIST_IR_8286
        return _person(around.people, attrgetter(PEOPLE[name]), named=named)
    if name in LINKED:
        return _codes(attrgetter(name))
    if name.startswith("current_"):
        now, first = (attrgetter(one) for one in _EXTRA[name])
        return lambda row: first(row) if now(row) is None else now(row)
    made: dict[str, Getter] = {
        "impacts": lambda row: _impacts(row.impacts),
        "scenario": lambda row: scenario({part: getattr(row, part) for part in SCENARIO}),
        "priority": lambda row: around.priorities.get(row.id),
        "response": lambda row: _response(around.responses.get(row.id, ())),
        "response_cost": lambda row: _cost(around.responses.get(row.id, ())),
    }
    return made.get(name)


def _person(
    people: Mapping[str, tuple[str, str]], key: Callable[[Record], str | None], *, named: bool
) -> Getter:
    """The person's code, or name with code; nothing for nobody, and for whom one may not know."""
    texts = {one: f"{name} ({code})" if named else code for one, (code, name) in people.items()}
    return lambda row: texts.get(key(row) or "")


def _codes(joined: Callable[[Record], str | None]) -> Getter:
    def get(row: Record) -> Value:
        codes = joined(row)
        return () if codes is None else tuple(sorted(codes.split(" ")))

    return get


def _impacts(impacts: Mapping[str, int] | None) -> str | None:
    if impacts is None:
        return None
    return " ".join(f"{dimension}:{step}" for dimension, step in sorted(impacts.items()))


def _response(actions: Sequence[Record]) -> str | None:
    lines = [
        f"{one.code} {one.title} ({one.status}, due {one.due_on.isoformat()})" for one in actions
    ]
    return "\n".join(lines) or None


def _cost(actions: Sequence[Record]) -> Value:
    costs = [one.cost for one in actions if one.cost is not None]
    return sum(costs, Decimal()) if costs else None
