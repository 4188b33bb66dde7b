import { policyGroup } from './access-entries.ts';

/** The user of the authenticator's client certificate. */
export const AUTHENTICATOR_USER = 'eks:authenticator';

const rbac = 'rbac.authorization.k8s.io/v1';
const group = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name });
const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });

/**
 * The objects that a new EKS cluster has beyond Kubernetes' defaults, as far as the rehearsal needs them, and
 * three stand-ins with the prefix `rehearsal:`.
 */
export function bootstrapObjects(): readonly object[] {
  return [
    role('eks:authenticator', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
    ]),
    {
      apiVersion: rbac,
      kind: 'RoleBinding',
      metadata: { name: 'eks:authenticator', namespace: 'kube-system' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'eks:authenticator' },
      subjects: [user(AUTHENTICATOR_USER)],
    },
    nodeBootstrapper(),
    binding('eks:node-bootstrapper', 'eks:node-bootstrapper', [
      group('system:bootstrappers'),
      group('system:nodes'),
    ]),
    // kube-proxy runs as a host process with the node's identity, not as a DaemonSet with its own.
    binding('rehearsal:kube-proxy', 'system:node-proxier', [group('system:nodes')]),
    // Access policies: RBAC's own roles come close to what EKS's authorizer grants.
    ...accessPolicy('AmazonEKSAdminPolicy', 'admin'),
    ...accessPolicy('AmazonEKSEditPolicy', 'edit'),
    ...accessPolicy('AmazonEKSViewPolicy', 'view'),
  ];
}

function nodeBootstrapper(): object {
  return {
    apiVersion: rbac,
    kind: 'ClusterRole',
    metadata: { name: 'eks:node-bootstrapper' },
    rules: [
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests/selfnodeserver'],
        verbs: ['create'],
      },
    ],
  };
}

function accessPolicy(policy: string, clusterRole: string): readonly object[] {
  return [binding(`rehearsal:${policy}`, clusterRole, [group(policyGroup(policy))])];
}

function role(name: string, rules: readonly object[]): object {
  return { apiVersion: rbac, kind: 'Role', metadata: { name, namespace: 'kube-system' }, rules };
}

function binding(name: string, clusterRole: string, subjects: readonly object[]): object {
  return {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects,
  };
}
