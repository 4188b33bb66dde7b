import { InputError } from '../../core/errors.ts';
import { addressLimit, architecture, interfaceLimit } from '../instance-types.ts';
import { AUTO, type NodeGroup } from '../node-groups.ts';
import { instancePrice } from './price.ts';
import { PRICES } from './price-table.ts';

const SIZES = ['medium', 'large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '16xlarge'];

/** Each pod needs an address of the primary interface, and a cluster's own pods and those of verify are as many. */
const FEWEST_ADDRESSES = 10;

/** What a node needs of its instance type. */
interface Needs {
  readonly region: string;
  readonly interfaces: number;
  readonly prefixesPerInterface: number;
  readonly architecture: NodeGroup['architecture'];
}

/**
 * The cheapest instance type of the price table that has the interfaces and addresses; undefined when there is none. Of two with one price,
 * the first by name. Pure.
 */
export function cheapestType(needs: Needs): string | undefined {
  const { region, interfaces, prefixesPerInterface } = needs;
  const addresses = Math.max(FEWEST_ADDRESSES, 1 + prefixesPerInterface);
  const fitting = Object.keys(PRICES[region]?.families ?? {})
    .flatMap((family) => SIZES.map((size) => `${family}.${size}`))
    .filter(
      (type) =>
        architecture(type) === needs.architecture &&
        (interfaceLimit(type) ?? 0) >= interfaces &&
        (addressLimit(type) ?? 0) >= addresses,
    );
  const price = (type: string) => instancePrice(region, type) ?? Number.POSITIVE_INFINITY;
  const [cheapest] = fitting.toSorted((a, b) => price(a) - price(b) || a.localeCompare(b));
  return cheapest;
}

/**
 * The groups with an instance type each: for `auto`, the cheapest that fits.
 *
 * @param networks how many Multus networks the nodes have
 * @throws InputError when the table has no type that fits.
 */
export function withTypes(
  groups: readonly NodeGroup[],
  region: string,
  networks: number,
): readonly NodeGroup[] {
  return groups.map((group) => {
    if (group.instanceType !== AUTO) return group;
    const instanceType = cheapestType({ ...group, region, interfaces: 1 + networks });
    if (instanceType !== undefined) return { ...group, instanceType };
    const allowed = `${group.entry.index}.instance-type: a type such as m5.xlarge, because the pack's price table has none in ${region} with ${1 + networks} interfaces for ${group.architecture}`;
    throw new InputError([{ input: 'node-groups', value: AUTO, allowed }]);
  });
}
