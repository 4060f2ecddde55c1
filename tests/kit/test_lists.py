"""Pages by key: Relay's algorithm, cursors that fit their list alone, orders served by an index."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event, select

import riskreg.graph  # noqa: F401 (completes SHOWN)
from riskreg.kit.clock import SettableClock
from riskreg.kit.context import Context
from riskreg.kit.db import Act, Database, get
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import SHOWN, term
from riskreg.kit.lists import Connection, Direction, Order, Paging, connect, listing, order_of
from riskreg.kit.scalars import parse_cursor
from riskreg.kit.tables import Base
from riskreg.kit.view import View
from riskreg.people import queries as people
from riskreg.people.models import ApiToken, Person, Team
from riskreg.policies.models import PolicyArea
from riskreg.policies.queries import AREA_ORDERS
from riskreg.projects import queries as projects
from riskreg.projects.models import Market, Project, Site, Vendor, WorkforcePool
from riskreg.reports.models import Report
from riskreg.reports.queries import REPORT_ORDERS
from riskreg.risks.filtering import ACCEPTANCE_ORDERS, MITIGATION_ORDERS, RISK_ORDERS
from riskreg.risks.graph import Risk as ShownRisk
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.models_mitigation import Mitigation
from tests.kit.rows import WRITER, add, key, risk

ALL_ORDERS: dict[type[Base], dict[str, str]] = {
    Risk: RISK_ORDERS,
    Mitigation: MITIGATION_ORDERS,
    RiskAcceptance: ACCEPTANCE_ORDERS,
    Person: people.PERSON_ORDERS,
    Team: people.TEAM_ORDERS,
    ApiToken: people.TOKEN_ORDERS,
    Project: projects.PROJECT_ORDERS,
    Market: projects.MARKET_ORDERS,
    Vendor: projects.VENDOR_ORDERS,
    Site: projects.SITE_ORDERS,
    WorkforcePool: projects.POOL_ORDERS,
    PolicyArea: AREA_ORDERS,
    Report: REPORT_ORDERS,
}
SORTED_WHEN_READ = {
    (Risk, "RESIDUAL"): "the asserted residual gives way to the computed one when its time is over",
    (Risk, "TIME_OUT_OF_TOLERANCE"): "whether it is outside tolerance depends on the view's time",
}
"""Sort keys that depend on the time of the view, which no index knows."""

ROWS, EARLY, LATE = 24, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
NAMES = ("code",)


def tied(number: int) -> Risk:
    """A risk that is like others in every sort key but number and id."""
    third = number % 3
    return risk(
        number,
        id=key(7919 * number % 1000),
        title=("Élan", "elan", "Zebra")[third],
        inherent_rank=third // 2,
        computed_rank=third,
        asserted_rank=1,
        asserted_until=LATE if number % 2 else EARLY,
        review_due_on=date(2026, 12, 1) + timedelta(days=number % 2),
        out_from=EARLY + timedelta(days=third),
        out_to=LATE if number % 4 else EARLY,
    )


@dataclass(frozen=True)
class Shelf:
    """A register of risks with many ties, and the seq and time of an earlier state of it."""

    db: Database
    past: View

    async def page(
        self, order: tuple[str, Direction], paging: Paging, view: View, *given: object
    ) -> Connection[Any]:
        """A page of all risks."""
        alias = view.of(Risk)
        query = listing(ShownRisk, alias, NAMES)
        by = order_of(alias, RISK_ORDERS, *order)
        context = Context(self.db, WRITER)
        return await connect(
            context, view, ShownRisk, query, order=by, paging=paging, given=given, names=NAMES
        )

    async def in_order(self, order: tuple[str, Direction], view: View) -> list[str]:
        """The keys of all risks, put in order by Python."""
        one: Any = view.of(Risk)
        name, direction = order
        query = select(term(one, RISK_ORDERS[name]).label("by"), one.id)
        rows = [tuple(row) for row in await self.db.rows(view, query)]
        return [row[1] for row in sorted(rows, reverse=direction is Direction.DESC)]


@pytest.fixture
async def shelf(db: Database, clock: SettableClock) -> Shelf:
    """Risks written by two entries, of which the second changes half of them."""
    await add(db, *[tied(number) for number in range(ROWS)])
    past = View(WRITER, db.now(), 1)
    clock.advance(days=1)

    async def change(session: Any, view: View) -> None:
        for number in range(0, ROWS, 2):
            row = await get(session, view, Risk, key(7919 * number % 1000))
            row.title, row.title_fold, row.inherent_rank = "Other", "other", 5

    await db.write(WRITER, Act("change"), change)
    return Shelf(db, past)


def cursors(page: Connection[Any]) -> list[str]:
    return [edge.cursor for edge in page.edges()]


def relay(
    rows: Sequence[str], first: int | None, last: int | None, after: int | None, before: int | None
) -> tuple[list[str], bool, bool]:
    """What the specification of Relay's connections makes of a list: rows, next, previous."""
    edges = list(rows[:before])
    edges = edges if after is None else edges[after + 1 :]
    next_ = len(edges) > first if first is not None else before is not None
    previous = len(edges) > last if last is not None else after is not None
    edges = edges if first is None else edges[:first]
    edges = edges if last is None else edges[max(len(edges) - last, 0) :]
    return edges, next_, previous


