"""Files of a register in tests: written, read again, and a second register to read them into."""

import random
import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Act
from riskreg.kit.errors import UserError
from riskreg.kit.text import clean
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM
from riskreg.people.models import Person
from riskreg.risks.exporting import Matching, export
from riskreg.risks.importing import ImportResult, bring_in
from riskreg.risks.inputs import LogRisk
from riskreg.risks.models import Risk
from riskreg.risks.reading import read
from riskreg.risks.rules_columns import RISKREG, Profile
from riskreg.risks.service import log
from riskreg.risks.sheets import RowErrors
from riskreg.risks.writing import Format
from tests.stage import Stage


async def exported(
    stage: Stage,
    format: Format = Format.CSV,
    *,
    actor: Actor = SYSTEM,
    profile: Profile = RISKREG,
    as_of: datetime | None = None,
    matching: Matching | None = None,
) -> bytes:
    """The file that an actor gets."""
    context = Context(stage.db, actor)
    view = await context.view(as_of)
    fetch = fetcher(context, view)
    return await export(fetch, view, profile=profile, format=format, matching=matching)


async def code_of(stage: Stage, actor: Actor) -> str:
    """The code of the person who acts."""
    view = stage.db.view(SYSTEM)
    person = view.of(Person)
    [(code,)] = await stage.db.rows(view, select(person.code).where(person.id == actor.id))
    return str(code)


async def imported(
    stage: Stage,
    data: bytes | str,
    format: Format = Format.CSV,
    *,
    actor: Actor = SYSTEM,
    profile: Profile = RISKREG,
    dry_run: bool = False,
) -> ImportResult:
    """What becomes of a file."""
    content = data.encode() if isinstance(data, str) else data
    return await bring_in(stage.db, actor, read(content, format, profile), dry_run=dry_run)


async def refused(
    stage: Stage,
    data: bytes | str,
    *,
    actor: Actor = SYSTEM,
    profile: Profile = RISKREG,
    dry_run: bool = False,
) -> list[str]:
    """Every error of a file; nothing may have been written."""
    before = await stage.seq()
    found: list[str] = []
    try:
        await imported(stage, data, actor=actor, profile=profile, dry_run=dry_run)
    except RowErrors as errors:
        found = [str(error) for error in errors.errors]
    assert await stage.seq() == before
    return found


async def logged(stage: Stage, actor: Actor, *risks: LogRisk) -> list[Risk]:
    """Many new risks in one entry."""

    async def run(session: AsyncSession, view: View) -> list[Risk]:
        return [await log(session, view, one) for one in risks]

    return (await stage.db.write(actor, Act("test"), run)).result


SPECIMENS = (
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "−1",
        " =1",
        "\u00a0=1",
        "\ufeff=1",
    ),
    *("\u200b=HYPERLINK", "\u3000＝1", "'=1", "''=1", "'tis", "'", "''", '"', '""', '"=1"', ","),
    *(";=1", "a;=cmd|'/C calc'!A0", "a,b", "_x0041_", "_x005F_x0041_", "_x000D_", "&amp;<b>&"),
    *("]]>", "\\", "NULL", "None", "#N/A", "TRUE", "1", "1e5", "007", "2026-01-01", "R-001"),
    *(
        "é",
        "e\u0301",
        "漢字",
        "שלום",
        "👩\u200d👧",
        "%s {0} ${x}",
        "Cause: x",
        "(P-001)",
        "x" * 200,
    ),
)
"""Texts that one file format or another could change, or a spreadsheet could run."""
_ALPHABET = "=+-@＝'\"`;,|<>&\\_x0A \u00a0\u200b\ufeff\u3000éß漢\u0301(){}[]%$#:\t\n"


def hostile(count: int, *, lines: bool, seed: int = 1) -> list[str]:
    """Texts that may be stored, as they are stored: the specimens, then some made by chance."""
    chance = random.Random(seed)
    found: list[str] = []
    candidates = list(SPECIMENS)
    while len(found) < count:
        if not candidates:
            length = chance.randrange(1, 30)
            candidates.append("".join(chance.choice(_ALPHABET) for _ in range(length)))
        try:
            text = clean(candidates.pop(0), limit=200, field="x", multiline=lines)
        except UserError:
            continue
        if text:
            assert unicodedata.is_normalized("NFC", text)
            found.append(text)
    return found
