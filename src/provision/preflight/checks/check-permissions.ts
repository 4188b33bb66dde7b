import { type Answer, type Decision, known } from '../facts.ts';
import { deployerArn } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkDeployer: Check = {
  name: 'Permissions of the deploying role',
  needs: ['deployer'],
  find: (setUp, facts) => permissionFindings(deployerArn(setUp) ?? '', facts.deployer),
};

export const checkServiceRole: Check = {
  name: "Permissions of CloudFormation's role",
  needs: ['cloudFormation'],
  find: ({ inputs }, facts) =>
    permissionFindings(inputs.stackOptions.roleArn ?? '', facts.cloudFormation),
};

const DENIED_BY = {
  policy: 'no policy of the role allows it',
  organization: 'a policy of the organization (SCP) denies it',
  boundary: 'the permissions boundary of the role denies it',
};
const FIX = {
  policy: 'deploy the present cfn/github-oidc.yaml, or allow the role these actions',
  organization: 'have the owner of the organization allow it in this account and region',
  boundary: 'widen the boundary, or use a role without one',
};

function permissionFindings(
  roleArn: string,
  answer: Answer<readonly Decision[]> | undefined,
): readonly Finding[] {
  const denied = (known(answer) ?? []).filter(({ allowed }) => !allowed);
  // The simulator does not know the values of these keys, so it cannot say what the call itself will be told.
  const open = denied.filter(({ missingKeys }) => missingKeys.length > 0);
  const sure = denied.filter(({ missingKeys }) => missingKeys.length === 0);
  return [
    ...Object.entries(Object.groupBy(sure, ({ deniedBy }) => deniedBy)).map(([by, decisions]) => {
      const cause = by as Decision['deniedBy'];
      return problem(`${roleArn} may not ${listOf(decisions)}: ${DENIED_BY[cause]}`, FIX[cause]);
    }),
    ...(open.length === 0
      ? []
      : [
          notice(
            `whether ${roleArn} may ${listOf(open)} depends on ${[...new Set(open.flatMap((one) => one.missingKeys))].join(', ')}`,
            'nothing to do unless the deploy is refused there',
          ),
        ]),
  ];
}

/** `s3:GetObject, s3:PutObject on BUCKET/KEY; eks:CreateCluster on CLUSTER`. */
function listOf(decisions: readonly Decision[]): string {
  const byResource = Object.entries(Object.groupBy(decisions, ({ resource }) => resource));
  return byResource
    .map(([resource, some = []]) => `${some.map(({ action }) => action).join(', ')} on ${resource}`)
    .join('; ');
}
