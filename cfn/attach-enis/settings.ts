import type { WantedInterface } from './plan.ts';

/** The hook's settings, from the node group's stack. */
export interface Settings {
  readonly cluster: string;
  /** One interface per Multus subnet: the first is device 1, the second device 2, and so on. */
  readonly wanted: readonly WantedInterface[];
  readonly securityGroupIds: readonly string[];
  /** IPv4 prefixes (/28) that each interface gets. */
  readonly prefixes: number;
  /** More tags for the interfaces. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Reads the function's environment: CLUSTER_NAME, SUBNET_IDS and SECURITY_GROUP_IDS (comma lists),
 * PREFIXES_PER_INTERFACE, PREFIX_CIDRS (in the order of SUBNET_IDS, may be absent, and empty for a subnet),
 * IP_FAMILY (ipv4 or dual-stack, ipv4 when absent), TAGS (`key=value,key=value`, may be absent). Throws when a value is missing or not usable.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const prefixes = Number(required(env, 'PREFIXES_PER_INTERFACE'));
  if (!Number.isInteger(prefixes) || prefixes < 0) {
    throw new Error('PREFIXES_PER_INTERFACE must be a whole number, 0 or more');
  }
  const family = env['IP_FAMILY'] ?? 'ipv4';
  if (family !== 'ipv4' && family !== 'dual-stack') {
    throw new Error('IP_FAMILY must be ipv4 or dual-stack');
  }
  // Pods have addresses of both families, or they have none of prefixes.
  const ipv6Prefix = family === 'dual-stack' && prefixes > 0;
  // Nothing between two commas is a subnet in which the hook reserves nothing, because it belongs to others.
  const prefixCidrs = (env['PREFIX_CIDRS'] ?? '').split(',').map((part) => part.trim());
  return {
    cluster: required(env, 'CLUSTER_NAME'),
    wanted: commaList(required(env, 'SUBNET_IDS')).map((subnetId, index) => {
      const prefixCidr = (prefixes > 0 && prefixCidrs[index]) || undefined;
      const device = {
        deviceIndex: index + 1,
        subnetId,
        sourceDestCheck: prefixes > 0,
        ...(ipv6Prefix ? { ipv6Prefix } : {}),
      };
      return prefixCidr === undefined ? device : { ...device, prefixCidr };
    }),
    securityGroupIds: commaList(required(env, 'SECURITY_GROUP_IDS')),
    prefixes,
    tags: Object.fromEntries(commaList(env['TAGS'] ?? '').map(readTag)),
  };
}

function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name]?.trim();
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

function commaList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function readTag(text: string): [string, string] {
  const separator = text.indexOf('=');
  if (separator < 1) throw new Error(`TAGS: "${text}" is not of the form key=value`);
  return [text.slice(0, separator), text.slice(separator + 1)];
}
