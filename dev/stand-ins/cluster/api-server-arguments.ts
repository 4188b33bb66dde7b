import type { Certificate } from './certificates.ts';

export interface ApiServerSettings {
  readonly bindAddress: string;
  readonly port: number;
  readonly etcd: string;
  readonly serviceCidr: string;
  readonly issuer: string;
  readonly authority: string;
  readonly server: Certificate;
  /** The client certificate that the API server shows to kubelets. */
  readonly kubeletClient: Certificate;
  readonly serviceAccountKey: string;
  /** False when no controller makes service accounts. Pods are then accepted without one. */
  readonly serviceAccounts: boolean;
  /**
   * The kubeconfig of the token webhook. Without it, only client certificates and service accounts are
   * admitted.
   */
  readonly tokenWebhook?: string;
}

/**
 * The flags of kube-apiserver. The authorizers are EKS's (EKS adds one of its own for access
 * policies), and so are the two admission plugins beyond Kubernetes' defaults that the platform
 * version pages of the EKS user guide list.
 */
export function apiServerArguments(settings: ApiServerSettings): string[] {
  const flags: Readonly<Record<string, string>> = {
    'etcd-servers': settings.etcd,
    'bind-address': settings.bindAddress,
    'advertise-address': settings.bindAddress,
    'secure-port': String(settings.port),
    'tls-cert-file': settings.server.certificate,
    'tls-private-key-file': settings.server.key,
    'client-ca-file': settings.authority,
    'service-account-issuer': settings.issuer,
    'service-account-key-file': settings.serviceAccountKey,
    'service-account-signing-key-file': settings.serviceAccountKey,
    'service-cluster-ip-range': settings.serviceCidr,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction,ExtendedResourceToleration',
    ...(settings.serviceAccounts ? {} : { 'disable-admission-plugins': 'ServiceAccount' }),
    'allow-privileged': 'true',
    'anonymous-auth': 'true',
    'kubelet-client-certificate': settings.kubeletClient.certificate,
    'kubelet-client-key': settings.kubeletClient.key,
    // Node names are private DNS names, which nothing resolves here.
    'kubelet-preferred-address-types': 'InternalIP',
    ...(settings.tokenWebhook === undefined
      ? {}
      : {
          'authentication-token-webhook-config-file': settings.tokenWebhook,
          'authentication-token-webhook-version': 'v1beta1',
        }),
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}
