import { graphql } from '../../kit/graphql';

export const SubmitRisk = graphql(`
  mutation SubmitRisk($input: SubmitRiskInput!) {
    submitRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const RejectRisk = graphql(`
  mutation RejectRisk($input: RejectRiskInput!) {
    rejectRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const AssessRisk = graphql(`
  mutation AssessRisk($input: AssessRiskInput!) {
    assessRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ReassessRisk = graphql(`
  mutation ReassessRisk($input: ReassessRiskInput!) {
    reassessRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const TreatRisk = graphql(`
  mutation TreatRisk($input: TreatRiskInput!) {
    treatRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const AcceptRisk = graphql(`
  mutation AcceptRisk($input: AcceptRiskInput!) {
    acceptRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const RevokeAcceptance = graphql(`
  mutation RevokeAcceptance($input: RevokeAcceptanceInput!) {
    revokeAcceptance(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const MonitorRisk = graphql(`
  mutation MonitorRisk($input: MonitorRiskInput!) {
    monitorRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ResumeTreatment = graphql(`
  mutation ResumeTreatment($input: ResumeTreatmentInput!) {
    resumeTreatment(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ReopenRisk = graphql(`
  mutation ReopenRisk($input: ReopenRiskInput!) {
    reopenRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const MaterialiseRisk = graphql(`
  mutation MaterialiseRisk($input: MaterialiseRiskInput!) {
    materialiseRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ResolveRisk = graphql(`
  mutation ResolveRisk($input: ResolveRiskInput!) {
    resolveRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const CloseMaterialisedRisk = graphql(`
  mutation CloseMaterialisedRisk($input: CloseMaterialisedRiskInput!) {
    closeMaterialisedRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const CloseRisk = graphql(`
  mutation CloseRisk($input: CloseRiskInput!) {
    closeRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const RestoreRisk = graphql(`
  mutation RestoreRisk($input: RestoreRiskInput!) {
    restoreRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ChangeRisk = graphql(`
  mutation ChangeRisk($input: ChangeRiskInput!) {
    changeRisk(input: $input) {
      risk { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const CommentOnRisk = graphql(`
  mutation CommentOnRisk($input: CommentOnRiskInput!) {
    commentOnRisk(input: $input) {
      comment { id }
      userErrors { message field code currentVersion }
    }
  }
`);
