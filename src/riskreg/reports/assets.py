"""Where the templates, styles and fonts of the briefs lie."""

from __future__ import annotations

from pathlib import Path

from riskreg.kit.places import shipped


def root() -> Path:
    """The folder `reports`, inside an installed riskreg or at the root of the checkout."""
    return shipped("reports")


def fonts() -> Path:
    """The folder with the font files."""
    return root() / "fonts"
