import { type CheckResult, failed, passed, skipped } from './check.ts';
import { explainNoStatus, explainNotReady } from './explain-pod.ts';
import { interfaceName, type PodObservation } from './observation.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';

/** Is the pod Ready? */
export function checkReady(pod: PodObservation): CheckResult {
  const question = { check: 'pod-ready', subject: pod.name } as const;
  if (pod.notReady === undefined) return passed(question, `Ready on ${pod.node ?? 'no node'}`);
  return failed(question, pod.notReady, explainNotReady(pod.notReady));
}

/** Does each network that the pod asks for have an interface: by Multus's word and in the pod itself? */
export function checkInterfaces(pod: PodObservation): CheckResult[] {
  return pod.networks.map((network, index) => {
    const wanted = interfaceName(index);
    const question = { check: 'interface-present', subject: `${pod.name} ${wanted}` } as const;
    if (pod.notReady !== undefined) return skipped(question, 'the pod is not Ready');
    if (pod.status === undefined) {
      return failed(question, 'the pod has no network-status annotation', explainNoStatus(pod));
    }
    const places = endpointsOf(pod).filter(
      (place) => place.network === network && place.interface === wanted,
    );
    const addresses = places.flatMap(({ address }) => address ?? []);
    if (addresses.length === 0) {
      return failed(question, `network-status has no address of ${network} on ${wanted}`, {
        cause: 'not-attached',
        explanation: `Multus handled the pod but did not attach ${network}.`,
        nextStep: "look at the events of the pod and at the network's configuration",
      });
    }
    return insideThePod(question, pod, wanted, addresses);
  });
}

function insideThePod(
  question: { readonly check: 'interface-present'; readonly subject: string },
  pod: PodObservation,
  wanted: string,
  addresses: readonly string[],
): CheckResult {
  if (pod.probe === undefined) {
    const why = pod.probeError ?? 'it was not asked';
    return failed(question, `the pod could not be looked into: ${why}`, EXPLAIN_PROBE);
  }
  const seen = pod.probe.addresses.filter((entry) => entry.interface === wanted);
  const missing = addresses.filter((address) => !seen.some((entry) => entry.address === address));
  if (missing.length > 0) {
    const shown = seen.map(({ address }) => address).join(', ') || 'no address';
    return failed(
      question,
      `network-status says ${missing.join(', ')}, the pod shows ${shown} on ${wanted}`,
      {
        cause: 'interface-missing',
        explanation:
          'The interface changed after the pod was created: a restarted sandbox, a master interface that went away, or a program in the pod.',
        nextStep: "create the pod again, and look at the network's master interface on the node",
      },
    );
  }
  const mtu = pod.probe.mtu[wanted];
  return passed(question, `${addresses.join(', ')}${mtu === undefined ? '' : `, MTU ${mtu}`}`);
}

/** Is there a route to the network's subnet through its own interface? */
export function checkRoutes(
  pod: PodObservation,
  subnetOf: (place: Endpoint) => string | undefined,
): CheckResult[] {
  return endpointsOf(pod).map((place) => {
    const question = { check: 'route-present', subject: `${pod.name} ${place.interface}` } as const;
    if (pod.probe === undefined) return skipped(question, 'the pod was not looked into');
    if (place.address === undefined) return skipped(question, 'the interface has no address');
    const subnet = subnetOf(place);
    if (subnet === undefined) return skipped(question, 'its address comes without a subnet');
    const route = pod.probe.routes.find(
      ({ destination, interface: device }) => destination === subnet && device === place.interface,
    );
    if (route !== undefined) return passed(question, `${subnet} dev ${place.interface}`);
    const elsewhere = pod.probe.routes.find(({ destination }) => destination === subnet);
    return failed(
      question,
      elsewhere === undefined
        ? `no route to ${subnet}`
        : `${subnet} goes through ${elsewhere.interface}, not through ${place.interface}`,
      {
        cause: 'missing-route',
        explanation: "The network's IPAM gives the routes, and this one is not among them.",
        nextStep: 'look at subnet and routes in the configuration of the network',
      },
    );
  });
}

const EXPLAIN_PROBE = {
  cause: 'probe-failed',
  explanation: 'The probe needs a container that runs and an image with sh, ip and ping.',
  nextStep: 'choose such an image with the input image',
} as const;
