"""Narrow actors see exactly their rows, live and past, and can write to no others."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import view as views
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database, announce, get, maintain
from riskreg.kit.errors import Forbidden
from riskreg.kit.tables import Base, is_guarded, model_of
from riskreg.kit.view import RULES, Actor, Scope, View, visible_everywhere
from riskreg.people.models import Team
from riskreg.projects.models import Vendor
from riskreg.risks.models import Risk, RiskComment, RiskProject, RiskVendor
from riskreg.risks.rules import Sensitivity
from tests.kit.rows import (
    WRITER,
    add,
    asked_by,
    dated,
    key,
    narrow,
    of_project,
    of_vendor,
    person,
    project,
    risk,
    table_of,
    values,
    vendor,
    versions,
)

ASTER, BOREAL, RITA, ONE, TWO = key(1), key(2), key(3), key(4), key(5)
OWN, THEIRS, BOTH, SECRET, LOOSE = (key(n) for n in range(11, 16))
NAMES = {OWN: "own", THEIRS: "theirs", BOTH: "both", SECRET: "secret", LOOSE: "loose"}
VENDOR, REQUESTOR = narrow(Scope.VENDOR, ASTER), narrow(Scope.REQUESTOR, RITA)
PROJECTS = narrow(Scope.PROJECTS, TWO)
NOTHING = narrow(Scope.PROJECTS)

Work = Callable[[AsyncSession, View], Awaitable[None]]


async def world(db: Database) -> None:
    """Entry 1: two vendors, two projects, five risks, a comment and a link or two on each."""
    aster, boreal = vendor("ASTER", id=ASTER), vendor("BOREAL", id=BOREAL)
    one, two = project("ONE", id=ONE), project("TWO", id=TWO)
    rita = person("Rita", id=RITA)
    risks = {at: risk(int(at, 16), id=at, title=name) for at, name in NAMES.items()}
    risks[SECRET].sensitivity = Sensitivity.RESTRICTED
    risks[LOOSE].identified_by_id = RITA
    linked = {
        OWN: [of_vendor(risks[OWN], aster), of_project(risks[OWN], one)],
        THEIRS: [of_vendor(risks[THEIRS], boreal), of_project(risks[THEIRS], two)],
        BOTH: [of_vendor(risks[BOTH], aster), of_vendor(risks[BOTH], boreal)],
        SECRET: [of_vendor(risks[SECRET], aster), of_project(risks[SECRET], one)],
    }
    links = [link for some in linked.values() for link in some]  # type: ignore[attr-defined]
    comments = [RiskComment(risk_id=at, text=name) for at, name in NAMES.items()]
    around = [aster, boreal, rita, one, two, asked_by(one, rita)]
    await add(db, *around, *risks.values(), *links, *comments)


async def seen(db: Database, actor: Actor, seq: int | None) -> dict[str, list[str]]:
    """What an actor sees of the risks, the comments, and the vendors they name."""
    view = View(actor, db.now(), seq)
    one, comment, link = view.of(Risk), view.of(RiskComment), view.of(RiskVendor)
    pair = select(link.risk_id, link.vendor_id)
    named = {ASTER: "aster", BOREAL: "boreal"}
    return {
        "risks": sorted(row.title for row in await db.rows(view, select(one.title))),
        "comments": sorted(row.text for row in await db.rows(view, select(comment.text))),
        "vendors": sorted(f"{NAMES[r]}-{named[v]}" for r, v in await db.rows(view, pair)),  # type: ignore[misc]
    }


EVERYTHING = {
    "risks": ["both", "loose", "own", "secret", "theirs"],
    "comments": ["both", "loose", "own", "secret", "theirs"],
    "vendors": ["both-aster", "both-boreal", "own-aster", "secret-aster", "theirs-boreal"],
}
SEEN: list[tuple[Actor, dict[str, list[str]]]] = [
    (WRITER, EVERYTHING),
    (
        VENDOR,
        {
            "risks": ["both", "own"],
            "comments": ["both", "own"],
            "vendors": ["both-aster", "own-aster"],
        },
    ),
    (
        REQUESTOR,
        {
            "risks": ["loose", "own", "secret"],
            "comments": ["loose", "own", "secret"],
            "vendors": ["own-aster", "secret-aster"],
        },
    ),
    (PROJECTS, {"risks": ["theirs"], "comments": ["theirs"], "vendors": ["theirs-boreal"]}),
    (NOTHING, {"risks": [], "comments": [], "vendors": []}),
]


@pytest.mark.parametrize(
    ("actor", "rows"), SEEN, ids=["all", "vendor", "requestor", "projects", "nothing"]
)
async def test_reach_is_exact_live_and_past(
    db: Database, actor: Actor, rows: dict[str, list[str]]
) -> None:
    await world(db)
    assert await seen(db, actor, None) == rows
    assert await seen(db, actor, 1) == rows
    assert await seen(db, actor, 0) == {"risks": [], "comments": [], "vendors": []}


async def unlink(session: AsyncSession, view: View) -> None:
    """Aster has nothing to do with the risk any more."""
    link = view.of(RiskVendor)
    mine = select(link.id).where(link.risk_id == OWN)
    await session.execute(delete(RiskVendor).where(RiskVendor.id.in_(mine)), view.params)


async def restrict(session: AsyncSession, view: View) -> None:
    (await get(session, view, Risk, OWN)).sensitivity = Sensitivity.RESTRICTED


@pytest.mark.parametrize("change", [unlink, restrict])
async def test_what_is_no_longer_visible_is_hidden_in_the_past_too(
    db: Database, change: Work
) -> None:
    await world(db)
    await db.write(WRITER, Act("hide"), change)
    left = {"risks": ["both"], "comments": ["both"], "vendors": ["both-aster"]}
    assert await seen(db, VENDOR, None) == left
    assert await seen(db, VENDOR, 1) == left
    assert await seen(db, WRITER, 1) == EVERYTHING


async def test_what_became_visible_later_was_not_visible_then(db: Database) -> None:
    await world(db)
    await add(db, RiskVendor(risk_id=THEIRS, vendor_id=ASTER))
    assert (await seen(db, VENDOR, None))["risks"] == ["both", "own", "theirs"]
    assert (await seen(db, VENDOR, 1))["risks"] == ["both", "own"]
    assert (await seen(db, VENDOR, 1))["comments"] == ["both", "own"]


async def test_reach_holds_in_joins_and_nested_queries(db: Database) -> None:
    await world(db)
    for seq in (None, 1):
        view = View(VENDOR, db.now(), seq)
        one, link, firm = view.of(Risk), view.of(RiskVendor), view.of(Vendor)
        joined = select(one.title, firm.code).join(link, link.risk_id == one.id)
        joined = joined.join(firm, firm.id == link.vendor_id).order_by(one.title)
        rows = await db.rows(view, joined)
        assert [tuple(row) for row in rows] == [("both", "ASTER"), ("own", "ASTER")]
        nested = select(firm.code).where(
            firm.id.in_(select(link.vendor_id).where(link.risk_id == THEIRS))
        )
        assert await db.rows(view, nested) == []


@pytest.fixture
def teams_without_a_rule(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table whose access nobody has declared."""
    monkeypatch.delitem(RULES, Team)  # type: ignore[misc]  # keys are classes of any model
    views.visible.cache_clear()
    yield
    views.visible.cache_clear()


