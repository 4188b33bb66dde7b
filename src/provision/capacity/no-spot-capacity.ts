/**
 * What EC2 and Auto Scaling write when there is no spot capacity, or no more for this account: cortexlabs/cortex#1258,
 * aws/aws-parallelcluster#1944, buildkite/elastic-ci-stack-for-aws#851, aws-deepracer-community/deepracer-on-the-spot#55.
 */
const NO_CAPACITY =
  /InsufficientInstanceCapacity|UnfulfillableCapacity|MaxSpotInstanceCountExceeded|no Spot capacity|max spot instance count exceeded/i;

/** Whether a failed launch of a spot instance says that on-demand instances may be had where spot ones are not. Pure. */
export function saysNoSpotCapacity(message: string): boolean {
  return NO_CAPACITY.test(message);
}
