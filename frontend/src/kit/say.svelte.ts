export type Note = { id: number; text: string; link?: string; label?: string; undo?: () => void };
export const notes = $state<Note[]>([]);
let last = 0;

/** Say something in the corner and to screen readers; it goes by itself after a while. */
export function say(text: string, more: Omit<Note, 'id' | 'text'> = {}): void {
  const id = ++last;
  notes.push({ id, text, ...more });
  setTimeout(() => hush(id), 12_000);
}

export function hush(id: number): void {
  const at = notes.findIndex((note) => note.id === id);
  if (at >= 0) notes.splice(at, 1);
}
