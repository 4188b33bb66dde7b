import { parseXML } from '@aws-sdk/xml-builder';
import { type Caller, elementOf, signedCall, textOf, type XmlElement } from './signed-call.ts';

/** An instance as its Auto Scaling group sees it. */
export interface GroupInstance {
  readonly id: string;
  readonly group: string;
  /** `Pending:Wait` is in the launch hook, `InService` is in use; `Terminating…` goes. */
  readonly lifecycleState: string;
}

const VERSION = '2011-01-01';
const MOST_GROUPS = 100;

/**
 * The instances of Auto Scaling groups. Needs the permission autoscaling:DescribeAutoScalingGroups.
 *
 * @throws an Error named by AWS's error code (`AccessDenied`, …).
 */
export async function listGroupInstances(
  caller: Caller,
  groups: readonly string[],
): Promise<readonly GroupInstance[]> {
  // Without a name, the call means all groups of the account.
  if (groups.length === 0) return [];
  const asked = groups.slice(0, MOST_GROUPS);
  const rest = groups.slice(MOST_GROUPS);
  const names = asked.map((name, index) => [`AutoScalingGroupNames.member.${index + 1}`, name]);
  const text = await signedCall(caller, {
    service: 'autoscaling',
    operation: 'AutoScaling DescribeAutoScalingGroups',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...{ Action: 'DescribeAutoScalingGroups', Version: VERSION, MaxRecords: `${MOST_GROUPS}` },
      ...Object.fromEntries(names),
    }).toString(),
  });
  const [root] = Object.values(parseXML(text) as XmlElement);
  const result = elementOf(elementOf(root)['DescribeAutoScalingGroupsResult']);
  const found = membersOf(result, 'AutoScalingGroups').flatMap(instancesOf);
  return [...found, ...(await listGroupInstances(caller, rest))];
}

function instancesOf(group: XmlElement): readonly GroupInstance[] {
  return membersOf(group, 'Instances').map((instance) => ({
    id: textOf(instance, 'InstanceId'),
    group: textOf(group, 'AutoScalingGroupName'),
    lifecycleState: textOf(instance, 'LifecycleState'),
  }));
}

function membersOf(element: XmlElement, list: string): readonly XmlElement[] {
  const member = elementOf(element[list])['member'];
  if (member === undefined) return [];
  return (Array.isArray(member) ? member : [member]).map(elementOf);
}
