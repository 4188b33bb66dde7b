import { isReservedNamespace } from '../environment/shared-cluster.ts';
import {
  type Conflict,
  groupInterfaces,
  groupNames,
  groupPrefixes,
  groupZones,
} from './check-node-groups.ts';
import type { ProvisionFields } from './inputs.ts';
import { planFor } from './plan-for.ts';

interface Check {
  /** The inputs that it looks at; when one of them is wrong by itself, that is told instead. */
  readonly of: readonly (keyof ProvisionFields)[];
  run(inputs: ProvisionFields): readonly Conflict[];
}

/** `cfn/infra.yaml` has this many zones and administrators. EKS wants two zones or more. */
const TEMPLATE = { fewestZones: 2, zones: 3, administrators: 6 };

/** Whatever it is about, an environment stands on another one. */
const onAnother: Check = { of: ['environment', 'base-environment'], run: standsOnAnother };

/** For an environment with a cluster of its own; what a base must have is checked once it is known. */
const ofCluster: readonly Check[] = [
  { of: ['command', 'aws-region', 'availability-zones'], run: zonesOfRegion },
  {
    of: ['command', 'vpc-cidr', 'availability-zones', 'multus-networks', 'subnet-cidrs'],
    run: networkFits,
  },
  { of: ['command', 'node-groups', 'availability-zones'], run: groupZones },
  { of: ['command', 'node-groups'], run: groupNames },
  { of: ['command', 'node-groups', 'multus-networks'], run: groupInterfaces },
  {
    of: [
      'command',
      'node-groups',
      'vpc-cidr',
      'availability-zones',
      'multus-networks',
      'subnet-cidrs',
    ],
    run: groupPrefixes,
  },
  { of: ['command', 'admin-role-arns', 'role-to-assume', 'chained-role'], run: administrators },
];

/** Checks inputs against each other, except where one that takes part is wrong already. */
export function checkInputs(
  inputs: ProvisionFields,
  bad: ReadonlySet<string>,
): readonly Conflict[] {
  const wrong = new Set(bad);
  const conflicts: Conflict[] = [];
  for (const check of checksFor(inputs, bad)) {
    if (check.of.some((name) => wrong.has(name))) continue;
    const found = check.run(inputs);
    for (const { path } of found) wrong.add(String(path[0]));
    conflicts.push(...found);
  }
  return conflicts;
}

function checksFor(inputs: ProvisionFields, bad: ReadonlySet<string>): readonly Check[] {
  if (inputs.command === 'destroy') return [onAnother];
  const onBase = inputs['base-environment'] !== undefined || bad.has('base-environment');
  return onBase ? [onAnother, { of: ['node-groups'], run: groupNames }] : ofCluster;
}

function standsOnAnother(inputs: ProvisionFields): readonly Conflict[] {
  const { environment, 'base-environment': base } = inputs;
  if (base === undefined) return [];
  if (base === environment) {
    return [{ path: ['base-environment'], message: 'another environment than this one' }];
  }
  if (!isReservedNamespace(environment)) return [];
  const message =
    'another name: with base-environment it is also that of a namespace, and Kubernetes keeps default and kube-… for itself';
  return [{ path: ['environment'], message }];
}

function zonesOfRegion(inputs: ProvisionFields): readonly Conflict[] {
  const region = inputs['aws-region'];
  const zones = inputs['availability-zones'] ?? [];
  const example = `${region}a,${region}b`;
  const foreign = zones.some((zone) => !isZoneOf(region, zone));
  const enough = zones.length >= TEMPLATE.fewestZones && zones.length <= TEMPLATE.zones;
  if (enough && new Set(zones).size === zones.length && !foreign) return [];
  const message = `${TEMPLATE.fewestZones} or ${TEMPLATE.zones} different zones of ${region}, such as ${example}`;
  return [{ path: ['availability-zones'], message }];
}

function isZoneOf(region: string, zone: string): boolean {
  return zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
}

function networkFits(inputs: ProvisionFields): readonly Conflict[] {
  const result = planFor(inputs);
  if ('plan' in result) return [];
  return result.problems.map(({ input, value, allowed }) => ({
    path: [input],
    message: `${allowed} (not ${value})`,
  }));
}

function administrators(inputs: ProvisionFields): readonly Conflict[] {
  const deployer = inputs['chained-role'] ?? inputs['role-to-assume'];
  const others = new Set(inputs['admin-role-arns'].filter((arn) => arn !== deployer));
  const most = TEMPLATE.administrators - 1;
  return others.size <= most
    ? []
    : [
        {
          path: ['admin-role-arns'],
          message: `at most ${most} roles besides the one that deploys`,
        },
      ];
}
