"""Briefs of the story, and where the register stood when they were made."""

from riskreg.reports import collect
from riskreg.reports import facts as f
from riskreg.reports.moments import Moment, moment
from tests.cast import Register


async def looked_at(register: Register) -> Moment:
    """The register as it is now."""
    return await moment(register.db, register.cast.lead, None)


async def brief_at(at: Moment, before: Moment | None = None) -> f.WhereWeStand:
    """The brief of a moment, beside an earlier one."""
    if before is None:
        return await collect.where_we_stand(collect.Asked("RPT-002", at))
    previous = f.Previous("RPT-001", before.reading.view.now, before.seq)
    return await collect.where_we_stand(collect.Asked("RPT-002", at, previous, before.reading))


async def brief_of(register: Register, before: Moment | None = None) -> f.WhereWeStand:
    """The brief of now, beside an earlier moment."""
    return await brief_at(await looked_at(register), before)
