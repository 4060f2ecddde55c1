"""Every operator finds what Python finds with the same filter over the same rows."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import riskreg.graph  # noqa: F401 (completes the models)
from riskreg.kit.db import Database
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import (
    DateFilter,
    DateTimeFilter,
    EnumFilter,
    IntFilter,
    LinkFilter,
    RefFilter,
    TextFilter,
    conditions,
)
from riskreg.kit.graph import term
from riskreg.kit.ids import global_id
from riskreg.kit.text import fold
from riskreg.kit.view import View
from riskreg.risks.filtering import RISK_FILTERS, RiskFilter
from riskreg.risks.models import Risk, RiskVendor
from riskreg.risks.rules import (
    AppetiteStatus,
    Band,
    RiskCategory,
    RiskStatus,
    Treatment,
)
from tests.kit.rows import WRITER, add, key, of_vendor, person, risk, vendor

ADA, BO, ASTER, BOREAL = key(1), key(2), key(3), key(4)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DAY = date(2026, 12, 1)
TITLES = (
    *("Élan vital", "100% of it", "under_score", r"back\slash / [a-z]*?", "ßtraße", "İstanbul"),
    *("日本語の表示", "Không đủ người", "  ", "a'; DROP TABLE risks; --", "🛑 stop", "ẞ"),
)
CODES = ("P-001", "P-002", "ASTER", "BOREAL", "R-010")
"""Also what is the code of something else, or of nothing."""


def case(number: int) -> Risk:
    """One of many risks that differ in all that can be filtered by; some things are not known."""
    status = list(RiskStatus)[number % len(RiskStatus)]
    return risk(
        number,
        id=key(100 + number),
        title=TITLES[number % len(TITLES)],
        recorded_status=status,
        category=None if number % 3 == 0 else list(RiskCategory)[number % 5],
        treatment=None if number % 4 == 0 else list(Treatment)[number % 3],
        owner_id=(None, ADA, BO)[number % 3],
        inherent_likelihood=None if number % 5 == 0 else 1 + number % 5,
        computed_likelihood=None if number % 5 == 0 else 1 + number % 4,
        asserted_likelihood=1 + number % 2,
        asserted_until=LATE if number % 2 else EARLY,
        inherent_band=None if number % 5 == 0 else list(Band)[number % 4],
        computed_band=None if number % 5 == 0 else list(Band)[number % 4],
        review_due_on=DAY + timedelta(days=number % 4),
        out_from=EARLY + timedelta(days=number % 6),
        out_to=LATE if number % 2 else EARLY,
        holds_until=LATE if number % 4 else EARLY,
        identified_at=EARLY + timedelta(days=number % 7),
    )


@dataclass(frozen=True)
class Case:
    """What Python knows of a row: its values by name of the filter, and its links."""

    id: str
    values: dict[str, Any]
    vendors: frozenset[str]


@dataclass(frozen=True)
class Register:
    """A register and what Python knows of it."""

    db: Database
    view: View
    cases: tuple[Case, ...]

    async def found(self, filter: RiskFilter | None, view: View | None = None) -> list[str]:
        """The keys that a filter finds."""
        view = view or self.view
        alias: Any = view.of(Risk)
        query = select(alias.id).where(conditions(view, alias, RISK_FILTERS, filter))
        return sorted(row.id for row in await self.db.rows(view, query))

    def expected(self, filter: RiskFilter) -> list[str]:
        """What Python finds."""
        return sorted(one.id for one in self.cases if holds(filter, one))


COLUMNS = {name: name for name in RISK_FILTERS} | {
    "next_review_due": "next_review_due",
    "out_of_tolerance_since": "out_since",
}
LINKED = {"owner", "project", "policy_area", "market", "vendor", "mitigation"}


@pytest.fixture
async def register(db: Database) -> Register:
    """Forty risks, two people, two vendors."""
    people = [person("Ada", id=ADA, code="P-001"), person("Bo", id=BO, code="P-002")]
    firms = [vendor("ASTER", id=ASTER), vendor("BOREAL", id=BOREAL)]
    rows = [case(number) for number in range(40)]
    links = [
        of_vendor(row, firm) for number, row in enumerate(rows) for firm in firms[: number % 3]
    ]
    await add(db, *people, *firms, *rows, *links)
    view = db.view(WRITER)
    one: Any = view.of(Risk)
    named = {name: column for name, column in COLUMNS.items() if name not in LINKED}
    values = [term(one, column).label(name) for name, column in named.items()]
    query = select(one.id, one.owner_id.label("owner"), one.title_fold, *values)
    link: Any = view.of(RiskVendor)
    linked = await db.rows(view, select(link.risk_id, link.vendor_id))
    cases = tuple(
        Case(
            row.id,
            dict(row._mapping),
            frozenset(one.vendor_id for one in linked if one.risk_id == row.id),
        )
        for row in await db.rows(view, query)
    )
    return Register(db, view, cases)


def key_of(wanted: str) -> str | None:
    """The key that an id or a code stands for."""
    codes = {"P-001": ADA, "P-002": BO, "ASTER": ASTER, "BOREAL": BOREAL}
    return codes.get(wanted) or (wanted.partition("_")[2] if "_" in wanted else None)


def compares(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: value is not None and compare(value, wanted)


PYTHON: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value is not None and value == wanted,
    "in_": lambda value, wanted: value is not None and value in wanted,
    "not_in": lambda value, wanted: value is None or value not in wanted,
    "gt": compares(lambda value, wanted: value > wanted),
    "gte": compares(lambda value, wanted: value >= wanted),
    "lt": compares(lambda value, wanted: value < wanted),
    "lte": compares(lambda value, wanted: value <= wanted),
    "is_null": lambda value, wanted: (value is None) == wanted,
}


def holds(filter: Any, one: Case) -> bool:
    """Whether a filter holds for a row: all that is given must hold."""
    for part in fields(filter):
        wanted = getattr(filter, part.name)
        if wanted is None:
            continue
        if part.name == "and_":
            held = all(holds(inner, one) for inner in wanted)
        elif part.name == "or_":
            held = any(holds(inner, one) for inner in wanted)
        elif part.name == "not_":
            held = not holds(wanted, one)
        else:
            held = leaf_holds(part.name, wanted, one)
        if not held:
            return False
    return True


def leaf_holds(name: str, operators: Any, one: Case) -> bool:
    given = {f.name: getattr(operators, f.name) for f in fields(operators)}
    return all(
        operator_holds(name, operator, wanted, one)
        for operator, wanted in given.items()
        if wanted is not None
    )


def operator_holds(name: str, operator: str, wanted: Any, one: Case) -> bool:
    if name == "vendor":
        linked = one.vendors & {key_of(some) for some in wanted}
        return bool(linked) if operator == "some" else not linked
    value = one.values[name]
    if name == "owner" and operator != "is_null":
        keys = [key_of(some) for some in (wanted if operator == "in_" else [wanted])]
        return value is not None and value in keys
    if operator == "contains":
        if name == "title":
            return fold(wanted) in one.values["title_fold"]
        ascii_lower = "".join(c.lower() if c.isascii() else c for c in wanted)
        return ascii_lower in value.lower()
    return PYTHON[operator](value, wanted)


def some(kind: Any, **operators: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An operator input with any of its operators."""
    return st.builds(kind, **{name: st.none() | one for name, one in operators.items()})


