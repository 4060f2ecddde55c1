import { graphql } from '../kit/graphql';

export const WhoAmI = graphql(`
  query WhoAmI {
    me { name roles canLogRisk }
    projects(first: 100) { nodes { id code name } }
    people(first: 100) { nodes { id code name } }
  }
`);

export const FindRisks = graphql(`
  query FindRisks($search: String!) {
    risks(search: $search, first: 8) { nodes { code title status } }
  }
`);
