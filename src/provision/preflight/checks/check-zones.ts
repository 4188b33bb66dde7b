import { type AccountFacts, known, type Zone } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, problem } from './finding.ts';

/**
 * Zones in which EKS puts no control plane, by their ids: CreateCluster refuses subnets there.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
 */
const WITHOUT_EKS: readonly string[] = ['use1-az3', 'usw1-az2', 'cac1-az3'];

export const checkZones: Check = {
  name: 'Availability zones',
  needs: ['zones'],
  find(setUp, facts) {
    const zones = known(facts.zones);
    if (zones === undefined || setUp.infra !== undefined) return [];
    return setUp.network.zones.flatMap((name) => zoneProblems(name, setUp, zones, facts));
  },
};

function zoneProblems(
  name: string,
  { inputs }: SetUp,
  zones: readonly Zone[],
  facts: AccountFacts,
): readonly Finding[] {
  const zone = zones.find((one) => one.name === name);
  const fix = `use zones among ${usable(zones, facts)}`;
  const of = (what: string) => [problem(`availability-zones: ${name} ${what}`, fix)];
  if (zone === undefined) return of(`is not a zone of ${inputs.region} in this account`);
  if (zone.kind !== 'availability-zone') {
    return of(`is a ${zone.kind.replace('-', ' ')}, in which EKS makes no cluster`);
  }
  if (zone.state !== 'available') return of(`is ${zone.state}`);
  if (WITHOUT_EKS.includes(zone.id)) {
    return of(`is ${zone.id}, in which EKS makes no cluster`);
  }
  return [];
}

/** The zones in which EKS makes clusters. */
export function usableZones(zones: readonly Zone[]): readonly Zone[] {
  return zones.filter(
    ({ id, kind, state }) =>
      kind === 'availability-zone' && state === 'available' && !WITHOUT_EKS.includes(id),
  );
}

/** The zones that would do, the ones with every instance type first. */
function usable(zones: readonly Zone[], facts: AccountFacts): string {
  const types = known(facts.offerings) ?? [];
  const offered = (zone: string) => types.filter((one) => one.zone === zone).length;
  const good = usableZones(zones).toSorted(
    (a, b) => offered(b.name) - offered(a.name) || a.name.localeCompare(b.name),
  );
  return good.map(({ name, id }) => `${name} (${id})`).join(', ') || 'those of another region';
}
