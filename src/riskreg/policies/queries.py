"""What lists of policy areas can be filtered and sorted by."""

from __future__ import annotations

import riskreg.policies.access  # noqa: F401 (declares who sees which rows)
from riskreg.kit import filters
from riskreg.people.models import Person
from riskreg.policies.models import PolicyArea

AREA_FILTERS = {
    "code": filters.plain("code"),
    "severity_class": filters.plain("severity_class"),
    "parent": filters.ref("parent_id", PolicyArea),
    "manager": filters.ref("manager_id", Person),
}
AREA_ORDERS = {"CODE": "code", "CREATED_AT": "id"}
"""Keys are made from the time, so they sort by creation."""
