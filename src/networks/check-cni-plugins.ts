import { z } from 'zod';
import type { NetworkProblem } from './network-spec.ts';

/** https://github.com/containernetworking/cni `pkg/version/version.go` */
const CNI_VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;
/** Plugins whose `mtu` is a number: https://www.cni.dev/plugins/current */
const WITH_MTU: ReadonlySet<string> = new Set([
  'bridge',
  'ipvlan',
  'macvlan',
  'ptp',
  'tuning',
  'vlan',
]);
/** Without a master, the two take the interface of the default route: https://github.com/containernetworking/plugins `plugins/main/ipvlan/ipvlan.go` */
const ON_MASTER: ReadonlySet<string> = new Set(['ipvlan', 'macvlan']);

interface Findings {
  readonly problems: readonly NetworkProblem[];
  readonly warnings: readonly string[];
}

const pluginSchema = z.looseObject({
  type: z.string(),
  mtu: z.unknown().optional(),
  master: z.unknown().optional(),
  ipam: z.unknown().optional(),
});
const configSchema = z.looseObject({
  cniVersion: z.unknown().optional(),
  plugins: z.array(pluginSchema).optional(),
});

/** Finds what the CNI plugins of a configuration would refuse on each node, when a pod starts. Pure. */
export function checkCniPlugins(config: string): Findings {
  if (config.trim() === '') return { problems: [], warnings: [] };
  const json: unknown = JSON.parse(config);
  const { cniVersion, plugins } = configSchema.parse(json);
  const chain = plugins ?? [pluginSchema.parse(json)];
  const [first] = chain;
  return {
    problems: [
      ...checkVersion(cniVersion),
      ...chain.flatMap((plugin, index) =>
        checkMtu(plugin, plugins === undefined ? 'spec.config' : `spec.config.plugins.${index}`),
      ),
      ...(first === undefined ? [] : checkIpam(first)),
    ],
    warnings:
      first !== undefined && ON_MASTER.has(first.type) && !first.master
        ? [
            `type ${first.type} without a master takes the interface of the node's default route, which the VPC CNI uses for pods`,
          ]
        : [],
  };
}

function checkVersion(given: unknown): readonly NetworkProblem[] {
  if (given === undefined || given === '') return [];
  if (CNI_VERSIONS.some((version) => version === given)) return [];
  const allowed = `a version of the CNI specification: ${CNI_VERSIONS.join(', ')}`;
  return [{ place: 'spec.config.cniVersion', value: String(given), allowed }];
}

function checkMtu(
  { type, mtu }: z.output<typeof pluginSchema>,
  place: string,
): readonly NetworkProblem[] {
  if (mtu === undefined || !WITH_MTU.has(type) || Number.isInteger(mtu)) return [];
  const allowed = `a number without quotes, because ${type} refuses anything else`;
  return [{ place: `${place}.mtu`, value: JSON.stringify(mtu), allowed }];
}

/** Without an IPAM, ipvlan looks for a plugin without a name: https://github.com/containernetworking/plugins `plugins/main/ipvlan/ipvlan.go` */
function checkIpam({ type, ipam }: z.output<typeof pluginSchema>): readonly NetworkProblem[] {
  if (type !== 'ipvlan') return [];
  const has = typeof ipam === 'object' && ipam !== null && 'type' in ipam && ipam.type !== '';
  if (has) return [];
  const allowed =
    'an IPAM, which type ipvlan needs: its pods share the MAC address of the interface';
  return [{ place: 'spec.config.ipam', value: '', allowed }];
}
