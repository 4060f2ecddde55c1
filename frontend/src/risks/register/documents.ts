import { graphql } from '../../kit/graphql';

export const Register = graphql(`
  query Register(
    $filter: RiskFilter, $wide: RiskFilter, $search: String, $orderBy: RiskOrder
    $first: Int, $last: Int, $after: Cursor, $before: Cursor
    $asOf: DateTime, $out: RiskFilter, $tolerated: RiskFilter, $within: RiskFilter, $unassessed: RiskFilter
  ) {
    risks(
      filter: $filter, search: $search, orderBy: $orderBy
      first: $first, last: $last, after: $after, before: $before, asOf: $asOf
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        code title category status appetiteStatus daysOutOfTolerance nextReviewDue reviewOverdue
        owner { name }
        residual { effective { likelihood impact band } }
      }
    }
    heatMap(filter: $wide, search: $search, asOf: $asOf) { total cells { likelihood impact band count } }
    out: risks(filter: $out, search: $search, first: 0, asOf: $asOf) { totalCount }
    tolerated: risks(filter: $tolerated, search: $search, first: 0, asOf: $asOf) { totalCount }
    within: risks(filter: $within, search: $search, first: 0, asOf: $asOf) { totalCount }
    unassessed: risks(filter: $unassessed, search: $search, first: 0, asOf: $asOf) { totalCount }
  }
`);

export const OneRow = graphql(`
  query OneRow($code: String!) {
    risk(code: $code) {
      code title category status appetiteStatus daysOutOfTolerance nextReviewDue reviewOverdue
      owner { name }
      residual { effective { likelihood impact band } }
    }
  }
`);
