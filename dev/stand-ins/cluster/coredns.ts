const LABELS = { 'k8s-app': 'kube-dns', 'eks.amazonaws.com/component': 'coredns' };
const NAMESPACE = 'kube-system';
const VERSION = 'v1.12.4-eksbuild.1';

/** The image of CoreDNS for clusters of a region. Source of the version: the table for 1.34 in EKS's user guide, "Manage CoreDNS". */
export function corednsImage(region: string): string {
  return `602401143452.dkr.ecr.${region}.amazonaws.com/eks/coredns:${VERSION}`;
}

/**
 * Upstream's Corefile for Kubernetes, which EKS uses too, but for the server of other names: nodes have no resolv.conf here, so
 * it is the address at which each VPC has a resolver. Nothing answers there.
 */
const COREFILE = `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . 169.254.169.253
    cache 30
    loop
    reload
    loadbalance
}
`;

/**
 * CoreDNS as a new EKS cluster has it, not as an add-on of EKS: two replicas behind the Service `kube-dns`.
 *
 * @param serviceCidr the range of Services, whose tenth address the kubelets tell to pods
 */
export function corednsObjects(serviceCidr: string, region: string): readonly object[] {
  const metadata = { name: 'coredns', namespace: NAMESPACE, labels: LABELS };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    ...rights(),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: COREFILE } },
    deployment(corednsImage(region)),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
    },
    service(serviceCidr.replace(/\d+\/\d+$/, '10')),
  ];
}

function rights(): readonly object[] {
  const name = 'system:coredns';
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const verbs = ['list', 'watch'];
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
      ],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: NAMESPACE }],
    },
  ];
}

function deployment(image: string): object {
  const container = {
    name: 'coredns',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['-conf', '/etc/coredns/Corefile'],
    resources: { requests: { cpu: '100m', memory: '70Mi' }, limits: { memory: '170Mi' } },
    volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
    ports: [
      { name: 'dns', protocol: 'UDP', containerPort: 53 },
      { name: 'dns-tcp', protocol: 'TCP', containerPort: 53 },
      { name: 'metrics', protocol: 'TCP', containerPort: 9153 },
    ],
    readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
    livenessProbe: {
      httpGet: { path: '/health', port: 8080 },
      initialDelaySeconds: 60,
      timeoutSeconds: 5,
      failureThreshold: 5,
    },
  };
  const apart = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: LABELS } };
  const preferred = [{ weight: 100, podAffinityTerm: apart }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: NAMESPACE, labels: LABELS },
    spec: {
      replicas: 2,
      strategy: { rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: 'coredns',
          priorityClassName: 'system-cluster-critical',
          dnsPolicy: 'Default',
          affinity: {
            podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred },
          },
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
          containers: [container],
          volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
        },
      },
    },
  };
}

function service(clusterIP: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: NAMESPACE,
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      clusterIP,
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        { name: 'metrics', port: 9153, protocol: 'TCP' },
      ],
    },
  };
}
