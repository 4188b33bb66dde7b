import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { ValidationFailure } from '../change-set.ts';
import type { Clients } from '../handlers/clients.ts';
import { isMissing } from '../handlers/failure.ts';
import type { Values } from '../language/value.ts';
import type { ResourceChange } from './resource-change.ts';

interface NamedType {
  readonly property: string;
  readonly exists: (name: string, clients: Clients) => Promise<boolean>;
}

/** The types of which AWS asks, while it makes a change set, whether somebody else has the name already. */
const NAMED: Readonly<Record<string, NamedType>> = {
  'AWS::EKS::Cluster': {
    property: 'Name',
    exists: (name, { eks }) => found(eks.send(new DescribeClusterCommand({ name }))),
  },
  'AWS::IAM::Role': {
    property: 'RoleName',
    exists: (RoleName, { iam }) => found(iam.send(new GetRoleCommand({ RoleName }))),
  },
  'AWS::Logs::LogGroup': {
    property: 'LogGroupName',
    async exists(name, { logs }) {
      const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name });
      const { logGroups = [] } = await logs.send(command);
      return logGroups.some(({ logGroupName }) => logGroupName === name);
    },
  },
};

/** The added resources whose names are taken (stack-diagnoser.ts of aws/aws-cdk-cli). */
export async function nameConflicts(
  changes: readonly ResourceChange[],
  properties: ReadonlyMap<string, Values>,
  clients: Clients,
): Promise<readonly ValidationFailure[]> {
  const conflicts = changes.map(async ({ action, logicalId, type }) => {
    const named = NAMED[type];
    const name = named && properties.get(logicalId)?.[named.property];
    if (action !== 'Add' || typeof name !== 'string') return [];
    if (!(await named?.exists(name, clients))) return [];
    const reason = `Resource of type '${type}' with identifier '${name}' already exists.`;
    const path = `/Resources/${logicalId}/Properties/${named?.property}`;
    return [{ logicalId, type, path, reason, check: 'NAME_CONFLICT_VALIDATION' }];
  });
  return (await Promise.all(conflicts)).flat();
}

async function found(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
