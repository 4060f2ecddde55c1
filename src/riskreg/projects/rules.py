"""The words of projects, vendors and pools, and the states of a project."""

from __future__ import annotations

from enum import StrEnum

from riskreg.kit.machine import Machine, Move


class ProjectType(StrEnum):
    """What a project's labels are for."""

    ENFORCEMENT_LABELLING = "ENFORCEMENT_LABELLING"
    MODEL_TRAINING = "MODEL_TRAINING"
    MODEL_EVALUATION = "MODEL_EVALUATION"
    PREVALENCE_SAMPLING = "PREVALENCE_SAMPLING"
    APPEALS = "APPEALS"
    LIVE_MODERATION = "LIVE_MODERATION"
    SEARCH_RELEVANCE = "SEARCH_RELEVANCE"
    OTHER = "OTHER"


class ProjectStatus(StrEnum):
    """Whether a project runs."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


class VendorKind(StrEnum):
    """Who employs a vendor's annotators."""

    IN_HOUSE = "IN_HOUSE"
    BPO = "BPO"
    CROWD = "CROWD"


_ACTIVE, _PAUSED, _CLOSED = ProjectStatus.ACTIVE, ProjectStatus.PAUSED, ProjectStatus.CLOSED

PROJECT_MACHINE: Machine[ProjectStatus, None, None] = Machine(
    "project",
    (
        Move("pause", frozenset({_ACTIVE}), _PAUSED),
        Move("resume", frozenset({_PAUSED}), _ACTIVE),
        Move("close", frozenset({_ACTIVE, _PAUSED}), _CLOSED),
        Move("reopen", frozenset({_CLOSED}), _ACTIVE),
    ),
)
"""What may become of a project. Slices above may refuse a closing besides (BR 3)."""
