"""Who sees which rows of policies/: the tree of areas is public inside the house."""

from __future__ import annotations

from riskreg.kit.view import access, everyone
from riskreg.policies.models import PolicyArea

access(PolicyArea)(everyone)
