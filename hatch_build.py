"""Refuses to build a riskreg without its page."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """Stops a wheel or sdist whose users would be answered 503 instead of the page."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Return only if the page is there, or if only a checkout is being linked."""
        page = Path(self.root, "src", "riskreg", "web", "index.html")
        if version != "editable" and not page.is_file():
            message = "the page is not built: run ./dev page, then build again"
            raise FileNotFoundError(message)
