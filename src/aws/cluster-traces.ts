import {
  type CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { unlessMissing } from './aws-error.ts';

/** What EKS keeps of a cluster outside of any stack. */
export interface ClusterTraces {
  clusterExists(name: string): Promise<boolean>;
  /**
   * Deletes the log group of the control plane. EKS creates it, and creates it again when the control plane logs
   * something while the cluster is being deleted. False when there was none.
   */
  removeLogGroup(cluster: string): Promise<boolean>;
}

/** Asks EKS and CloudWatch Logs what a deleted cluster has left. */
export function clusterTraces(eks: EKSClient, logs: CloudWatchLogsClient): ClusterTraces {
  return {
    clusterExists: (name) => exists(eks.send(new DescribeClusterCommand({ name }))),
    removeLogGroup: (cluster) =>
      exists(logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/eks/${cluster}/cluster` }))),
  };
}

/** Awaits a call; false when the thing that it is about does not exist. */
async function exists(call: Promise<object>): Promise<boolean> {
  return (await unlessMissing(call)) !== undefined;
}

/** Pages can be empty although there are more. */
const MAX_PAGES = 20;

/**
 * The lines of a log group that contain a text, oldest first: those of the first page that has any, of up to 10,000
 * lines.
 *
 * @throws an Error named by AWS's error code, such as AccessDeniedException or ResourceNotFoundException.
 */
export async function logLines(
  client: CloudWatchLogsClient,
  logGroupName: string,
  containing: string,
): Promise<readonly string[]> {
  const query = { logGroupName, filterPattern: `"${containing}"` };
  let pages = 0;
  for await (const { events = [] } of paginateFilterLogEvents({ client }, query)) {
    pages += 1;
    if (events.length > 0) return events.map(({ message = '' }) => message);
    if (pages === MAX_PAGES) break;
  }
  return [];
}