@pytest.mark.usefixtures("teams_without_a_rule")
async def test_table_without_a_rule_is_only_for_those_who_see_everything(db: Database) -> None:
    for actor in (VENDOR, REQUESTOR, PROJECTS):
        for seq in (None, 1):
            with pytest.raises(LookupError, match="Team has no access rule"):
                View(actor, db.now(), seq).of(Team)
    assert await db.rows(view := db.view(WRITER), select(view.of(Team).id)) == []


def test_every_guarded_table_has_a_rule() -> None:
    tables = [one for one in Base.metadata.sorted_tables if is_guarded(one)]
    assert [one.name for one in tables if model_of(one.name) not in RULES] == []


def adds(row: Callable[[], Any]) -> Work:
    """Work that adds a row."""

    async def work(session: AsyncSession, view: View) -> None:
        new = row()
        session.add(dated(session, new) if isinstance(new, Risk) else new)

    return work


def runs(make: Callable[[AsyncSession], Any]) -> Work:
    """Work that runs a statement of Core."""

    async def work(session: AsyncSession, view: View) -> None:
        await session.execute(make(session))

    return work


def comments_on(at: str) -> Work:
    """Work that writes a comment by Core."""

    def make(session: AsyncSession) -> Any:
        row = values(session, RiskComment(risk_id=at, text="mine"))
        names = {c.name for c in RiskComment.__table__.columns}
        stamp = {"seq": session.info["entry"].seq, "at": session.info["entry"].at, "by": "x"}
        return insert(table_of(RiskComment)).values(
            **{name: value for name, value in {**row, **stamp}.items() if name in names}
        )

    return runs(make)


