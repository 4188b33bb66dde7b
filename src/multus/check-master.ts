import type { Environment } from '../environment/environment.ts';
import type { NetworkProblem } from './network-spec.ts';

interface Device {
  readonly network?: number | undefined;
  readonly master?: string | undefined;
}

/**
 * Do the nodes have the interface? The nodes of an environment have one for each of its networks; without an
 * environment only a contradiction can be seen. Pure.
 */
export function checkMaster(
  { network, master }: Device,
  environment: Environment | undefined,
): readonly NetworkProblem[] {
  if (network === undefined && master === undefined) return [];
  if (environment === undefined) {
    const contradict = network !== undefined && master !== undefined && master !== `eth${network}`;
    const allowed = `eth${network}, the interface of network ${network} (or leave one of them out)`;
    return contradict ? [{ place: 'master', value: master, allowed }] : [];
  }
  const { networks } = environment;
  const fits = networks.some(
    (one) =>
      (network === undefined || one.network === network) &&
      (master === undefined || one.interface === master),
  );
  if (fits) return [];
  const allowed = `one of the environment's networks: ${networks.map((one) => `${one.network} (${one.interface})`).join(', ')}`;
  return network === undefined
    ? [{ place: 'master', value: master ?? '', allowed }]
    : [{ place: 'network', value: [network, master].filter(Boolean).join(' with '), allowed }];
}
