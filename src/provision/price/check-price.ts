import { InputError } from '../../core/errors.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import type { Session } from '../session.ts';
import { dollars, type Price, priceOf, priceText } from './price.ts';

/**
 * Reckons what the environment costs, shows it, and holds it to `max-price-per-hour`. Calls nothing.
 *
 * @throws InputError when it costs more, or when nobody knows.
 */
export function checkPrice({ inputs, log, report }: Session, network: NetworkPlan): void {
  const { base, cluster, maxPricePerHour, nodeGroups, region } = inputs;
  const { natGateways, secretsEncryption } = cluster;
  const count = { none: 0, one: 1, 'per-az': network.zones.length }[natGateways];
  const price = priceOf({
    region,
    cluster: base === undefined ? { natGateways: count, secretsEncryption } : undefined,
    nodeGroups,
  });
  report.price = price;
  report.outputs.price = priceText(price, region);
  if (price.perHour !== undefined) report.outputs['price-per-hour'] = dollars(price.perHour);
  log.info(`Price: ${report.outputs.price}`);
  if (maxPricePerHour === undefined) return;
  const problem = priceProblem(price, region, maxPricePerHour);
  if (problem !== undefined) throw new InputError([problem]);
}

function priceProblem(price: Price, region: string, most: number) {
  if (price.perHour !== undefined && price.perHour <= most) return undefined;
  const allowed =
    price.perHour === undefined
      ? `nothing, because the price is ${priceText(price, region)}`
      : `at least ${dollars(Math.ceil(price.perHour * 1000) / 1000)}, because the environment costs that; or fewer or smaller nodes`;
  return { input: 'max-price-per-hour', value: String(most), allowed };
}
