import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';

/** A policy document, as IAM stores it. */
export type Policy = unknown;

/** The documents of a role's inline and attached policies. Throws IAM's error for a role that does not exist. */
export async function policiesOf(iam: IAMClient, roleArn: string): Promise<readonly Policy[]> {
  const RoleName = roleArn.split('/').at(-1) ?? '';
  await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const inline = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    return parse(PolicyDocument);
  });
  const { AttachedPolicies = [] } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  const attached = AttachedPolicies.map(async ({ PolicyArn }) => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
    );
    return parse(PolicyVersion?.Document);
  });
  return Promise.all([...inline, ...attached]);
}

/** IAM returns documents with percent-encoding. */
function parse(document: string | undefined): Policy {
  return JSON.parse(decodeURIComponent(document ?? '{}'));
}