orders = st.tuples(st.sampled_from(sorted(RISK_ORDERS)), st.sampled_from(Direction))
sizes = st.sampled_from([None, 0, 1, 2, 5, ROWS - 1, ROWS, 100])
places = st.none() | st.integers(0, ROWS - 1)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=orders, first=sizes, last=sizes, after=places, before=places, past=st.booleans())
async def test_page_is_what_relay_says(  # noqa: PLR0917 (hypothesis gives them by name)
    shelf: Shelf,
    order: tuple[str, Direction],
    first: int | None,
    last: int | None,
    after: int | None,
    before: int | None,
    past: bool,  # noqa: FBT001 (the same)
) -> None:
    view = shelf.past if past else shelf.db.view(WRITER)
    everything = await shelf.page(order, Paging(first=100), view)
    keys, places = [node.key for node in everything.nodes], cursors(everything)
    assert keys == await shelf.in_order(order, view)
    paging = Paging(
        first,
        last,
        None if after is None else places[after],
        None if before is None else places[before],
    )
    page = await shelf.page(order, paging, view)
    default = 20 if first is None and last is None else first
    rows, next_, previous = relay(keys, default, last, after, before)
    info = page.page_info()
    assert [node.key for node in page.nodes] == rows
    assert (info.has_next_page, info.has_previous_page) == (next_, previous)
    ends = [places[keys.index(rows[at])] for at in (0, -1)] if rows else [None, None]
    assert [info.start_cursor, info.end_cursor] == ends
    assert cursors(page) == [places[keys.index(row)] for row in rows]


@pytest.mark.parametrize("name", sorted(RISK_ORDERS))
async def test_walk_forth_and_back_meets_every_row_once(shelf: Shelf, name: str) -> None:
    for view in (shelf.db.view(WRITER), shelf.past):
        for direction in Direction:
            expected = await shelf.in_order((name, direction), view)
            walked, at, more = list[str](), None, True
            while more:
                page = await shelf.page((name, direction), Paging(first=5, after=at), view)
                walked += [node.key for node in page.nodes]
                at, more = page.page_info().end_cursor, page.page_info().has_next_page
            assert walked == expected
            back, at, more = list[str](), None, True
            while more:
                page = await shelf.page((name, direction), Paging(last=7, before=at), view)
                back = [node.key for node in page.nodes] + back
                at, more = page.page_info().start_cursor, page.page_info().has_previous_page
            assert back == expected


