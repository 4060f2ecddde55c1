import time
from datetime import timedelta
from tests.cast import Register
from tests.factories import id_of
from tests.reports.briefs import brief_of, looked_at
from riskreg.risks import inputs, service
from riskreg.risks.rules import RiskCategory
from riskreg.kit.db import Act
from tests.stage import START

async def test_big(register: Register) -> None:
    c = register.cast
    for k in range(10):
        register.clock.set(START + timedelta(days=7*k))
        given = inputs.LogRisks(risks=[inputs.LogRisk(title=f"Risk {i}", event="x", category=RiskCategory.VENDOR, project_ids=[id_of(c.project)], likelihood=1 + i % 5, impact=1+ i%4) for i in range(500)])
        async def run(s, v): return await service.log_many(s, v, given)
        t=time.perf_counter()
        await register.db.write(c.lead, Act("x"), run)
        print("bulk", round(time.perf_counter()-t,2))
    before = await looked_at(register)
    register.clock.set(START + timedelta(days=7*11))
    t=time.perf_counter()
    f = await brief_of(register, before)
    print("collect 5000", round(time.perf_counter()-t,2), f.live, f.figures[2].history)
