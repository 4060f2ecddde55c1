"""The days on which the organisation is set up, before its first risk."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from riskreg.demo.cast import ADMIN, CONTACTS, OFFICE, TEAMS
from riskreg.demo.deeds_setup import (
    Area,
    Begin,
    Contract,
    Form,
    Install,
    OpenMarket,
    OpenSite,
    Pool,
    Register,
)
from riskreg.demo.places import MARKETS, POOLS, VENDORS
from riskreg.demo.portfolio import AREAS, PROJECTS
from riskreg.demo.world import Step, in_turn

FIRST_DAY = -425
NOBODY = "riskreg"
"""Who acts before there is anybody: the register itself."""
LEAD = "wanjiru"


def steps() -> Iterator[Step]:
    """Everything that has to be there before the first risk is logged."""
    sites = [OpenSite(vendor.code, site) for vendor in VENDORS for site in vendor.sites]
    teams = [
        Form(name, lead, tuple(one.key for one in OFFICE if one.team == name))
        for name, lead in TEAMS.items()
    ]
    yield from chain(
        in_turn(FIRST_DAY, "09:00", NOBODY, [Install(), Register(ADMIN)]),
        in_turn(FIRST_DAY, "09:10", ADMIN.key, map(Register, OFFICE)),
        in_turn(FIRST_DAY, "09:40", ADMIN.key, teams),
        in_turn(FIRST_DAY, "10:00", LEAD, map(OpenMarket, MARKETS)),
        in_turn(FIRST_DAY, "10:20", LEAD, map(Contract, VENDORS)),
        in_turn(FIRST_DAY, "10:40", LEAD, sites),
        in_turn(FIRST_DAY, "11:00", ADMIN.key, map(Register, CONTACTS)),
        in_turn(FIRST_DAY, "11:20", LEAD, map(Pool, POOLS)),
        in_turn(FIRST_DAY + 1, "09:30", LEAD, map(Area, AREAS)),
        in_turn(FIRST_DAY + 1, "10:00", LEAD, map(Begin, PROJECTS)),
    )
