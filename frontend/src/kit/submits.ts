/** Attach to a form: Ctrl+Enter sends it, with Shift held it sends and starts the next one. */
export function submits(send: (next: boolean) => void): (form: HTMLElement) => () => void {
  return (form) => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      send(event.shiftKey);
    };
    form.addEventListener('keydown', press);
    return () => form.removeEventListener('keydown', press);
  };
}
