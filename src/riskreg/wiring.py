"""What reacts to which event, in its transaction, and what is done after it: the whole map."""

from __future__ import annotations

from collections.abc import Sequence

from riskreg import settings
from riskreg.kit.db import Database, Handler
from riskreg.kit.jobs import Kinds
from riskreg.kit.jobs_kept import FORGET
from riskreg.kit.jobs_worker import Pace, Worker
from riskreg.metrics import service as metrics
from riskreg.people.permits import SYSTEM
from riskreg.policies import service as policies
from riskreg.projects import service as projects
from riskreg.reports import rendering
from riskreg.risks import service_handlers as risks
from riskreg.risks.service_kri_sweep import EVALUATE_KRIS

REACTING = (projects.HANDLERS, policies.HANDLERS, metrics.HANDLERS, risks.HANDLERS)
"""The slices that react to events of the slices below, in this order."""
HANDLERS: dict[type, Sequence[Handler]] = {
    event: [handler for slice_ in REACTING for handler in slice_.get(event, ())]
    for event in {event for slice_ in REACTING for event in slice_}
}

JOBS: Kinds = {
    rendering.RENDER: rendering.RENDERING,
    "evaluateKris": EVALUATE_KRIS,
    "forgetJobs": FORGET,
}
"""Every kind of job, by the name under which it is enqueued and journalled."""


def worker_of(db: Database, pace: Pace | None = None) -> Worker:
    """Who does the jobs of a register: as the register itself, in the organisation's zone."""
    return Worker(db, JOBS, SYSTEM, zone=settings.current().zone, pace=pace)
