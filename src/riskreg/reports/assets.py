"""Where the templates, styles and fonts of the briefs lie."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """The folder `reports`, inside an installed riskreg or at the root of the checkout."""
    shipped = Path(__file__).parents[1] / "shipped" / "reports"
    return shipped if shipped.is_dir() else Path(__file__).parents[3] / "reports"


def fonts() -> Path:
    """The folder with the font files."""
    return root() / "fonts"
