import { known } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, problem } from './finding.ts';

export const checkIdentity: Check = {
  name: 'Account',
  needs: [],
  find: foreignRoles,
};

/** A role can be passed to a service only in its own account. */
function foreignRoles({ inputs, account }: SetUp): readonly Finding[] {
  const { roleArn } = inputs.stackOptions;
  const ofAccount = roleArn?.split(':')[4];
  if (ofAccount === undefined || ofAccount === account.accountId) return [];
  return [
    problem(
      `cloudformation-role-arn: ${roleArn} is not a role of account ${account.accountId}`,
      'give the role of the account that the action works in; cfn/github-oidc.yaml makes one',
    ),
  ];
}

export const checkAdministrators: Check = {
  name: 'Administrators',
  needs: ['missingPrincipals'],
  find: (_, facts) =>
    (known(facts.missingPrincipals) ?? []).map(({ arn, actual }) =>
      problem(
        `admin-role-arns: IAM has no ${arn.split(/[:/]/)[5]} ${arn}`,
        `${actual === undefined ? 'correct the ARN' : `give ${actual}, with the path`}: EKS refuses it only after the cluster is made`,
      ),
    ),
};
