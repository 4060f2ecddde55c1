// The type of a document comes from the schema; at run time it is its own text.
import type { initGraphQLTada } from 'gql.tada';
import type { introspection } from '../graphql-env';

type Setup = {
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; Date: string; Cursor: string };
};

export const graphql = ((text: string) => text) as unknown as ReturnType<
  typeof initGraphQLTada<Setup>
>;
export type { ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';
