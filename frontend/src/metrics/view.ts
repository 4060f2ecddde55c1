// A view of the series is its address, and nothing else.
import type { VariablesOf } from '../kit/graphql';
import { asOf, dayOf, today } from '../kit/past';
import type { MetricList } from './documents';

type Asked = VariablesOf<typeof MetricList>;
const NAMES = ['metric', 'market', 'state', 'after', 'before'] as const;
export type View = Record<(typeof NAMES)[number] | 'asOf', string>;

export const ISSUES = ['STALE', 'LATE', 'SUSPECT', 'GAP', 'RESTATED', 'INSUFFICIENT_SAMPLE'] as const;
export const STANDS_OUT = 'STANDS_OUT';
const PAGE = 25;
const AMONG = 100;
export const SPANS = [28, 90, 180, 365] as const;

export function read(query: string): View {
  const given = new URLSearchParams(query);
  const view = { asOf: asOf(query) ?? '' } as View;
  for (const name of NAMES) view[name] = given.get(name) ?? '';
  return view;
}

export function address(view: View, change: Partial<View>): string {
  const next = { ...view, after: '', before: '', ...change };
  const given = new URLSearchParams(Object.entries(next).filter(([, value]) => value));
  return given.size ? `/metrics?${given}` : '/metrics';
}

/** The days of a chart up to a view's time. */
export function days(number: number, asOf: string | null): { from: string; to: string } {
  const to = dayOf(asOf) || today();
  const first = new Date(`${to}T12:00Z`);
  first.setUTCDate(first.getUTCDate() - number + 1);
  return { from: first.toISOString().slice(0, 10), to };
}

/** What to ask for a view; `among` are the codes of the series that stand out. */
export function asked(view: View, among: readonly string[]): Asked {
  const filter: NonNullable<Asked['filter']> = { isEnded: view.state === 'ENDED' };
  if (view.metric) filter.metric = { eq: view.metric };
  if (view.market) filter.market = { eq: view.market };
  const issue = ISSUES.find((name) => name === view.state);
  if (issue) filter.quality = [issue];
  if (view.state === STANDS_OUT) filter.code = { in: among.slice(0, AMONG) };
  const back = !!view.before;
  return {
    filter,
    first: back ? null : PAGE,
    last: back ? PAGE : null,
    after: view.after || null,
    before: view.before || null,
    asOf: view.asOf || null,
  };
}
