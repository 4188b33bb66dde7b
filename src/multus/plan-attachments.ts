import type { Environment, EnvironmentNetwork } from '../environment/environment.ts';
import { formatAddress, parseCidr } from '../network/cidr.ts';
import type { AddressRange, Attachment } from './attachment.ts';
import { attachmentWarnings } from './attachment-warnings.ts';
import { checkAddresses, checkOverlaps, spanOf } from './check-addresses.ts';
import type { NetworkProblem, NetworkSpec } from './network-spec.ts';

export type AttachmentPlan =
  | { readonly attachments: readonly Attachment[]; readonly warnings: readonly string[] }
  | { readonly problems: readonly NetworkProblem[] };

/**
 * Decides everything that the specs leave open (namespace, interface, subnet, gateway) and checks it
 * against the environment, as far as that is known. Pure.
 */
export function planAttachments(
  specs: readonly NetworkSpec[],
  environment: Environment | undefined,
  defaultNamespace: string,
): AttachmentPlan {
  const problems: NetworkProblem[] = [...duplicates(specs, defaultNamespace)];
  const attachments: Attachment[] = [];
  for (const spec of specs) {
    const attachment = resolve(spec, environment, defaultNamespace);
    const known = environment?.networks.find(({ network }) => network === attachment.network);
    const found = [
      ...checkInterface(spec, environment),
      ...(spec.ipam === 'eni-prefix' ? checkNodeDecides(spec, attachment.network) : []),
      ...(spec.ipam === 'static' ? checkStatic(spec) : []),
      ...(spec.ipam === 'host-local' ? checkAddresses(attachment, known) : []),
    ];
    problems.push(...found.map((one) => ({ ...one, place: `${spec.name}.${one.place}` })));
    attachments.push(attachment);
  }
  problems.push(...checkOverlaps(attachments));
  if (problems.length > 0) return { problems };
  return { attachments, warnings: attachmentWarnings(attachments, environment) };
}

function resolve(
  spec: NetworkSpec,
  environment: Environment | undefined,
  defaultNamespace: string,
): Attachment {
  const known = environment?.networks.find(
    (one) => one.network === spec.network || one.interface === spec.master,
  );
  const network = spec.network ?? known?.network;
  const hostLocal = spec.ipam === 'host-local';
  const subnet = spec.subnet ?? (hostLocal ? subnetOf(known, environment) : undefined);
  const range = spec.range === undefined ? undefined : rangeOf(spec.range);
  return {
    name: spec.name,
    namespace: spec.namespace ?? defaultNamespace,
    network,
    master: spec.master ?? known?.interface ?? `eth${network}`,
    mode: spec.mode,
    ipam: spec.ipam,
    mtu: spec.mtu,
    subnet,
    range,
    gateway: spec.gateway ?? (hostLocal ? routerOf(subnet, range) : undefined),
    routes: spec.routes ?? [],
  };
}

/** The network's subnet in the zone of the (first) node group. */
function subnetOf(
  network: EnvironmentNetwork | undefined,
  environment: Environment | undefined,
): string | undefined {
  const zone = environment?.nodeGroups[0]?.zone;
  const subnets = network?.subnets ?? [];
  return (subnets.find((subnet) => subnet.zone === zone) ?? subnets[0])?.cidr;
}

/** The VPC's router has the second address of a subnet; a part of one has it nowhere. */
function routerOf(subnet: string | undefined, range: AddressRange | undefined): string | undefined {
  const cidr = parseCidr(subnet ?? '');
  if (cidr === undefined) return undefined;
  const router = cidr.base + 1;
  const span = range === undefined ? undefined : spanOf(range);
  const handedOut = span !== undefined && span.first <= router && router <= span.last;
  return handedOut ? undefined : formatAddress(router);
}

function rangeOf(text: string): AddressRange {
  const [first = '', last = ''] = text.split('-').map((part) => part.trim());
  return { first, last };
}

function duplicates(
  specs: readonly NetworkSpec[],
  defaultNamespace: string,
): readonly NetworkProblem[] {
  const keys = specs.map(({ name, namespace }) => `${namespace ?? defaultNamespace}/${name}`);
  return keys
    .filter((key, index) => keys.indexOf(key) !== index)
    .map((value) => ({ place: 'name', value, allowed: 'each name once in a namespace' }));
}

function checkInterface(
  { network, master }: NetworkSpec,
  environment: Environment | undefined,
): readonly NetworkProblem[] {
  if (network === undefined && master === undefined) {
    return [{ place: 'network', value: '', allowed: 'network (1 for eth1, …) or master' }];
  }
  if (environment === undefined) {
    const contradict = network !== undefined && master !== undefined && master !== `eth${network}`;
    const allowed = `eth${network}, the interface of network ${network} (or leave one of them out)`;
    return contradict ? [{ place: 'master', value: master, allowed }] : [];
  }
  const { networks } = environment;
  const fits = networks.some(
    (one) =>
      (network === undefined || one.network === network) &&
      (master === undefined || one.interface === master),
  );
  if (fits) return [];
  const allowed = `one of the environment's networks: ${networks.map((one) => `${one.network} (${one.interface})`).join(', ')}`;
  return network === undefined
    ? [{ place: 'master', value: master ?? '', allowed }]
    : [{ place: 'network', value: [network, master].filter(Boolean).join(' with '), allowed }];
}

const DECIDED_BY_NODE = ['subnet', 'range', 'gateway', 'mtu', 'routes'] as const;

/** With eni-prefix the node's own configuration says all of it, and its name is how Multus finds it. */
function checkNodeDecides(
  spec: NetworkSpec,
  network: number | undefined,
): readonly NetworkProblem[] {
  const allowed =
    "nothing with ipam eni-prefix, where the node's own configuration decides it (ipam: host-local takes it)";
  const problems: NetworkProblem[] = given(spec, DECIDED_BY_NODE, allowed);
  if (spec.mode !== 'l3') {
    problems.push({ place: 'mode', value: spec.mode, allowed: 'l3 with ipam eni-prefix' });
  }
  const name = nodeConfigurationName(network);
  if (name !== undefined && spec.name !== name) {
    const why = `${name}, the name of the configuration that nodes have for network ${network}`;
    problems.push({ place: 'name', value: spec.name, allowed: why });
  }
  return problems;
}

/** The name in the CNI configuration that a node's boot script writes (`cfn/nodegroup.yaml`). */
function nodeConfigurationName(network: number | undefined): string | undefined {
  return network === undefined ? undefined : `eni-prefix-${network}`;
}

/** With static each pod brings its address. */
function checkStatic(spec: NetworkSpec): readonly NetworkProblem[] {
  const allowed = 'nothing with ipam static, where each pod names its own address';
  return given(spec, ['subnet', 'range', 'gateway'], allowed);
}

function given(
  spec: NetworkSpec,
  keys: readonly (keyof NetworkSpec)[],
  allowed: string,
): NetworkProblem[] {
  return keys
    .filter((key) => spec[key] !== undefined)
    .map((place) => ({ place, value: JSON.stringify(spec[place]), allowed }));
}
