import type { NetworkInterface, SecurityGroup } from '../../../src/aws/network-interfaces.ts';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import type { CleanUp } from '../../../src/provision/session.ts';

/** Everything in an account that is in no stack, in memory. */
export function fakeCleanUp() {
  const state = {
    /** The VPC of every stack; undefined for a stack without one. */
    vpcId: undefined as string | undefined,
    /** The security group of every node group's stack. */
    nodeGroupId: undefined as string | undefined,
    interfaces: [] as NetworkInterface[],
    groups: [] as SecurityGroup[],
    /** Ids of reservations by subnet. */
    reservations: new Map<string, readonly string[]>(),
    tagged: [] as string[],
    clusters: new Set<string>(),
    logGroups: new Set<string>(),
    plannedTags: undefined as Readonly<Record<string, string>> | undefined,
    calls: [] as string[],
    /** Called after each removal. */
    onRemoved: () => {},
    kubernetes: undefined as KubernetesApi | undefined,
  };
  const cleanUp: CleanUp = {
    physicalId: async (_, logicalId) => (logicalId === 'Vpc' ? state.vpcId : state.nodeGroupId),
    plannedTags: async () => state.plannedTags,
    ec2: {
      interfacesIn: async () => [...state.interfaces],
      securityGroupsIn: async () => [...state.groups],
      tagged: async () => [...state.tagged],
      reservationsOf: async (subnetId) => state.reservations.get(subnetId) ?? [],
      async removeReservation(id) {
        state.calls.push(`remove ${id}`);
        for (const [subnetId, ids] of state.reservations) {
          state.reservations.set(
            subnetId,
            ids.filter((one) => one !== id),
          );
        }
      },
      async removeInterface(id) {
        state.calls.push(`remove ${id}`);
        state.interfaces = state.interfaces.filter((one) => one.id !== id);
        state.onRemoved();
      },
      async removeSecurityGroup(id) {
        state.calls.push(`remove ${id}`);
        state.groups = state.groups.filter((one) => one.id !== id);
        state.onRemoved();
      },
    },
    traces: {
      clusterExists: async (name) => state.clusters.has(name),
      removeLogGroup: async (cluster) => state.logGroups.delete(cluster),
    },
    kubernetes() {
      if (state.kubernetes === undefined) throw new Error('connect ECONNREFUSED');
      return state.kubernetes;
    },
  };
  return { cleanUp, state };
}