def of_enum(kind: type[Enum]) -> st.SearchStrategy[Any]:
    member = st.sampled_from(kind)
    many = st.lists(member, max_size=3)
    return some(EnumFilter, eq=member, in_=many, not_in=many)


def ordered(kind: Any, values: st.SearchStrategy[Any], **more: Any) -> st.SearchStrategy[Any]:
    bounds = dict.fromkeys(("gt", "gte", "lt", "lte"), values)
    return some(kind, **bounds, is_null=st.booleans(), **more)


numbers = st.integers(-1, 6) | st.sampled_from([2**31 - 1, -(2**31)])
days = st.dates(DAY - timedelta(days=1), DAY + timedelta(days=5))
moments = st.sampled_from(
    [EARLY + timedelta(days=n, microseconds=m) for n in range(8) for m in (0, 1)]
)
pieces = st.sampled_from([piece for title in TITLES for piece in (title, title[:3], title[2:6])])
typed = pieces | st.sampled_from(
    ["%", "_", "\\", "/", "[a-z]", "*", "?", "ELAN", "é", "SS", "a\0b"]
)
typed |= st.text(max_size=3)
codes = st.sampled_from(["R-001", "r-0", "-01", "R-999", "%", "_", ""])
refs = st.sampled_from([*CODES, *(global_id("person", at) for at in (ADA, BO, key(9))), "x"])
links = st.sampled_from([*CODES, *(global_id("vendor", at) for at in (ASTER, BOREAL)), "a\0b"])

LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "code": some(
        TextFilter, eq=codes, in_=st.lists(codes, max_size=3), contains=codes, is_null=st.booleans()
    ),
    "title": some(
        TextFilter, eq=typed, in_=st.lists(typed, max_size=3), contains=typed, is_null=st.booleans()
    ),
    "status": of_enum(RiskStatus),
    "category": of_enum(RiskCategory),
    "appetite_status": of_enum(AppetiteStatus),
    "residual_band": of_enum(Band),
    "inherent_band": of_enum(Band),
    "treatment": of_enum(Treatment),
    "residual_likelihood": ordered(
        IntFilter, numbers, eq=numbers, in_=st.lists(numbers, max_size=3)
    ),
    "inherent_likelihood": ordered(
        IntFilter, numbers, eq=numbers, in_=st.lists(numbers, max_size=3)
    ),
    "next_review_due": ordered(DateFilter, days, eq=days),
    "out_of_tolerance_since": ordered(DateTimeFilter, moments),
    "identified_at": ordered(DateTimeFilter, moments),
    "owner": some(RefFilter, eq=refs, in_=st.lists(refs, max_size=3), is_null=st.booleans()),
    "vendor": some(LinkFilter, some=st.lists(links, max_size=3), none=st.lists(links, max_size=3)),
}
leaf = st.sampled_from(sorted(LEAVES)).flatmap(
    lambda name: LEAVES[name].map(lambda operators: RiskFilter(**{name: operators}))
)
pairs = st.tuples(leaf, leaf).map(lambda two: RiskFilter(**{**_set(two[0]), **_set(two[1])}))


def _set(filter: RiskFilter) -> dict[str, Any]:
    return {f.name: v for f in fields(filter) if (v := getattr(filter, f.name)) is not None}


trees = st.recursive(
    leaf | pairs | st.just(RiskFilter()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda many: RiskFilter(and_=many)),
        st.lists(inner, max_size=3).map(lambda many: RiskFilter(or_=many)),
        inner.map(lambda one: RiskFilter(not_=one)),
    ),
    max_leaves=5,
).filter(lambda tree: depth(tree) <= 5)


def depth(filter: RiskFilter) -> int:
    inner = [*(filter.and_ or []), *(filter.or_ or []), *([filter.not_] if filter.not_ else [])]
    return 1 + max((depth(one) for one in inner), default=0)


quick = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quick
@given(filter=leaf)
async def test_operator_finds_what_python_finds(register: Register, filter: RiskFilter) -> None:
    assert await register.found(filter) == register.expected(filter)


@quick
@given(filter=trees)
async def test_tree_finds_what_python_finds(register: Register, filter: RiskFilter) -> None:
    assert await register.found(filter) == register.expected(filter)
    past = View(WRITER, register.view.now, 1)
    assert await register.found(filter, past) == register.expected(filter)


