import { DIMENSIONS } from '../words';
import type { Values } from './merge';
import type { Risk } from './risk';

export const FIELDS = ['likelihood', 'impacts', 'confidence', 'rationale', 'target', 'residual'];
const DIMENSION_NAMES = Object.keys(DIMENSIONS);
const text = (level: number | null | undefined) => (level ? String(level) : '');
const place = (likelihood: unknown, impact: unknown) =>
  likelihood || impact ? { likelihood: Number(likelihood), impact: Number(impact) } : null;

/** How an assessment starts from the last one, and what of it is sent. */
export const assessment = {
  start(risk: Risk): Values {
    const last = new Map(risk.impactByDimension.map((one) => [one.dimension as string, one.step]));
    return {
      likelihood: text(risk.inherent?.likelihood),
      ...Object.fromEntries(DIMENSION_NAMES.map((name) => [name, text(last.get(name))])),
      confidence: risk.confidence ?? 'MEDIUM',
      targetLikelihood: text(risk.target?.likelihood),
      targetImpact: text(risk.target?.impact),
      assertedLikelihood: text(risk.residual.asserted?.likelihood),
      assertedImpact: text(risk.residual.asserted?.impact),
      rationale: '',
    };
  },
  input(values: Values): Record<string, unknown> {
    const impacts = DIMENSION_NAMES.filter((name) => values[name]).map((dimension) => ({
      dimension,
      step: Number(values[dimension]),
    }));
    return {
      likelihood: Number(values.likelihood),
      impacts,
      confidence: values.confidence || 'MEDIUM',
      target: place(values.targetLikelihood, values.targetImpact),
      residual: place(values.assertedLikelihood, values.assertedImpact),
      rationale: String(values.rationale).trim(),
    };
  },
};
