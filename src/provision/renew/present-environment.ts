import { idsOf } from '../../cloudformation/outputs.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError } from '../../core/errors.ts';
import { isAsleep } from '../../environment/asleep.ts';
import { believedStacks } from '../../environment/believed-stacks.ts';
import type { Environment } from '../../environment/environment.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../../environment/tags.ts';
import { parseTaint } from '../../environment/taints.ts';
import { type Base, baseOf } from '../base-environment.ts';
import { environmentOf } from '../environment-of.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { ENTRY_PARAMETER } from '../zones/zone-entry.ts';

/** An environment as its stacks are, whatever the inputs of its last deploy were. */
export interface PresentEnvironment {
  /** As the next jobs need it. */
  readonly environment: Environment;
  /** The environment whose cluster it uses; undefined for one with its own. */
  readonly base: string | undefined;
  /** The stack with the cluster. */
  readonly infra: Stack;
  readonly nodeGroups: readonly Stack[];
}

const AUTHENTICATION = {
  'access-entry': 'access-entries',
  'aws-auth': 'aws-auth',
  both: 'both',
} as const;

/**
 * Reads an environment from its stacks. Pure.
 *
 * @param all all stacks of the account and region
 * @throws CloudError when there is no such environment, or its stack is being changed.
 */
export function presentEnvironment(
  inputs: ProvisionInputs,
  accountId: string,
  all: readonly Stack[],
): PresentEnvironment {
  const name = inputs.environment;
  const tagged = all.filter(({ tags }) => tags[ENVIRONMENT_TAG] === name);
  const own = believedStacks(name, tagged, inputs.stackOptions.roleArn);
  if (own.length === 0) throw isMissing(name, tagged);
  const base = own.find(({ tags }) => tags[BASE_TAG] !== undefined)?.tags[BASE_TAG];
  const host = baseOf(base ?? name, all, base === undefined ? 'environment' : 'base-environment');
  const nodeGroups = own.filter(
    (stack) => stack.name !== name && stack.outputs['AutoScalingGroupName'] !== undefined,
  );
  const described = nodeGroups.map((stack) => ({ group: groupOf(stack, host), stack }));
  const authentication = authenticationOf(nodeGroups);
  const settings = { environment: name, region: inputs.region, base, authentication };
  const network = usedNetwork(host, nodeGroups);
  const awake = environmentOf(settings, accountId, network, host.stack, described);
  const asleep = nodeGroups.length > 0 && nodeGroups.every(isAsleep);
  const environment = asleep ? { ...awake, asleep } : awake;
  return { environment, base, infra: host.stack, nodeGroups };
}

function isMissing(name: string, tagged: readonly Stack[]): CloudError {
  const [other] = tagged;
  return new CloudError({
    resource: `environment ${name}`,
    reason:
      other === undefined
        ? 'there is no such environment in this account and region'
        : `its stack ${other.name} does not have the role of the input cloudformation-role-arn`,
    nextStep:
      other === undefined
        ? 'deploy it first, or correct its name or the region'
        : 'give the role with which it was deployed',
  });
}

/** The node group of a stack, by the parameters of `cfn/nodegroup.yaml`. */
function groupOf({ parameters }: Stack, { network, stack }: Base) {
  const subnets = idsOf(stack.outputs, 'PrivateSubnetIds');
  const name = parameters['NodeGroupName'] ?? '';
  const zone = network.zones[subnets.indexOf(parameters['SubnetId'] ?? '')] ?? '';
  const common = parameters[ENTRY_PARAMETER] ?? '';
  return {
    name,
    zone,
    entry: { index: 0, name: common || name, zones: common === '' ? [] : [zone] },
    min: Number(parameters['MinSize']),
    desired: Number(parameters['DesiredSize']),
    max: Number(parameters['MaxSize']),
    taints: idsOf(parameters, 'NodeTaints').flatMap((text) => parseTaint(text) ?? []),
  };
}

function authenticationOf([first]: readonly Stack[]): Environment['authentication'] {
  const access = first?.parameters['NodeAccess'] ?? 'access-entry';
  return access in AUTHENTICATION
    ? AUTHENTICATION[access as keyof typeof AUTHENTICATION]
    : 'access-entries';
}

/** An environment on a base may use the first of its networks only. */
function usedNetwork({ network }: Base, nodeGroups: readonly Stack[]) {
  const counts = nodeGroups.map(({ parameters }) => idsOf(parameters, 'MultusSubnetIds').length);
  const used = counts.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...counts);
  const multusSubnets = network.multusSubnets.filter((subnet) => subnet.network <= used);
  return { ...network, multusSubnets };
}
