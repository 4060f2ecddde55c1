import { graphql } from '../../kit/graphql';

export const RiskKris = graphql(`
  query RiskKris($code: String!, $size: ChartSize!, $asOf: DateTime) {
    risk(code: $code, asOf: $asOf) {
      kris(first: 20) {
        nodes {
          code name status basis windowDays comparator amber red unit playbook
          value low high sampleSize evaluatedOn staleAfter
          series { code metric { name } }
          openBreach { level openedOn redOn acknowledgedAt }
          breaches(first: 10) {
            totalCount
            nodes {
              id level openedOn redOn closedOn retractedAt peakValue peakOn evidence
              acknowledgedAt falseAlarm note acknowledgedBy { name }
            }
          }
          svg(size: $size)
        }
      }
    }
  }
`);
