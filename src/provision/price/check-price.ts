import { InputError } from '../../core/errors.ts';
import { nodeServices } from '../../vpc/node-services.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { known } from '../preflight/facts.ts';
import type { Session } from '../session.ts';
import { dollars, type Price, priceOf, priceText, type SpotPrices } from './price.ts';

/**
 * Reckons what the environment costs, shows it, and holds it to `max-price-per-hour`. Calls nothing but EC2 for the prices of spot
 * instances.
 *
 * @throws InputError when it costs more, or when nobody knows.
 */
export async function checkPrice(session: Session, network: NetworkPlan): Promise<void> {
  const { inputs, log, report } = session;
  const { base, cluster, maxPricePerHour, nodeGroups, region } = inputs;
  const { natGateways, secretsEncryption } = cluster;
  const endpoints = endpointCount(session, network);
  const count = { none: 0, one: 1, 'per-az': network.zones.length }[natGateways];
  const price = priceOf({
    region,
    cluster:
      base === undefined && cluster.given === undefined
        ? { natGateways: count, endpoints, secretsEncryption }
        : undefined,
    nodeGroups,
    spot: await spotPrices(session),
  });
  report.price = price;
  report.outputs.price = priceText(price, region);
  if (price.perHour !== undefined) report.outputs['price-per-hour'] = dollars(price.perHour);
  log.info(`Price: ${report.outputs.price}`);
  if (maxPricePerHour === undefined) return;
  const problem = priceProblem(price, region, maxPricePerHour);
  if (problem !== undefined) throw new InputError([problem]);
}

/** The interface endpoints that the environment makes: each costs its price in each zone. */
function endpointCount({ inputs }: Session, { givenVpc, zones }: NetworkPlan): number {
  const { internet, vpcCniRights } = inputs.cluster;
  if (internet === 'any' || givenVpc !== undefined) return 0;
  const { sessionManager } = inputs;
  return nodeServices({ vpcCniRights, sessionManager }).length * zones.length;
}

async function spotPrices(session: Session): Promise<SpotPrices | undefined> {
  const groups = session.inputs.nodeGroups.filter(
    ({ capacity, desired }) => capacity === 'spot' && desired > 0,
  );
  if (groups.length === 0) return undefined;
  const asked = session.clock.now();
  const answer = await session.spotPrices(groups);
  if ('unknown' in answer) session.log.info(`Spot prices: ${answer.unknown}`);
  const prices = known(answer);
  return prices === undefined ? undefined : { prices, asked };
}

function priceProblem(price: Price, region: string, most: number) {
  if (price.perHour !== undefined && price.perHour <= most) return undefined;
  const allowed =
    price.perHour === undefined
      ? `nothing, because the price is ${priceText(price, region)}`
      : `at least ${dollars(Math.ceil(price.perHour * 1000) / 1000)}, because the environment costs that; or fewer or smaller nodes`;
  return { input: 'max-price-per-hour', value: String(most), allowed };
}