async def test_walk_goes_on_where_a_row_has_gone(shelf: Shelf) -> None:
    order, view = ("TITLE", Direction.ASC), shelf.db.view(WRITER)
    page = await shelf.page(order, Paging(first=5), view)
    expected = (await shelf.in_order(order, view))[5:]

    async def delete(session: Any, view: View) -> None:
        await session.delete(await get(session, view, Risk, page.nodes[-1].key))

    await shelf.db.write(WRITER, Act("delete"), delete)
    at = page.page_info().end_cursor
    rest = await shelf.page(order, Paging(first=100, after=at), shelf.db.view(WRITER))
    assert [node.key for node in rest.nodes] == expected


@pytest.mark.parametrize(
    ("paging", "why"),
    [
        (Paging(first=-1), "first must be between 0 and 100"),
        (Paging(first=101), "first must be between 0 and 100"),
        (Paging(last=-1), "last must be between 0 and 100"),
        (Paging(last=101), "last must be between 0 and 100"),
        (Paging(first=2**31, last=1), "first must be between 0 and 100"),
    ],
)
async def test_size_is_bounded(db: Database, paging: Paging, why: str) -> None:
    shelf = Shelf(db, db.view(WRITER))
    with pytest.raises(BadInput, match=why):
        await shelf.page(("CODE", Direction.ASC), paging, db.view(WRITER))


async def test_empty_pages(shelf: Shelf) -> None:
    order, view = ("CODE", Direction.ASC), shelf.db.view(WRITER)
    for paging in (Paging(first=0), Paging(last=0), Paging(first=0, last=0)):
        page = await shelf.page(order, paging, view)
        info = page.page_info()
        assert (page.nodes, info.start_cursor, info.end_cursor) == ([], None, None)
        assert info.has_next_page is (paging.first == 0)
        assert info.has_previous_page is (paging.last == 0)


async def test_count_costs_a_statement_only_when_asked(shelf: Shelf) -> None:
    view = shelf.db.view(WRITER)
    alias = view.of(Risk)
    context = Context(shelf.db, WRITER)
    by = order_of(alias, RISK_ORDERS, "CODE", Direction.ASC)
    query = listing(ShownRisk, alias, NAMES)
    page = await connect(
        context, view, ShownRisk, query, order=by, paging=Paging(first=3), given=(), names=NAMES
    )
    assert (len(page.nodes), context.statements) == (3, 1)
    assert await page.counted(context) == ROWS
    assert context.statements == 2


async def test_cursor_is_good_for_its_own_list_only(shelf: Shelf) -> None:
    """Another order, direction, filter or instant makes another list."""
    view, order = shelf.db.view(WRITER), ("CODE", Direction.ASC)
    page = await shelf.page(order, Paging(first=5), view, "filter", None)
    at = page.page_info().end_cursor
    follows = await shelf.page(order, Paging(first=5, after=at), view, "filter", None)
    assert len(follows.nodes) == 5
    later = replace(shelf.past, now=shelf.past.now + timedelta(seconds=1))
    others: list[tuple[tuple[str, Direction], View, tuple[object, ...]]] = [
        (("TITLE", Direction.ASC), view, ("filter", None)),
        (("CREATED_AT", Direction.ASC), view, ("filter", None)),
        (("CODE", Direction.DESC), view, ("filter", None)),
        (order, view, ("other", None)),
        (order, view, ("filter", "search")),
        (order, view, ()),
        (order, shelf.past, ("filter", None)),
        (order, later, ("filter", None)),
    ]
    for other, at_view, given_too in others:
        for paging in (Paging(first=5, after=at), Paging(last=5, before=at)):
            with pytest.raises(BadInput, match="the cursor is not one of this list"):
                await shelf.page(other, paging, at_view, *given_too)