def comment_row(at: str) -> RiskComment:
    return RiskComment(risk_id=at, text="mine")


def changes(at: str, **to: Any) -> Work:
    """Work that changes a risk by its key, as no service would."""
    return runs(lambda _s: update(table_of(Risk)).where(table_of(Risk).c.id == at).values(**to))


def moves(old: str, new: str) -> Work:
    """Work that moves the vendors' links from a risk to another."""
    link = table_of(RiskVendor)
    mine = (link.c.risk_id == old) & (link.c.vendor_id == ASTER)
    return runs(lambda _s: update(link).where(mine).values(risk_id=new))


def removes(at: str) -> Work:
    """Work that deletes the links of a risk to vendors."""
    link = table_of(RiskVendor)
    return runs(lambda _s: delete(link).where(link.c.risk_id == at))


async def logs_and_points_at_theirs(session: AsyncSession, view: View) -> None:
    """A risk of one's own, in a project that one does not see."""
    session.add(dated(session, risk(99, id=key(99))))
    await session.flush()
    session.add_all([RiskVendor(risk_id=key(99), vendor_id=ASTER)])
    session.add(RiskProject(risk_id=key(99), project_id=TWO))


def takes_the_link(session: AsyncSession) -> Any:
    theirs = (RiskVendor.vendor_id == BOREAL) & (RiskVendor.risk_id == THEIRS)
    return update(RiskVendor).where(theirs).values(vendor_id=ASTER)


FOREIGN: list[tuple[str, Actor, Work]] = [
    ("comment on a foreign risk", VENDOR, adds(lambda: comment_row(THEIRS))),
    ("comment on a foreign risk by Core", VENDOR, comments_on(THEIRS)),
    ("comment on a restricted risk", VENDOR, adds(lambda: comment_row(SECRET))),
    ("new risk of nobody", VENDOR, adds(lambda: risk(99, id=key(99)))),
    ("change a foreign risk", VENDOR, changes(THEIRS, title="mine")),
    ("hide an own risk", VENDOR, changes(OWN, sensitivity=Sensitivity.RESTRICTED)),
    ("open a restricted risk", VENDOR, changes(SECRET, sensitivity=Sensitivity.VENDOR_SHARED)),
    ("link another vendor", VENDOR, adds(lambda: RiskVendor(risk_id=OWN, vendor_id=BOREAL))),
    ("link a foreign risk", VENDOR, adds(lambda: RiskVendor(risk_id=THEIRS, vendor_id=ASTER))),
    ("move a link to a foreign risk", VENDOR, moves(OWN, THEIRS)),
    ("take a foreign link", VENDOR, runs(takes_the_link)),
    ("remove foreign links", VENDOR, removes(THEIRS)),
    ("point at a foreign project", VENDOR, logs_and_points_at_theirs),
    ("comment on a foreign risk", REQUESTOR, adds(lambda: comment_row(THEIRS))),
    ("take a foreign risk", REQUESTOR, changes(THEIRS, identified_by_id=RITA)),
    ("take in a risk", REQUESTOR, adds(lambda: RiskProject(risk_id=THEIRS, project_id=ONE))),
    ("comment on a foreign risk", PROJECTS, adds(lambda: comment_row(OWN))),
    ("take in a risk", PROJECTS, adds(lambda: RiskProject(risk_id=OWN, project_id=TWO))),
    ("comment", NOTHING, adds(lambda: comment_row(OWN))),
]


