// An entry of the history as a person reads it: what was done, and a line for each thing changed,
// with names for keys, words for scores, and the rest folded away.
import { dated, time, value, word } from '../../kit/words';
import { DIMENSIONS } from '../words';
import { DONE, FIELDS, FOLDED, INWARD, LEVELS, LINKS, SKIPPED } from './history.words';

export type Change = {
  object: string; objectId: string; objectText: string | null; field: string;
  before: string | null; after: string | null; beforeText: string | null; afterText: string | null;
};
export type Step = { about?: string; before: string; after: string };
export type Line = { name: string; steps: Step[] };
export type Told = { lines: Line[]; folded: Line[] };

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const KEY = /^[0-9a-f]{32}$/;

/** What was done, as one would tell it: `Assessed`, `Mitigation approved`. */
export function done(action: string): string {
  return DONE[action] ?? word(action);
}

function said(text: string | null, words: string | null): string {
  if (words || !text || KEY.test(text)) return words ?? '';
  if (text.startsWith('{')) {
    return Object.entries(JSON.parse(text) as Record<string, number>).map(([name, step]) => `${DIMENSIONS[name as 'SLA']?.[0] ?? word(name)} ${step}`).join('; ');
  }
  if (text.startsWith('[')) return (JSON.parse(text) as string[]).join(', ');
  if (INSTANT.test(text)) return time(text);
  return dated(value({ true: 'yes', false: 'no' }[text] ?? text));
}

const step = (it: Change, about?: string): Step => ({
  ...(about ? { about } : {}),
  before: said(it.before, it.beforeText),
  after: said(it.after, it.afterText),
});

/** The levels that an entry set, each once; those of an assessment where the risk's own stayed. */
function levels(changes: readonly Change[]): Line[] {
  const found = new Map<string, Step>();
  for (const object of ['risk_assessment', 'risk']) {
    for (const it of changes) {
      // An assessment also keeps what was computed then: the risk says that itself.
      const about = it.object === object ? LEVELS[it.field.replace(/_(likelihood|impact|band)$/, '')] : undefined;
      if (about && !(object === 'risk_assessment' && it.field.startsWith('computed')) && (it.beforeText || it.afterText)) found.set(about, { about, before: it.beforeText ?? '', after: it.afterText ?? '' });
    }
  }
  const steps = Object.values(LEVELS).flatMap((name) => found.get(name) ?? []);
  return steps.length ? [{ name: 'Level', steps: [...new Set(steps)] }] : [];
}

const of = (rows: readonly Change[], field: string) => rows.find((it) => it.field === field);
const reach = (rows: readonly Change[], side: 'before' | 'after') =>
  [['L', 'delta_likelihood'], ['I', 'delta_impact']].flatMap(([axis, field = '']) => {
    const steps = of(rows, field)?.[side];
    return steps && steps !== '0' ? [`${axis} −${steps}`] : [];
  }).join(', ');

/** A row that links the risk to something, as one step: what came, or what went. */
function linked(object: string, rows: readonly Change[], code: string): Step {
  const other = rows.find((it) => it.field.endsWith('_id') && (it.beforeText ?? it.afterText)?.split(' ')[0] !== code);
  const both = other ? step(other) : { before: '', after: '' };
  if (object === 'risk_relation') {
    const kind = of(rows, 'kind');
    const name = kind?.before ?? kind?.after ?? '';
    return { about: other?.field === 'from_id' ? (INWARD[name] ?? word(name)) : word(name), ...both };
  }
  if (object !== 'risk_mitigation') return both;
  const name = both.after || both.before;
  const effect = { before: reach(rows, 'before'), after: reach(rows, 'after') };
  return name ? { about: name, ...effect } : effect;
}

function accepted(rows: readonly Change[]): Step {
  const [code, until, by, ended] = ['code', 'expires_on', 'accepted_by_id', 'ended_by'].map((field) => of(rows, field));
  if (ended?.after) return { before: '', after: `ended: ${said(ended.after, null).toLowerCase()}` };
  return { before: '', after: [code?.after, until && `until ${said(until.after, null)}`, by?.afterText && `carried by ${by.afterText}`].filter(Boolean).join(', ') };
}

/** The lines of an entry: status first, then levels, then the rest; what few ask for is folded. */
export function told(changes: readonly Change[], code: string, reason: string | null): Told {
  const born = changes.some((it) => it.object === 'risk' && it.field === 'code');
  const lines: Line[] = [];
  const folded: Line[] = [];
  let states = 0;
  const rows = new Map<string, Change[]>();
  for (const it of changes) rows.set(it.objectId, [...(rows.get(it.objectId) ?? []), it]);
  const links = new Map<string, Step[]>();
  for (const group of rows.values()) {
    const [{ object, objectText } = { object: '', objectText: '' }] = group;
    const link = LINKS[object];
    if (link) links.set(link, [...(links.get(link) ?? []), object === 'risk_acceptance' ? accepted(group) : linked(object, group, code)]);
    const fields = FIELDS[object] ?? {};
    for (const it of group) {
      const at = step(it);
      const name = fields[it.field] ?? (object === 'risk' && !SKIPPED.test(it.field) ? word(it.field) : '');
      if (!name || at.before === at.after || [at.after, at.before].includes(reason ?? '-')) continue;
      const [action = 'Mitigation', ...title] = (object === 'mitigation' && objectText?.split(' ')) || [name];
      const status = it.field === 'recorded_status' || it.field === 'status';
      const line = action === name ? { name, steps: [at] } : { name: action, steps: [{ about: status ? title.join(' ') : name, ...at }] };
      if (born || FOLDED.test(it.field) || (object === 'mitigation' && of(group, 'code'))) folded.push(line);
      else lines.splice(status ? states++ : lines.length, 0, line);
    }
  }
  lines.splice(states, 0, ...levels(changes));
  for (const [name, steps] of links) (born ? folded : lines).push({ name, steps });
  return { lines, folded };
}
