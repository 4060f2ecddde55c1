import type { Value, Values } from './merge';
import type { Spec } from './moves';

export function empty(specs: Spec[]): Values {
  const none = { tick: false, ids: [] as string[] } as Record<string, Value>;
  return Object.fromEntries(specs.map(({ name, kind }) => [name, none[kind] ?? '']));
}

export function sent(spec: Spec, value: Value | undefined): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (!text) return null;
  if (spec.kind === 'number') return Number(text);
  if (spec.kind === 'lines') return text.split('\n').map((line) => line.trim()).filter(Boolean);
  return spec.kind === 'instant' ? new Date(text).toISOString() : text;
}