async def everything(db: Database) -> list[Any]:
    """All that is kept of risks and their links, and the comments."""
    view = db.view(WRITER)
    comments = await db.rows(view, select(view.of(RiskComment).text))
    kept = [await versions(db, model, "id", "version") for model in (Risk, RiskVendor, RiskProject)]
    return [*kept, sorted(row.text for row in comments)]


async def test_write_to_a_foreign_row_is_refused_at_the_seal(db: Database) -> None:
    await world(db)
    before = await everything(db)
    for name, actor, work in FOREIGN:
        with pytest.raises(Forbidden, match="you may not write"):
            pytest.fail(f"{name}: {await db.write(actor, Act(name), work)}")
        with pytest.raises(Forbidden, match="you may not write"):
            await db.rehearse(actor, Act(name), work)
    assert await everything(db) == before
    assert await add(db, risk(98)) == 2


async def logs(session: AsyncSession, view: View) -> None:
    """A risk of one's own, with a comment."""
    session.add(dated(session, risk(99, id=key(99))))
    await session.flush()
    session.add(RiskVendor(risk_id=key(99), vendor_id=ASTER))
    session.add(RiskComment(risk_id=key(99), text="mine"))


OWN_WRITES: list[tuple[str, Actor, Work]] = [
    ("comment", VENDOR, adds(lambda: comment_row(OWN))),
    ("comment by Core", VENDOR, comments_on(BOTH)),
    ("change", VENDOR, changes(OWN, title="mine")),
    ("log", VENDOR, logs),
    ("comment", REQUESTOR, adds(lambda: comment_row(LOOSE))),
    ("change", REQUESTOR, changes(SECRET, title="mine")),
    ("log", REQUESTOR, adds(lambda: risk(97, id=key(97), identified_by_id=RITA))),
    ("comment", PROJECTS, adds(lambda: comment_row(THEIRS))),
    ("remove", VENDOR, removes(OWN)),
]


async def test_write_to_own_rows_is_let_pass(db: Database) -> None:
    await world(db)
    for number, (name, actor, work) in enumerate(OWN_WRITES, 2):
        assert (await db.write(actor, Act(name), work)).seq == number


async def test_row_that_points_at_what_is_hidden_may_be_changed_otherwise(db: Database) -> None:
    """An owner whom the writer does not see stays the owner."""
    await world(db)
    await add(db, person("Bo", id=key(6), vendor_id=BOREAL))
    await db.write(WRITER, Act("own"), changes(BOTH, owner_id=key(6)))
    await db.write(VENDOR, Act("change"), changes(BOTH, title="mine"))
    with pytest.raises(Forbidden, match="belongs to these people"):
        await db.write(VENDOR, Act("change"), changes(OWN, owner_id=key(6)))


async def test_what_handlers_and_we_ourselves_keep_in_step_is_let_pass(
    migrated_url: str, clock: SettableClock
) -> None:
    async def react(session: AsyncSession, view: View, happened: str) -> None:
        await changes(THEIRS, title=happened)(session, view)

    async def tell(session: AsyncSession, view: View) -> None:
        announce(session, "told")

    async def keep(session: AsyncSession, view: View) -> None:
        row = await get(session, visible_everywhere(view), Risk, THEIRS)
        maintain(session, row)
        row.title = "kept"

    db = Database(migrated_url, clock, handlers={str: [react]})
    await world(db)
    for work, title in ((tell, "told"), (keep, "kept")):
        await db.write(VENDOR, Act("act"), work)
        one: Any = (view := db.view(WRITER)).of(Risk)
        [row] = await db.rows(view, select(one.title).where(one.id == THEIRS))
        assert row.title == title
    await db.aclose()
