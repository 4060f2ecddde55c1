/** Where we are. Everything that a view shows is in the address. */
export const here = $state({ path: location.pathname, query: location.search });

function read(): void {
  here.path = location.pathname;
  here.query = location.search;
}

export function go(address: string, replace = false): void {
  if (address === location.pathname + location.search) return;
  const old = location.pathname;
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  read();
  if (old !== here.path) scrollTo(0, 0);
}

function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.dataset.leave !== undefined) return;
  if (link.origin !== location.origin || event.defaultPrevented || event.button) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.hash) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

addEventListener('popstate', read);
document.addEventListener('click', follow);
