// A view of the register is its address, and nothing else.
import type { VariablesOf } from '../../kit/graphql';
import { asOf } from '../../kit/past';
import type { Register } from './documents';

type Asked = VariablesOf<typeof Register>;
type Filter = NonNullable<Asked['filter']>;
type Order = NonNullable<Asked['orderBy']>;
type Status = 'DRAFT' | 'OPEN' | 'ASSESSED' | 'TREATING' | 'ACCEPTED' | 'MONITORING' | 'MATERIALISED' | 'CLOSED' | 'REJECTED';

export const NAMES = ['q', 'status', 'category', 'band', 'appetite', 'project', 'owner', 'cell'] as const;
export type Name = (typeof NAMES)[number] | 'sort' | 'after' | 'before' | 'asOf';
export type View = Record<Name, string>;

export const PAGE = 50;
export const SORTS = ['CODE', 'TITLE', 'RESIDUAL', 'TIME_OUT_OF_TOLERANCE', 'NEXT_REVIEW_DUE', 'UPDATED_AT', 'CREATED_AT'];
export const STATUSES = ['DRAFT', 'OPEN', 'ASSESSED', 'TREATING', 'ACCEPTED', 'MONITORING', 'MATERIALISED', 'CLOSED', 'REJECTED'];
export const CATEGORIES = [
  'CHILD_SAFETY', 'ENVR_INCREASE', 'OVER_ENFORCEMENT', 'POLICY_AMBIGUITY', 'GUIDELINE_TRANSLATION',
  'LABEL_QUALITY', 'DELIVERY_SLA', 'WORKFORCE_CAPACITY', 'VENDOR', 'TOOLING_DATA', 'MODEL_DEPENDENCY',
  'REGULATORY', 'WELLBEING', 'REPUTATION', 'CHANGE_COLLISION',
] as const;
export const BANDS = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];
export const APPETITES = ['OUT_OF_TOLERANCE', 'WITHIN_TOLERANCE', 'WITHIN_APPETITE', 'NOT_ASSESSED'] as const;
const NOT_RUNNING: Status[] = ['DRAFT', 'CLOSED', 'REJECTED'];
const GROUPS: Record<string, Status[]> = {
  CURRENT: ['DRAFT', 'OPEN', 'ASSESSED', 'TREATING', 'ACCEPTED', 'MONITORING', 'MATERIALISED'],
};

export function read(query: string): View {
  const given = new URLSearchParams(query);
  const view = { sort: given.get('sort') ?? '-RESIDUAL' } as View;
  for (const name of [...NAMES, 'after', 'before'] as const) view[name] = given.get(name) ?? '';
  view.asOf = asOf(query) ?? '';
  return view;
}

/** The file of what this view shows: the same rows, all pages of them. */
export function file(view: View): string {
  const { sort, after, before, ...rows } = view;
  const given = new URLSearchParams(Object.entries(rows).filter(([name, value]) => value && !(view.asOf && name === 'q')));
  return `/export/risks.csv${given.size ? `?${given}` : ''}`;
}

/** The address of this view with some things changed; a change goes back to the first page. */
export function address(view: View, change: Partial<View>): string {
  const next = { ...view, after: '', before: '', ...change };
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(next)) {
    if (value && !(name === 'sort' && value === '-RESIDUAL')) given.set(name, value);
  }
  const text = given.toString();
  return text ? `/risks?${text}` : '/risks';
}

export function filter(view: View): Filter {
  const [likelihood, impact] = view.cell.split('x').map(Number);
  const made: Record<string, unknown> = {};
  if (view.status) made.status = { in: GROUPS[view.status] ?? [view.status] };
  if (view.category) made.category = { eq: view.category };
  if (view.band) made.residualBand = { eq: view.band };
  if (view.appetite) made.appetiteStatus = { eq: view.appetite };
  if (view.project) made.project = { some: [view.project] };
  if (view.owner) made.owner = view.owner === 'NONE' ? { isNull: true } : { eq: view.owner };
  if (likelihood && impact) {
    made.residualLikelihood = { eq: likelihood };
    made.residualImpact = { eq: impact };
    // The heat map counts what is running, so its cell means no other.
    made.and = [{ status: { notIn: NOT_RUNNING } }];
  }
  return made as Filter;
}

export function asked(view: View): Asked {
  const by = (appetite: string) => filter({ ...view, appetite });
  const down = view.sort.startsWith('-');
  const order = { field: view.sort.replace('-', ''), direction: down ? 'DESC' : 'ASC' } as Order;
  const back = !!view.before;
  return {
    filter: filter(view),
    wide: filter({ ...view, cell: '', band: '' }),
    search: (!view.asOf && view.q) || null,
    asOf: view.asOf || null,
    orderBy: order,
    first: back ? null : PAGE,
    last: back ? PAGE : null,
    after: view.after || null,
    before: view.before || null,
    out: by('OUT_OF_TOLERANCE'),
    tolerated: by('WITHIN_TOLERANCE'),
    within: by('WITHIN_APPETITE'),
    unassessed: by('NOT_ASSESSED'),
  };
}
