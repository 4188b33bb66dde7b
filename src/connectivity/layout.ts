/** How verify places its pods. */
export const LAYOUTS = ['lab', 'matrix'] as const;
export type Layout = (typeof LAYOUTS)[number];

interface NamedNetwork {
  readonly namespace: string;
  readonly name: string;
}

/** The layout lab has pods on its first network, on its second one, and on both. */
export const LAB_NETWORK_COUNT = 2;

/** Why networks do not fit the layout lab; undefined when they do. Pure. */
export function labMisfit(
  networks: readonly NamedNetwork[],
  namespace: string,
): string | undefined {
  const { size } = new Set(networks.map(({ namespace: of, name }) => `${of}/${name}`));
  if (size !== LAB_NETWORK_COUNT) {
    return `the layout lab has pods for two networks, not for ${size}`;
  }
  const elsewhere = networks.find((one) => one.namespace !== namespace);
  if (elsewhere === undefined) return undefined;
  return `the pods of the layout lab are in namespace ${namespace}, and ${elsewhere.name} is in ${elsewhere.namespace}`;
}

/** The layout when none is asked for: lab where it fits, else matrix. Pure. */
export function chosenLayout(networks: readonly NamedNetwork[], namespace: string): Layout {
  return labMisfit(networks, namespace) === undefined ? 'lab' : 'matrix';
}
