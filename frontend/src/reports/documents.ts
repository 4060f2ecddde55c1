import { graphql } from '../kit/graphql';

export const Reports = graphql(`
  query Reports($after: Cursor) {
    reports(first: 20, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { code kind status createdAt asOf headline downloadUrl contentHash rendering renderingProblem }
    }
  }
`);

export const CreateReport = graphql(`
  mutation CreateReport($input: CreateReportInput!) {
    createReport(input: $input) {
      report { code }
      userErrors { message field code }
    }
  }
`);
