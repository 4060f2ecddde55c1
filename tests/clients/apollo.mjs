// Sends the operations with Apollo Client 4, as a page that uses it would.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { answer, headers, isMutation, url } from './operations.mjs';

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new HttpLink({ uri: url, headers }),
});

await answer(async (text, variables) => {
  const { data, error } = isMutation(text)
    ? await client.mutate({ mutation: gql(text), variables })
    : await client.query({ query: gql(text), variables });
  if (error) throw error;
  return data;
});
