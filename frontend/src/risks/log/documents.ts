import { graphql } from '../../kit/graphql';

export const LogRisk = graphql(`
  mutation LogRisk($input: LogRiskInput!) {
    logRisk(input: $input) {
      risk { code title status }
      userErrors { message field code }
    }
  }
`);

export const SimilarRisks = graphql(`
  query SimilarRisks($title: String!, $event: String) {
    similarRisks(title: $title, event: $event, limit: 3) {
      similarity
      risk { code title status owner { name } residual { effective { likelihood impact band } } }
    }
  }
`);

export const Bands = graphql(`
  query Bands {
    heatMap { cells { likelihood impact band } }
  }
`);

export const Scope = graphql(`
  query Scope {
    markets(first: 100) { nodes { id code name } }
    vendors(first: 100) { nodes { id code name } }
    policyAreas(first: 100) { nodes { id code name } }
  }
`);
