// GraphiQL from our own assets: it asks /graphql of the same origin with the session's cookie.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import './graphiql.css';

const FIRST = `# The register over GraphQL. Ctrl+Enter runs the query; the docs are on the left.
{
  risks(
    filter: { appetiteStatus: { eq: OUT_OF_TOLERANCE } }
    orderBy: { field: TIME_OUT_OF_TOLERANCE, direction: DESC }
    first: 10
  ) {
    totalCount
    nodes {
      code
      title
      daysOutOfTolerance
      owner { name }
      residual { effective { likelihood impact band } }
    }
  }
}
`;

const fetcher = createGraphiQLFetcher({ url: '/graphql' });
const room = document.getElementById('graphiql');
if (room) createRoot(room).render(createElement(GraphiQL, { fetcher, defaultQuery: FIRST }));
