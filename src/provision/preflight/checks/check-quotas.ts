import { type AccountFacts, known } from '../facts.ts';
import {
  CLUSTERS,
  ELASTIC_ADDRESSES,
  NAT_GATEWAYS,
  type Quota,
  VPCS,
  vcpuQuota,
} from '../quotas.ts';
import {
  makesCluster,
  newInstances,
  newNatZones,
  type PlannedGroup,
  type SetUp,
} from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/** How much of a quota is used, and how much a deploy adds. */
export interface Use {
  readonly quota: Quota;
  /** Whether node groups get on-demand instances when the quota is used up. */
  readonly isSpot: boolean;
  readonly used: number;
  readonly added: number;
  /** Where: a zone, for quotas of zones. */
  readonly where?: string;
}

/** The uses of quotas that a deploy adds to, as far as the facts tell. Pure. */
export function usesOf(setUp: SetUp, facts: AccountFacts): readonly Use[] {
  const { elasticAddresses, vpcs, clusters, natGateways } = facts;
  const nat = newNatZones(setUp);
  const added = makesCluster(setUp) ? 1 : 0;
  const uses = [
    use(VPCS, known(vpcs)?.length, setUp.network.givenVpc === undefined ? added : 0),
    use(CLUSTERS, known(clusters)?.length, added),
    use(ELASTIC_ADDRESSES, known(elasticAddresses), nat.length),
    ...nat.flatMap((where) =>
      use(NAT_GATEWAYS, known(natGateways)?.filter((zone) => zone === where).length, 1).map(
        (one) => ({ ...one, where }),
      ),
    ),
    ...vcpuUses(setUp, facts, newInstances),
  ];
  return uses.flat();
}

function use(
  quota: Quota,
  used: number | undefined,
  added: number,
  isSpot = false,
): readonly Use[] {
  return used === undefined || added === 0 ? [] : [{ quota, isSpot, used, added }];
}

/** One use for each quota of vCPUs, over all groups. */
function vcpuUses(
  { groups }: SetUp,
  { instanceTypes, instances }: AccountFacts,
  count: (planned: PlannedGroup) => number,
): readonly Use[] {
  const types = known(instanceTypes);
  const running = known(instances);
  if (types === undefined || running === undefined) return [];
  const quotas = new Map<string, { readonly quota: Quota; readonly isSpot: boolean }>();
  const added = new Map<string, number>();
  for (const planned of groups) {
    const type = types.find(({ name }) => name === planned.group.instanceType);
    if (type === undefined) continue;
    const isSpot = planned.group.capacity === 'spot';
    const quota = vcpuQuota(type.name, isSpot);
    if (quota === undefined) continue;
    quotas.set(quota.code, { quota, isSpot });
    added.set(quota.code, (added.get(quota.code) ?? 0) + type.vcpus * count(planned));
  }
  return [...quotas.values()].flatMap(({ quota, isSpot }) => {
    const counted = running.filter((one) => vcpuQuota(one.type, one.isSpot)?.code === quota.code);
    const used = counted.reduce((sum, { vcpus }) => sum + vcpus, 0);
    return use(quota, used, added.get(quota.code) ?? 0, isSpot);
  });
}

/** Whether the account's own quota decides. */
export function needsQuota({ quota, used, added }: Use): boolean {
  return quota.everybody === undefined || used + added > quota.everybody;
}

export const checkQuotas: Check = {
  name: 'Quotas',
  needs: ['vpcs', 'clusters', 'elasticAddresses', 'natGateways', 'instances', 'quotas'],
  find(setUp, facts) {
    const found = usesOf(setUp, facts).flatMap((one) => quotaFindings(one, facts));
    return found.length > 0 ? found : growthFindings(setUp, facts);
  },
};

function quotaFindings(
  { quota, isSpot, used, added, where }: Use,
  facts: AccountFacts,
): readonly Finding[] {
  const limit = known(facts.quotas)?.[quota.code];
  if (limit === undefined || used + added <= limit) return [];
  const place = where === undefined ? '' : ` in ${where}`;
  const what = `quota ${quota.name} (${quota.code}): ${used} of ${limit} used${place}, and this needs ${added} more`;
  const ask = `ask AWS for more: aws service-quotas request-service-quota-increase --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${used + added}`;
  return isSpot
    ? [notice(`${what}, so node groups get on-demand instances`, ask)]
    : [problem(what, `remove what is not needed, or ${ask}`)];
}

/** Groups may grow to `max` later, when nobody looks. */
function growthFindings(setUp: SetUp, facts: AccountFacts): readonly Finding[] {
  const most = ({ group, stack }: PlannedGroup) =>
    Math.max(0, group.max - Number(stack?.parameters['DesiredSize'] ?? 0));
  return vcpuUses(setUp, facts, most).flatMap(({ quota, used, added }) => {
    const limit = known(facts.quotas)?.[quota.code];
    if (limit === undefined || used + added <= limit) return [];
    return [
      notice(
        `quota ${quota.name} (${quota.code}): ${used} of ${limit} used; with max instances the groups need ${added} more`,
        'the groups cannot grow to max: ask AWS for more, or lower max',
      ),
    ];
  });
}
