/** An EKS cluster, as `DescribeCluster` describes it. The certificate authority is base64 of PEM. */
export interface EksAddress {
  readonly kind: 'eks';
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly region: string;
  /** The inputs that gave it, for advice: `environment`, or those that begin with `cluster-`. */
  readonly given?: 'environment' | 'cluster';
}

/** A cluster that is the current context of a kubeconfig file. */
export interface KubeconfigAddress {
  readonly kind: 'kubeconfig';
  readonly path: string;
}

export type ClusterAddress = EksAddress | KubeconfigAddress;

/** The input that a user changes to correct a part of the address. */
export function inputFor(part: 'endpoint' | 'authority', address: ClusterAddress): string {
  if (address.kind === 'kubeconfig') {
    const field = part === 'endpoint' ? 'server' : 'certificate-authority-data';
    return `${field} of the current context's cluster in the kubeconfig ${address.path}`;
  }
  switch (address.given) {
    case 'cluster':
      return part === 'endpoint' ? 'cluster-endpoint' : 'cluster-certificate-authority';
    case 'environment':
      return `the cluster's ${PARTS[part]} in the input environment (provision gives it anew)`;
    default:
      return `the cluster's ${PARTS[part]}`;
  }
}

const PARTS = { endpoint: 'endpoint', authority: 'certificate authority' } as const;
