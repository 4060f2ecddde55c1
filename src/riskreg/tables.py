"""The registry of tables: importing this module makes `Base.metadata` complete."""

from __future__ import annotations

from riskreg.kit import codes, journal, perform
from riskreg.kit.tables import Base
from riskreg.people import models as people
from riskreg.policies import models as policies
from riskreg.projects import models as projects
from riskreg.reports import models as reports
from riskreg.risks import models as risks
from riskreg.risks import models_mitigation as mitigations

SLICES = (codes, journal, perform, people, policies, projects, risks, mitigations, reports)

OPERATIONAL = frozenset(
    {
        "journal",
        "journal_head",
        "journal_touched",
        "code_counters",
        "idempotency_keys",
        "sign_in_links",
        "sessions",
        "report_files",
    }
)
"""Tables without history, read outside a view: the machinery's own. Each is named here."""

metadata = Base.metadata
