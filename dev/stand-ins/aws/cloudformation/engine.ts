import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import type { Behaviour } from './behaviour.ts';
import type { ChangeSet } from './change-set.ts';
import { type Clients, type Credentials, createClients } from './handlers/clients.ts';
import type { Handlers } from './handlers/handlers.ts';
import type { Pacing } from './pacing/pacing.ts';
import type { Specification } from './plan/specification.ts';
import type { StackFacts } from './scope.ts';
import { type Deployment, isDeleted, type Stack } from './stack.ts';

/** The state that all regions share. */
export interface Engine {
  readonly endpoint: string;
  readonly accountId: string;
  readonly credentials: Credentials;
  readonly log: (line: string) => void;
  readonly clock: () => Date;
  readonly pacing: Pacing;
  /** A test may change it between calls. */
  readonly behaviour: Behaviour;
  readonly handlers: Handlers;
  readonly specification: () => Promise<Specification>;
  readonly regions: Map<string, Region>;
}

/** CloudFormation's state in one region. */
export interface Region {
  readonly name: string;
  readonly clients: Clients;
  /** The clients of stacks that have a role, by its ARN. */
  readonly roleClients: Map<string, Clients>;
  /** Newest last. Deleted stacks stay, because callers can still ask for them by id. */
  readonly stacks: Stack[];
  readonly changeSets: ChangeSet[];
  zones: readonly string[] | undefined;
}

export function regionOf(engine: Engine, name: string): Region {
  const known = engine.regions.get(name);
  if (known !== undefined) return known;
  const clients = createClients(engine.endpoint, name, engine.credentials);
  const empty = { roleClients: new Map(), stacks: [], changeSets: [], zones: undefined };
  const region: Region = { name, clients, ...empty };
  engine.regions.set(name, region);
  return region;
}

/** The clients that CloudFormation works on a stack with. The session token tells which role it has assumed. */
export function clientsOf(
  { endpoint, credentials }: Engine,
  { name, clients, roleClients }: Region,
  { deployed }: Pick<Stack, 'deployed'>,
): Clients {
  const roleArn = deployed?.roleArn;
  if (roleArn === undefined) return clients;
  const known =
    roleClients.get(roleArn) ??
    createClients(endpoint, name, { ...credentials, sessionToken: roleArn });
  roleClients.set(roleArn, known);
  return known;
}

/** The stack with this name that is not deleted, or the stack with this id, deleted or not. */
export function findStack(region: Region, nameOrId: string): Stack | undefined {
  return nameOrId.startsWith('arn:')
    ? region.stacks.find(({ id }) => id === nameOrId)
    : region.stacks.find((stack) => stack.name === nameOrId && !isDeleted(stack));
}

export interface Export {
  readonly name: string;
  readonly value: string;
  readonly stack: Stack;
}

export function exportsOf(region: Region): readonly Export[] {
  return region.stacks
    .filter((stack) => !isDeleted(stack))
    .flatMap((stack) =>
      stack.outputs.flatMap(({ exportName, value }) =>
        exportName === undefined ? [] : [{ name: exportName, value, stack }],
      ),
    );
}

/** The names of the region's zones, which EC2 is asked for once. */
export async function zonesOf(region: Region): Promise<readonly string[]> {
  if (region.zones === undefined) {
    const found = await region.clients.ec2.send(new DescribeAvailabilityZonesCommand({}));
    region.zones = (found.AvailabilityZones ?? []).map(({ ZoneName }) => ZoneName ?? '').sort();
  }
  return region.zones;
}

/** The facts that a deployment's template can refer to, apart from its resources. */
export function factsOf(
  engine: Engine,
  region: Region,
  stack: Pick<Stack, 'id' | 'name'>,
  deployment: Pick<Deployment, 'template' | 'values' | 'notificationArns'>,
): StackFacts {
  return {
    stackId: stack.id,
    stackName: stack.name,
    accountId: engine.accountId,
    region: region.name,
    values: deployment.values,
    mappings: deployment.template.mappings,
    zones: region.zones ?? [],
    notificationArns: deployment.notificationArns,
    exports: new Map(exportsOf(region).map(({ name, value }) => [name, value])),
  };
}
