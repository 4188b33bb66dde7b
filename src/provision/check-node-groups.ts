import type { ProvisionFields } from './inputs.ts';
import { hasPrefixes, interfaceLimit } from './interface-limits.ts';
import { defaultNodeGroups } from './node-groups.ts';
import { DEFAULT_NETWORKS, planFor } from './plan-for.ts';

/** Something that inputs which are right by themselves get wrong together. */
export interface Conflict {
  /** The input and, within it, the place. */
  readonly path: readonly (string | number)[];
  /** What is allowed. */
  readonly message: string;
}

export function groupZones(inputs: ProvisionFields): readonly Conflict[] {
  const zones = inputs['availability-zones'] ?? [];
  return groupsOf(inputs).flatMap(({ zone }, index) =>
    zones.includes(zone)
      ? []
      : [{ path: ['node-groups', index, 'zone'], message: `one of ${zones.join(', ')}` }],
  );
}

export function groupNames(inputs: ProvisionFields): readonly Conflict[] {
  const names = groupsOf(inputs).map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ['node-groups', index, 'name'], message: `a name other than ${name}, once used` }],
  );
}

/** Every network takes one interface of the instance, beside the primary one. */
export function groupInterfaces(inputs: ProvisionFields): readonly Conflict[] {
  const needed = 1 + (inputs['multus-networks'] ?? DEFAULT_NETWORKS);
  return groupsOf(inputs).flatMap((group, index) => {
    const type = group['instance-type'];
    const path = ['node-groups', index, 'instance-type'];
    if (!hasPrefixes(type))
      return [{ path, message: `a Nitro type such as m5.xlarge (not ${type})` }];
    const limit = interfaceLimit(type);
    if (limit === undefined || limit >= needed) return [];
    return [
      { path, message: `a type with ${needed} network interfaces or more; ${type} has ${limit}` },
    ];
  });
}

/** All nodes that a zone may get must find their prefixes in each of its Multus subnets. */
export function groupPrefixes(inputs: ProvisionFields): readonly Conflict[] {
  const result = planFor(inputs);
  if (!('plan' in result)) return [];
  const { zones } = result.plan;
  return zones.flatMap((zone) => {
    const needed = groupsOf(inputs)
      .filter((group) => group.zone === zone)
      .reduce((sum, group) => sum + group.max * group['prefixes-per-interface'], 0);
    const small = result.plan.multusSubnets.find(
      (subnet) => subnet.zone === zone && subnet.prefixes < needed,
    );
    if (small === undefined) return [];
    const message = `at most ${small.prefixes} prefixes (max × prefixes-per-interface, all groups) in ${zone}, as ${small.prefixCidr} of ${small.cidr} holds no more; these need ${needed}`;
    return [{ path: ['node-groups'], message }];
  });
}

function groupsOf(inputs: ProvisionFields) {
  return inputs['node-groups'] ?? defaultNodeGroups(inputs['availability-zones'] ?? []);
}
