// Likelihood and impact in words, as the register's matrix has them.

export type Level = { likelihood: number; impact: number; band: string };

export const LIKELIHOOD = ['Rare', 'Unlikely', 'Possible', 'Likely', 'Almost certain'];
export const CHANCE = ['< 5 %', '5–20 %', '20–50 %', '50–80 %', '> 80 %'];
export const IMPACT = ['Minor', 'Limited', 'Material', 'Major', 'Severe'];
export const UPLIFT = ['< 0.1 bps', '0.1–0.3 bps', '0.3–0.8 bps', '0.8–2.0 bps', '> 2.0 bps'];

export const DIMENSIONS = {
  ENVR_GLOBAL: ['ENVR uplift for 28 days, all markets', ...UPLIFT.slice(0, 4), '> 2.0 bps, or a child-safety leak'],
  ENVR_WORST_CELL: ['ENVR uplift, worst market and policy area', '< 0.3 bps', '0.3–0.8 bps', '0.8–2 bps', '2–5 bps', '> 5 bps'],
  GOLD_ACCURACY: ['Gold accuracy drop', '< 0.5 pp', '0.5–1 pp', '1–3 pp', '3–6 pp', '> 6 pp'],
  SLA: ['SLA shortfall', '< 1 pp', '1–3 pp', '3–7 pp', '7–15 pp', '> 15 pp'],
  OVER_ENFORCEMENT: ['Over-enforcement (overturn)', '< 0.5 pp', '0.5–1 pp', '1–3 pp', '3–6 pp', '> 6 pp'],
  DELIVERY_SLIP: ['Delivery slip', '< 2 working days', '2–5 working days', '1–3 weeks', '3–8 weeks', '> 8 weeks'],
  REGULATORY: ['Regulatory, reputation', 'none', 'a query, answered by the team', 'a formal question', 'inquiry or national press', 'sanction or global press'],
  PEOPLE: ['People', 'none', 'discomfort', 'more sickness', 'harm at a site', 'serious harm'],
} as const;

export function spoken(level: Level): string {
  const chance = LIKELIHOOD[level.likelihood - 1]?.toLowerCase();
  return `likelihood ${level.likelihood} (${chance}), impact ${level.impact} (${IMPACT[level.impact - 1]?.toLowerCase()})`;
}
