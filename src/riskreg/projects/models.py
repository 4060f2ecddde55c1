"""Projects, markets, vendors, sites and workforce pools."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Base, Chars, Json, Key, Tracked, Word
from riskreg.projects.rules import ProjectStatus, ProjectType, VendorKind


class Market(Tracked, Base):
    """A locale that is served, with its share of views and its calendar of holidays."""

    __tablename__ = "markets"
    code: Mapped[str] = mapped_column(Chars(20), unique=True)
    name: Mapped[str] = mapped_column(Chars(200))
    region: Mapped[str] = mapped_column(Chars(60))
    calendar: Mapped[str] = mapped_column(Chars(20))
    view_share: Mapped[Decimal] = mapped_column(Numeric(6, 5))


class Vendor(Tracked, Base):
    """Who supplies annotators."""

    __tablename__ = "vendors"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    name: Mapped[str] = mapped_column(Chars(200))
    kind: Mapped[VendorKind] = mapped_column(Word(VendorKind))
    tier: Mapped[int | None]
    contract_end: Mapped[date | None] = mapped_column(Date)


class VendorMarket(Tracked, Base):
    """A market that a vendor works in."""

    __tablename__ = "vendor_markets"
    vendor_id: Mapped[str] = mapped_column(ForeignKey("vendors.id"))
    market_id: Mapped[str] = mapped_column(ForeignKey("markets.id"), index=True)
    __table_args__ = (UniqueConstraint("vendor_id", "market_id"),)


class Site(Tracked, Base):
    """Where a vendor's people sit."""

    __tablename__ = "sites"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    vendor_id: Mapped[str] = mapped_column(ForeignKey("vendors.id"), index=True)
    city: Mapped[str] = mapped_column(Chars(100))
    timezone: Mapped[str] = mapped_column(Chars(60))


class WorkforcePool(Tracked, Base):
    """Annotators of one vendor, site and market who can do the same work."""

    __tablename__ = "workforce_pools"
    id_prefix = "pool"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    vendor_id: Mapped[str] = mapped_column(ForeignKey("vendors.id"), index=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    market_id: Mapped[str | None] = mapped_column(ForeignKey("markets.id"))
    skills: Mapped[list[str]] = mapped_column(Json)
    fte_contracted: Mapped[Decimal] = mapped_column(Numeric(8, 1))
    hours_per_day: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    shrinkage: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    utilisation_target: Mapped[Decimal] = mapped_column(Numeric(4, 3))


class Project(Tracked, Base):
    """Labelling work with a manager, requestors, areas, markets and pools."""

    __tablename__ = "projects"
    code: Mapped[str] = mapped_column(Chars(40), unique=True)
    name: Mapped[str] = mapped_column(Chars(200))
    type: Mapped[ProjectType] = mapped_column(Word(ProjectType))
    is_safety: Mapped[bool]
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    status: Mapped[ProjectStatus] = mapped_column(Word(ProjectStatus))
    name_fold: Mapped[str] = mapped_column(Chars(200), index=True)


class ProjectMarket(Tracked, Base):
    """A market that a project labels for."""

    __tablename__ = "project_markets"
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    market_id: Mapped[str] = mapped_column(ForeignKey("markets.id"), index=True)
    __table_args__ = (UniqueConstraint("project_id", "market_id"),)


class ProjectPolicyArea(Tracked, Base):
    """A policy area whose content a project labels."""

    __tablename__ = "project_policy_areas"
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    policy_area_id: Mapped[str] = mapped_column(Key, index=True)  # policies/ lies above projects/
    __table_args__ = (UniqueConstraint("project_id", "policy_area_id"),)


class ProjectRequestor(Tracked, Base):
    """Somebody for whom a project labels."""

    __tablename__ = "project_requestors"
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    __table_args__ = (UniqueConstraint("project_id", "person_id"),)


class Allocation(Tracked, Base):
    """The share of a pool that works for a project."""

    __tablename__ = "allocations"
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    pool_id: Mapped[str] = mapped_column(ForeignKey("workforce_pools.id"), index=True)
    share: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    __table_args__ = (UniqueConstraint("project_id", "pool_id"),)
