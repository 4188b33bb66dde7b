import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { notAdmitted } from './connection.ts';

const cause = new ApiError(401, { message: 'Unauthorized' });
const words = (roleArn?: string) => notAdmitted({ cluster: 'lab', roleArn, cause }).message;

describe('notAdmitted', () => {
  it('names the role, the cluster and the commands that admit the role', () => {
    const role = 'arn:aws:iam::111122223333:role/ci/deployer';
    expect(words(role)).toContain(`does not let role ${role} in (401 Unauthorized)`);
    expect(words(role)).toContain(
      `aws eks create-access-entry --cluster-name lab --principal-arn ${role} &&`,
    );
    expect(words(role)).toMatch(/--policy-arn arn:aws:eks::aws:cluster-access-policy\/AmazonEKS/);
  });

  it('uses the partition of the role', () => {
    expect(words('arn:aws-cn:iam::111122223333:role/deployer')).toContain('arn:aws-cn:eks::aws:');
  });

  it('leaves a placeholder when the role is not known', () => {
    expect(words()).toContain('does not let the identity of this job in');
    expect(words()).toContain('--principal-arn ARN_OF_THE_ROLE');
  });
});
