import type { Attachment } from './attachment.ts';

/** A network in a few words: `ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80`. Pure. */
export function described(attachment: Attachment): string {
  const { type, mode, ipam, pools, chained } = attachment;
  if (type === undefined) return 'configured on each node';
  const device = attachment.bridge ?? attachment.master ?? attachment.resourceName;
  const words = [type, mode, device === undefined ? undefined : `on ${device}`];
  const plugin = words.filter((word) => word !== undefined).join(' ');
  const ranges = pools.map(({ subnet, range }) =>
    range ? `${range.first}-${range.last}` : subnet,
  );
  const addresses = [ipam === 'none' ? 'no addresses' : ipam, ...ranges].join(' ');
  return `${[plugin, ...chained].join(' + ')}, ${addresses}`;
}
