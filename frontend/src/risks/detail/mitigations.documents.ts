import { graphql } from '../../kit/graphql';

export const ApproveMitigation = graphql(`
  mutation ApproveMitigation($input: ApproveMitigationInput!) {
    approveMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const StartMitigation = graphql(`
  mutation StartMitigation($input: StartMitigationInput!) {
    startMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const UnblockMitigation = graphql(`
  mutation UnblockMitigation($input: UnblockMitigationInput!) {
    unblockMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ImplementMitigation = graphql(`
  mutation ImplementMitigation($input: ImplementMitigationInput!) {
    implementMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const BeginVerification = graphql(`
  mutation BeginVerification($input: BeginVerificationInput!) {
    beginVerification(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const RecordVerdict = graphql(`
  mutation RecordVerdict($input: RecordVerdictInput!) {
    recordVerdict(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const BlockMitigation = graphql(`
  mutation BlockMitigation($input: BlockMitigationInput!) {
    blockMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const RescheduleMitigation = graphql(`
  mutation RescheduleMitigation($input: RescheduleMitigationInput!) {
    rescheduleMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const CancelMitigation = graphql(`
  mutation CancelMitigation($input: CancelMitigationInput!) {
    cancelMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);

export const ProposeMitigation = graphql(`
  mutation ProposeMitigation($input: ProposeMitigationInput!) {
    proposeMitigation(input: $input) {
      mitigation { version }
      userErrors { message field code currentVersion }
    }
  }
`);
