"""A search finds the same rows on both engines, whatever the language."""

import random
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.graph  # noqa: F401 (completes the models)
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database, get
from riskreg.kit.errors import BadInput
from riskreg.kit.search import MAX_QUERY, hits
from riskreg.kit.text import search_text
from riskreg.kit.view import Scope, View
from riskreg.risks.models import Risk
from tests.engines import Databases, EngineKind, PostgresServer, SqliteFiles
from tests.kit.conftest import START
from tests.kit.rows import WRITER, add, key, narrow, of_vendor, risk, vendor

CORPUS = {
    "vietnamese": "Không đủ người gán nhãn tiếng Việt ở Đà Nẵng",
    "turkish": "İSTANBUL ılık Iğdır işçi ŞİŞLİ çağrı",
    "german": "Straße nach Übersee, MASSE und Maße, Fuß",
    "japanese": "東京の児童の安全ポリシー ガイドライン ﾃｽﾄ",
    "chinese": "深圳标注团队 罢工",
    "korean": "서울 라벨링 품질",
    "thai": "ความเสี่ยงของผู้ขาย",
    "hindi": "दिल्ली में सामग्री",
    "arabic": "مخاطر الجودة في القاهرة، سُوق",
    "hebrew": "סיכון איכות",
    "greek": "ΚΊΝΔΥΝΟΣ Ποιότητας ς",
    "russian": "Ёлка и Йод, риск",
    "georgian": "ᲠᲘᲡᲙᲘ რისკი",
    "adlam": "𞤀𞤣𞤤𞤢𞤥",
    "cherokee": "ᏣᎳᎩ ꮳꮃꭹ",
    "vithkuqi": "𐖗𐖘𐖙",
    "toto": "𞊐𞊑𞊒",
    "emoji": "🛑 stop 👩🏽‍💻 work🔥fire ✅done",
    "hyphens": "follow-up re-labelling e-mail state-of-the-art – dash_under score/slash",
    "emails": "ana.ng+ops@example.co.uk writes to bo_li@example.org",
    "numbers": "ISO27001 2026-11-16 99.95% 1,000,000 v2.0.1 ½ ² Ⅻ ٣٤ #42",
    "codes": "R-007 supersedes PC-1024 (A-004)",
    "accents": "café naïve Ångström résumé œuvre ﬁne ﬂow",
    "quotes": "the vendor's \"best\" effort; DROP TABLE 'risks' -- * : & | ! ( )",
    "words": "alpha alphabet betalpha ALPHAS",
    "long": "ا" * 2000,
    "longer": "aé" * 1000,
    "nothing": "– … !? 🛑",
    "indices": "x₁ x² m³ ①",
}
FOUND: dict[str, set[str]] = {
    "khong": {"vietnamese"},
    "KHÔNG người": {"vietnamese"},
    "đà nang": {"vietnamese"},
    "da nang": set(),
    "istanbul": {"turkish"},
    "sisli isci": {"turkish"},
    "ılık": {"turkish"},
    "strasse": {"german"},
    "STRAßE fuss": {"german"},
    "masse": {"german"},
    "ubersee": {"german"},
    "東京": {"japanese"},
    "児童の安全": {"japanese"},
    "京": {"japanese"},
    "安": {"japanese"},
    "ガイド": {"japanese"},
    "カイド": set(),
    "テスト": {"japanese"},
    "标注": {"chinese"},
    "서울": {"korean"},
    "품": {"korean"},
    "ความ": {"thai"},
    "दिल्ली": {"hindi"},
    "القاهرة": {"arabic"},
    "سوق": {"arabic"},
    "איכות": {"hebrew"},
    "κινδυνος ποιοτητας": {"greek"},
    "елка": {"russian"},
    "иод": {"russian"},
    "რისკი": {"georgian"},
    "Ꮳ": {"cherokee"},
    "𞤀𞤣": {"adlam"},
    "𐖗𐖘": {"vithkuqi"},
    "𞊐": {"toto"},
    "stop": {"emoji"},
    "fire": {"emoji"},
    "🛑": set(),
    "🛑 stop": {"emoji"},
    "follow": {"hyphens"},
    "follow-up": {"hyphens"},
    "followup": set(),
    "labelling": {"hyphens"},
    "state-of-the-art": {"hyphens"},
    "under": {"hyphens"},
    "ana.ng": {"emails"},
    "ana.ng+ops@example.co.uk": {"emails"},
    "@example.org": {"emails"},
    "example": {"emails"},
    "iso": {"numbers"},
    "27001": set(),
    "2026-11": {"numbers"},
    "99.95%": {"numbers"},
    "#42": {"numbers"},
    "2.0.1": {"numbers"},
    "v2.0": {"numbers"},
    "xii": {"numbers"},
    "٣٤": {"numbers"},
    "r-007": {"codes"},
    "pc 1024": {"codes"},
    "7": set(),
    "cafe": {"accents"},
    "naïve resume": {"accents"},
    "angstrom": {"accents"},
    "fine": {"accents"},
    "drop table": {"quotes"},
    "vendor's": {"quotes"},
    '"best"': {"quotes"},
    "alpha": {"words"},
    "alphabet": {"words"},
    "lpha": set(),
    "alpha beta": {"words"},
    "stop alpha": set(),
    "ا" * 200: {"long"},
    "ae" * 100: {"longer"},
    "": set(),
    "   ": set(),
    "!?": set(),
    "x1": {"indices"},
    "m3": {"indices"},
    "* OR alpha": set(),
    "alpha*": {"words"},
    "-alpha": {"words"},
    "search_text:alpha": set(),
    "NEAR(alpha alphabet)": set(),
    "'alpha':* & 'x'": set(),
    "alpha\\": {"words"},
    "a\0b": {"emails", "words"},
    "\ud800alpha": {"words"},
}


