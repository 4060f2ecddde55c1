"""Markets, vendors, sites and pools: made known and changed."""

from datetime import date
from decimal import Decimal

from strawberry import ID, Some

from riskreg.people.auth import SYSTEM
from riskreg.people.rules import Role
from riskreg.projects import inputs, service_places
from riskreg.projects.rules import VendorKind
from tests.factories import a_market, a_pool, a_site, a_vendor, an_actor, done, id_of, ids_of
from tests.stage import Stage

NONE = "f" * 32


def locale(**more: object) -> inputs.CreateMarket:
    fields = {"code": "de-DE", "name": "Germany", "region": "EMEA", "view_share": Decimal("0.05")}
    return inputs.CreateMarket(**{**fields, **more})  # type: ignore[arg-type]  # as needed


async def test_market_takes_the_holidays_of_its_country(stage: Stage) -> None:
    german = await done(stage.db, service_places.create_market, locale())
    assert (german.calendar, german.view_share) == ("DE", Decimal("0.05000"))
    bavarian = locale(code="de-AT", calendar="DE-BY")
    assert (await done(stage.db, service_places.create_market, bavarian)).calendar == "DE-BY"
    spanish = locale(code="es-419", calendar="")
    assert (await done(stage.db, service_places.create_market, spanish)).calendar == ""


async def test_bad_market_is_refused(stage: Stage) -> None:
    await a_market(stage.db, "pt-BR")
    cases: list[tuple[dict[str, object], str, str]] = [
        ({"code": "Germany"}, "INVALID", "code"),
        ({"code": "de_DE"}, "INVALID", "code"),
        ({"code": "pt-BR"}, "DUPLICATE", "code"),
        ({"code": "es-419"}, "INVALID", "calendar"),
        ({"calendar": "XX"}, "INVALID", "calendar"),
        ({"calendar": "DE-XX"}, "INVALID", "calendar"),
        ({"view_share": Decimal("1.1")}, "OUT_OF_RANGE", "viewShare"),
        ({"view_share": Decimal("-0.1")}, "OUT_OF_RANGE", "viewShare"),
        ({"view_share": Decimal("sNaN")}, "OUT_OF_RANGE", "viewShare"),
        ({"region": ""}, "REQUIRED", "region"),
        ({"name": "\u202e"}, "INVALID_TEXT", "name"),
    ]
    for more, code, field in cases:
        refused = await stage.refusal(service_places.create_market, locale(**more))
        assert (more, refused) == (more, (code, (field,)))


async def test_vendor_is_changed(stage: Stage) -> None:
    brazil, mexico = [await a_market(stage.db, code) for code in ("pt-BR", "es-MX")]
    vendor = await a_vendor(stage.db, "ASTER", brazil)
    given = inputs.ChangeVendor(
        id=id_of(vendor),
        expected_version=1,
        tier=Some(1),
        contract_end=Some(date(2027, 1, 15)),
        market_ids=Some(ids_of(mexico)),
    )
    changed = await done(stage.db, service_places.change_vendor, given)
    assert (changed.version, changed.tier, changed.kind) == (2, 1, VendorKind.BPO)
    document = "query ($id: ID) { vendor(id: $id) { contractEnd markets { code } } }"
    assert await stage.ask(SYSTEM, document, id=id_of(vendor)) == {
        "vendor": {"contractEnd": "2027-01-15", "markets": [{"code": "es-MX"}]}
    }
    bad = inputs.ChangeVendor(id=id_of(vendor), expected_version=2, tier=Some(6))
    assert await stage.refusal(service_places.change_vendor, bad) == ("OUT_OF_RANGE", ("tier",))
    taken = inputs.CreateVendor(code="ASTER", name="x", kind=VendorKind.CROWD)
    assert await stage.refusal(service_places.create_vendor, taken) == ("DUPLICATE", ("code",))


async def test_site_belongs_to_a_vendor_and_has_a_zone(stage: Stage) -> None:
    vendor = await a_vendor(stage.db)
    assert (await a_site(stage.db, vendor)).code == "SITE-001"
    wrong = inputs.CreateSite(vendor_id=id_of(vendor), city="Manila", timezone="Manila")
    assert await stage.refusal(service_places.create_site, wrong) == ("INVALID", ("timezone",))
    lost = inputs.CreateSite(vendor_id=ID(f"vendor_{NONE}"), city="M", timezone="Asia/Manila")
    assert await stage.refusal(service_places.create_site, lost) == ("NOT_FOUND", ("vendorId",))


async def test_pool_is_changed_within_bounds(stage: Stage) -> None:
    own, other = [await a_vendor(stage.db, code) for code in ("OWN", "OTHER")]
    site, foreign = await a_site(stage.db, own), await a_site(stage.db, other)
    pool = await a_pool(stage.db, own)
    assert (pool.code, pool.hours_per_day, pool.shrinkage) == (
        "POOL-001",
        Decimal(8),
        Decimal("0.28"),
    )
    at = {"id": id_of(pool), "expected_version": 1}
    cases: list[tuple[dict[str, object], str, tuple[str | int, ...]]] = [
        ({"site_id": Some(id_of(foreign))}, "INVALID", ("siteId",)),
        ({"market_id": Some(ID("pt-BR"))}, "NOT_FOUND", ("marketId",)),
        ({"skills": Some(["HATE", "a b"])}, "INVALID", ("skills", 1)),
        ({"skills": Some(["A"] * 51)}, "OUT_OF_RANGE", ("skills",)),
        ({"fte_contracted": Some(Decimal(-1))}, "OUT_OF_RANGE", ("fteContracted",)),
        ({"fte_contracted": Some(None)}, "REQUIRED", ("fteContracted",)),
        ({"hours_per_day": Some(Decimal("24.01"))}, "OUT_OF_RANGE", ("hoursPerDay",)),
        ({"shrinkage": Some(Decimal(2))}, "OUT_OF_RANGE", ("shrinkage",)),
        ({"utilisation_target": Some(Decimal("1e999"))}, "OUT_OF_RANGE", ("utilisationTarget",)),
    ]
    for more, code, field in cases:
        given = inputs.ChangeWorkforcePool(**{**at, **more})  # type: ignore[arg-type]
        refused = await stage.refusal(service_places.change_pool, given)
        assert (more, refused) == (more, (code, field))
    given = inputs.ChangeWorkforcePool(
        id=id_of(pool),
        expected_version=1,
        site_id=Some(id_of(site)),
        skills=Some(["MS", "HATE", "MS"]),
        fte_contracted=Some(Decimal("129.04")),
    )
    changed = await done(stage.db, service_places.change_pool, given)
    assert (changed.version, changed.skills, changed.site_id) == (2, ["HATE", "MS"], site.id)
    assert changed.fte_contracted == Decimal("129.0")


async def test_who_may_make_places_known(stage: Stage) -> None:
    lead, admin, pm = [
        await an_actor(stage.db, role) for role in (Role.PM_LEAD, Role.ADMIN, Role.PM)
    ]
    await done(stage.db, service_places.create_market, locale(), lead)
    await done(stage.db, service_places.create_market, locale(code="de-AT"), admin)
    french = locale(code="fr-FR")
    assert "but not here" in await stage.forbidden(service_places.create_market, french, pm)
    vendor = inputs.CreateVendor(code="NEW", name="New", kind=VendorKind.BPO)
    for actor in (admin, pm):
        assert "You may" in await stage.forbidden(service_places.create_vendor, vendor, actor)
    assert (await done(stage.db, service_places.create_vendor, vendor, lead)).code == "NEW"
