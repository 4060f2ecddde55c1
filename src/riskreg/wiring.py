"""What reacts to which event, in the transaction of the event: the whole map."""

from __future__ import annotations

from collections.abc import Sequence

from riskreg.kit.db import Handler
from riskreg.policies import service as policies
from riskreg.projects import service as projects
from riskreg.risks import service_handlers as risks

REACTING = (projects.HANDLERS, policies.HANDLERS, risks.HANDLERS)
"""The slices that react to events of the slices below, in this order."""
HANDLERS: dict[type, Sequence[Handler]] = {
    event: [handler for slice_ in REACTING for handler in slice_.get(event, ())]
    for event in {event for slice_ in REACTING for event in slice_}
}
