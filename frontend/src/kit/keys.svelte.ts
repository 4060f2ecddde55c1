import { recall, remember } from './drafts';

type Keys = Record<string, (event: KeyboardEvent) => void>;
const layers: Keys[] = [];

/** Single keys can be switched off (WCAG 2.1.4); they are dead where one types. */
export const single = $state({ on: recall('keys') !== 'off' });

export function switchKeys(on: boolean): void {
  single.on = on;
  remember('keys', on ? '' : 'off');
}

/** Bind keys for as long as the calling effect lives. */
export function bind(keys: Keys): () => void {
  layers.push(keys);
  return () => void layers.splice(layers.indexOf(keys), 1);
}

/** Letters typed between asking for a dialog and its being there; its first field gets them. */
export const early = { on: false, text: '' };

function typing(target: EventTarget | null): boolean {
  const spot = target instanceof Element ? target : null;
  return !!spot?.closest('input, textarea, select, [contenteditable], dialog');
}

addEventListener('keydown', (event) => {
  const chord = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (event.defaultPrevented || event.isComposing || (event.altKey && !chord)) return;
  if (early.on && !chord && event.key.length === 1) {
    early.text += event.key;
    return event.preventDefault();
  }
  if (!chord && (!single.on || typing(event.target))) return;
  const name = (chord ? 'Ctrl+' : '') + event.key;
  const layer = layers.findLast((keys) => keys[name]);
  if (!layer) return;
  event.preventDefault();
  layer[name]?.(event);
});
