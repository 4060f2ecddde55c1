from pathlib import Path
from tests.cast import Register
from tests.reports import story
from riskreg.reports import service, narrative, compose
from riskreg.reports.inputs import CreateReport
from tests.factories import id_of
import time, json

async def test_try(register: Register) -> None:
    t=time.perf_counter()
    s = await story.begin(register)
    db, cast = register.db, register.cast
    t=time.perf_counter()
    one = await service.create(db, cast.lead, CreateReport())
    print("create", time.perf_counter()-t, one.code, one.headline)
    await story.go_on(s)
    real = db.rows
    n = [0]
    async def rows(v, q):
        n[0] += 1
        return await real(v, q)
    db.rows = rows
    from riskreg.reports.collect import where_we_stand
    from riskreg.reports.moments import moment
    from riskreg.reports.facts import Previous
    t=time.perf_counter()
    m = await moment(db, cast.lead, None)
    from riskreg.reports.moments import local
    await where_we_stand(service._asked("RPT-002", m, service.Earlier(one.id, one.code, one.as_of, one.revision)))
    print("collect", time.perf_counter()-t, n)
    t=time.perf_counter()
    two = await service.make(db, cast.lead, CreateReport(compare_to=id_of(one)))
    print("make", time.perf_counter()-t)
    f = two.printed.facts
    for r in f.top: print(r)
    for r in f.figures: print(r)
    for r in f.asks: print(r)
    Path("/tmp/plan/brief_small.pdf").write_bytes(two.printed.pdf)
