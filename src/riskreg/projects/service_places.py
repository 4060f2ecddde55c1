"""Markets, vendors, sites and pools: where and by whom the work is done."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.projects.queries  # noqa: F401 (declares who sees which rows)
from riskreg.kit import given as checked
from riskreg.kit.clock import calendar, calendar_of_market
from riskreg.kit.db import get, new_key
from riskreg.kit.errors import UserError
from riskreg.kit.links import relink, touch
from riskreg.kit.refs import key_in, key_of, keys_of
from riskreg.kit.text import clean, required
from riskreg.kit.view import View
from riskreg.people.permits import require
from riskreg.people.rules import Act
from riskreg.projects import inputs
from riskreg.projects.models import Market, Site, Vendor, VendorMarket, WorkforcePool

_LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", re.ASCII)
_SKILL = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*", re.ASCII)
MAX_SKILLS, MAX_SKILL = 50, 40
MAX_FTE = "9999999.9"


async def create_market(session: AsyncSession, view: View, given: inputs.CreateMarket) -> Market:
    """A new market, with the calendar of its country unless another is given."""
    require(view.actor, Act.MANAGE_PROJECTS, Act.CONFIGURE)
    code = required(given.code, limit=20, field="code")
    if not _LOCALE.fullmatch(code):
        message = "A market is a locale, such as pt-BR."
        raise UserError(message, field=("code",))
    await checked.refuse_taken(session, view, Market, code=code)
    market = Market(
        code=code,
        name=required(given.name, limit=inputs.NAME_LIMIT, field="name"),
        region=required(given.region, limit=60, field="region"),
        calendar=_calendar(code, given.calendar),
        view_share=checked.measure(given.view_share, "0", "1", places=5, field="viewShare"),
    )
    session.add(market)
    return market


async def create_vendor(session: AsyncSession, view: View, given: inputs.CreateVendor) -> Vendor:
    """A new vendor with the markets it works in."""
    require(view.actor, Act.MANAGE_PROJECTS)
    vendor = Vendor(
        id=new_key(session),
        code=await checked.code_for(session, view, Vendor, given.code, prefix="V"),
        name=required(given.name, limit=inputs.NAME_LIMIT, field="name"),
        kind=given.kind,
        tier=_tier(given.tier),
        contract_end=given.contract_end,
    )
    markets = await keys_of(session, view, Market, given.market_ids, "marketIds")
    session.add(vendor)
    await session.flush()
    await _link(session, view, vendor, markets)
    return vendor


async def change_vendor(session: AsyncSession, view: View, given: inputs.ChangeVendor) -> Vendor:
    """The vendor with what was given, and the rest as it was."""
    require(view.actor, Act.MANAGE_PROJECTS)
    key = key_in(Vendor, given.id)
    vendor = await get(session, view, Vendor, key, expected_version=given.expected_version)
    if given.market_ids is not None:
        ids = given.market_ids.value or ()
        markets = await keys_of(session, view, Market, ids, "marketIds")
        if await _link(session, view, vendor, markets):
            touch(vendor)
    tier = _tier(checked.changed_or_none(given.tier, vendor.tier))
    limit = inputs.NAME_LIMIT
    vendor.name = checked.changed_text(given.name, vendor.name, limit=limit, field="name")
    vendor.kind = checked.changed(given.kind, vendor.kind, "kind")
    vendor.tier = tier
    vendor.contract_end = checked.changed_or_none(given.contract_end, vendor.contract_end)
    return vendor


async def create_site(session: AsyncSession, view: View, given: inputs.CreateSite) -> Site:
    """A new site of a vendor."""
    require(view.actor, Act.MANAGE_PROJECTS)
    vendor_id = await key_of(session, view, Vendor, given.vendor_id, "vendorId")
    site = Site(
        code=await checked.code_for(session, view, Site, given.code, prefix="SITE"),
        vendor_id=vendor_id,
        city=required(given.city, limit=100, field="city"),
        timezone=checked.zone(given.timezone, "timezone"),
    )
    session.add(site)
    return site


async def create_pool(
    session: AsyncSession, view: View, given: inputs.CreateWorkforcePool
) -> WorkforcePool:
    """A new pool of a vendor's annotators."""
    require(view.actor, Act.MANAGE_PROJECTS)
    vendor_id = await key_of(session, view, Vendor, given.vendor_id, "vendorId")
    pool = WorkforcePool(
        code=await checked.code_for(session, view, WorkforcePool, given.code, prefix="POOL"),
        vendor_id=vendor_id,
        site_id=await _site(session, view, given.site_id, vendor_id),
        market_id=await key_of(session, view, Market, given.market_id, "marketId"),
        skills=_skills(given.skills),
        fte_contracted=checked.measure(
            given.fte_contracted, "0", MAX_FTE, places=1, field="fteContracted"
        ),
        hours_per_day=checked.measure(
            given.hours_per_day, "0", "24", places=2, field="hoursPerDay"
        ),
        shrinkage=checked.measure(given.shrinkage, "0", "1", places=3, field="shrinkage"),
        utilisation_target=checked.measure(
            given.utilisation_target, "0", "1", places=3, field="utilisationTarget"
        ),
    )
    session.add(pool)
    return pool


