import { graphql } from '../../kit/graphql';

export const RelateRisks = graphql(`
  mutation RelateRisks($input: RelateRisksInput!) {
    relateRisks(input: $input) {
      relation { id }
      userErrors { message field code currentVersion }
    }
  }
`);

export const UnrelateRisks = graphql(`
  mutation UnrelateRisks($input: UnrelateRisksInput!) {
    unrelateRisks(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const OtherRisks = graphql(`
  query OtherRisks($search: String!) {
    risks(search: $search, first: 8) { nodes { id code title } }
  }
`);
