// Listens with graphql-sse, a connection for each subscription.
import { createClient } from 'graphql-sse';
import { listened } from './listened.mjs';
import { headers, url } from './operations.mjs';

await listened(createClient({ url, headers, retryAttempts: 0 }));
