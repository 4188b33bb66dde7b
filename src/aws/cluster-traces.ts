import { type Caller, signedCall } from './signed-call.ts';

/** What EKS keeps of a cluster outside of any stack. */
export interface ClusterTraces {
  clusterExists(name: string): Promise<boolean>;
  /**
   * Removes the group of the control plane's logs, which EKS creates, and creates again when it has
   * something to say while the cluster is being deleted. False when there was none.
   */
  removeLogGroup(cluster: string): Promise<boolean>;
}

/** EKS and CloudWatch Logs by their own APIs. */
export function clusterTraces(caller: Caller): ClusterTraces {
  return {
    clusterExists: (name) =>
      exists(caller, {
        service: 'eks',
        operation: 'EKS DescribeCluster',
        method: 'GET',
        path: `/clusters/${encodeURIComponent(name)}`,
      }),
    removeLogGroup: (cluster) =>
      exists(caller, {
        service: 'logs',
        operation: 'CloudWatchLogs DeleteLogGroup',
        method: 'POST',
        path: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'Logs_20140328.DeleteLogGroup',
        },
        body: JSON.stringify({ logGroupName: `/aws/eks/${cluster}/cluster` }),
      }),
  };
}

/** Makes a call; false when what it is about does not exist. */
async function exists(caller: Caller, request: Parameters<typeof signedCall>[1]): Promise<boolean> {
  try {
    await signedCall(caller, request);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}
