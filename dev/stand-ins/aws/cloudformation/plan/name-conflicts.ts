import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { ValidationFailure } from '../change-set.ts';
import type { Clients } from '../handlers/clients.ts';
import type { Values } from '../language/value.ts';
import type { ResourceChange } from './resource-change.ts';

interface NamedType {
  readonly property: string;
  /** Rejects for a name that nobody has, and when the role may not ask. */
  readonly exists: (name: string, clients: Clients) => Promise<boolean>;
}

/** The types of which AWS asks, while it makes a change set, whether somebody else has the name already. */
const NAMED: Readonly<Record<string, NamedType>> = {
  'AWS::EKS::Cluster': {
    property: 'Name',
    exists: async (name, { eks }) => {
      await eks.send(new DescribeClusterCommand({ name }));
      return true;
    },
  },
  'AWS::IAM::Role': {
    property: 'RoleName',
    exists: async (RoleName, { iam }) => {
      await iam.send(new GetRoleCommand({ RoleName }));
      return true;
    },
  },
  'AWS::Logs::LogGroup': {
    property: 'LogGroupName',
    exists: async (name, { logs }) => {
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
    if (action !== 'Add' || named === undefined || typeof name !== 'string') return [];
    if (!(await named.exists(name, clients).catch(() => false))) return [];
    const reason = `Resource of type '${type}' with identifier '${name}' already exists.`;
    const path = `/Resources/${logicalId}/Properties/${named.property}`;
    return [{ logicalId, type, path, reason, check: 'NAME_CONFLICT_VALIDATION' }];
  });
  return (await Promise.all(conflicts)).flat();
}
