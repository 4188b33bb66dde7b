import { isIpv6 } from '../../core/ip.ts';
import { CATALOGUE } from './catalogue/catalogue.ts';
import type { EvidenceIndex } from './evidence.ts';
import { deviceOf } from './explain-address.ts';
import { interfaceName, type PodObservation, type Probe } from './observation.ts';
import type { Endpoint } from './pairs.ts';
import { type Fault, generalReason, type Inspected, type PodQuestion } from './pod-question.ts';
import { filtersStrictly, isOnSameMaster, mayStray, strayRoute } from './route-lookup.ts';

/** Checks of a pod and of its interfaces as seen from inside. */
export const INSIDE: readonly PodQuestion[] = [
  { check: 'clock', find: clockFaults, well: "it agrees with the runner's clock" },
  { check: 'loopback', find: loopbackFaults, well: '127.0.0.1 on lo' },
  { check: 'cluster-interface', find: clusterFaults, well: 'eth0 has its address' },
  { check: 'interface-name', find: orderFaults, well: 'the interfaces are in order' },
  { check: 'interface-requested', find: extraFaults, well: 'only those that it asks for' },
  { check: 'interface-up', find: stateFaults, well: 'all can send' },
  { check: 'interface-errors', find: errorFaults, well: 'no errors' },
  { check: 'proxy-arp', find: proxyFaults, well: 'proxy_arp is off' },
  { check: 'reverse-path', find: filterFaults, well: 'answers leave where requests arrive' },
  { check: 'return-path', find: returnFaults, well: 'answers leave where requests arrive' },
  {
    check: 'eni-mac',
    find: macFaults,
    well: 'the MAC addresses are those of the ENIs',
    fits: ({ places, evidence }) =>
      evidence.interfaces !== undefined && places.some((place) => isIpvlan(place, evidence)),
  },
  {
    check: 'address-listed',
    find: unlistedFaults,
    well: 'no address that Multus does not know',
    fits: ({ pod }) => pod.status !== undefined,
  },
  {
    check: 'address-confirmed',
    find: refusedFaults,
    well: 'no duplicate was detected',
    fits: ({ pod }) => pod.probe?.addresses.some(({ address }) => isIpv6(address)) === true,
  },
  {
    check: 'mac-unique',
    find: twinFaults,
    well: 'no other pod has the MAC addresses',
    fits: ({ places, evidence }) => places.some((place) => hasOwnMac(place, evidence)),
  },
];

/** An ipvlan interface has the MAC address of its master: https://docs.kernel.org/networking/ipvlan.html */
function isIpvlan({ network }: Endpoint, { networks }: EvidenceIndex): boolean {
  return networks.get(network)?.type === 'ipvlan';
}

function hasOwnMac({ network }: Endpoint, { networks }: EvidenceIndex): boolean {
  const type = networks.get(network)?.type;
  return type !== undefined && type !== 'ipvlan';
}

const SKEW_S = 60;

function clockFaults({ probe: { clockSeconds = 0 } }: Inspected): Fault[] {
  if (Math.abs(clockSeconds) <= SKEW_S) return [];
  const side = clockSeconds > 0 ? 'ahead of' : 'behind';
  const detail = `${Math.abs(Math.round(clockSeconds))} seconds ${side} the runner's clock`;
  return [{ detail, reason: generalReason('clock', 'clock-skew') }];
}

function loopbackFaults({ probe: { addresses } }: Inspected): Fault[] {
  if (
    addresses.some(({ interface: device, address }) => device === 'lo' && address === '127.0.0.1')
  )
    return [];
  return [{ detail: 'no 127.0.0.1 on lo', reason: generalReason('loopback', 'interface-missing') }];
}

/** Only a pod whose status names eth0 must have it: another default network may have another name. */
function clusterFaults({ probe: { addresses }, pod: { status = [] } }: Inspected): Fault[] {
  const wanted = status
    .filter((entry) => entry.interface === 'eth0')
    .flatMap((entry) => entry.addresses);
  const missing = wanted.filter(
    (address) => !addresses.some((one) => one.interface === 'eth0' && one.address === address),
  );
  if (missing.length === 0) return [];
  const detail = `eth0 lacks ${missing.join(', ')}`;
  return [{ detail, reason: generalReason('cluster-interface', 'interface-missing') }];
}

function orderFaults({ pod: { networks, status } }: Inspected): Fault[] {
  return networks.flatMap((network, index) => {
    const own = (status ?? []).filter((entry) => entry.network === network);
    const wanted = interfaceName(index);
    if (own.length === 0 || own.some((entry) => entry.interface === wanted)) return [];
    const detail = `${network} is on ${own.map((entry) => entry.interface).join(', ')}, not on ${wanted}`;
    return [{ detail, reason: generalReason('interface-name', 'interface-order') }];
  });
}

/** The cluster's own network is the one that is on eth0, or has no name of an interface. */
function extraFaults({ pod: { networks, status } }: Inspected): Fault[] {
  const extra = (status ?? []).filter(
    (entry) =>
      entry.interface !== 'eth0' &&
      entry.interface !== '' &&
      entry.network.includes('/') &&
      !networks.includes(entry.network),
  );
  return extra.map(({ network, interface: device }) => ({
    detail: `${network} on ${device} was not asked for`,
    reason: generalReason('interface-requested', 'extra-interface'),
  }));
}

