import { inNetwork, isIpv6 } from '../../core/ip.ts';
import type { ProbeNetwork } from '../probe/network.ts';
import type { CheckName } from './catalogue/catalogue.ts';
import { type CheckResult, skipped } from './check.ts';
import type { Evidence, EvidenceIndex } from './evidence.ts';
import { explainSilence } from './explain-pair.ts';
import { answered, type Endpoint, type ProbedPair, pairSubject } from './pairs.ts';
import { type Fault, generalReason, judge } from './pod-question.ts';
import { shareAddresses } from './route-lookup.ts';

/** Checks of each network as a whole: its configuration, and whether its pods are alike. */
export function checkNetworks(
  { networks, changedNetworks }: Evidence,
  matrix: readonly ProbedPair[],
  evidence: EvidenceIndex,
): CheckResult[] {
  const pairs = Map.groupBy(matrix, ({ source }) => source.network);
  return networks.flatMap((network) => {
    const subject = network.id;
    const places = evidence.places(subject);
    if (places.length === 0) return [];
    const ask = (check: CheckName, faults: readonly Fault[] | undefined, well: string) =>
      faults === undefined
        ? skipped({ check, subject }, 'nothing was seen of its pods')
        : judge({ check, subject }, faults, well);
    return [
      ask('network-readable', unreadable(network), network.kind),
      changedNetworks === undefined
        ? skipped({ check: 'network-unchanged', subject }, 'it was not read again')
        : ask(
            'network-unchanged',
            changed(changedNetworks.get(subject)),
            'its definition is the same',
          ),
      ...(networks.length > 1 && network.expected.known
        ? [ask('networks-apart', overlaps(network, networks), 'no other network has its subnets')]
        : []),
      ...(network.gateways?.length && network.expected.known
        ? [ask('gateway-in-subnet', strayGateways(network), 'its gateways are in its subnets')]
        : []),
      ask('mtu-alike', unlikeMtus(places, evidence), 'one MTU'),
      ask('prefix-length-alike', unlikePrefixes(places, evidence), 'one length in each zone'),
      ask('families-alike', unlikeFamilies(places), 'the same families'),
      ask('symmetry', oneWayPairs(pairs.get(subject) ?? [], evidence), 'no one-way pair'),
    ];
  });
}

function unreadable({ kind }: ProbeNetwork): Fault[] {
  if (kind !== 'not readable') return [];
  const detail = 'its configuration is not a CNI configuration';
  return [{ detail, reason: generalReason('network-readable', 'unreadable-network') }];
}

function changed(how: 'deleted' | 'changed' | undefined): Fault[] {
  if (how === undefined) return [];
  const detail = `the NetworkAttachmentDefinition was ${how} while its pods ran`;
  return [{ detail, reason: generalReason('network-unchanged', 'network-changed') }];
}

/** Networks on one master may share a subnet: their addresses come from one store. */
function overlaps(network: ProbeNetwork, networks: readonly ProbeNetwork[]): Fault[] {
  return networks.flatMap((other) => {
    if (other.id === network.id || other.master === network.master) return [];
    const shared = subnetsOf(network).find((one) =>
      subnetsOf(other).some((two) => shareAddresses(one, two)),
    );
    if (shared === undefined) return [];
    const detail = `${shared} is also of ${other.id}, which is on ${other.master ?? 'another interface'}`;
    return [{ detail, reason: generalReason('networks-apart', 'overlapping-networks') }];
  });
}

function subnetsOf({ expected }: ProbeNetwork): readonly string[] {
  return expected.known ? expected.subnets : [];
}

function strayGateways(network: ProbeNetwork): Fault[] {
  const subnets = subnetsOf(network);
  return (network.gateways ?? [])
    .filter((gateway) => !subnets.some((subnet) => inNetwork(gateway, subnet)))
    .map((gateway) => ({
      detail: `the gateway ${gateway} is not in ${subnets.join(' or ')}`,
      reason: generalReason('gateway-in-subnet', 'wrong-gateway'),
    }));
}

function unlikeMtus(places: readonly Endpoint[], { pods }: EvidenceIndex): Fault[] | undefined {
  const byMtu = Map.groupBy(
    places.flatMap((place) => {
      const mtu = pods.get(place.pod)?.probe?.mtu[place.interface];
      return mtu === undefined ? [] : [{ place, mtu }];
    }),
    ({ mtu }) => mtu,
  );
  return unlike(
    byMtu,
    (mtu) => `MTU ${mtu}`,
    ({ place }) => place,
    {
      ...generalReason('mtu-alike', 'mtu'),
    },
  );
}

function unlikePrefixes(places: readonly Endpoint[], { pods }: EvidenceIndex): Fault[] | undefined {
  const shown = places.flatMap((place) => {
    const own = pods
      .get(place.pod)
      ?.probe?.addresses.find(
        (one) => one.interface === place.interface && one.address === place.address,
      );
    return own === undefined ? [] : [{ place, length: own.prefix }];
  });
  const groups = Map.groupBy(
    shown,
    ({ place }) => `${place.zone ?? ''} ${place.address?.includes(':')}`,
  );
  if (groups.size === 0) return undefined;
  return [...groups.values()].flatMap(
    (group) =>
      unlike(
        Map.groupBy(group, ({ length }) => length),
        (length) => `/${length}`,
        ({ place }) => place,
        generalReason('prefix-length-alike', 'prefix-length'),
      ) ?? [],
  );
}

function unlikeFamilies(places: readonly Endpoint[]): Fault[] | undefined {
  const known = places.filter(({ address }) => address !== undefined);
  const byPlace = Map.groupBy(known, ({ pod, interface: device }) => `${pod} ${device}`);
  const groups = Map.groupBy(byPlace.values(), (own) =>
    [...new Set(own.map(({ address }) => (isIpv6(address) ? 'IPv6' : 'IPv4')))]
      .sort()
      .join(' and '),
  );
  return unlike(
    groups,
    (families) => families,
    ([place]) => place,
    generalReason('families-alike', 'address-family'),
  );
}

/** Nothing without any group, and no fault when all are in one; else one fault that names the groups, each with its number and one of them. */
function unlike<Key, Item>(
  groups: ReadonlyMap<Key, readonly Item[]>,
  words: (key: Key) => string,
  placeOf: (item: Item) => Endpoint | undefined,
  reason: Fault['reason'],
): Fault[] | undefined {
  if (groups.size === 0) return undefined;
  if (groups.size < 2) return [];
  const parts = [...groups].map(([key, items]) => {
    const place = items[0] === undefined ? undefined : placeOf(items[0]);
    return `${words(key)} in ${items.length} pods (${place?.pod} on ${place?.node ?? 'no node'})`;
  });
  return [{ detail: parts.join(', '), reason }];
}

const MOST_PAIRS = 3;

function oneWayPairs(pairs: readonly ProbedPair[], evidence: EvidenceIndex): Fault[] | undefined {
  const sent = pairs.filter((pair) => pair.expected === 'answer' && pair.ping !== undefined);
  if (sent.length === 0) return undefined;
  const silent = sent.filter((pair) => {
    if (answered(pair)) return false;
    const reverse = evidence.reverseOf(pair);
    return reverse !== undefined && answered(reverse);
  });
  return silent.slice(0, MOST_PAIRS).map((pair) => ({
    detail: `${pairSubject(pair)} is silent, and the other direction answers`,
    // What keeps one direction from working may be another thing than a filter.
    reason: explainSilence(pair, evidence),
  }));
}
