import { serviceRoleArn } from './aws/account.ts';

/**
 * The lab's own parameters, as inputs of the workflows. This is the acceptance fixture: the same values
 * that people used to type by hand.
 */
export const LAB = {
  environment: 'eks-multus-cluster',
  region: 'ap-northeast-2',
  zones: ['ap-northeast-2a', 'ap-northeast-2b'],
  nodeGroup: 'ng1',
  networks: ['ipvlan-conf-1', 'ipvlan-conf-2'],
  image: 'docker.io/praqma/network-multitool:latest',
} as const;

const LAB_NETWORKS = `
- name: ipvlan-conf-1
  network: 1
  type: ipvlan
  mode: l3
  ipam: host-local
  subnet: 10.0.4.0/24
  range: 10.0.4.70-10.0.4.80
  gateway: 10.0.4.1
- name: ipvlan-conf-2
  network: 2
  type: ipvlan
  mode: l3
  ipam: host-local
  subnet: 10.0.6.0/24
  range: 10.0.6.70-10.0.6.80
  gateway: 10.0.6.1
`;

export type WorkflowInputs = Readonly<Record<string, string>>;

/** The most nodes that the lab's group may have, when it is to have `nodes` now. */
export function labMaxSize(nodes: number): number {
  return Math.max(3, nodes);
}

/** Inputs of `provision.yml` for the lab with `nodes` nodes (the lab has two). */
export function provisionInputs(
  roleArn: string,
  nodes: number,
  max = labMaxSize(nodes),
): WorkflowInputs {
  const group = {
    name: LAB.nodeGroup,
    zone: LAB.zones[0],
    min: 1,
    desired: nodes,
    max,
  };
  return {
    ...destroyInputs(roleArn),
    'availability-zones': LAB.zones.join(','),
    'vpc-cidr': '10.0.0.0/16',
    'multus-networks': '2',
    'subnet-cidrs': '',
    'kubernetes-version': '1.34',
    'node-groups': JSON.stringify([group]),
    authentication: 'aws-auth',
    'nat-gateways': 'one',
    'cloudformation-role-arn': serviceRoleArn(roleArn),
    networks: LAB_NETWORKS,
    image: LAB.image,
  };
}

/** Inputs of `destroy.yml` for the lab. */
export function destroyInputs(roleArn: string): WorkflowInputs {
  return { environment: LAB.environment, 'aws-region': LAB.region, 'role-to-assume': roleArn };
}
