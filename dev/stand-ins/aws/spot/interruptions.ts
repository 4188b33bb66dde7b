import {
  DescribeInstancesCommand,
  type EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { After } from '../autoscaling/lifecycle.ts';
import type { Emit } from '../events/events.ts';

/** What the metadata service says of an instance that EC2 takes back. */
export interface InterruptionNotice {
  readonly action: 'terminate';
  /** About when, in ISO 8601 and UTC. */
  readonly time: string;
}

/** EC2 takes spot instances back. */
export interface SpotInterruptions {
  /**
   * Gives notice, by an event and by the instance's metadata, and ends the instance two minutes later.
   *
   * @throws Error for an instance that is not a spot instance.
   */
  interrupt(instanceId: string): Promise<void>;
  /** The notice of an instance; undefined while it has none. */
  noticeOf(instanceId: string): InterruptionNotice | undefined;
}

export interface SpotOptions {
  readonly ec2: EC2Client;
  readonly emit: Emit;
  readonly after: After;
  readonly problem: (what: string, error: unknown) => void;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
const NOTICE_SECONDS = 120;

/** Leaves out rebalance recommendations, hibernation and stopping, and that EC2 may give no notice at all. */
export function createSpotInterruptions({ ec2, emit, after, problem }: SpotOptions) {
  const notices = new Map<string, InterruptionNotice>();
  const interruptions: SpotInterruptions = {
    async interrupt(instanceId) {
      const query = new DescribeInstancesCommand({ InstanceIds: [instanceId] });
      const instance = (await ec2.send(query)).Reservations?.[0]?.Instances?.[0];
      if (instance?.InstanceLifecycle !== 'spot')
        throw new Error(`${instanceId} is no spot instance`);
      const end = new Date(Date.now() + NOTICE_SECONDS * 1000);
      const time = end.toISOString().replace(/\.\d+Z$/, 'Z');
      notices.set(instanceId, { action: 'terminate', time });
      emit({
        source: 'aws.ec2',
        'detail-type': 'EC2 Spot Instance Interruption Warning',
        // With the zone, where ARNs of EC2 have the region.
        resources: [`arn:aws:ec2:${instance.Placement?.AvailabilityZone}:instance/${instanceId}`],
        detail: { 'instance-id': instanceId, 'instance-action': 'terminate' },
      });
      after(NOTICE_SECONDS, () => {
        ec2
          .send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }))
          .catch((error) => problem(`interrupt ${instanceId}`, error));
      });
    },
    noticeOf: (instanceId) => notices.get(instanceId),
  };
  return interruptions;
}
