"""Cut the page's two font files out of the Inter that the briefs use."""

from importlib.resources import files
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
CORE = (
    "U+20-7E,U+A0,U+A3,U+AB,U+B0,U+B1,U+B7,U+BB,U+BD,U+D7,U+E0-E9,U+ED,U+F1,U+F3,U+F6,U+FA,U+FC,"
    "U+2009,U+202F,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026,U+20AC,U+2190-2193,"
    "U+2212,U+2264,U+2265,U+2318,U+0394"
)
MORE = (
    "U+A1-17F,U+192,U+218-21B,U+300-303,U+323,U+370-3FF,U+400-45F,U+490-491,U+1EA0-1EF9,"
    "U+2070-209F,U+20A0-20BF"
)


def cut(ranges: str, without: str, target: Path) -> None:
    """Write the characters of `ranges`, less those of `without`, as one variable woff2."""
    whole = TTFont(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf")
    fixed = instancer.instantiateVariableFont(whole, {"opsz": 14, "wght": (400, 600)})
    room = BytesIO()
    fixed.save(room)
    room.seek(0)
    font = TTFont(room)
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options.desubroutinize = True
    options.notdef_outline = False
    cutter = subset.Subsetter(options)
    wanted = set(subset.parse_unicodes(ranges)) - set(subset.parse_unicodes(without))
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    cut(CORE, "", HERE / "inter-core.woff2")
    cut(MORE, CORE, HERE / "inter-more.woff2")
