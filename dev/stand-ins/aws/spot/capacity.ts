import { DescribeLaunchTemplateVersionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { type AwsCall, errorAnswer } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { ServiceError } from '../gateway/query-protocol.ts';

/** Whether a launch template, in a version, asks for spot instances. */
export type AsksForSpot = (templateId: string, version: string) => Promise<boolean>;

/**
 * Refuses to launch spot instances when `capacity` of them have been launched, as EC2 does when it has no more
 * (aws/aws-parallelcluster#1944 has the words). On-demand instances are launched always.
 */
export function spotCapacity(capacity: number, asksForSpot: AsksForSpot): Answer {
  let left = capacity;
  return async (call) => {
    if (left === Number.POSITIVE_INFINITY || !(await isForSpot(call, asksForSpot))) {
      return undefined;
    }
    left -= 1;
    if (left >= 0) return undefined;
    const message = 'There is no Spot capacity available that matches your request.';
    return errorAnswer('ec2', new ServiceError('InsufficientInstanceCapacity', message, 500));
  };
}

async function isForSpot(
  { service, action, body }: AwsCall,
  asksForSpot: AsksForSpot,
): Promise<boolean> {
  if (service !== 'ec2' || action !== 'RunInstances') return false;
  const params = new URLSearchParams(body.toString());
  if (params.get('InstanceMarketOptions.MarketType') === 'spot') return true;
  const template = params.get('LaunchTemplate.LaunchTemplateId');
  if (template === null) return false;
  return asksForSpot(template, params.get('LaunchTemplate.Version') ?? '$Default');
}

/** Asks EC2. */
export function templateAsksForSpot(ec2: EC2Client): AsksForSpot {
  return async (LaunchTemplateId, version) => {
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
    );
    const [found] = LaunchTemplateVersions;
    return found?.LaunchTemplateData?.InstanceMarketOptions?.MarketType === 'spot';
  };
}