@quick
@given(filter=trees)
async def test_contrary_finds_the_rest(register: Register, filter: RiskFilter) -> None:
    """No row is in neither: what is unknown does not hold."""
    found = await register.found(filter)
    rest = await register.found(RiskFilter(not_=filter)) if depth(filter) < 5 else None
    everything = {one.id for one in register.cases}
    assert rest is None or rest == sorted(everything - set(found))


async def test_empty_filters(register: Register) -> None:
    everything = sorted(one.id for one in register.cases)
    cases: list[tuple[RiskFilter | None, list[str]]] = [
        (None, everything),
        (RiskFilter(), everything),
        (RiskFilter(and_=[]), everything),
        (RiskFilter(or_=[]), []),
        (RiskFilter(not_=RiskFilter()), []),
        (RiskFilter(not_=RiskFilter(or_=[])), everything),
        (RiskFilter(or_=[RiskFilter()]), everything),
        (RiskFilter(code=TextFilter()), everything),
        (RiskFilter(code=TextFilter(in_=[])), []),
        (RiskFilter(status=EnumFilter(in_=[])), []),
        (RiskFilter(status=EnumFilter(not_in=[])), everything),
        (RiskFilter(vendor=LinkFilter(some=[])), []),
        (RiskFilter(vendor=LinkFilter(none=[])), everything),
    ]
    for given_, rows in cases:
        assert await register.found(given_) == rows, given_


async def test_wild_cards_stand_for_themselves(register: Register) -> None:
    cases = {
        "%": ["100% of it"],
        "_": ["under_score"],
        "\\": [r"back\slash / [a-z]*?"],
        "[a-z]*?": [r"back\slash / [a-z]*?"],
        "ELAN VITAL": ["Élan vital"],
        "STRASSE": ["ßtraße"],
        "ISTANBUL": ["İstanbul"],
        "KHONG đu": ["Không đủ người"],
        "'; DROP": ["a'; DROP TABLE risks; --"],
        "🛑": ["🛑 stop"],
    }
    titles = {one.id: one.values["title"] for one in register.cases}
    for piece, expected in cases.items():
        found = await register.found(RiskFilter(title=TextFilter(contains=piece)))
        assert sorted({titles[at] for at in found}) == expected, piece


def nested(levels: int) -> RiskFilter:
    return RiskFilter() if levels == 1 else RiskFilter(not_=nested(levels - 1))


def wide(leaves: int) -> RiskFilter:
    return RiskFilter(and_=[RiskFilter(code=TextFilter(eq="x")) for _ in range(leaves)])


MANY = "a filter lists at most 100 values"
LONG = "a text in a filter has at most 1000 characters"
BOUNDS: list[tuple[Callable[[int], RiskFilter], int, str]] = [
    (nested, 5, "a filter nests at most 5 deep"),
    (wide, 50, "a filter has at most 50 conditions"),
    (lambda n: RiskFilter(and_=[RiskFilter()] * n), 100, MANY),
    (lambda n: RiskFilter(or_=[RiskFilter()] * n), 100, MANY),
    (lambda n: RiskFilter(code=TextFilter(in_=["x"] * n)), 100, MANY),
    (lambda n: RiskFilter(owner=RefFilter(in_=["x"] * n)), 100, MANY),
    (lambda n: RiskFilter(vendor=LinkFilter(none=["x"] * n)), 100, MANY),
    (lambda n: RiskFilter(title=TextFilter(contains="ﷺ" * n)), 1000, LONG),
    (lambda n: RiskFilter(code=TextFilter(contains="%" * n)), 1000, LONG),
]


async def test_bounds(register: Register) -> None:
    for make, most, why in BOUNDS:
        await register.found(make(most))
        with pytest.raises(BadInput, match=why):
            await register.found(make(most + 1))
