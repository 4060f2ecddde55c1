// Sends the operations with @urql/core, as a page that uses it would.
import { cacheExchange, createClient, fetchExchange } from '@urql/core';
import { answer, headers, isMutation, url } from './operations.mjs';

const client = createClient({
  url,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers },
  preferGetMethod: process.env.RISKREG_GET === '1',
});

await answer(async (query, variables) => {
  const send = isMutation(query) ? client.mutation : client.query;
  const { data, error } = await send.call(client, query, variables).toPromise();
  if (error) throw error;
  return data;
});
