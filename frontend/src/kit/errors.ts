import { tick } from 'svelte';

export type UserError = { message: string; field: string[]; code: string; currentVersion?: number | null };
export type Errors = Record<string, string>;

/** Sort the server's errors onto the fields that this form has; the rest is for its alert. */
export function place(errors: UserError[], fields: readonly string[]): { on: Errors; rest: string[] } {
  const on: Errors = {};
  const rest: string[] = [];
  for (const { message, field } of errors) {
    const name = field.find((part) => fields.includes(part));
    if (!name) rest.push(message);
    else on[name] = on[name] ? `${on[name]} ${message}` : message;
  }
  return { on, rest };
}

/** Put the focus on the first field that is marked wrong, else on the alert. */
export async function focusFirst(form: HTMLElement | undefined): Promise<void> {
  await tick();
  const spot = form?.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid]') ?? form?.querySelector<HTMLElement>('[role=alert]');
  const fold = spot?.closest('details');
  if (fold) fold.open = true;
  const inside = (what: string) => spot?.querySelector<HTMLElement>(what);
  const field = spot?.matches('fieldset') ? (inside('input:checked') ?? inside('input, select')) : spot;
  field?.focus();
}
