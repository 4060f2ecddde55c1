"""The markets, vendors, sites and pools of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from riskreg.projects.rules import VendorKind


@dataclass(frozen=True)
class MarketRow:
    """A market: locale, name, part of the world, share of all views."""

    code: str
    name: str
    region: str
    share: Decimal


@dataclass(frozen=True)
class SiteRow:
    """A vendor's site."""

    code: str
    city: str
    timezone: str


@dataclass(frozen=True)
class VendorRow:
    """A vendor with its sites; `contract_end` in days from the demo's today."""

    code: str
    name: str
    kind: VendorKind
    tier: int
    contract_end: int | None
    markets: tuple[str, ...]
    sites: tuple[SiteRow, ...]


@dataclass(frozen=True)
class PoolRow:
    """A pool of annotators; its market is None where it works for several."""

    code: str
    vendor: str
    site: str
    market: str | None
    fte: Decimal
    skills: tuple[str, ...]


def _market(code: str, name: str, region: str, share: str) -> MarketRow:
    return MarketRow(code, name, region, Decimal(share))


MARKETS = (
    _market("en-US", "United States", "North America", "0.19"),
    _market("id-ID", "Indonesia", "South-East Asia", "0.14"),
    _market("pt-BR", "Brazil", "Latin America", "0.12"),
    _market("es-MX", "Mexico", "Latin America", "0.10"),
    _market("ar-SA", "Saudi Arabia", "Middle East", "0.08"),
    _market("ja-JP", "Japan", "East Asia", "0.07"),
    _market("vi-VN", "Vietnam", "South-East Asia", "0.06"),
    _market("en-GB", "United Kingdom", "Europe", "0.05"),
    _market("de-DE", "Germany", "Europe", "0.05"),
    _market("fr-FR", "France", "Europe", "0.05"),
    _market("tr-TR", "Türkiye", "Middle East", "0.05"),
    _market("th-TH", "Thailand", "South-East Asia", "0.04"),
)
EVERYWHERE = tuple(market.code for market in MARKETS)

_BPO = VendorKind.BPO
VENDORS = (
    VendorRow("ASTER", "Aster Services", _BPO, 1, 244, ("en-US", "id-ID"),
              (SiteRow("SITE-MNL", "Manila", "Asia/Manila"),)),
    VendorRow("BOREALIS", "Borealis CX", _BPO, 2, 410, ("de-DE", "fr-FR", "tr-TR", "en-GB"),
              (SiteRow("SITE-WAW", "Warsaw", "Europe/Warsaw"),)),
    VendorRow("CORDILLERA", "Cordillera BPO", _BPO, 2, 183, ("es-MX", "pt-BR"),
              (SiteRow("SITE-BOG", "Bogotá", "America/Bogota"),)),
    VendorRow("DUNE", "Dune Digital", _BPO, 2, 60, ("ar-SA", "fr-FR"),
              (SiteRow("SITE-CMN", "Casablanca", "Africa/Casablanca"),)),
    VendorRow("EVERGREEN", "Evergreen Ops", _BPO, 1, 319, ("ja-JP", "vi-VN", "th-TH", "id-ID"),
              (SiteRow("SITE-KUL", "Kuala Lumpur", "Asia/Kuala_Lumpur"),)),
    VendorRow("INHOUSE", "In-house Hub", VendorKind.IN_HOUSE, 1, None, EVERYWHERE,
              (SiteRow("SITE-SIN", "Singapore", "Asia/Singapore"),
               SiteRow("SITE-DUB", "Dublin", "Europe/Dublin"))),
)  # fmt: skip


def _pool(  # noqa: PLR0917 (a row of the table below)
    code: str, vendor: str, site: str, market: str | None, fte: str, skills: str
) -> PoolRow:
    return PoolRow(code, vendor, site, market, Decimal(fte), tuple(skills.split()))


POOLS = (
    _pool("POOL-ASTER-EN", "ASTER", "SITE-MNL", "en-US", "420", "MS HATE HARASS MISINFO ADULT"),
    _pool("POOL-ASTER-ID", "ASTER", "SITE-MNL", "id-ID", "180", "MS HATE HARASS ADULT"),
    _pool("POOL-BOREALIS-DE", "BOREALIS", "SITE-WAW", "de-DE", "96", "HATE HARASS AIGC"),
    _pool("POOL-BOREALIS-FR", "BOREALIS", "SITE-WAW", "fr-FR", "88", "HATE HARASS"),
    _pool("POOL-BOREALIS-TR", "BOREALIS", "SITE-WAW", "tr-TR", "74", "HATE HARASS"),
    _pool("POOL-BOREALIS-GB", "BOREALIS", "SITE-WAW", "en-GB", "82", "HATE HARASS AIGC"),
    _pool("POOL-CORDILLERA-ES", "CORDILLERA", "SITE-BOG", "es-MX", "134", "MISINFO"),
    _pool("POOL-CORDILLERA-PT", "CORDILLERA", "SITE-BOG", "pt-BR", "142", "MISINFO"),
    _pool("POOL-DUNE-AR", "DUNE", "SITE-CMN", "ar-SA", "116", "HATE HARASS"),
    _pool("POOL-DUNE-FR", "DUNE", "SITE-CMN", "fr-FR", "38", "HARASS"),
    _pool("POOL-EVERGREEN-JA", "EVERGREEN", "SITE-KUL", "ja-JP", "118", "MS ADULT"),
    _pool("POOL-EVERGREEN-VI", "EVERGREEN", "SITE-KUL", "vi-VN", "126", "FRAUD MS HARASS"),
    _pool("POOL-EVERGREEN-TH", "EVERGREEN", "SITE-KUL", "th-TH", "92", "FRAUD MS ADULT"),
    _pool("POOL-EVERGREEN-ID", "EVERGREEN", "SITE-KUL", "id-ID", "140", "FRAUD MS HARASS"),
    _pool("POOL-INHOUSE-SIN", "INHOUSE", "SITE-SIN", None, "150", "MS SSH AIGC GRAPHIC"),
    _pool("POOL-INHOUSE-DUB", "INHOUSE", "SITE-DUB", None, "110", "SSH AIGC GRAPHIC"),
)
