// The past: a view of it says so in its address, as the instant up to which it knows things.
import { go, here } from './route.svelte';

const pad = (part: number) => String(part).padStart(2, '0');
const plainDay = (at: Date) => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;

/** The instant that the address asks for; null for now. A bare day is meant up to its end. */
export function asOf(query: string): string | null {
  const given = new URLSearchParams(query).get('asOf');
  return given?.length === 10 ? endOf(given) : given || null;
}

export function endOf(date: string): string {
  const end = new Date(`${date}T23:59:59`);
  return Number.isNaN(end.getTime()) ? date : end.toISOString().replace('.000', '');
}

/** The day of an instant, for a date field; '' for now or for what is none. */
export function dayOf(instant: string | null): string {
  const at = new Date(instant ?? '');
  return Number.isNaN(at.getTime()) ? '' : plainDay(at);
}

export const today = () => plainDay(new Date());

/** This address at another instant; '' for now. What only the present knows is left out. */
export function at(instant: string, path = here.path, query = here.query): string {
  const given = new URLSearchParams(query);
  for (const name of ['asOf', 'after', 'before', ...(instant ? ['q'] : [])]) given.delete(name);
  if (instant) given.set('asOf', instant);
  return given.size ? `${path}?${given}` : path;
}

/** Show the end of a day; today is the present. */
export function visit(date: string): void {
  go(at(date && date < today() ? endOf(date) : ''));
}
