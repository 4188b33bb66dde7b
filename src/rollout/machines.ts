import { type EC2Client, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { listNetworkInterfaces, type NetworkInterface } from '../aws/network-interfaces.ts';

/** An EC2 instance, as far as it tells how up to date a node is. */
export interface Machine {
  readonly id: string;
  readonly imageId: string | undefined;
  readonly instanceType: string | undefined;
  /** In milliseconds since 1970. */
  readonly launchedAt: number | undefined;
}

/** What a rollout asks EC2. Every call throws an Error named by AWS's error code. */
export interface Machines {
  /** The instances of an Auto Scaling group. */
  describe(group: string): Promise<readonly Machine[]>;
  /** The interfaces that the launch hook has made for the nodes of a cluster, also those without an instance. */
  interfacesOf(cluster: string): Promise<readonly NetworkInterface[]>;
}

/** The tag of the interfaces that the launch hook makes: `cfn/attach-enis`. */
const CLUSTER_TAG = 'eks-multus-actions/cluster';

/** Auto Scaling sets it: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html */
const GROUP_TAG = 'aws:autoscaling:groupName';

/** Asks EC2 about the instances of Auto Scaling groups. */
export function machinesOf(client: EC2Client): Machines {
  return {
    async describe(group) {
      const Filters = [{ Name: `tag:${GROUP_TAG}`, Values: [group] }];
      const pages = paginateDescribeInstances({ client }, { Filters });
      const found = await Array.fromAsync(pages, ({ Reservations = [] }) => Reservations);
      return found
        .flat()
        .flatMap(({ Instances = [] }) => Instances)
        .map(({ ImageId, InstanceId = '', InstanceType, LaunchTime }) => ({
          id: InstanceId,
          imageId: ImageId,
          instanceType: InstanceType,
          launchedAt: LaunchTime?.getTime(),
        }));
    },
    interfacesOf: (cluster) => listNetworkInterfaces(client, { [`tag:${CLUSTER_TAG}`]: cluster }),
  };
}
