// Series in words: what they are about, how they stand, and the risk that one may tell of.
import { day, word } from '../kit/words';

type Named = { name: string } | null;
export type Scoped = {
  surface: string | null; label: string | null; cohort: string | null;
  project: Named; policyArea: Named; market: Named; vendor: Named;
};
type Value = { value: number; unit: string; n: number | null; low: number | null; high: number | null };
type Episode = { isOpen: boolean; isAdverse: boolean | null; firstDay: string };
type Kept = { id: string; name: string } | null;
type Proposing = Scoped & {
  code: string;
  metric: { code: string; name: string; family: string } | null;
  latest: (Value & { periodStart: string }) | null;
  project: Kept; policyArea: Kept; market: Kept; vendor: Kept;
  chart: { episodes: (Episode & { direction: string })[] };
};

const CATEGORIES: Record<string, string> = {
  OUTCOME: 'OVER_ENFORCEMENT', QUALITY: 'LABEL_QUALITY', DELIVERY: 'DELIVERY_SLA', WORKFORCE: 'WORKFORCE_CAPACITY', CHANGE: 'CHANGE_COLLISION',
};
const TITLE = 200;
const digits = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export function figure(value: number | null | undefined): string {
  if (value == null) return '';
  return Math.abs(value) >= 1000 ? whole.format(value) : digits.format(value);
}

export function interval(of: { low: number | null; high: number | null }): string {
  return of.low == null || of.high == null ? '' : `${figure(of.low)}–${figure(of.high)}`;
}

/** What a series is about, the widest part first; '' for one of everything. */
export function scope(one: Scoped): string {
  const parts = [one.project?.name, one.policyArea?.name, one.market?.name, one.vendor?.name];
  return [...parts, one.surface && word(one.surface), one.label, one.cohort].filter(Boolean).join(' · ');
}

/** What is to be known before its numbers are believed, and what they say: the gravest first. */
export function standing(one: { endedAt: string | null; quality: readonly string[]; chart: { episodes: Episode[] } | undefined }): { text: string; bad: boolean }[] {
  const open = (one.chart?.episodes ?? []).filter(({ isOpen }) => isOpen);
  const worse = open.some(({ isAdverse }) => isAdverse);
  const found = one.quality.map((issue) => ({ text: word(issue), bad: issue === 'STALE' }));
  if (open[0]) found.unshift({ text: `${worse ? 'Worse' : 'Stands out'} since ${day(open[0].firstDay)}`, bad: worse });
  if (one.endedAt) found.unshift({ text: `Ended ${day(one.endedAt)}`, bad: false });
  return found;
}

/** What a note is about and says, once each. */
export function noted(note: { about: string | null; text: string }): string {
  return note.about && !note.text.includes(note.about) ? `${note.about}: ${note.text}` : note.text;
}

/** The address of a form that has the risk of a series written down as far as it is known. */
export function proposal(one: Proposing): string {
  const { metric, latest } = one;
  const about = scope(one);
  const open = one.chart.episodes.find(({ isOpen }) => isOpen);
  const course = open ? (open.direction === 'UP' ? 'keeps high' : 'keeps low') : 'gets worse';
  const now = latest ? `; newest ${figure(latest.value)} ${latest.unit} on ${day(latest.periodStart)}${interval(latest) ? ` (95 % ${interval(latest)}, n ${figure(latest.n)})` : ''}` : '';
  const since = open ? ` has been beyond its limits since ${day(open.firstDay)}` : ' is watched';
  const family = metric?.family ?? '';
  const given = new URLSearchParams({
    title: `${metric?.name ?? one.code} ${course}${about ? `: ${about}` : ''}`.slice(0, TITLE),
    event: `${one.code} (${[metric?.name, about].filter(Boolean).join(', ')})${since}${now}.`,
    category: metric?.code.startsWith('ENVR') ? 'ENVR_INCREASE' : (CATEGORIES[family] ?? ''),
  });
  if (one.project) given.set('projectId', one.project.id);
  if (one.market) given.set('marketIds', one.market.id);
  if (one.vendor) given.set('vendorIds', one.vendor.id);
  if (one.policyArea) given.set('policyAreaIds', one.policyArea.id);
  return `/log?${given}`;
}
