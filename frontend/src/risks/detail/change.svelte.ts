import { ask, reason, Refusal } from '../../kit/client';
import { drop, keep, load, newKey } from '../../kit/drafts';
import { place, type Errors } from '../../kit/errors';
import { RiskDetail } from './documents';
import { changed, merge, type Clash, type Values } from './merge';
import type { MoveDocument } from './moves';
import { told, type Risk } from './risk';

export type Difference = { field: string; before: string; now: string };
type Kept = { values: Values; base: Values };
type Plan = {
  form: string;
  /** False for what adds to the risk and changes nothing that anybody could have read. */
  versioned?: false;
  document: MoveDocument;
  fields: string[];
  start: (risk: Risk) => Values;
  input: (values: Values, base: Values) => Record<string, unknown>;
};

/** One change to one risk being typed: kept as a draft, sent with the version it was made on. */
export class Change {
  values = $state<Values>({});
  errors = $state<Errors>({});
  alerts = $state<string[]>([]);
  clashes = $state<Clash[]>([]);
  differences = $state<Difference[]>([]);
  busy = $state(false);
  #risk: Risk;
  #base: Values;
  #plan: Plan;
  #slot: string;
  #key = newKey();

  constructor(plan: Plan, risk: Risk) {
    [this.#plan, this.#risk, this.#slot] = [plan, risk, `${plan.form}.${risk.code}`];
    this.#base = plan.start(risk);
    const found = load<Kept>(this.#slot);
    if (found) this.#key = found.key;
    const kept = found?.values ?? { values: {}, base: {} };
    const old = { ...this.#base, ...kept.base };
    ({ values: this.values, clashes: this.clashes } = merge(old, { ...old, ...kept.values }, this.#base));
  }

  keep(values: Values): void {
    const own = changed(this.#base, values);
    const base = Object.fromEntries(Object.keys(own).map((name) => [name, this.#base[name] ?? '']));
    if (Object.keys(own).length) keep<Kept>(this.#slot, this.#key, { values: own, base });
    else drop(this.#slot);
  }

  discard(): void {
    drop(this.#slot);
  }

  settle(clash: Clash, value: Clash['yours']): void {
    this.values[clash.name] = value;
  }

  async save(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      const more = this.#plan.input($state.snapshot(this.values) as Values, this.#base);
      const version = this.#plan.versioned ?? { expectedVersion: this.#risk.version };
      const input = { id: this.#risk.id, ...version, idempotencyKey: this.#key, ...more };
      const [payload] = Object.values(await ask(this.#plan.document, { input }));
      const errors = payload?.userErrors ?? [];
      if (errors.some((error) => error.code === 'VERSION_CONFLICT')) await this.#compare();
      else ({ on: this.errors, rest: this.alerts } = place(errors, this.#plan.fields));
      if (!errors.length) drop(this.#slot);
      return !errors.length;
    } catch (error) {
      const out = error instanceof Refusal && error.code === 'UNAUTHENTICATED';
      this.alerts = [out ? 'You are signed out. Open the sign-in link, then save again: everything is kept.' : reason(error)];
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #compare(): Promise<void> {
    const { risk } = await ask(RiskDetail, { code: this.#risk.code });
    if (!risk) return void (this.alerts = ['The risk is no longer there.']);
    const [before, now] = [told(this.#risk), told(risk)];
    this.differences = Object.keys(now)
      .filter((field) => before[field] !== now[field])
      .map((field) => ({ field, before: before[field] ?? '', now: now[field] ?? '' }));
    const theirs = this.#plan.start(risk);
    ({ values: this.values, clashes: this.clashes } = merge(this.#base, $state.snapshot(this.values) as Values, theirs));
    [this.#risk, this.#base, this.#key] = [risk, theirs, newKey()];
    [this.errors, this.alerts] = [{}, ['Somebody changed this risk while you were writing. Nothing was saved.']];
  }
}
