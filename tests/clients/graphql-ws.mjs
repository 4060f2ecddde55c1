// Listens with graphql-ws, the client of the protocol's own authors.
import { createClient } from 'graphql-ws';
import { listened } from './listened.mjs';
import { headers, url } from './operations.mjs';

await listened(
  createClient({ url: url.replace(/^http/, 'ws'), connectionParams: headers, retryAttempts: 0 }),
);
