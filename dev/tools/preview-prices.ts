import type { NodeGroup } from '../../src/provision/node-groups.ts';
import { nodeGroupsField } from '../../src/provision/node-groups.ts';
import { withTypes } from '../../src/provision/price/cheapest-type.ts';
import { dollars, type Priced, priceOf } from '../../src/provision/price/price.ts';
import { PRICES_AS_OF } from '../../src/provision/price/price-table.ts';

/** What an hour of a preview costs. */
export interface PreviewHour {
  readonly preview: string;
  readonly node: string;
  /** US dollars. */
  readonly perHour: number;
  /** From when the prices are: those on demand, and that of the spot instance. */
  readonly dates: readonly string[];
}

const REGION = 'us-east-1';
const NETWORKS = 2;
const ZONE = 'us-east-1f';
const CLUSTER = { natGateways: 1, endpoints: 0, secretsEncryption: true };

/**
 * A spot price that somebody paid: owensross27/raincheck@55d5691 scripts/cloud-bill-review.sh and its specification, for a cluster of EKS in
 * us-east-1f. Two days later EC2 had no such instance there. Those that it had instead cost 0.0417 to 0.0485.
 */
export const SPOT_SAMPLE = { instanceType: 't4g.large', perHour: 0.0234, day: '2026-08-23' };

/** An hour of a preview with two Multus networks and one node: with its own cluster, on a base, and on a base with spot and arm64. */
export function previewHours(): readonly PreviewHour[] {
  const asked = Date.parse(SPOT_SAMPLE.day);
  const spot = { prices: [{ ...SPOT_SAMPLE, zone: ZONE }], asked };
  const arm64 = 'instance-type: auto, architecture: arm64, volume-size: 20';
  return [
    hour('own cluster', '', { cluster: CLUSTER }),
    hour('on a base, on demand', '', {}),
    hour('on a base, on demand, arm64', arm64, {}),
    hour('on a base, spot, arm64', `${arm64}, capacity: spot`, { spot }),
  ];
}

function hour(
  preview: string,
  group: string,
  { cluster, spot }: Partial<Pick<Priced, 'cluster' | 'spot'>>,
): PreviewHour {
  const written = `[{ name: ng1, zone: ${ZONE}, min: 1, desired: 1, ${group} }]`;
  const nodeGroups = withTypes(nodeGroupsField().parse(written), REGION, NETWORKS);
  const { perHour = Number.NaN } = priceOf({ region: REGION, cluster, nodeGroups, spot });
  const dates = [PRICES_AS_OF, ...(spot === undefined ? [] : [SPOT_SAMPLE.day])];
  return { preview, node: nodeGroups.map(nodeText).join(), perHour, dates };
}

function nodeText({ capacity, instanceType, volumeSize }: NodeGroup): string {
  return `${instanceType}${capacity === 'spot' ? ', spot' : ''}, ${volumeSize} GiB`;
}

/** The rows of the table in docs/cost.md. */
export function previewHourRows(): readonly (readonly string[])[] {
  return previewHours().map(({ preview, node, perHour, dates: [onDemand = '', spot] }) => [
    preview,
    node,
    dollars(perHour),
    spot === undefined ? onDemand : `${onDemand}, spot ${spot}`,
  ]);
}
