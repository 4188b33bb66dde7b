import { minuteOf } from '../../core/clock.ts';
import type { NodeGroup } from '../node-groups.ts';
import { EVERYWHERE, PRICES, PRICES_AS_OF, VOLUME_GIB_MONTH } from './price-table.ts';

/** What has a price. */
export interface Priced {
  readonly region: string;
  /** Undefined for an environment on the cluster of another one, which pays for the cluster. */
  readonly cluster:
    | {
        readonly natGateways: number;
        /** Interface endpoints, each counted once in each zone. */
        readonly endpoints: number;
        readonly secretsEncryption: boolean;
      }
    | undefined;
  readonly nodeGroups: readonly Pick<
    NodeGroup,
    'capacity' | 'desired' | 'instanceType' | 'volumeSize' | 'zone'
  >[];
  /** What EC2 says of the spot groups; undefined when none is, or when EC2 does not say. */
  readonly spot?: SpotPrices | undefined;
}

/** What a spot instance costs in a zone. */
export interface SpotPrice {
  readonly instanceType: string;
  readonly zone: string;
  /** US dollars. */
  readonly perHour: number;
}

/** Spot prices, which change several times a day. */
export interface SpotPrices {
  readonly prices: readonly SpotPrice[];
  /** When EC2 was asked, in milliseconds since 1970. */
  readonly asked: number;
}

export interface PriceLine {
  readonly part: string;
  readonly count: number;
  /** Dollars per hour for one; undefined when the table does not have it. */
  readonly each: number | undefined;
}

/** What an environment costs. */
export interface Price {
  readonly lines: readonly PriceLine[];
  /** Dollars per hour for all parts; undefined when the price of one is unknown. */
  readonly perHour: number | undefined;
  /** Where the prices of spot instances are from; undefined without any. A time is when EC2 was asked. */
  readonly spot: number | 'on-demand' | undefined;
}

/**
 * What an environment costs while its node groups have their desired sizes: all that AWS bills by the hour, and nothing that
 * depends on use. A spot instance whose price EC2 does not tell counts as one on demand. Pure.
 */
export function priceOf({ region, cluster, nodeGroups, spot }: Priced): Price {
  const prices = PRICES[region];
  const lines: PriceLine[] = [];
  if (cluster !== undefined) {
    const { endpoints, natGateways, secretsEncryption } = cluster;
    lines.push({ part: 'EKS cluster', count: 1, each: EVERYWHERE.cluster });
    if (natGateways > 0) {
      lines.push({ part: 'NAT gateway', count: natGateways, each: prices?.natGateway });
      const part = 'its public IPv4 address';
      lines.push({ part, count: natGateways, each: EVERYWHERE.publicAddress });
    }
    if (endpoints > 0) {
      const part = 'VPC endpoint in a zone';
      lines.push({ part, count: endpoints, each: prices?.endpoint });
    }
    if (secretsEncryption) {
      lines.push({ part: 'KMS key for secrets', count: 1, each: EVERYWHERE.key });
    }
  }
  const running = nodeGroups.filter(({ desired }) => desired > 0);
  for (const { capacity, desired, instanceType, volumeSize, zone } of running) {
    const onDemand = instancePrice(region, instanceType);
    const line =
      capacity === 'spot'
        ? {
            part: `${instanceType}, spot in ${zone}`,
            each: spotPrice(spot, instanceType, zone) ?? onDemand,
          }
        : { part: instanceType, each: onDemand };
    lines.push({ ...line, count: desired });
    const part = `gp3 volume of ${volumeSize} GiB`;
    lines.push({ part, count: desired, each: (volumeSize * VOLUME_GIB_MONTH) / HOURS_A_MONTH });
  }
  const perHour = lines.reduce<number | undefined>(
    (sum, { count, each }) =>
      sum === undefined || each === undefined ? undefined : sum + count * each,
    0,
  );
  return { lines, perHour, spot: spotSource(running, spot) };
}

function spotPrice(spot: SpotPrices | undefined, type: string, zone: string): number | undefined {
  return spot?.prices.find((one) => one.instanceType === type && one.zone === zone)?.perHour;
}

function spotSource(groups: Priced['nodeGroups'], spot: SpotPrices | undefined): Price['spot'] {
  const ofSpot = groups.filter(({ capacity }) => capacity === 'spot');
  if (ofSpot.length === 0) return undefined;
  const known = ofSpot.every(
    ({ instanceType, zone }) => spotPrice(spot, instanceType, zone) !== undefined,
  );
  return known ? spot?.asked : 'on-demand';
}

/** AWS reckons a month as so many hours. */
const HOURS_A_MONTH = 730;

/** Sizes below `xlarge`, as parts of it. */
const PARTS: Readonly<Record<string, number>> = {
  nano: 1 / 32,
  micro: 1 / 16,
  small: 1 / 8,
  medium: 1 / 4,
  large: 1 / 2,
  xlarge: 1,
};

/** Dollars per hour for an instance on demand; undefined when the table does not have its family or region. Pure. */
export function instancePrice(region: string, instanceType: string): number | undefined {
  const [family = '', size = ''] = instanceType.split('.');
  const xlarge = PRICES[region]?.families[family];
  const parts = PARTS[size] ?? Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? Number.NaN);
  return xlarge === undefined || Number.isNaN(parts) ? undefined : xlarge * parts;
}

/** `0.551 dollars per hour (on-demand prices of us-east-1 as of 2025-03-02)`, or what is unknown. Pure. */
export function priceText({ lines, perHour, spot }: Price, region: string): string {
  if (perHour !== undefined) {
    const also = spot === undefined ? '' : `; ${spotText(spot)}`;
    return `${dollars(perHour)} dollars per hour (on-demand prices of ${region} as of ${PRICES_AS_OF}${also})`;
  }
  const unknown = lines.filter(({ each }) => each === undefined).map(({ part }) => part);
  return `unknown: the price table of this pack lacks ${unknown.join(', ')} in ${region}`;
}

/** Where the prices of spot instances are from. Pure. */
export function spotText(spot: NonNullable<Price['spot']>): string {
  if (spot !== 'on-demand') return `spot prices of EC2 at ${minuteOf(spot)}`;
  return 'spot instances counted as on demand, because EC2 did not tell their price';
}

/** An amount of dollars to a tenth of a cent: `0.349`. */
export function dollars(amount: number): string {
  return amount.toFixed(3);
}
