"""Where the folders that ship beside the code are, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """The folder `name` (migrations, reports) of the checkout, or the copy inside the wheel."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.is_dir() else PACKAGE.parents[1] / name
