import type { KubernetesObject } from '@kubernetes/client-node';

/**
 * What is in the manifests that AWS has published (aws/amazon-vpc-cni-k8s, config/multus): their names, labels, selector
 * and what differs from ours. Not their texts.
 */
export const PUBLISHED = {
  'thin v3.9.2-eksbuild.1': { memory: '50Mi', thick: false, image: 'v3.9.2-eksbuild.1' },
  'thick v4.0.2-eksbuild.1': { memory: '50Mi', thick: true, image: 'v4.0.2-eksbuild.1_thick' },
  'thick v4.1.4-eksbuild.3': { memory: '200Mi', thick: true, image: 'v4.1.4-eksbuild.3_thick' },
} as const;
export type Published = keyof typeof PUBLISHED;

const IN = { namespace: 'kube-system' };
const LABELS = { tier: 'node', app: 'multus', name: 'multus' };
const MULTUS = { name: 'multus' };

/** The objects of one of them. */
export function publishedMultus(version: Published): readonly KubernetesObject[] {
  const { thick } = PUBLISHED[version];
  return [definition(), ...access(), ...(thick ? [daemonConfig()] : []), daemonSet(version)];
}

function definition() {
  const texts = { kind: { type: 'string', description: 'a kind' }, metadata: { type: 'object' } };
  const spec = { type: 'object', properties: { config: { type: 'string' } } };
  const openAPIV3Schema = { type: 'object', properties: { ...texts, spec } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'network-attachment-definitions.k8s.cni.cncf.io' },
    spec: {
      group: 'k8s.cni.cncf.io',
      scope: 'Namespaced',
      names: {
        kind: 'NetworkAttachmentDefinition',
        plural: 'network-attachment-definitions',
        singular: 'network-attachment-definition',
        shortNames: ['net-attach-def'],
      },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

function access(): readonly KubernetesObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const all = { apiGroups: ['k8s.cni.cncf.io'], resources: ['*'], verbs: ['*'] };
  const pods = { apiGroups: [''], resources: ['pods', 'pods/status'], verbs: ['get', 'update'] };
  const role = { apiVersion, kind: 'ClusterRole', metadata: MULTUS, rules: [all, pods] };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', ...MULTUS };
  const subjects = [{ kind: 'ServiceAccount', ...MULTUS, ...IN }];
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata: MULTUS, roleRef, subjects };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...MULTUS, ...IN } };
  return [role, binding, account];
}

function daemonConfig() {
  const config = { confDir: '/host/etc/cni/net.d', logFile: '/var/log/multus.log' };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'multus-daemon-config', ...IN, labels: { tier: 'node', app: 'multus' } },
    data: { 'daemon-config.json': JSON.stringify(config) },
  };
}

function daemonSet(version: Published) {
  const { thick } = PUBLISHED[version];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-multus-ds', ...IN, labels: LABELS },
    spec: {
      selector: { matchLabels: MULTUS },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels: LABELS },
        spec: {
          hostNetwork: true,
          serviceAccountName: 'multus',
          terminationGracePeriodSeconds: 10,
          tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
          ...(thick ? { hostPID: true } : {}),
          ...(thick ? thickPod(version) : thinPod(version)),
        },
      },
    },
  };
}

const hostPath = (name: string, path: string) => ({ name, hostPath: { path } });
const VOLUMES = [hostPath('cni', '/etc/cni/net.d'), hostPath('cnibin', '/opt/cni/bin')];
const CNI = { name: 'cni', mountPath: '/host/etc/cni/net.d' };
const BIN = { name: 'cnibin', mountPath: '/host/opt/cni/bin' };

function container(version: Published) {
  const { memory, image } = PUBLISHED[version];
  const amount = { cpu: '100m', memory };
  return {
    image: `602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/multus-cni:${image}`,
    resources: { requests: amount, limits: amount },
    securityContext: { privileged: true },
  };
}

function thinPod(version: Published) {
  const args = ['--multus-conf-file=auto', '--cni-version=0.4.0'];
  const start = { name: 'kube-multus', command: ['/entrypoint.sh'], args };
  const main = { ...start, ...container(version), volumeMounts: [CNI, BIN] };
  return { containers: [main], volumes: VOLUMES };
}

function thickPod(version: Published) {
  const shim = 'multus-shim';
  const command = ['cp', `/usr/src/multus-cni/bin/${shim}`, `/host/opt/cni/bin/${shim}`];
  const log = { name: 'host-var-log', mountPath: '/var/log' };
  const config = { name: 'multus-daemon-config', mountPath: '/etc/cni/net.d/multus.d' };
  const main = { name: 'kube-multus', command: ['/usr/src/multus-cni/bin/multus-daemon'] };
  const install = { name: 'install-multus-binary', command, volumeMounts: [BIN] };
  const volume = { name: 'multus-daemon-config', configMap: { name: 'multus-daemon-config' } };
  return {
    containers: [{ ...main, ...container(version), volumeMounts: [CNI, config, log] }],
    initContainers: [{ ...container(version), ...install }],
    volumes: [...VOLUMES, volume, hostPath('host-var-log', '/var/log')],
  };
}
