import { ask, reason, Refusal } from '../../kit/client';
import { claim, drop, keep, load, newKey, recall, remember } from '../../kit/drafts';
import { place, type Errors } from '../../kit/errors';
import { here } from '../../kit/route.svelte';
import { say } from '../../kit/say.svelte';
import { logged } from '../logged.svelte';
import { LogRisk } from './documents';
import { blank, FIELDS, offered, toInput, worthKeeping, type Values } from './form';

const AGAIN = 'An earlier version of these words was already logged. Look in the register, or log this as a new risk.';
const OUT = 'You are signed out. Open the sign-in link that the server printed, then log again: everything is kept.';

/** One risk being written down: its words, its key, and what the server said about them. */
export class Work {
  values = $state<Values>(blank(''));
  errors = $state<Errors>({});
  alerts = $state<string[]>([]);
  busy = $state(false);
  reused = $state(false);
  since = $state('');
  #key = newKey();
  #slot = '';
  #release = () => {};

  async open(): Promise<void> {
    // What an address proposes has a draft of its own, so that it takes no other's place.
    const proposed = offered(here.path === '/log' ? here.query : '');
    const { slot, release } = await claim(proposed.title ? `log.${proposed.title}` : 'log');
    [this.#slot, this.#release] = [slot, release];
    const found = load<Values>(slot);
    const typed = $state.snapshot(this.values) as Values;
    this.values = { ...blank(recall('project')), ...proposed, ...found?.values };
    if (worthKeeping(typed)) this.values.title = typed.title;
    if (found) [this.#key, this.since] = [found.key, found.at];
  }

  close(): void {
    this.#release();
  }

  keep(values: Values): void {
    if (!this.#slot) return;
    if (worthKeeping(values)) keep(this.#slot, this.#key, values);
    else drop(this.#slot);
  }

  discard(): void {
    const [values, key] = [$state.snapshot(this.values) as Values, this.#key];
    this.reset();
    const undo = () => ([this.values, this.#key] = [values, key]);
    say('Draft discarded.', { undo });
  }

  reset(): void {
    drop(this.#slot);
    const { projectId, category } = this.values;
    this.values = { ...blank(projectId), category };
    this.#key = newKey();
    [this.errors, this.alerts, this.since, this.reused] = [{}, [], '', false];
  }

  asNew(): void {
    this.#key = newKey();
    [this.alerts, this.reused] = [[], false];
  }

  /** Log it; the code of the risk when it is saved, '' when something is to be mended. */
  async save(): Promise<string> {
    if (this.busy) return '';
    this.busy = true;
    try {
      const values = $state.snapshot(this.values) as Values;
      const { logRisk } = await ask(LogRisk, { input: toInput(values, this.#key) });
      ({ on: this.errors, rest: this.alerts } = place(logRisk.userErrors, FIELDS));
      this.reused = logRisk.userErrors.some((error) => error.code === 'IDEMPOTENCY_KEY_REUSED');
      if (this.reused) this.alerts = [AGAIN];
      if (!logRisk.risk) return '';
      remember('project', values.projectId);
      logged.code = logRisk.risk.code;
      say(`${logRisk.risk.code} logged${logRisk.risk.status === 'DRAFT' ? ' as a draft' : ''}.`, {
        link: `/risks/${logRisk.risk.code}`,
        label: 'Open',
      });
      this.reset();
      return logRisk.risk.code;
    } catch (error) {
      this.alerts = [error instanceof Refusal && error.code === 'UNAUTHENTICATED' ? OUT : reason(error)];
      return '';
    } finally {
      this.busy = false;
    }
  }
}
