import type { V1Pod } from '@kubernetes/client-node';
import type { Neighbour } from './evidence.ts';
import { NETWORKS_ANNOTATION, parseNetworkStatus, STATUS_ANNOTATION } from './network-status.ts';

/** The addresses on secondary networks of all pods that run outside of one namespace. Pure. */
export function neighboursAmong(pods: readonly V1Pod[], except: string): Neighbour[] {
  return pods.filter((pod) => isNeighbour(pod, except)).flatMap(addressesOf);
}

function isNeighbour({ metadata, status }: V1Pod, except: string): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return (
    !ended && metadata?.namespace !== except && NETWORKS_ANNOTATION in (metadata?.annotations ?? {})
  );
}

function addressesOf({ metadata, spec }: V1Pod): Neighbour[] {
  const status = parseNetworkStatus(metadata?.annotations?.[STATUS_ANNOTATION]) ?? [];
  return status
    .filter(({ interface: device }) => device !== 'eth0')
    .flatMap(({ network, interface: device, addresses }) =>
      addresses.map((address) => ({
        pod: `${metadata?.namespace}/${metadata?.name}`,
        ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
        network,
        interface: device,
        address,
      })),
    );
}