function stateFaults({ probe: { state = {} }, devices, pod: { node } }: Inspected): Fault[] {
  const down = devices.filter(
    (device) => state[device] === 'down' || state[device] === 'lowerlayerdown',
  );
  return down.map((device) => ({
    detail: `${device} is ${state[device]}`,
    reason: {
      cause: 'interface-down',
      explanation: `${device} cannot send because its parent interface on ${node} is down.`,
      nextStep: CATALOGUE['interface-up'].nextStep,
    },
  }));
}

function errorFaults({ probe: { errors = {} }, devices }: Inspected): Fault[] {
  return devices.flatMap((device) =>
    ['rx_errors', 'tx_errors'].flatMap((name) => {
      const count = errors[`${device}.${name}`] ?? 0;
      if (count === 0) return [];
      return [
        {
          detail: `${device} has ${count} ${name}`,
          reason: generalReason('interface-errors', 'interface-errors'),
        },
      ];
    }),
  );
}

function proxyFaults({ probe: { settings = {} }, devices }: Inspected): Fault[] {
  return devices
    .filter((device) => settings[`${device}.proxy_arp`] === 1)
    .map((device) => ({
      detail: `proxy_arp of ${device} is 1`,
      reason: generalReason('proxy-arp', 'proxy-arp'),
    }));
}

function filterFaults({ probe, places, evidence }: Inspected): Fault[] {
  return places.flatMap((place) => {
    const device = place.interface;
    if (!filtersStrictly(probe, device)) return [];
    const stray = strayAnswer(probe, place, evidence);
    if (stray === undefined) return [];
    const detail = `rp_filter of ${device} is strict, and the route to ${stray.address} leads elsewhere`;
    return [{ detail, reason: generalReason('reverse-path', 'rp-filter') }];
  });
}

/** Where the kernel filters strictly, the other check says more. */
function returnFaults({ probe, places, evidence }: Inspected): Fault[] {
  return places.flatMap((place) => {
    const device = place.interface;
    if (filtersStrictly(probe, device)) return [];
    const stray = strayAnswer(probe, place, evidence);
    if (stray === undefined || isOnSameMaster(stray.device, place, evidence)) return [];
    const detail = `requests of ${stray.address} arrive on ${device}, and answers leave through ${stray.device}`;
    return [{ detail, reason: generalReason('return-path', 'asymmetric-path') }];
  });
}

/** Another pod of the network whose answers leave through another interface. */
function strayAnswer(probe: Probe, place: Endpoint, evidence: EvidenceIndex) {
  if (!mayStray(probe, place.interface)) return undefined;
  for (const { pod, address } of evidence.places(place.network)) {
    if (pod === place.pod || address === undefined) continue;
    const route = strayRoute(probe, place, address);
    if (route !== undefined) return { address, device: route.interface };
  }
  return undefined;
}

function macFaults({ probe: { mac = {} }, places, evidence }: Inspected): Fault[] {
  return places.flatMap((place) => {
    const own = mac[place.interface];
    const device = deviceOf(place, evidence);
    if (own === undefined || !isIpvlan(place, evidence)) return [];
    const enis = evidence.interfacesOf(place.node ?? '');
    const wanted = enis.find(({ deviceIndex }) => deviceIndex === device);
    if (wanted === undefined || wanted.macAddress.toLowerCase() === own.toLowerCase()) return [];
    const holder = enis.find(({ macAddress }) => macAddress.toLowerCase() === own.toLowerCase());
    const whose = holder === undefined ? 'of no ENI of the node' : `of ${holder.id}`;
    const detail = `${place.interface} has MAC ${own} ${whose}, and eth${device} should be ${wanted.id} (${wanted.macAddress})`;
    return [{ detail, reason: generalReason('eni-mac', 'wrong-interface') }];
  });
}

function unlistedFaults({
  probe: { addresses },
  pod: { status = [] },
  devices,
}: Inspected): Fault[] {
  const listed = new Set(status.flatMap((entry) => entry.addresses));
  return addresses
    .filter(
      ({ interface: device, address }) =>
        devices.includes(device) && !listed.has(address) && !/^fe[89ab]/i.test(address),
    )
    .filter(({ interface: device }) => hasListedAddress(status, device, addresses))
    .map(({ interface: device, address }) => ({
      detail: `${device} also has ${address}`,
      reason: generalReason('address-listed', 'unlisted-address'),
    }));
}

/** An interface that Multus does not know, or whose own address is missing, is another check's failure. */
function hasListedAddress(
  status: NonNullable<PodObservation['status']>,
  device: string,
  addresses: Probe['addresses'],
): boolean {
  const wanted = status
    .filter((entry) => entry.interface === device)
    .flatMap((entry) => entry.addresses);
  return (
    wanted.length > 0 &&
    wanted.every((address) =>
      addresses.some((one) => one.interface === device && one.address === address),
    )
  );
}

function refusedFaults({ probe: { refused = [] } }: Inspected): Fault[] {
  return refused.map((address) => ({
    detail: `another machine has ${address}`,
    reason: generalReason('address-confirmed', 'duplicate-address'),
  }));
}

function twinFaults({ probe: { mac = {} }, places, evidence }: Inspected): Fault[] {
  const devices = new Map(places.map((place) => [place.interface, place]));
  return [...devices.values()].flatMap((place) => {
    const own = mac[place.interface];
    if (own === undefined || !hasOwnMac(place, evidence)) return [];
    const twin = evidence.sharingMac(place.network, own).find(({ pod }) => pod !== place.pod);
    if (twin === undefined) return [];
    const detail = `${place.interface} has MAC ${own}, and so has ${twin.interface} of ${twin.pod} on ${twin.node}`;
    return [{ detail, reason: generalReason('mac-unique', 'duplicate-mac') }];
  });
}
