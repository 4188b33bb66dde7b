import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { readSettings, type Settings } from '../../../cfn/attach-enis/settings.ts';
import { clientsOf, REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { eventSequence } from './event-sequence.ts';
import { tryInstance } from './instance-trial.ts';

/** Many instances on one EC2 API, each with its own sequence of events. */
export interface HookTrials {
  readonly sequences: number;
  readonly inService: number;
  readonly problems: readonly string[];
  /** Interfaces of the cluster that remain when every instance is gone. */
  readonly leaked: number;
}

interface Place {
  readonly subnetId: string;
  readonly settings: Settings;
}

/** Instances that are tried side by side. */
const BATCH = 25;

/** Runs the sequences 0 to `count` - 1 of the seed against the EC2 API at `endpoint`. */
export async function tryHook(endpoint: string, seed: number, count: number): Promise<HookTrials> {
  const { config } = clientsOf(endpoint).ec2;
  const { credentials, requestHandler } = config;
  const ours = { endpoint, region: REGION, credentials, requestHandler, maxAttempts: 1 };
  const ec2 = new EC2Client(ours);
  const place = await makePlace(ec2);
  const problems: string[] = [];
  let inService = 0;
  for (let first = 0; first < count; first += BATCH) {
    const ids = await launch(ec2, place, Math.min(BATCH, count - first));
    const trials = await Promise.all(
      ids.map((id, at) => tryInstance(id, eventSequence(seed, first + at), place.settings, ours)),
    );
    problems.push(...trials.flatMap((trial) => trial.problems));
    inService += trials.filter((trial) => trial.inService).length;
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }));
  }
  return { sequences: count, inService, problems, leaked: await countInterfaces(ec2, place) };
}

async function makePlace(ec2: EC2Client): Promise<Place> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const group = { VpcId: Vpc?.VpcId, GroupName: 'multus', Description: 'multus' };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
  const subnet = async (CidrBlock: string): Promise<string> => {
    const place = { VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone: `${REGION}a` };
    return (await ec2.send(new CreateSubnetCommand(place))).Subnet?.SubnetId ?? '';
  };
  const subnetId = await subnet('10.0.0.0/20');
  const multus = [await subnet('10.0.16.0/20'), await subnet('10.0.32.0/20')];
  const settings = readSettings({
    CLUSTER_NAME: 'eks-multus-trials',
    SUBNET_IDS: multus.join(','),
    SECURITY_GROUP_IDS: GroupId,
    PREFIXES_PER_INTERFACE: '2',
  });
  return { subnetId, settings };
}

async function launch(
  ec2: EC2Client,
  { subnetId }: Place,
  count: number,
): Promise<readonly string[]> {
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      InstanceType: 'm5.xlarge',
      SubnetId: subnetId,
      MinCount: count,
      MaxCount: count,
    }),
  );
  return Instances.map(({ InstanceId = '' }) => InstanceId);
}

async function countInterfaces(ec2: EC2Client, { settings }: Place): Promise<number> {
  const filter = { Name: 'tag:eks-multus-actions/cluster', Values: [settings.cluster] };
  const found = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [filter] }));
  return (found.NetworkInterfaces ?? []).length;
}
