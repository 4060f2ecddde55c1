// What a move of a mitigation asks of a person, and what one would compare of it.
import { day, word } from '../../kit/words';
import * as documents from './mitigations.documents';
import type { Choice, Move, MoveDocument, Spec } from './moves';
import type { Risk } from './risk';

export type Mitigation = NonNullable<Risk['mitigations']['nodes'][number]['mitigation']>;

const typed = (document: unknown) => document as MoveDocument;
const verdicts: Choice[] = [
  ['EFFECTIVE', 'It works'],
  ['PARTIAL', 'It works in part'],
  ['INEFFECTIVE', 'It does not work'],
  ['INCONCLUSIVE', 'Nothing can be said yet: check again in 28 days'],
];
const why: Spec = { name: 'reason', label: 'Reason', kind: 'long' };

const MOVES: Record<string, Move> = {
  approve: { label: 'Approve', document: typed(documents.ApproveMitigation), fields: [] },
  start: { label: 'Start', document: typed(documents.StartMitigation), fields: [] },
  unblock: { label: 'Unblock', document: typed(documents.UnblockMitigation), fields: [] },
  implement: {
    label: 'Implemented…',
    document: typed(documents.ImplementMitigation),
    fields: [{ name: 'evidence', label: 'Evidence: links, one a line', kind: 'lines', hint: 'https://…' }],
  },
  beginVerification: { label: 'Begin verification', document: typed(documents.BeginVerification), fields: [] },
  recordVerdict: {
    label: 'Verdict…',
    document: typed(documents.RecordVerdict),
    fields: [
      { name: 'verdict', label: 'What was found', kind: 'choice', choices: verdicts },
      { name: 'findings', label: 'What it rests on', kind: 'long' },
    ],
  },
  block: {
    label: 'Blocked…',
    document: typed(documents.BlockMitigation),
    fields: [{ name: 'blocker', label: 'What it waits for', kind: 'long' }],
  },
  reschedule: {
    label: 'Reschedule…',
    document: typed(documents.RescheduleMitigation),
    fields: [{ name: 'dueOn', label: 'Done by', kind: 'date' }, why],
  },
  cancel: { label: 'Cancel it…', document: typed(documents.CancelMitigation), fields: [why] },
};
const ORDER = Object.keys(MOVES);

/** The move of a mitigation's transition, with its place in the row of buttons. */
export function mitigationMove(name: string): (Move & { rank: number }) | undefined {
  const found = MOVES[name];
  return found && { ...found, rank: ORDER.indexOf(name) };
}

export function toldOf(it: Mitigation | undefined): Record<string, string> {
  if (!it) return {};
  return {
    Title: it.title,
    Status: word(it.status),
    Owner: it.owner?.name ?? '',
    Due: day(it.dueOn),
    'Waits for': it.blocker ?? '',
  };
}

export function effect(likelihood: number, impact: number): string {
  return [likelihood && `L −${likelihood}`, impact && `I −${impact}`].filter(Boolean).join(', ') || 'none';
}
