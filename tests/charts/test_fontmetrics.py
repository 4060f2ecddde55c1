"""Widths and letters are those of the font files."""

from __future__ import annotations

import pytest

from riskreg.charts import fontmetrics
from riskreg.charts.fontmetrics import REGULAR, SEMIBOLD, cut, face, missing, needed, width
from riskreg.reports import assets, compose

FILES = (REGULAR, SEMIBOLD, fontmetrics.SERIF, *fontmetrics.FALLBACKS)


@pytest.mark.parametrize("file", FILES)
def test_widths_are_those_of_the_font(file: str) -> None:
    ttlib = pytest.importorskip("fontTools.ttLib")
    font = ttlib.TTFont(assets.fonts() / file)
    em, advances = font["head"].unitsPerEm, font["hmtx"]
    expected = {code: advances[name][0] / em for code, name in font.getBestCmap().items()}
    assert face(file).advances == expected


def test_every_font_file_is_used_and_licensed() -> None:
    names = {path.name for path in assets.fonts().iterdir()}
    assert {name for name in names if name.endswith((".ttf", ".otf"))} == set(FILES)
    assert {name for name in names if name.startswith("OFL-")} == {
        "OFL-Inter.txt",
        "OFL-NotoSansArabic.txt",
        "OFL-NotoSansCJK.txt",
        "OFL-NotoSansThai.txt",
        "OFL-SourceSerif4.txt",
    }


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("Rủi ro lan rộng ở Việt Nam; ığüşöç İĞÜŞÖÇ; ẹ̀kọ́", ()),
        ("Řízení rizik, ryzyko, riskų, Ἀθῆναι, Безпека їжі", ()),
        ("リスク登録簿", ("NotoSansJP-Regular.otf",)),
        ("儿童安全风险", ("NotoSansJP-Regular.otf", "NotoSansSC-Regular.otf")),
        ("위험 등록부", ("NotoSansKR-Regular.otf",)),
        ("سلامة الأطفال", ("NotoSansArabic-Regular.ttf",)),
        ("ความเสี่ยง", ("NotoSansThai-Regular.ttf",)),
    ],
)
def test_a_title_in_any_script_of_the_markets_has_its_letters(
    text: str, files: tuple[str, ...]
) -> None:
    assert missing(text) == ()
    assert needed(text) == files
    assert compose.font_faces(text, "font:").count("@font-face") == 3 + len(files)


def test_a_letter_without_a_font_becomes_a_box() -> None:
    assert missing("ዜና: ዜ") == ("ዜ", "ና")
    assert fontmetrics.printable("ዜና: R-007") == "□□: R-007"


@pytest.mark.parametrize(
    ("text", "room", "lines", "expected"),
    [
        ("short", 100, 1, "short"),
        ("a  title\nwith   spaces", 200, 1, "a title with spaces"),
        ("Coded-language scams keep spreading", 100, 1, "Coded-language scams…"),
        ("Coded-language scams keep spreading", 100, 2, "Coded-language scams keep spreading"),
        ("Coded-language scams keep spreading further and further", 100, 2,
         "Coded-language scams keep spreading further…"),
        ("Wolfeschlegelsteinhausenberger", 60, 1, "Wolfeschlege…"),
        ("one two, three", 46, 1, "one two…"),
        ("", 10, 1, ""),
    ],
)  # fmt: skip
def test_a_text_is_cut_at_a_word(text: str, room: float, lines: int, expected: str) -> None:
    got = cut(text, room, size=8, lines=lines)
    assert got == expected
    if lines == 1:
        assert width(got, 8) <= room
