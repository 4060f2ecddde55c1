// What each transition asks of a person. Whether it is allowed, only the server says.
import type { TadaDocumentNode } from '../../kit/graphql';
import type { UserError } from '../../kit/errors';
import * as documents from './moves.documents';

type Answer = Record<string, { userErrors: UserError[] }>;
export type MoveDocument = TadaDocumentNode<Answer, { input: Record<string, unknown> }>;
export type Choice = readonly [value: string, label: string];
export type Spec = {
  name: string;
  label: string;
  kind: 'line' | 'long' | 'lines' | 'date' | 'instant' | 'choice' | 'tick' | 'number' | 'ids';
  hint?: string;
  choices?: readonly Choice[];
};
export type Move = {
  label: string;
  document: MoveDocument;
  fields: Spec[];
  assess?: true;
};

const typed = (document: unknown) => document as MoveDocument;
const why: Spec = { name: 'reason', label: 'Reason', kind: 'long' };
const causeGone: Spec = { name: 'causeGone', label: 'The cause is gone', kind: 'tick' };
const treatments: Choice[] = [
  ['MITIGATE', 'Mitigate'],
  ['AVOID', 'Avoid'],
  ['TRANSFER', 'Transfer'],
];
const rejections: Choice[] = [
  ['DUPLICATE', 'Duplicate of another risk'],
  ['NOT_A_RISK', 'Not a risk'],
  ['IS_ISSUE', 'Already true: an issue'],
];

const MOVES: Record<string, Move> = {
  submit: {
    label: 'Submit',
    document: typed(documents.SubmitRisk),
    fields: [
      { name: 'likelihood', label: 'Likelihood, 1 to 5', kind: 'number' },
      { name: 'impact', label: 'Impact, 1 to 5', kind: 'number' },
    ],
  },
  assess: { label: 'Assess', document: typed(documents.AssessRisk), fields: [], assess: true },
  reassess: { label: 'Reassess', document: typed(documents.ReassessRisk), fields: [], assess: true },
  treat: {
    label: 'Treat',
    document: typed(documents.TreatRisk),
    fields: [{ name: 'treatment', label: 'How', kind: 'choice', choices: treatments }],
  },
  accept: {
    label: 'Accept until…',
    document: typed(documents.AcceptRisk),
    fields: [
      { name: 'expiresOn', label: 'Until', kind: 'date' },
      { name: 'justification', label: 'Why this is acceptable', kind: 'long' },
      { name: 'conditions', label: 'Conditions', kind: 'long' },
    ],
  },
  revokeacceptance: { label: 'Revoke acceptance', document: typed(documents.RevokeAcceptance), fields: [why] },
  monitor: {
    label: 'Monitor',
    document: typed(documents.MonitorRisk),
    fields: [{ name: 'notMeasurable', label: 'Where no indicator is possible: why', kind: 'long' }],
  },
  resumetreatment: { label: 'Resume treatment', document: typed(documents.ResumeTreatment), fields: [why] },
  reopen: { label: 'Reopen', document: typed(documents.ReopenRisk), fields: [why] },
  materialise: {
    label: 'It happened',
    document: typed(documents.MaterialiseRisk),
    fields: [
      { name: 'whatHappened', label: 'What happened', kind: 'long' },
      { name: 'happenedAt', label: 'When', kind: 'instant' },
      { name: 'rcaRequired', label: 'Grave enough for a root-cause analysis', kind: 'tick' },
    ],
  },
  resolve: { label: 'Resolve', document: typed(documents.ResolveRisk), fields: [] },
  closematerialised: { label: 'Close', document: typed(documents.CloseMaterialisedRisk), fields: [why, causeGone] },
  close: {
    label: 'Close',
    document: typed(documents.CloseRisk),
    fields: [why, causeGone],
  },
  reject: {
    label: 'Reject',
    document: typed(documents.RejectRisk),
    fields: [
      { name: 'reason', label: 'Reason', kind: 'choice', choices: rejections },
      { name: 'note', label: 'Note', kind: 'long' },
    ],
  },
  restore: { label: 'Restore', document: typed(documents.RestoreRisk), fields: [why] },
};

const ORDER = Object.keys(MOVES);
const plain = (name: string) => name.replaceAll('_', '').toLowerCase().replace(/risk$/, '');

/** The move of a transition, by its name or by its mutation's: revoke_acceptance, submitRisk. Its
 * rank says where it stands in the row of buttons: what helps first, what ends last. */
export function moveOf(name: string): (Move & { rank: number }) | undefined {
  const found = MOVES[plain(name)];
  return found && { ...found, rank: ORDER.indexOf(plain(name)) };
}
