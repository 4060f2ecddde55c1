// What of an entry a person reads: bookkeeping columns and bare keys are left out, instants and
// enums are put into words.
import { time, value, word } from '../../kit/words';

export type Change = { object: string; field: string; before: string | null; after: string | null };
export type Line = { name: string; before: string; after: string };

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const KEY = /^[0-9a-f]{32}$/;
const NEVER = /^(9999|1970)-/;
const BOOKKEEPING = /(_rank|_fold|_id|_in_a_row|^number|^ever_high|^state_since|_from|_to)$/;

function said(text: string | null): string {
  if (!text || KEY.test(text) || NEVER.test(text)) return '';
  return INSTANT.test(text) ? time(text) : value(text);
}

/** The lines of an entry, the risk's own fields first. */
export function lines(changes: readonly Change[]): Line[] {
  return changes
    .filter(({ field }) => !BOOKKEEPING.test(field))
    .map(({ object, field, before, after }) => ({
      name: word(object === 'risk' ? field.replace('recorded_', '') : `${object.replace(/^risk_/, '')} ${field}`),
      before: said(before),
      after: said(after),
    }))
    .filter((line) => line.before !== line.after);
}
