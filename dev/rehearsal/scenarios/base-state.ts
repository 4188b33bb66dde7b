import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Scenario } from './scenario.ts';

/** The parts of a base that environments on its cluster could change. */
export interface BaseState {
  /** Its stacks: ids, parameters, tags and times of their last change. */
  readonly stacks: readonly object[];
  /** The specs of the objects in its cluster that belong to no preview, by kind. */
  readonly objects: Readonly<Record<string, readonly object[]>>;
  /** The rows of aws-auth. */
  readonly mapRoles: string;
}

interface Listed {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
    readonly spec?: object;
    readonly data?: Readonly<Record<string, string>>;
  }[];
}

const KINDS = ['namespaces', 'nodes', 'daemonsets', 'net-attach-def'];

/** The current state of a base, without environments whose names begin with `others`. */
export async function baseState(
  scenario: Scenario,
  base: string,
  others: string,
): Promise<BaseState> {
  const kubectl = scenario.kubectl(base);
  const list = async (kind: string) =>
    JSON.parse(await kubectl('get', kind, '-A', '-o', 'json')) as Listed;
  const objects = await Promise.all(
    KINDS.map(async (kind) => {
      const { items } = await list(kind);
      const own = items.filter(({ metadata: { name, namespace = '' } }) =>
        [name, namespace].every((one) => !one.startsWith(others)),
      );
      return [kind, own.map(({ metadata, spec }) => ({ ...identity(metadata), spec }))] as const;
    }),
  );
  const { items: maps } = await list('configmaps');
  const awsAuth = maps.find(({ metadata }) => metadata.name === 'aws-auth');
  return {
    stacks: await stacksOf(scenario, base),
    objects: Object.fromEntries(objects),
    mapRoles: awsAuth?.data?.['mapRoles'] ?? '',
  };
}

function identity({ name, namespace, uid }: Listed['items'][number]['metadata']) {
  return { name, namespace, uid };
}

async function stacksOf({ world }: Scenario, base: string): Promise<readonly object[]> {
  const client = new CloudFormationClient(world.client);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  return Stacks.filter(({ StackName = '' }) => StackName.startsWith(base))
    .map(({ StackId, StackStatus, LastUpdatedTime, Parameters, Tags, Outputs }) => ({
      StackId,
      StackStatus,
      LastUpdatedTime,
      Parameters,
      Tags,
      Outputs,
    }))
    .sort((one, other) => `${one.StackId}`.localeCompare(`${other.StackId}`));
}
