"""The states of a risk and the moves between them: the Risk table of domain/model.md 4.5 as data.

The status that the machine is asked about is the one that the risk *reads as*
(`rules_deadlines.reads_as`), so an acceptance that has ended is left by the moves of ASSESSED.
"""

from __future__ import annotations

from riskreg.kit.machine import Machine, Move
from riskreg.risks import rules_guards as guard
from riskreg.risks.rules import LIVE, RiskStatus
from riskreg.risks.rules_facts import RiskFacts, RiskGiven

_S = RiskStatus
_ROW = Move[RiskStatus, RiskFacts, RiskGiven]
_ASSESS = (guard.MAY_ASSESS,)
_RESOLVED = (guard.MAY_ASSESS, guard.incident_resolved)

RISK_MACHINE: Machine[RiskStatus, RiskFacts, RiskGiven] = Machine(
    "risk",
    (
        _ROW(
            "submit",
            frozenset({_S.DRAFT}),
            _S.OPEN,
            (guard.MAY_LOG, guard.ready_to_log),
            (guard.asks_estimate,),
        ),
        _ROW(
            "reject",
            frozenset({_S.DRAFT, _S.OPEN}),
            _S.REJECTED,
            _ASSESS,
            (guard.asks_reject_reason,),
        ),
        _ROW(
            "assess",
            frozenset({_S.OPEN}),
            _S.ASSESSED,
            (guard.MAY_ASSESS, guard.has_owner, guard.has_category, guard.has_statement),
            (guard.asks_inherent,),
        ),
        _ROW(
            "reassess",
            LIVE | {_S.MATERIALISED},
            None,
            _ASSESS,
            (guard.asks_rationale, guard.steps_in_range),
        ),
        _ROW(
            "treat",
            frozenset({_S.ASSESSED}),
            _S.TREATING,
            (guard.MAY_ASSESS, guard.has_planned_mitigation, guard.target_in_tolerance),
            (guard.asks_treatment,),
        ),
        _ROW(
            "accept",
            frozenset({_S.ASSESSED, _S.TREATING, _S.MONITORING}),
            _S.ACCEPTED,
            (guard.MAY_ACCEPT, guard.not_own_acceptance, guard.authority_suffices),
            (guard.asks_expiry, guard.asks_justification),
        ),
        _ROW(
            "monitor",
            frozenset({_S.ASSESSED}),
            _S.MONITORING,
            (guard.MAY_ASSESS, guard.RESIDUAL_IN_APPETITE),
            (guard.asks_kri,),
        ),
        _ROW(
            "monitor",
            frozenset({_S.TREATING}),
            _S.MONITORING,
            (guard.MAY_ASSESS, guard.all_terminal, guard.RESIDUAL_IN_TOLERANCE),
            (guard.asks_kri,),
        ),
        _ROW(
            "revoke_acceptance",
            frozenset({_S.ACCEPTED}),
            _S.ASSESSED,
            (guard.may_end_acceptance,),
            (guard.asks_reason,),
        ),
        _ROW(
            "resume_treatment",
            frozenset({_S.MONITORING}),
            _S.TREATING,
            (guard.MAY_ASSESS, guard.has_open_mitigation),
            (guard.asks_reason,),
        ),
        _ROW("reopen", frozenset({_S.MONITORING}), _S.ASSESSED, _ASSESS, (guard.asks_reason,)),
        _ROW(
            "materialise",
            LIVE | {_S.OPEN},
            _S.MATERIALISED,
            _ASSESS,
            (guard.asks_what_happened,),
        ),
        _ROW("resolve", frozenset({_S.MATERIALISED}), _S.MONITORING, _RESOLVED),
        _ROW(
            "close_materialised",
            frozenset({_S.MATERIALISED}),
            _S.CLOSED,
            _RESOLVED,
            (guard.asks_cause_gone,),
        ),
        _ROW(
            "close",
            frozenset({_S.MONITORING, _S.ACCEPTED}),
            _S.CLOSED,
            (
                guard.MAY_ASSESS,
                guard.no_open_breach,
                guard.no_open_mitigation,
                guard.closer_is_another,
            ),
            (guard.asks_low_or_gone, guard.asks_reason),
        ),
        _ROW(
            "restore",
            frozenset({_S.CLOSED, _S.REJECTED}),
            _S.OPEN,
            _ASSESS,
            (guard.asks_reason,),
        ),
    ),
)
"""Every move of a risk; what is not here is forbidden."""
