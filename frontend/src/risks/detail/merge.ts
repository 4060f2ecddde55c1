// Two people changed one thing: nothing is overwritten before somebody has seen both values.

export type Value = string | boolean | string[];
export type Values = Record<string, Value>;
export type Clash = { name: string; yours: Value; theirs: Value };

export const same = (a: Value | undefined, b: Value | undefined) => JSON.stringify(a) === JSON.stringify(b);

/** The fields of `mine` that differ from `base`. */
export function changed(base: Values, mine: Values): Values {
  return Object.fromEntries(Object.entries(mine).filter(([name, value]) => !same(base[name], value)));
}

/** Mine on top of theirs; where both changed the same field, mine stays and both are listed. */
export function merge(base: Values, mine: Values, theirs: Values): { values: Values; clashes: Clash[] } {
  const own = changed(base, mine);
  const clashes = Object.entries(own)
    .filter(([name, value]) => !same(base[name], theirs[name]) && !same(value, theirs[name]))
    .map(([name, yours]) => ({ name, yours, theirs: theirs[name] ?? '' }));
  return { values: { ...theirs, ...own }, clashes };
}
