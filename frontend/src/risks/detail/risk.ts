import type { ResultOf } from '../../kit/graphql';
import { day, word } from '../../kit/words';
import type { Level } from '../words';
import type { RiskDetail } from './documents';

export type Risk = NonNullable<ResultOf<typeof RiskDetail>['risk']>;

const level = (it: Level | null) => (it ? `${it.likelihood}×${it.impact} ${word(it.band)}` : '');

/** What a person would compare of a risk: label and value in words. */
export function told(risk: Risk): Record<string, string> {
  return {
    Title: risk.title,
    Cause: risk.cause ?? '',
    Event: risk.event ?? '',
    Consequence: risk.consequence ?? '',
    Category: risk.category ? word(risk.category) : '',
    Status: word(risk.status),
    Owner: risk.owner?.name ?? '',
    Sponsor: risk.sponsor?.name ?? '',
    Inherent: level(risk.inherent),
    Residual: level(risk.residual.effective),
    Target: level(risk.target),
    'Next review': day(risk.nextReviewDue),
  };
}

/** Where the risk stands against appetite, and since when, as one sentence. */
export function standing(risk: Risk): string {
  const since = risk.outOfToleranceSince ?? risk.aboveAppetiteSince;
  const days = risk.daysOutOfTolerance;
  switch (risk.appetiteStatus) {
    case 'OUT_OF_TOLERANCE':
      if (days === 0) return 'Out of tolerance since today.';
      return `Out of tolerance for ${days ?? '?'} ${days === 1 ? 'day' : 'days'}${since ? `, since ${day(since)}` : ''}.`;
    case 'WITHIN_TOLERANCE':
      return `Above appetite${since ? ` since ${day(since)}` : ''}, within tolerance.`;
    case 'WITHIN_APPETITE':
      return 'Within appetite.';
    default:
      return 'Not assessed, so not compared with appetite.';
  }
}
