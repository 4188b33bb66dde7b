import { DescribeInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { type AwsCall, errorAnswer } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import { isOwnCall } from './sessions.ts';

/** When an instance was launched, in milliseconds; undefined when EC2 does not know it. */
export type LaunchedAt = (instanceId: string) => Promise<number | undefined>;

/**
 * Refuses to attach interfaces to an instance that EC2 has launched less than `pendingMs` ago, as EC2 does while the
 * instance is pending (ansible-collections/amazon.aws#497).
 */
export function pendingInstances(
  pendingMs: number,
  launchedAt: LaunchedAt,
  now: () => number = Date.now,
): Answer {
  return async (call) => {
    const instanceId = pendingMs > 0 && !isOwnCall(call) ? attachedTo(call) : undefined;
    const launched = instanceId === undefined ? undefined : await launchedAt(instanceId);
    if (launched === undefined || now() - launched >= pendingMs) return undefined;
    const message = `Instance '${instanceId}' is not 'running'.`;
    return errorAnswer('ec2', new ServiceError('IncorrectState', message));
  };
}

function attachedTo({ service, action, body }: AwsCall): string | undefined {
  if (service !== 'ec2' || action !== 'AttachNetworkInterface') return undefined;
  return new URLSearchParams(body.toString()).get('InstanceId') ?? undefined;
}

/** Asks EC2. */
export function launchTimes(ec2: EC2Client): LaunchedAt {
  return async (instanceId) => {
    const command = new DescribeInstancesCommand({ InstanceIds: [instanceId] });
    const { Reservations = [] } = await ec2.send(command);
    return Reservations[0]?.Instances?.[0]?.LaunchTime?.getTime();
  };
}
