// The API's own words, made readable: one word per idea on page, API and paper.

const CAPITALS = /\b(envr|sla|kri|pm|qa|wfm)\b/gi;
const HYPHENED: Record<string, string> = { 'over enforcement': 'over-enforcement', 'tooling data': 'tooling and data' };
const nearForm = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayForm = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const timeForm = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const DAY = 86_400_000;

/** OUT_OF_TOLERANCE, reviewDue or assessRisk as plain words. */
export function word(name: string): string {
  const plain = name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  const said = HYPHENED[plain] ?? plain;
  return (said.charAt(0).toUpperCase() + said.slice(1)).replace(CAPITALS, (w) => w.toUpperCase());
}

export function day(date: string | null | undefined): string {
  return date ? dayForm.format(new Date(date.length > 10 ? date : `${date}T12:00`)) : '';
}

/** A date in a narrow place: without its year where that is this year. */
export function near(date: string | null | undefined): string {
  const here = date?.startsWith(String(new Date().getFullYear()));
  return date && here ? nearForm.format(new Date(`${date}T12:00`)) : day(date);
}

/** A value of the history: words for an enum's name, itself otherwise. */
export function value(text: string): string {
  return /^[A-Z]+(_[A-Z]+)*$/.test(text) ? word(text) : text;
}

/** A sentence of the server with its dates as people write them. */
export function dated(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\d\b/g, (found) => day(found));
}

export function time(instant: string): string {
  return timeForm.format(new Date(instant));
}

/** Whole days from today, or the day of another instant, to the date: negative when it is past. */
export function daysTo(date: string, from?: string): number {
  const today = from ? new Date(from) : new Date();
  today.setHours(0, 0, 0, 0);
  return Math.round((new Date(`${date.slice(0, 10)}T00:00`).getTime() - today.getTime()) / DAY);
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}
