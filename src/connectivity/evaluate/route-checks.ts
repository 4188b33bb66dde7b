import { hostRange, inNetwork, inRange, isIpv6 } from '../../core/ip.ts';
import type { ProbeNetwork } from '../probe/network.ts';
import type { Probe } from './observation.ts';
import {
  type Fault,
  type Fits,
  generalReason,
  type Inspected,
  type PodQuestion,
} from './pod-question.ts';

/** Checks of a pod's routes, and of its addresses beside the configuration of their networks. */
export const WAYS: readonly PodQuestion[] = [
  {
    check: 'node-address',
    find: nodeFaults,
    well: "no node has the pod's addresses",
    fits: ({ evidence }) => evidence.interfaces !== undefined,
  },
  {
    check: 'usable-address',
    find: specialFaults,
    well: 'no address has a meaning of its own',
    fits: onNetwork(({ expected, gateways = [] }) => expected.known || gateways.length > 0),
  },
  { check: 'route-source', find: sourceFaults, well: 'routes send from own addresses' },
  {
    check: 'routes-configured',
    find: missingFaults,
    well: 'all configured routes are there',
    fits: onNetwork((network) => inMainTable(network).length > 0),
  },
  { check: 'default-route', find: defaultFaults, well: 'it leads where it should' },
  { check: 'default-route-once', find: twiceFaults, well: 'not more than one' },
  {
    check: 'source-routing',
    find: ruleFaults,
    well: 'every address that needs a rule has one',
    fits: onNetwork(({ sourceRouting }) => sourceRouting === true),
  },
];

/** Whether one of the pod's networks is such. */
function onNetwork(isSuch: (network: ProbeNetwork) => boolean): Fits {
  return ({ places, evidence: { networks } }) =>
    places.some(({ network }) => {
      const known = networks.get(network);
      return known !== undefined && isSuch(known);
    });
}

function nodeFaults({ places, evidence: { ownerOf } }: Inspected): Fault[] {
  return places.flatMap(({ address = '', interface: device }) => {
    const owner = ownerOf(address);
    if (owner === undefined) return [];
    const detail = `${address} on ${device} is an address of ${owner.node ?? 'a machine'} itself (${owner.id})`;
    return [{ detail, reason: generalReason('node-address', 'node-address') }];
  });
}

function specialFaults({ places, evidence: { networks } }: Inspected): Fault[] {
  return places.flatMap(({ address, interface: device, network }) => {
    const known = networks.get(network);
    if (address === undefined) return [];
    const fault = (what: string) => [
      {
        detail: `${address} on ${device} is ${what}`,
        reason: generalReason('usable-address', 'unusable-address'),
      },
    ];
    if (known?.gateways?.includes(address)) return fault(`the gateway of ${network}`);
    if (!known?.expected.known) return [];
    const subnet = known.expected.subnets.find((one) => inNetwork(address, one));
    return subnet === undefined || isForHosts(address, subnet)
      ? []
      : fault(`the first or last address of ${subnet}`);
  });
}

/** A network of one or two addresses has no address but those for hosts (RFC 3021). */
function isForHosts(address: string, subnet: string): boolean {
  const bits = isIpv6(subnet) ? 128 : 32;
  return Number(subnet.split('/')[1]) > bits - 2 || inRange(address, hostRange(subnet));
}

function sourceFaults({ probe: { routes }, places }: Inspected): Fault[] {
  const known = places.filter(({ address }) => address !== undefined);
  const own = Map.groupBy(known, (place) => place.interface);
  return routes.flatMap(({ interface: device, source, destination }) => {
    const addresses = own.get(device)?.map(({ address }) => address);
    if (source === undefined || addresses === undefined || addresses.includes(source)) return [];
    const detail = `the route to ${destination} through ${device} sends from ${source}, not from ${addresses.join(', ')}`;
    return [{ detail, reason: generalReason('route-source', 'route-source') }];
  });
}

/** The plugin sbr moves the routes of its network out of the main table, which is the one that a probe reads. */
function missingFaults({ probe: { routes }, places, evidence: { networks } }: Inspected): Fault[] {
  return places.flatMap(({ network, interface: device }) =>
    inMainTable(networks.get(network)).flatMap((destination) => {
      if (routes.some((one) => one.destination === destination && one.interface === device))
        return [];
      const detail = `no route to ${destination} through ${device}`;
      return [{ detail, reason: generalReason('routes-configured', 'missing-route') }];
    }),
  );
}

function inMainTable(network: ProbeNetwork | undefined): readonly string[] {
  return network?.sourceRouting === true ? [] : (network?.routes ?? []);
}

/** The routes of IPv4 alone: router advertisements set the default routes of IPv6. */
function defaultRoutes({ routeText }: Probe): readonly string[] {
  return routeText
    .split('\n')
    .filter((line) => line.startsWith('default '))
    .map((line) => / dev (\S+)/.exec(line)?.[1] ?? '');
}

function defaultFaults({ probe, pod: { networks }, evidence }: Inspected): Fault[] {
  const wanted = networks.some((id) => evidence.networks.get(id)?.routes?.includes('default'));
  const [device] = defaultRoutes(probe);
  if (wanted || device === undefined || device === 'eth0') return [];
  return [
    {
      detail: `the default route leads through ${device}`,
      reason: generalReason('default-route', 'default-route'),
    },
  ];
}

function twiceFaults({ probe }: Inspected): Fault[] {
  const devices = defaultRoutes(probe);
  if (devices.length < 2) return [];
  const detail = `${devices.length} default routes, through ${devices.join(' and ')}`;
  return [{ detail, reason: generalReason('default-route-once', 'default-route') }];
}

function ruleFaults({
  probe: { ruleSources },
  places,
  evidence: { networks },
}: Inspected): Fault[] {
  return places.flatMap(({ address, network }) => {
    if (
      address === undefined ||
      ruleSources === undefined ||
      networks.get(network)?.sourceRouting !== true
    )
      return [];
    if (ruleSources.includes(address)) return [];
    const detail = `no rule for packets from ${address}`;
    return [{ detail, reason: generalReason('source-routing', 'source-route') }];
  });
}
