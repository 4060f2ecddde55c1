import { graphql } from '../../kit/graphql';

export const RiskDetail = graphql(`
  query RiskDetail($code: String!, $asOf: DateTime) {
    risk(code: $code, asOf: $asOf) {
      id code version updatedAt title cause event consequence statement category status
      owner { id name } sponsor { id name } identifiedBy { name } identifiedAt
      projects { id code name } policyAreas { id code name }
      markets { id code name } vendors { id code name }
      horizonDays proximityDate velocity treatment confidence
      inherent { likelihood impact band }
      residual {
        computed { likelihood impact band }
        asserted { likelihood impact band }
        effective { likelihood impact band }
        assertedUntil gapBands
      }
      target { likelihood impact band }
      appetiteStatus aboveAppetiteSince outOfToleranceSince daysOutOfTolerance
      nextReviewDue reviewOverdue
      impactByDimension { dimension step }
      latestAssessment {
        at assessor { name } rationale
      }
      mitigations(first: 50) {
        nodes {
          id deltaLikelihood deltaImpact
          mitigation {
            id version code title kind status owner { name } startOn dueOn isOverdue slipCount
            evidence blocker cancelReason
            check { hypothesis method dueOn }
            effectiveness { at verdict findings verifiedBy { name } }
            availableTransitions { name allowed blockedBy }
          }
        }
      }
      acceptances(first: 20) {
        nodes {
          id code ended justification conditions fromAt expiresOn
          acceptedBy { name } residualAtAcceptance { likelihood impact band }
        }
      }
      relatedTo(first: 50) { nodes { id version kind to { id code title status } } }
      relatedFrom(first: 50) { nodes { id version kind from { id code title status } } }
      comments(first: 50) { totalCount nodes { id at text author { name } } }
      availableTransitions { name allowed blockedBy }
      findings { rule severity message }
    }
    heatMap(asOf: $asOf) { cells { likelihood impact band } }
  }
`);

export const RiskHistory = graphql(`
  query RiskHistory($code: String!, $first: Int!, $asOf: DateTime) {
    risk(code: $code, asOf: $asOf) {
      history(first: $first) {
        seq at action reason actor
        changes { object objectId objectText field before after beforeText afterText }
      }
    }
  }
`);
