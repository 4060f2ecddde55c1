// A typed word is never lost: what stands in a form is kept on this device until it is saved
// or discarded. The idempotency key is made with the draft, so a retry cannot save twice.

export type Draft<T> = { key: string; at: string; values: T };

const PREFIX = 'riskreg.draft.';
const waiting = new Map<string, { timer: number; write: () => void }>();

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

export function load<T>(form: string): Draft<T> | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + form) ?? 'null');
  } catch {
    return null;
  }
}

function put(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A full or forbidden store must not stop anybody from typing.
  }
}

export function keep<T>(form: string, key: string, values: T): void {
  clearTimeout(waiting.get(form)?.timer);
  const text = JSON.stringify({ key, at: new Date().toISOString(), values });
  const write = () => (waiting.delete(form), put(PREFIX + form, text));
  waiting.set(form, { timer: setTimeout(write, 300), write });
}

export function drop(form: string): void {
  clearTimeout(waiting.get(form)?.timer);
  waiting.delete(form);
  localStorage.removeItem(PREFIX + form);
}

/** A free slot for a form, one that holds a draft first; another tab's stays with that tab. */
export async function claim(form: string): Promise<{ slot: string; release: () => void }> {
  const names = [form, `${form}.2`, `${form}.3`, `${form}.4`];
  const slots = [...names.filter((name) => load(name)), ...names.filter((name) => !load(name))];
  for (const slot of navigator.locks ? slots : []) {
    const release = await new Promise<(() => void) | null>((told) => {
      void navigator.locks.request(PREFIX + slot, { ifAvailable: true }, (lock) => {
        if (!lock) return told(null);
        return new Promise<void>((free) => told(free));
      });
    });
    if (release) return { slot, release };
  }
  return { slot: slots[0] ?? form, release: () => {} };
}

export function remember(name: string, value: string): void {
  put(`riskreg.${name}`, value);
}

export function recall(name: string): string {
  try {
    return localStorage.getItem(`riskreg.${name}`) ?? '';
  } catch {
    return '';
  }
}

addEventListener('pagehide', () => waiting.forEach(({ write }) => write()));
