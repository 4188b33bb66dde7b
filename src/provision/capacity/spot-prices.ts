import { DescribeSpotPriceHistoryCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { inParallel } from '../../core/in-parallel.ts';
import type { NodeGroup } from '../node-groups.ts';
import { ask } from '../preflight/account/ask.ts';
import type { Answer } from '../preflight/facts.ts';
import type { SpotPrice } from '../price/price.ts';

/** Asks EC2 what spot instances of the types and zones of some groups cost now. */
export type AskSpotPrices = (
  groups: readonly Pick<NodeGroup, 'instanceType' | 'zone'>[],
) => Promise<Answer<readonly SpotPrice[]>>;

/** Asks EC2 for the present prices of spot instances, once for each type and zone. */
export function spotPricesOf(client: EC2Client, now: () => number): AskSpotPrices {
  return (groups) =>
    ask('ec2:DescribeSpotPriceHistory', async () => {
      const pairs = new Map(groups.map((one) => [`${one.instanceType} ${one.zone}`, one]));
      const found = await inParallel([...pairs.values()], 4, (one) => priceIn(client, one, now()));
      return found.flat();
    });
}

/**
 * The newest price of a type in a zone. A history that begins now has one entry, the price that is valid:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
 */
async function priceIn(
  client: EC2Client,
  { instanceType, zone }: Pick<NodeGroup, 'instanceType' | 'zone'>,
  now: number,
): Promise<readonly SpotPrice[]> {
  const { SpotPriceHistory = [] } = await client.send(
    new DescribeSpotPriceHistoryCommand({
      Filters: [
        { Name: 'instance-type', Values: [instanceType] },
        { Name: 'availability-zone', Values: [zone] },
        { Name: 'product-description', Values: ['Linux/UNIX'] },
      ],
      StartTime: new Date(now),
    }),
  );
  const [newest] = SpotPriceHistory.toSorted(
    (a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0),
  );
  const perHour = Number(newest?.SpotPrice);
  return perHour > 0 ? [{ instanceType, zone, perHour }] : [];
}
