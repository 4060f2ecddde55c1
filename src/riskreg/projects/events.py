"""What projects/ tells the slices above; their handlers may refuse by raising a `UserError`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProjectClosing:
    """A project is about to close; whoever knows why it must not raises a `UserError` (BR 3)."""

    project_id: str


@dataclass(frozen=True)
class ProjectAreasNamed:
    """A project covers these policy areas, which projects/ cannot look up."""

    project_id: str
    policy_area_ids: tuple[str, ...]
