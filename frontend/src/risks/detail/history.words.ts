// The names under which the journal keeps things, and what people call them.

export const DONE: Record<string, string> = {
  log: 'Logged', logRisk: 'Logged', logRisks: 'Logged', submitRisk: 'Submitted', changeRisk: 'Changed', rejectRisk: 'Rejected',
  assessRisk: 'Assessed', reassessRisk: 'Reassessed', treatRisk: 'Treatment begun', acceptRisk: 'Accepted',
  revokeAcceptance: 'Acceptance revoked', monitorRisk: 'Monitoring begun', resumeTreatment: 'Treatment resumed',
  reopenRisk: 'Reopened', materialiseRisk: 'It happened', resolveRisk: 'Resolved', closeMaterialisedRisk: 'Closed',
  closeRisk: 'Closed', restoreRisk: 'Restored', relateRisks: 'Related', unrelateRisks: 'Relation removed',
  proposeMitigation: 'Mitigation proposed', changeMitigation: 'Mitigation changed', approveMitigation: 'Mitigation approved',
  startMitigation: 'Mitigation started', blockMitigation: 'Mitigation blocked', unblockMitigation: 'Mitigation unblocked',
  implementMitigation: 'Mitigation implemented', beginVerification: 'Verification begun', recordVerdict: 'Verdict recorded',
  cancelMitigation: 'Mitigation cancelled', rescheduleMitigation: 'Mitigation rescheduled', addKri: 'Indicator added',
  changeKri: 'Indicator changed', pauseKri: 'Indicator paused', resumeKri: 'Indicator resumed', retireKri: 'Indicator retired',
  acknowledgeBreach: 'Breach acknowledged', evaluateKris: 'Indicators judged', ingestObservations: 'Numbers came in',
};

/** Levels in the order of telling, by the first part of their columns. */
export const LEVELS: Record<string, string> = {
  inherent: 'inherent', residual: 'residual', computed: 'residual', asserted: 'residual as asserted', target: 'target',
};

/** Rows that link the risk to something else. */
export const LINKS: Record<string, string> = {
  risk_project: 'Projects', risk_policy_area: 'Policy areas', risk_market: 'Markets', risk_vendor: 'Vendors',
  risk_relation: 'Relations', risk_mitigation: 'Mitigation', risk_acceptance: 'Acceptance',
};

/** Fields whose column has another name, or that are told of other rows at all. */
export const FIELDS: Record<string, Record<string, string>> = {
  risk: {
    recorded_status: 'Status', owner_id: 'Owner', sponsor_id: 'Sponsor', review_due_on: 'Next review', proximity_date: 'Could happen from',
    horizon_days: 'Horizon, days', sensitivity: 'Who may read it', close_reason: 'Why closed', reject_reason: 'Why rejected',
    happened: 'What happened', happened_at: 'When it happened', not_measurable: 'Why no indicator', kri_count: 'Indicators',
    impacts: 'Impact', out_from: 'Out of tolerance from', asserted_until: 'Assertion holds until', rca_required: 'Root-cause analysis',
    uplift_p10_bps: 'Uplift P10, bps', uplift_p50_bps: 'Uplift P50, bps', uplift_p90_bps: 'Uplift P90, bps', duration_days: 'Duration, days',
  },
  risk_assessment: { confidence: 'Confidence', impacts: 'Impact', rationale: 'Rationale' },
  risk_acceptance: { justification: 'Because', conditions: 'Conditions' },
  mitigation: {
    status: 'status', title: 'title', kind: 'kind', owner_id: 'owner', due_on: 'due', start_on: 'start', evidence: 'evidence', blocker: 'waits for',
    cancel_reason: 'why cancelled', hypothesis: 'should show', check_method: 'check by', check_due_on: 'check due',
    effort_days: 'effort, days', cost: 'cost',
  },
  kri: {
    name: 'Indicator', playbook: 'Playbook', amber: 'Amber beyond', red: 'Red beyond', basis: 'Read by', window_days: 'Window, days',
    min_sample: 'Least sample', paused_at: 'Indicator paused',
  },
  kri_breach: { evidence: 'Breach', closed_on: 'Breach closed', retracted_at: 'Breach retracted', note: 'Note', false_alarm: 'False alarm' },
  effectiveness_check: { verdict: 'Verdict', findings: 'Findings', method: 'Found by', next_due_on: 'Next check' },
};

/** Of the risk: levels are told as a whole; the rest only helps to sort, or repeats the entry. */
export const SKIPPED = /^((inherent|computed|asserted|target)_|assessed_at|ever_high|identified_|code$)/;
/** What an entry changes beside what it is about. */
export const FOLDED = /^(impacts|probability|uplift_|duration_days|review_due_on|confidence|method|out_from|asserted_until|sensitivity|check_|effort|original)/;

/** A relation as the risk that it points at tells it. */
export const INWARD: Record<string, string> = { CAUSES: 'Caused by', DUPLICATE_OF: 'Duplicate', AGGREGATES: 'Part of' };
