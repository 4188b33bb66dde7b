import { ClusterError } from '../github/errors.ts';
import { reasonOf } from './api-error.ts';

export interface Refused {
  /** The cluster's name. */
  readonly cluster: string;
  /** ARN of the IAM role that the job uses, when it is known. */
  readonly roleArn: string | undefined;
  /** How the API server refused. */
  readonly cause: unknown;
}

/** What to say when the API server does not know who asks: which role, which cluster, and how to admit it. Pure. */
export function notAdmitted({ cluster, roleArn, cause }: Refused): ClusterError {
  const who = roleArn === undefined ? 'the identity of this job' : `role ${roleArn}`;
  const entry = `--cluster-name ${cluster} --principal-arn ${roleArn ?? 'ARN_OF_THE_ROLE'}`;
  const partition = roleArn?.split(':')[1] ?? 'aws';
  const policy = `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;
  return new ClusterError({
    resource: `cluster ${cluster}`,
    reason: `the API server does not let ${who} in (${reasonOf(cause)})`,
    nextStep: [
      'give the role an access entry on the cluster (provision makes one for admin-role-arns):',
      `aws eks create-access-entry ${entry} &&`,
      `aws eks associate-access-policy ${entry} --access-scope type=cluster --policy-arn ${policy}`,
      '(and check that role-to-assume and the cluster are the ones that you mean)',
    ].join(' '),
    cause,
  });
}
