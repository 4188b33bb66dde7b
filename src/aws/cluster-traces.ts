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

/** Pages can be empty although there are more. */
const MOST_PAGES = 20;

/**
 * What a log group has that contains a text, oldest first: the first page that has any, of up to 10,000 lines.
 *
 * @throws an Error named by AWS's error code, such as AccessDeniedException or ResourceNotFoundException.
 */
export async function logLines(
  caller: Caller,
  group: string,
  containing: string,
): Promise<readonly string[]> {
  const question = { logGroupName: group, filterPattern: `"${containing}"` };
  let nextToken: unknown;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await filterEvents(caller, { ...question, nextToken });
    const lines = eventsOf(answer).map((event) => String(fieldOf(event, 'message')));
    nextToken = fieldOf(answer, 'nextToken') ?? undefined;
    if (lines.length > 0 || nextToken === undefined) return lines;
  }
  return [];
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
async function filterEvents(caller: Caller, question: object): Promise<unknown> {
  const text = await signedCall(caller, {
    service: 'logs',
    operation: 'CloudWatchLogs FilterLogEvents',
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.FilterLogEvents',
    },
    body: JSON.stringify(question),
  });
  return JSON.parse(text);
}

function eventsOf(answer: unknown): readonly unknown[] {
  const events = fieldOf(answer, 'events');
  return Array.isArray(events) ? events : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
