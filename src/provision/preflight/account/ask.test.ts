import { expect, it } from 'vitest';
import { ask } from './ask.ts';

const refusal = (name: string) => Object.assign(new Error('no'), { name });

it('gives the answer', async () => {
  expect(await ask('ec2:DescribeVpcs', async () => 3)).toEqual({ value: 3 });
});

it.each(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'ForbiddenException'])(
  'says that the role may not ask: %s',
  async (name) => {
    const answer = await ask('ec2:DescribeVpcs', () => Promise.reject(refusal(name)));
    expect(answer).toEqual({ unknown: 'the role may not ec2:DescribeVpcs', denied: true });
  },
);

it('says what else went wrong', async () => {
  const answer = await ask('iam:GetRole', () => Promise.reject(refusal('InvalidInput')));
  expect(answer).toEqual({ unknown: 'iam:GetRole: InvalidInput: no' });
});

it('names the call that failed when a question takes several', async () => {
  const refused = Object.assign(refusal('UnauthorizedOperation'), {
    operation: 'EC2 DescribeSubnets',
  });
  const answer = await ask('ec2:DescribeNatGateways', () => Promise.reject(refused));
  expect(answer).toEqual({ unknown: 'the role may not ec2:DescribeSubnets', denied: true });
});

it('does not wait for an endpoint that never answers', async () => {
  const answer = await ask('iam:GetRole', () => new Promise<never>(() => {}), 20);
  expect(answer).toEqual({ unknown: 'iam:GetRole: Error: no answer in 0.02 seconds' });
});
