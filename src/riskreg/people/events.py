"""What people/ tells the slices above; their handlers may refuse by raising a `UserError`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonDeactivated:
    """Somebody acts no more: what they own goes to the delegate, or stays and counts as unowned."""

    person_id: str
    delegate_id: str | None


@dataclass(frozen=True)
class PersonJoinedVendor:
    """Somebody belongs to a vendor, whom people/ cannot look up."""

    person_id: str
    vendor_id: str
