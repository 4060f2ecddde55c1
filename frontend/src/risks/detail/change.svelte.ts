import { ask, reason, Refusal } from '../../kit/client';
import { claim, drop, keep, load, newKey } from '../../kit/drafts';
import { place, type Errors } from '../../kit/errors';
import { RiskDetail } from './documents';
import { changed, merge, type Clash, type Values } from './merge';
import type { MoveDocument } from './moves';
import { told, type Risk } from './risk';

export type Difference = { field: string; before: string; now: string };
type Kept = { values: Values; base: Values };
type Target = { id: string; version: number; code: string };
type Plan = {
  form: string;
  /** What is changed, where it is not the risk itself: one of its mitigations. */
  of?: (risk: Risk) => Target | undefined;
  /** How the input names it, where it does not change what anybody could have read. */
  head?: (target: Target) => Record<string, unknown>;
  /** What a person would compare of it. */
  told?: (risk: Risk) => Record<string, string>;
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
  #target: Target;
  #base: Values;
  #plan: Plan;
  #slot = $state('');
  #release = () => {};
  #key = newKey();

  constructor(plan: Plan, risk: Risk) {
    [this.#plan, this.#risk, this.#target] = [plan, risk, plan.of?.(risk) ?? risk];
    this.#base = plan.start(risk);
    this.values = { ...this.#base };
  }

  /** Take up the draft that no other tab holds; what was typed meanwhile stays on top of it. */
  async open(): Promise<void> {
    const { slot, release } = await claim(`${this.#plan.form}.${this.#target.code}`);
    [this.#slot, this.#release] = [slot, release];
    const found = load<Kept>(slot);
    if (!found) return;
    this.#key = found.key;
    const old = { ...this.#base, ...found.values.base };
    const typed = changed(this.#base, $state.snapshot(this.values) as Values);
    const { values, clashes } = merge(old, { ...old, ...found.values.values }, this.#base);
    [this.values, this.clashes] = [{ ...values, ...typed }, clashes];
  }

  close(): void {
    this.#release();
  }

  keep(values: Values): void {
    if (!this.#slot) return;
    const own = changed(this.#base, values);
    const base = Object.fromEntries(Object.keys(own).map((name) => [name, this.#base[name] ?? '']));
    if (Object.keys(own).length) keep<Kept>(this.#slot, this.#key, { values: own, base });
    else drop(this.#slot);
  }

  discard(): void {
    if (this.#slot) drop(this.#slot);
  }

  settle(clash: Clash, value: Clash['yours']): void {
    this.values[clash.name] = value;
  }

  async save(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      const more = this.#plan.input($state.snapshot(this.values) as Values, this.#base);
      const { id, version } = this.#target;
      const head = this.#plan.head?.(this.#target) ?? { id, expectedVersion: version };
      const input = { ...head, idempotencyKey: this.#key, ...more };
      const [payload] = Object.values(await ask(this.#plan.document, { input }));
      const errors = payload?.userErrors ?? [];
      if (errors.some((error) => error.code === 'VERSION_CONFLICT')) await this.#compare();
      else ({ on: this.errors, rest: this.alerts } = place(errors, this.#plan.fields));
      if (!errors.length) this.discard();
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
    const target = risk && (this.#plan.of ? this.#plan.of(risk) : risk);
    if (!risk || !target) return void (this.alerts = ['It is no longer there. What you typed is kept on this device.']);
    const say = this.#plan.told ?? told;
    const [before, now] = [say(this.#risk), say(risk)];
    this.differences = Object.keys(now)
      .filter((field) => before[field] !== now[field])
      .map((field) => ({ field, before: before[field] ?? '', now: now[field] ?? '' }));
    const theirs = this.#plan.start(risk);
    ({ values: this.values, clashes: this.clashes } = merge(this.#base, $state.snapshot(this.values) as Values, theirs));
    [this.#risk, this.#target, this.#base, this.#key] = [risk, target, theirs, newKey()];
    [this.errors, this.alerts] = [{}, [`Somebody changed ${target.code} while you were writing. Nothing was saved.`]];
  }
}