def corpus() -> list[Risk]:
    return [risk(number, id=key(number), title=name) for number, name in enumerate(CORPUS, 1)]


async def fill(db: Database) -> None:
    rows = corpus()
    for row in rows:
        row.search_text = search_text(CORPUS[row.title])
    await add(db, *rows)


async def found(db: Database, query: str, view: View | None = None) -> set[str]:
    """The titles of the risks that a search finds."""
    view = view or db.view(WRITER)
    one = view.of(Risk)
    rows = await db.rows(view, select(one.title).where(hits(view, one, Risk, query)))
    assert len(rows) == len({row.title for row in rows})
    return {row.title for row in rows}


async def test_search_finds_words_by_their_beginning(db: Database) -> None:
    await fill(db)
    told = {query: await found(db, query) for query in FOUND}
    assert told == FOUND


@pytest.fixture
async def both(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_template: Callable[[EngineKind], str],
    postgres_server: PostgresServer,
) -> AsyncIterator[list[Database]]:
    """The same rows on both engines."""
    engines: dict[EngineKind, Databases] = {
        "sqlite": SqliteFiles(tmp_path_factory.mktemp("both")),
        "postgres": postgres_server,
    }
    made = [
        (engine, engine.create_database(template=migrated_template(kind)))
        for kind, engine in engines.items()
    ]
    opened = [Database(url, SettableClock(START)) for _, url in made]
    for db in opened:
        await fill(db)
    yield opened
    for db, (engine, url) in zip(opened, made, strict=True):
        await db.aclose()
        engine.drop_database(url)


async def test_pieces_of_texts_find_the_same_on_both_engines(both: list[Database]) -> None:
    """Pieces cut out anywhere, words of two texts put together, cases swapped."""
    dice = random.Random(5)
    texts = [text for text in CORPUS.values() if len(text) < 200]

    def piece() -> str:
        text = dice.choice(texts)
        at = dice.randrange(len(text))
        return text[at : at + dice.randint(1, 9)]

    queries = [dice.choice(texts)[:MAX_QUERY] for _ in range(10)]
    for _ in range(150):
        one = piece() if dice.random() < 0.7 else f"{piece()} {piece()}"
        queries.append(dice.choice((one, one.swapcase(), one.upper(), one.lower())))
    sqlite, postgres = both
    some = 0
    for query in queries:
        on_sqlite, on_postgres = await found(sqlite, query), await found(postgres, query)
        assert on_sqlite == on_postgres, query
        some += bool(on_sqlite)
    assert some > 40


async def test_index_follows_every_change(db: Database) -> None:
    await fill(db)

    async def change(session: AsyncSession, view: View) -> None:
        row = await get(session, view, Risk, key(1))
        row.search_text = search_text("changed words")

    async def renumber(session: AsyncSession, view: View) -> None:
        (await get(session, view, Risk, key(1))).number = 999

    async def delete(session: AsyncSession, view: View) -> None:
        await session.delete(await get(session, view, Risk, key(1)))

    await db.write(WRITER, Act("change"), change)
    assert (await found(db, "khong"), await found(db, "chan wor")) == (set(), {"vietnamese"})
    await db.write(WRITER, Act("renumber"), renumber)
    assert await found(db, "changed") == {"vietnamese"}
    await db.write(WRITER, Act("delete"), delete)
    assert await found(db, "changed") == set()
    assert await found(db, "alpha") == {"words"}


async def test_search_finds_only_what_may_be_seen(db: Database) -> None:
    await fill(db)
    firm = vendor("ASTER", id=key(99))
    await add(db, firm, of_vendor(risk(1, id=key(1)), firm))
    view = db.view(narrow(Scope.VENDOR, firm.id))
    assert await found(db, "khong", view) == {"vietnamese"}
    assert await found(db, "alpha", view) == set()


async def test_past_is_not_searched_and_queries_are_bounded(db: Database) -> None:
    past = View(WRITER, START, 1)
    with pytest.raises(BadInput, match="search works on the present only"):
        hits(past, past.of(Risk), Risk, "alpha")
    live = db.view(WRITER)
    hits(live, live.of(Risk), Risk, "x" * MAX_QUERY)
    with pytest.raises(BadInput, match="a search is at most 200 characters long"):
        hits(live, live.of(Risk), Risk, "x" * (MAX_QUERY + 1))