def packed(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode().rstrip("=")


HOSTILE: dict[str, list[object]] = {
    "CODE": ["1", 1.5, True, None, 2**31, -(2**31) - 1, 2**63, [], {}, 1e300],
    "TITLE": [1, None, "a\0b", ["a"]],
    "NEXT_REVIEW_DUE": ["today", "2026-13-01", 1, None, "2026-12-01T00:00:00"],
    "UPDATED_AT": ["now", "2026-12-01T00:00:00", 1, None, "0001-01-01T00:00:00+23:59"],
    "RESIDUAL": ["1", 2**40],
    "TIME_OUT_OF_TOLERANCE": ["2026-12-01"],
    "CREATED_AT": [1, None, "a\0b"],
}


async def test_cursor_that_was_tampered_with_is_refused(shelf: Shelf) -> None:
    """Whoever knows the binding can put anything in: it must fit the column, or it is refused."""
    view = shelf.db.view(WRITER)
    for name, wrong in HOSTILE.items():
        order = (name, Direction.ASC)
        page = await shelf.page(order, Paging(first=1), view)
        value, row, bound = orjson.loads(base64.urlsafe_b64decode(cursors(page)[0] + "=="))
        made = [packed(one, row, bound) for one in wrong]
        made += [packed(value, one, bound) for one in (1, None, "a\0", [row])]
        made += [packed(value, row), packed(value, row, bound, 1), packed(), packed(bound)]
        made += ["", "=", "x", "AAAA", "e30", packed(value, row, "x"), "é", "A" * 1001]
        for cursor in made:
            with pytest.raises(BadInput, match="the cursor is not one of this list"):
                pytest.fail(
                    f"{name} {cursor}: {await shelf.page(order, Paging(1, None, cursor), view)}"
                )


async def test_cursor_of_the_longest_title_is_taken_back(db: Database) -> None:
    await add(db, risk(1, title="ﷺ" * 200), risk(2, title="﷽" * 200), risk(3, title="🛑" * 200))
    shelf, view = Shelf(db, db.view(WRITER)), db.view(WRITER)
    page = await shelf.page(("TITLE", Direction.ASC), Paging(first=1), view)
    for _ in range(2):
        at = page.page_info().end_cursor
        assert at is not None
        paging = Paging(first=1, after=parse_cursor(at))
        page = await shelf.page(("TITLE", Direction.ASC), paging, view)
    assert page.page_info().has_next_page is False


async def plans(db: Database, model: type[Base], name: str, view: View) -> list[str]:
    """How SQLite would find the first page and a later one, in both directions."""
    reader = db.engines.sync_reader
    assert reader is not None
    said: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, sql: str, values: object, *_more: object) -> None:
        said.append((sql, values))

    alias: Any = view.of(model)
    event.listen(reader, "before_cursor_execute", note)
    try:
        for direction in Direction:
            by = order_of(alias, dict(ALL_ORDERS[model]), name, direction)
            query = listing(SHOWN[model], alias)
            shown = SHOWN[model]
            page = await connect(
                Context(db, WRITER), view, shown, query, order=by, paging=Paging(first=2), given=()
            )
            if page.rows:
                after = Paging(first=2, after=page.page_info().end_cursor)
                await connect(
                    Context(db, WRITER), view, shown, query, order=by, paging=after, given=()
                )
    finally:
        event.remove(reader, "before_cursor_execute", note)
    steps: list[str] = []
    for sql, values in said:
        explain = partial(explained, sql=sql, values=values)
        steps += await db.run_sync(explain)
    return steps


def explained(connection: SyncConnection, sql: str, values: Any) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.mark.parametrize("engine_kind", ["sqlite"])
async def test_every_order_is_read_off_an_index_live_and_past(db: Database) -> None:
    await add(db, *[tied(number) for number in range(ROWS)])
    sorted_when_read = set()
    for model, names in ALL_ORDERS.items():
        for name in names:
            for view in (db.view(WRITER), View(WRITER, db.now(), 1)):
                found = await plans(db, model, name, view)
                if any("TEMP B-TREE" in step for step in found):
                    sorted_when_read.add((model, name))
    assert sorted_when_read == set(SORTED_WHEN_READ)


def test_order_of_a_name_is_its_column_or_expression() -> None:
    view = View(WRITER, EARLY)
    order = order_of(view.of(Risk), RISK_ORDERS, "CODE", Direction.DESC)
    assert isinstance(order, Order)
    assert (order.name, order.by.key, order.descending) == ("CODE", "number", True)
