"""The registry of tables: importing this module makes `Base.metadata` complete."""

from __future__ import annotations

from riskreg.delivery import models as delivery
from riskreg.kit import codes, jobs, journal, perform
from riskreg.kit.tables import Base
from riskreg.metrics import models as metrics
from riskreg.metrics import models_notes as metric_notes
from riskreg.people import models as people
from riskreg.policies import models as policies
from riskreg.projects import models as projects
from riskreg.reports import models as reports
from riskreg.risks import models as risks
from riskreg.risks import models_kri as kris
from riskreg.risks import models_mitigation as mitigations

SLICES = (
    codes,
    jobs,
    journal,
    perform,
    people,
    policies,
    projects,
    metrics,
    metric_notes,
    risks,
    mitigations,
    kris,
    delivery,
    reports,
)

OPERATIONAL = frozenset(
    {
        "journal",
        "journal_head",
        "journal_touched",
        "code_counters",
        "idempotency_keys",
        "jobs",
        "job_schedules",
        "sign_in_links",
        "sessions",
        "report_files",
    }
)
"""Tables without history, read outside a view: the machinery's own. Each is named here."""

metadata = Base.metadata
