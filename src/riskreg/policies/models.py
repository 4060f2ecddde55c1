"""The tree of policy areas."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Base, Chars, Tracked, Word
from riskreg.policies.rules import SeverityClass


class PolicyArea(Tracked, Base):
    """A subject of policy, such as hate speech; areas may lie inside areas."""

    __tablename__ = "policy_areas"
    id_prefix = "area"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    name: Mapped[str] = mapped_column(Chars(200))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("policy_areas.id"), index=True)
    severity_class: Mapped[SeverityClass] = mapped_column(Word(SeverityClass))
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    dsa_category: Mapped[str | None] = mapped_column(Chars(100))
