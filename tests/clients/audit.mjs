// Runs the server audits of npm graphql-http; prints each result, then how many passed of each
// kind. Exits 1 unless all do.
import { serverAudits } from 'graphql-http';
import { headers, url } from './operations.mjs';

const fetchFn = (address, init = {}) =>
  fetch(address, { ...init, headers: { ...headers, ...init.headers } });

const counts = {};
let failed = 0;
for (const { id, name, fn } of serverAudits({ url, fetchFn })) {
  const { status, reason } = await fn();
  const kind = name.split(' ')[0];
  counts[kind] ??= { passed: 0, of: 0 };
  counts[kind].of += 1;
  if (status === 'ok') counts[kind].passed += 1;
  else {
    failed += 1;
    console.error(`${status} ${id} ${name}: ${reason}`);
  }
}
console.log(JSON.stringify(counts));
process.exitCode = failed ? 1 : 0;
