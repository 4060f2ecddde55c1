"""Small charts as SVG text, the same in the page and in the PDF.

All lengths are points. Fonts and sizes stand as attributes, because a style sheet does not reach
into an SVG of the PDF; tints are solid, because transparency does not survive printing in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from riskreg.charts import fontmetrics

INK = "#14213d"
INK_SOFT = "#4a5568"
RULE = "#cbd2dc"
PAPER = "#ffffff"
WORSE = "#a3161a"
BETTER = "#0b6b6b"

# Lightness falls evenly from Low to Critical, so the order survives a grey print.
TINTS = {"LOW": "#f0f3f7", "MEDIUM": "#f3d990", "HIGH": "#e49b5f", "CRITICAL": "#b13a28"}
ON_TINTS = {"LOW": INK_SOFT, "MEDIUM": INK, "HIGH": INK, "CRITICAL": PAPER}

SMALLEST = 7.0  # points; smaller text is not read on paper


def num(value: float) -> str:
    """A length with at most two decimals and no useless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, inner: str = "", **attributes: str | float) -> str:
    """One SVG element; `_` in a name stands for `-`, numbers are written short."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}="
        f"{quoteattr(value if isinstance(value, str) else num(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = SMALLEST,
    fill: str = INK,
    bold: bool = False,
    anchor: str = "start",
) -> str:
    """Text with its baseline at `y`."""
    return element(
        "text",
        escape(fontmetrics.printable(words)),
        x=x,
        y=y,
        font_family="Inter",
        font_size=size,
        font_weight="600" if bold else "400",
        fill=fill,
        text_anchor=anchor,
    )


def svg(width: float, height: float, alt: str, parts: Sequence[str]) -> str:
    """A whole picture; `alt` is what a reader hears who does not see it."""
    inner = element("title", escape(alt)) + "".join(parts)
    return element(
        "svg",
        inner,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(width)} {num(height)}",
        width=f"{num(width)}pt",
        height=f"{num(height)}pt",
        role="img",
    )


def sparkline(
    values: Sequence[int],
    alt: str,
    *,
    width: float = 66,
    height: float = 14,
    better: str = "LOWER",
) -> str:
    """The course of a figure; the last value is the dot, its colour says better or worse.

    The axis starts at zero, so a small change of a large count looks small.
    """
    if len(values) < 2:
        raise ValueError("a line needs two values")
    pad = 2.4
    high = max(*values, 1)
    step = (width - 2 * pad) / (len(values) - 1)
    points = [
        (pad + i * step, height - pad - (height - 2 * pad) * value / high)
        for i, value in enumerate(values)
    ]
    x, y = points[-1]
    rose = values[-1] - values[-2]
    colour = INK if better == "NEITHER" or not rose else WORSE
    if rose and better != "NEITHER" and (rose > 0) == (better == "HIGHER"):
        colour = BETTER
    line = " ".join(f"{num(px)},{num(py)}" for px, py in points)
    return svg(
        width,
        height,
        alt,
        [
            element("line", x1=0, y1=height - 0.5, x2=width, y2=height - 0.5, stroke=RULE,
                    stroke_width=0.5),
            element("polyline", points=line, fill="none", stroke=INK_SOFT, stroke_width=1),
            element("circle", cx=x, cy=y, r=1.9, fill=colour),
        ],
    )  # fmt: skip


def share_bar(
    value: int,
    of: int,
    alt: str,
    *,
    before: int | None = None,
    width: float = 66,
    height: float = 14,
) -> str:
    """A part of a whole; a tick marks where it stood in the previous report."""
    bar, top = 4.4, (height - 4.4) / 2
    scale = width / max(of, value, before or 0, 1)
    parts = [
        element("rect", x=0, y=top, width=width, height=bar, fill=TINTS["LOW"]),
        element("rect", x=0, y=top, width=value * scale, height=bar, fill=INK),
    ]
    if before is not None and before != value:
        x = min(max(before * scale, 0.5), width - 0.5)
        for colour, thick in ((PAPER, 2.6), (INK_SOFT, 1.0)):
            parts.append(
                element("line", x1=x, y1=top - 2.2, x2=x, y2=top + bar + 2.2, stroke=colour,
                        stroke_width=thick)
            )  # fmt: skip
    return svg(width, height, alt, parts)
