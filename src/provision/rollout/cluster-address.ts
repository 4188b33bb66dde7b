import type { Stack } from '../../cloudformation/stack-api.ts';

export interface ClusterAddress {
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
}

/** Where the cluster is, by the outputs of its stack; undefined before it exists. Pure. */
export function clusterOf(infra: Stack['outputs']): ClusterAddress | undefined {
  const { ClusterName: name, ClusterEndpoint: endpoint } = infra;
  const certificateAuthority = infra['ClusterCertificateAuthority'];
  if (name === undefined || endpoint === undefined || certificateAuthority === undefined) {
    return undefined;
  }
  return { name, endpoint, certificateAuthority };
}
