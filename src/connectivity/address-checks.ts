import { type AddressRange, inNetwork, inRange } from './address.ts';
import { type Holders, othersAt } from './address-holders.ts';
import { type CheckResult, failed, passed, skipped } from './check.ts';
import { explainAssignment } from './explain-address.ts';
import { assignmentOf, describeInterface } from './interface-evidence.ts';
import type { ExpectedAddresses, ProbeNetwork } from './network.ts';
import type { Endpoint } from './pairs.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Is the address one that the network gives out: by its own configuration, or, when that leaves it to the nodes, by
 * the prefixes of the node's interface?
 */
export function checkRange(place: Endpoint, surroundings: Surroundings): CheckResult {
  const question = {
    check: 'address-in-range',
    subject: `${place.pod} ${place.interface}`,
  } as const;
  const network = surroundings.networks.get(place.network);
  const { address } = place;
  if (address === undefined) return skipped(question, 'the interface has no address');
  if (network === undefined) return skipped(question, `${place.network} was not read`);
  if (!network.expected.known) return checkPrefix(question, place, network.expected, surroundings);
  const { ranges } = network.expected;
  const range = ranges.find((one) => inRange(address, one));
  if (range !== undefined) return passed(question, `${address} is in ${describe(range)}`);
  return failed(question, `${address} is not in ${ranges.map(describe).join(' or ')}`, {
    cause: 'out-of-range',
    explanation:
      'The network was changed after the pod was created, or a node has a file of its own for it.',
    nextStep: 'create the pod again, and compare the files in /etc/cni/multus/net.d of the nodes',
  });
}

function checkPrefix(
  question: Pick<CheckResult, 'check' | 'subject'>,
  place: Endpoint,
  { byNode, reason }: Extract<ExpectedAddresses, { known: false }>,
  surroundings: Surroundings,
): CheckResult {
  const assignment = assignmentOf(place, surroundings);
  if (byNode !== true || assignment.kind === 'unknown') return skipped(question, reason);
  if (assignment.kind === 'right') {
    return passed(question, `${place.address} is of ${describeInterface(assignment.holder)}`);
  }
  const why = explainAssignment(place, surroundings);
  const detail = `${place.address} is not of the network's interface on ${place.node}`;
  return why === undefined ? skipped(question, reason) : failed(question, detail, why);
}

/** Does the address belong to this pod alone, among all that are known on its network? */
export function checkUnique(place: Endpoint, holders: Holders): CheckResult {
  const question = { check: 'address-unique', subject: `${place.pod} ${place.interface}` } as const;
  const { address } = place;
  if (address === undefined) return skipped(question, 'the interface has no address');
  const others = othersAt(place, holders);
  if (others.length === 0) return passed(question, `${address} is its own`);
  const names = others.map(
    (other) => `${other.pod} ${other.interface} on ${other.node ?? 'no node'}`,
  );
  return failed(question, `${address} is also that of ${names.join(' and ')}`, {
    cause: 'duplicate-address',
    explanation:
      'IPAM host-local keeps its books on each node by itself, so nodes that share a range hand out the same addresses.',
    nextStep: 'use ipam: eni-prefix, or a range that only one node uses',
  });
}

/** The subnet that should be routed through an endpoint's interface; undefined when nothing tells. */
export function subnetOf(
  place: Endpoint,
  network: ProbeNetwork | undefined,
  ownSubnet: string | undefined,
): string | undefined {
  const { address } = place;
  if (address === undefined || network === undefined || !network.expected.known) return ownSubnet;
  return network.expected.subnets.find((subnet) => inNetwork(address, subnet)) ?? ownSubnet;
}

function describe(range: AddressRange): string {
  return `${range.first}-${range.last}`;
}
