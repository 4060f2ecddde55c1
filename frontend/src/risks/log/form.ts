import type { VariablesOf } from '../../kit/graphql';
import type { LogRisk } from './documents';

type Input = VariablesOf<typeof LogRisk>['input'];

/** What a person types; a level of 0 is "don't know". */
export type Values = {
  title: string; projectId: string; category: string; likelihood: number; impact: number;
  cause: string; event: string; consequence: string; ownerId: string; proximityDate: string;
  velocity: string; marketIds: string[]; vendorIds: string[]; policyAreaIds: string[];
};

/** The names under which the server reports errors that this form can show on a field. */
export const FIELDS = [
  'title', 'projectIds', 'category', 'likelihood', 'impact', 'cause', 'event', 'consequence',
  'ownerId', 'proximityDate', 'velocity', 'marketIds', 'vendorIds', 'policyAreaIds',
];
export const FOLDED = FIELDS.slice(5);

export function blank(projectId: string): Values {
  return {
    title: '', projectId, category: '', likelihood: 0, impact: 0, cause: '', event: '', consequence: '',
    ownerId: '', proximityDate: '', velocity: '', marketIds: [], vendorIds: [], policyAreaIds: [],
  };
}

const TEXTS = ['title', 'cause', 'event', 'consequence', 'projectId', 'category'] as const;
const LISTS = ['marketIds', 'vendorIds', 'policyAreaIds'] as const;

/** What an address proposes to be written down, such as the scope and course of a metric. */
export function offered(query: string): Partial<Values> {
  const given = new URLSearchParams(query);
  const values: Partial<Values> = {};
  for (const name of TEXTS) if (given.get(name)) values[name] = given.get(name) ?? '';
  for (const name of LISTS) if (given.get(name)) values[name] = given.getAll(name);
  return values;
}

export function worthKeeping(values: Values): boolean {
  return [values.title, values.cause, values.event, values.consequence].some((text) => text.trim());
}

export function toInput(values: Values, idempotencyKey: string): Input {
  const title = values.title.trim();
  return {
    idempotencyKey,
    title,
    event: values.event.trim() || title,
    cause: values.cause.trim() || null,
    consequence: values.consequence.trim() || null,
    category: (values.category || null) as NonNullable<Input['category']> | null,
    likelihood: values.likelihood || null,
    impact: values.impact || null,
    projectIds: values.projectId ? [values.projectId] : [],
    ownerId: values.ownerId || null,
    proximityDate: values.proximityDate || null,
    velocity: (values.velocity || null) as NonNullable<Input['velocity']> | null,
    marketIds: values.marketIds,
    vendorIds: values.vendorIds,
    policyAreaIds: values.policyAreaIds,
  };
}