async def change_pool(
    session: AsyncSession, view: View, given: inputs.ChangeWorkforcePool
) -> WorkforcePool:
    """The pool with what was given, and the rest as it was."""
    require(view.actor, Act.MANAGE_PROJECTS)
    key = key_in(WorkforcePool, given.id)
    pool = await get(session, view, WorkforcePool, key, expected_version=given.expected_version)
    site_id, market_id, skills = pool.site_id, pool.market_id, pool.skills
    if given.site_id is not None:
        site_id = await _site(session, view, given.site_id.value, pool.vendor_id)
    if given.market_id is not None:
        market_id = await key_of(session, view, Market, given.market_id.value, "marketId")
    if given.skills is not None:
        skills = _skills(given.skills.value or [])
    fte = checked.changed(given.fte_contracted, pool.fte_contracted, "fteContracted")
    hours = checked.changed(given.hours_per_day, pool.hours_per_day, "hoursPerDay")
    shrinkage = checked.changed(given.shrinkage, pool.shrinkage, "shrinkage")
    target = checked.changed(given.utilisation_target, pool.utilisation_target, "utilisationTarget")
    fte = checked.measure(fte, "0", MAX_FTE, places=1, field="fteContracted")
    hours = checked.measure(hours, "0", "24", places=2, field="hoursPerDay")
    shrinkage = checked.measure(shrinkage, "0", "1", places=3, field="shrinkage")
    target = checked.measure(target, "0", "1", places=3, field="utilisationTarget")
    pool.site_id, pool.market_id, pool.skills = site_id, market_id, skills
    pool.fte_contracted, pool.hours_per_day = fte, hours
    pool.shrinkage, pool.utilisation_target = shrinkage, target
    return pool


def _calendar(locale: str, given: str | None) -> str:
    """The code of a calendar that there is."""
    try:
        if given is None:
            return calendar_of_market(locale).code
        return calendar(clean(given, limit=20, field="calendar")).code
    except ValueError:
        message = "There is no such calendar of holidays; name a country, such as BR or DE-BE."
        raise UserError(message, field=("calendar",)) from None


def _tier(tier: int | None) -> int | None:
    if tier is not None and not 1 <= tier <= 5:
        raise UserError("A tier is from 1 to 5.", code="OUT_OF_RANGE", field=("tier",))
    return tier


def _skills(given: list[str]) -> list[str]:
    """The codes of policy areas, each once, sorted."""
    if len(given) > MAX_SKILLS:
        message = f"A pool has at most {MAX_SKILLS} skills."
        raise UserError(message, code="OUT_OF_RANGE", field=("skills",))
    for place, skill in enumerate(given):
        if len(skill) > MAX_SKILL or not _SKILL.fullmatch(skill):
            raise UserError("A skill is the code of an area.", field=("skills", place))
    return sorted(set(given))


async def _site(
    session: AsyncSession, view: View, given: str | None, vendor_id: str | None
) -> str | None:
    key = await key_of(session, view, Site, given, "siteId")
    if key is not None:
        site = await get(session, view, Site, key, field="siteId")
        if site.vendor_id != vendor_id:
            raise UserError("The site is another vendor's.", field=("siteId",))
    return key


async def _link(session: AsyncSession, view: View, vendor: Vendor, markets: list[str]) -> bool:
    parent = ("vendor_id", vendor.id)
    return await relink(
        session, view, VendorMarket, parent=parent, child="market_id", wanted=markets
    )
