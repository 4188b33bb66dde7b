import type { Reason } from './check.ts';
import type { NodeInterface } from './evidence.ts';
import {
  type Assignment,
  assignmentOf,
  describeInterface,
  deviceOf,
} from './interface-evidence.ts';
import type { Endpoint } from './pairs.ts';
import type { Surroundings } from './surroundings.ts';

/** Why the VPC does not deliver to an address of a pod, if EC2's view of the interfaces shows that it does not. */
export function explainAssignment(place: Endpoint, surroundings: Surroundings): Reason | undefined {
  const assignment = assignmentOf(place, surroundings);
  switch (assignment.kind) {
    case 'right':
    case 'unknown':
      return undefined;
    case 'no-interface':
      return {
        cause: 'interface-down',
        explanation: `EC2 has no network interface attached to ${place.node} as device ${assignment.device}, so eth${assignment.device} leads nowhere.`,
        nextStep: `replace the node, or attach its interface again; look at the log of the launch hook for ${place.node}`,
      };
    case 'elsewhere':
      return explainElsewhere(place, assignment.holder, surroundings);
    case 'nobody':
      return explainNobody(place, assignment, surroundings);
  }
}

function explainElsewhere(
  place: Endpoint,
  holder: Extract<Assignment, { kind: 'elsewhere' }>['holder'],
  surroundings: Surroundings,
): Reason {
  const where = `${place.address} of ${place.pod} is an address of ${describeInterface(holder)}`;
  if (holder.node !== place.node) {
    return {
      cause: 'unassigned-address',
      explanation: `${where}, and the pod runs on ${place.node}: the VPC delivers it to the other node.`,
      nextStep: 'use ipam: eni-prefix, so that each node gives out addresses of its own',
    };
  }
  return wrongInterface(place, where, surroundings);
}

function explainNobody(
  place: Endpoint,
  { home }: Extract<Assignment, { kind: 'nobody' }>,
  surroundings: Surroundings,
): Reason {
  if (home !== undefined && home.deviceIndex !== deviceOf(place, surroundings)) {
    const where = `${place.address} of ${place.pod} is of the subnet of ${describeInterface(home)}`;
    return wrongInterface(place, where, surroundings);
  }
  const sends = home?.sourceDestCheck === false ? '' : ', and what it sends to other nodes';
  return {
    cause: 'unassigned-address',
    explanation: `${place.address} of ${place.pod} is assigned to no network interface: the VPC drops what is sent to it${sends}.`,
    nextStep: assignAgain(place, home, surroundings),
  };
}

function assignAgain(
  { network, node }: Endpoint,
  home: NodeInterface | undefined,
  { networks }: Surroundings,
): string {
  const expected = networks.get(network)?.expected;
  const ofPrefix = expected?.known === false && expected.byNode === true;
  return ofPrefix
    ? `the node took the address from a prefix that its interface does not have any more: give it back to ${home?.id ?? `the interface of ${node}`} (aws ec2 assign-private-ip-addresses --ipv4-prefixes), or replace ${node}`
    : `use ipam: eni-prefix; or assign the address to the interface of ${node} (aws ec2 assign-private-ip-addresses)`;
}

/** On all nodes it is the network that names the wrong interface; on some, it is the node. */
function wrongInterface(place: Endpoint, where: string, surroundings: Surroundings): Reason {
  const master = surroundings.networks.get(place.network)?.master;
  const explanation = `${where}, but the master interface of ${place.network} is ${master}.`;
  const right = surroundings
    .places(place.network)
    .some((other) => assignmentOf(other, surroundings).kind === 'right');
  return right
    ? {
        cause: 'wrong-network',
        explanation: `${explanation} Pods on other nodes have addresses of ${master}, so this node gives out those of another network.`,
        nextStep: `look at /etc/cni/multus on ${place.node}, or replace the node; then create the pod again`,
      }
    : {
        cause: 'wrong-master',
        explanation: `${explanation} That is so on every node: the network names an interface that its addresses do not belong to.`,
        nextStep: `correct master (or subnet) in the NetworkAttachmentDefinition ${place.network}, then create the pods again`,
      };
}
