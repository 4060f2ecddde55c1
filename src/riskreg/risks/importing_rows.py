"""One line of a file becomes a new risk, or changes a known one.

All that the lines name is looked up before the first of them, in a few statements, so that a file
of ten thousand new risks does not hold up other writers for minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID, Some

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.codes import next_number, reserve_code
from riskreg.kit.db import Fetch, fetcher
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.graph import prefix_of
from riskreg.kit.ids import code as code_of
from riskreg.kit.ids import global_id
from riskreg.kit.tables import Base
from riskreg.kit.view import Alias, Scope, View, visible_everywhere
from riskreg.people.models import Person
from riskreg.projects.models import Project
from riskreg.risks import service
from riskreg.risks.exporting import LINKED, PEOPLE, selected
from riskreg.risks.inputs import ChangeRisk, LogRisk, QuantInput
from riskreg.risks.models import Risk
from riskreg.risks.rules import RiskStatus
from riskreg.risks.rules_cells import Value
from riskreg.risks.rules_columns import INPUT_FIELDS, LINKS, QUANT, RISKREG, Profile
from riskreg.risks.sheets import RowError, Sheet, SheetRow

TARGETS: Mapping[str, tuple[type[Base], str]] = {
    **{name: (LINKED[name][1], f"{name.removesuffix('s').replace('_', ' ')}") for name in LINKS},
    **dict.fromkeys(PEOPLE, (Person, "person")),
}
"""The columns that name other rows: of which model, and what one of them is called."""
SAME = ("title", "cause", "event", "consequence", "category", "velocity", "proximity_date")
"""Values that a file sets under the names that inputs and columns of the table have, too."""
KEPT = ("sensitivity", "horizon_days")
"""The same, where an empty cell leaves what there is."""
_PATHS = {name: path for path, name in INPUT_FIELDS.items()}


@dataclass(frozen=True)
class Known:
    """A risk that is in the register, with what the columns say of it."""

    id: str
    code: str
    version: int
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Work:
    """What the lines of a file are checked against, and what has become of them."""

    session: AsyncSession
    view: View
    profile: Profile
    keys: Mapping[tuple[str, str], str]
    """The key of what a text in a column names."""
    people: Mapping[str, str]
    """The code of a person whom the file names by code or e-mail address."""
    managers: Mapping[str, str | None]
    """Who manages each project that the file names."""
    known: Mapping[str, Known]
    taken: frozenset[int]
    """The numbers of codes in the file that belong to risks that the actor does not see."""
    errors: list[RowError] = field(default_factory=list)
    created: dict[int, str] = field(default_factory=dict)
    """The codes of new risks, by line."""
    updated: set[str] = field(default_factory=set)

    def refuse(self, row: SheetRow, *errors: UserError) -> None:
        """Note what is wrong with a line, in the column that it is about."""
        for error in errors:
            column = self.profile.column_of(error.field)
            heading = None if column is None else column.heading
            self.errors.append(RowError(row.line, heading, error.message))


async def prepared(session: AsyncSession, view: View, sheet: Sheet) -> Work:
    """What a file is checked against; about ten statements, however many lines it has."""
    fetch = fetcher(session, view)
    keys: dict[tuple[str, str], str] = {}
    for name in LINKS:
        model, _ = TARGETS[name]
        wanted = {code for row in sheet.rows for code in codes_in(row, name)}
        keys |= {(name, code): key for code, key in (await _keys(fetch, view, model, wanted))}
    named = {code for row in sheet.rows for name in PEOPLE for code in codes_in(row, name)}
    people: dict[str, str] = {}
    for text, key, code in await _people(fetch, view, named):
        people[text] = code
        keys |= {(name, text): key for name in PEOPLE}
    codes = [row.code for row in sheet.rows if row.code is not None]
    known = await known_risks(fetch, view, sheet.profile, codes)
    fresh = [number_in(code) for code in codes if code not in known]
    projects = [key for (name, _), key in keys.items() if name == "projects"]
    return Work(
        session,
        view,
        sheet.profile,
        keys,
        people,
        managers=await _managers(fetch, view, projects),
        known=known,
        taken=await _taken(session, view, fresh),
    )


def codes_in(row: SheetRow, name: str) -> Sequence[str]:
    """The codes (or the e-mail address) that a column of a line names."""
    value = row.values.get(name)
    if isinstance(value, tuple):
        return value
    return () if value is None else (str(value),)


async def _keys(
    fetch: Fetch, view: View, model: type[Base], codes: Iterable[str]
) -> list[tuple[str, str]]:
    alias: Alias = view.of(model)
    found = sorted(codes)
    rows = await fetch(select(alias.code, alias.id).where(alias.code.in_(found))) if found else ()
    return [(row.code, row.id) for row in rows]


async def _people(fetch: Fetch, view: View, texts: Iterable[str]) -> list[tuple[str, str, str]]:
    """Text, key and code of each person who is named."""
    spelt = {text: text.lower() for text in sorted(texts)}
    if not spelt:
        return []
    person = view.of(Person)
    named = or_(person.code.in_(list(spelt)), person.email.in_(list(spelt.values())))
    rows = await fetch(select(person.id, person.code, person.email).where(named))
    by_text = {row.email: row for row in rows} | {row.code: row for row in rows}
    found = [(text, by_text.get(text) or by_text.get(low)) for text, low in spelt.items()]
    return [(text, row.id, row.code) for text, row in found if row is not None]


async def _managers(fetch: Fetch, view: View, projects: Sequence[str]) -> dict[str, str | None]:
    if not projects:
        return {}
    project = view.of(Project)
    query = select(project.id, project.manager_id).where(project.id.in_(projects))
    return {row.id: row.manager_id for row in await fetch(query)}


async def _taken(session: AsyncSession, view: View, numbers: Sequence[int]) -> frozenset[int]:
    if not numbers:
        return frozenset()
    every = visible_everywhere(view)
    risk = every.of(Risk)
    query = select(risk.number).where(risk.number.in_(numbers))
    return frozenset(row.number for row in await fetcher(session, every)(query))


def number_in(code: str) -> int:
    """The number that a code holds."""
    return int(code.removeprefix(f"{service.CODE_PREFIX}-"))


async def known_risks(
    fetch: Fetch, view: View, profile: Profile, codes: Sequence[str]
) -> dict[str, Known]:
    """The risks of these codes that the view sees, with every value that the columns hold."""
    if not codes:
        return {}
    numbers = [number_in(code) for code in codes]
    found: dict[str, dict[str, Value]] = {}
    heads: dict[str, tuple[str, int]] = {}
    for one in dict.fromkeys((profile, RISKREG)):  # people by code alone, as the latter has them
        rows, read = await selected(fetch, view, one, lambda risk: risk.number.in_(numbers))
        names = [column.field for column in one.columns]
        for row in rows:
            values = dict(zip(names, read(row), strict=True))
            code = code_of(service.CODE_PREFIX, number_in(row.code))
            found.setdefault(code, {}).update(values)
            heads[code] = (row.id, row.version)
    return {code: Known(key, code, version, found[code]) for code, (key, version) in heads.items()}


def said(work: Work, row: SheetRow, name: str) -> Value:
    """What a line says, people by their code."""
    value = row.values.get(name)
    return work.people.get(str(value), value) if name in PEOPLE and value else value


async def create(work: Work, row: SheetRow) -> str:
    """Log a line as a new risk, and give its code."""
    session, view = work.session, work.view
    errors = list(unknown_names(work, row, (*LINKS, *PEOPLE)))
    given = _log_risk(work, row)
    try:
        risk = service.drafted(session, view, given)
    except UserError as error:
        errors.append(error)
    if errors:
        raise UserErrors(tuple(errors))
    links = {_ids(name): _linked(work, row, name) for name in LINKS}
    if view.actor.reach.scope is Scope.VENDOR:
        links["vendor_ids"] = list({*links["vendor_ids"], *view.actor.reach.ids})
    first = next(iter(links["project_ids"]), "")
    around = service.Around(
        links,
        owner_id=_person(work, row, "owner"),
        sponsor_id=_person(work, row, "sponsor"),
        manager_id=work.managers.get(first),
    )
    await _give_code(work, risk, row.code)
    await service.enter(session, view, risk, given, around)
    if "owner" in row.values and row.values["owner"] is None:
        risk.owner_id = None  # the column is there, and empty: nobody, not the manager
    _set_origin(work, row, risk)
    if any(row.values.get(name) is not None for name in QUANT):
        service.set_quant(risk, _quant({name: row.values.get(name) for name in QUANT}))
    return risk.code


def _log_risk(work: Work, row: SheetRow) -> LogRisk:
    values: dict[str, Any] = {name: row.values.get(name) for name in (*SAME, *KEPT)}
    likelihood, impact = (
        row.values.get(f"inherent_{what}", row.values.get(f"current_{what}"))
        for what in ("likelihood", "impact")
    )
    values |= {"title": values["title"] or "", "likelihood": likelihood, "impact": impact}
    is_draft = work.profile.drafts or row.values.get("status") == RiskStatus.DRAFT
    return LogRisk(**values, draft=is_draft)


def _ids(name: str) -> str:
    """The input field that takes the ids of what a column names by codes."""
    return f"{name.removesuffix('s')}_ids"


def unknown_names(work: Work, row: SheetRow, names: Iterable[str]) -> Iterator[UserError]:
    """An error for each code in these columns that names nothing the actor sees."""
    for name in names:
        _, noun = TARGETS[name]
        for text in codes_in(row, name):
            if (name, text) not in work.keys:
                message = f'There is no {noun} "{text}".'
                yield UserError(message, code="NOT_FOUND", field=(_PATHS[name],))


def _linked(work: Work, row: SheetRow, name: str) -> list[str]:
    return [work.keys[name, code] for code in codes_in(row, name)]


def _person(work: Work, row: SheetRow, name: str) -> str | None:
    return next((work.keys[name, text] for text in codes_in(row, name)), None)


async def _give_code(work: Work, risk: Risk, code: str | None) -> None:
    if code is None:
        risk.number = await next_number(work.session, service.CODE_PREFIX)
        risk.code = code_of(service.CODE_PREFIX, risk.number)
        return
    risk.code, risk.number = code, number_in(code)
    if risk.number in work.taken:
        raise UserError(f"{code} is taken.", code="DUPLICATE", field=("code",))
    await reserve_code(work.session, service.CODE_PREFIX, risk.number)


def _set_origin(work: Work, row: SheetRow, risk: Risk) -> None:
    """Who identified a new risk and when, and its first review, as far as a file may say so."""
    at, due = row.values.get("identified_at"), row.values.get("review_due_on")
    if at is not None:
        if at > work.view.now:  # type: ignore[operator]  # an instant
            raise UserError("This is in the future.", "OUT_OF_RANGE", ("identifiedAt",))
        risk.identified_at = at  # type: ignore[assignment]
    if work.view.actor.reach.scope is Scope.ALL:
        risk.identified_by_id = _person(work, row, "identified_by") or risk.identified_by_id
    day = today(work.view.now, settings.current().zone)
    if due is not None and day <= due <= risk.review_due_on:  # type: ignore[operator]  # a day
        risk.review_due_on = due  # type: ignore[assignment]


def _quant(values: Mapping[str, Value]) -> QuantInput | None:
    missing = [name for name in QUANT if values[name] is None]
    if len(missing) == len(QUANT):
        return None
    if missing:
        message = "A quantification needs its probability, its three uplifts and its duration."
        raise UserError(message, code="MISSING", field=(_PATHS[missing[0]],))
    given: dict[str, Any] = dict(values)
    return QuantInput(**given)


async def update(work: Work, row: SheetRow, known: Known) -> bool:
    """Change a known risk where a line says otherwise; whether it did."""
    if errors := tuple(unknown_names(work, row, (*LINKS, "owner", "sponsor"))):
        raise UserErrors(errors)
    changes: dict[str, Any] = {}
    for name in _changed(work, row, known):
        if name in LINKS:
            changes[_ids(name)] = [_id(TARGETS[name][0], key) for key in _linked(work, row, name)]
        elif name in PEOPLE:
            key = _person(work, row, name)
            changes[f"{name}_id"] = None if key is None else _id(Person, key)
        else:
            changes["review_due" if name == "review_due_on" else name] = row.values[name]
    quant = {name: row.values.get(name, known.values[name]) for name in QUANT}
    if any(quant[name] != known.values[name] for name in QUANT):
        changes["quant"] = _quant(quant)
    if not changes:
        return False
    given: dict[str, Any] = {name: Some(value) for name, value in changes.items()}
    change = ChangeRisk(id=_id(Risk, known.id), expected_version=known.version, **given)
    await service.change(work.session, work.view, change)
    return True


def _changed(work: Work, row: SheetRow, known: Known) -> list[str]:
    """The values in which a line differs from the register, as the actor sees it."""
    kept = (*KEPT, "review_due_on")
    names = [name for name in (*SAME, *LINKS, "owner", "sponsor", *kept) if name in row.values]
    return [
        name
        for name in names
        if said(work, row, name) != known.values[name]
        and not (name in kept and row.values[name] is None)
    ]


def _id(model: type[Base], key: str) -> ID:
    return ID(global_id(prefix_of(model), key))
