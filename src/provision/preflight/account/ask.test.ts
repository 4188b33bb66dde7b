import { expect, it } from 'vitest';
import { ask, isDenied } from './ask.ts';

const refusal = (name: string) => Object.assign(new Error('no'), { name });

it('gives the answer', async () => {
  expect(await ask('ec2:DescribeVpcs', async () => 3)).toEqual({ value: 3 });
});

it.each(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'ForbiddenException'])(
  'says that the role may not ask: %s',
  async (name) => {
    const answer = await ask('ec2:DescribeVpcs', () => Promise.reject(refusal(name)));
    expect(answer).toEqual({ unknown: 'the role may not ec2:DescribeVpcs' });
    expect(isDenied(answer)).toBe(true);
  },
);

it('says what else went wrong', async () => {
  const answer = await ask('iam:GetRole', () => Promise.reject(refusal('InvalidInput')));
  expect(answer).toEqual({ unknown: 'iam:GetRole: InvalidInput: no' });
  expect(isDenied(answer)).toBe(false);
});

it('does not wait for an endpoint that never answers', async () => {
  const answer = await ask('iam:GetRole', () => new Promise<never>(() => {}), 20);
  expect(answer).toEqual({ unknown: 'iam:GetRole: Error: no answer in 0.02 seconds' });
});
