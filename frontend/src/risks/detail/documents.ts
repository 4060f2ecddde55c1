import { graphql } from '../../kit/graphql';

export const RiskDetail = graphql(`
  query RiskDetail($code: String!) {
    risk(code: $code) {
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
          mitigation { id code title kind status owner { name } dueOn isOverdue slipCount }
        }
      }
      acceptances(first: 20) {
        nodes {
          id code ended justification conditions fromAt expiresOn
          acceptedBy { name } residualAtAcceptance { likelihood impact band }
        }
      }
      relatedTo(first: 50) { nodes { id kind to { code title status } } }
      relatedFrom(first: 50) { nodes { id kind from { code title status } } }
      comments(first: 50) { totalCount nodes { id at text author { name } } }
      availableTransitions { name allowed blockedBy }
      findings { rule severity message }
    }
    heatMap { cells { likelihood impact band } }
  }
`);

export const RiskHistory = graphql(`
  query RiskHistory($code: String!, $first: Int!) {
    risk(code: $code) {
      history(first: $first) {
        seq at action reason actor changes { object field before after }
      }
    }
  }
`);
