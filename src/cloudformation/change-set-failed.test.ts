import { describe, expect, it } from 'vitest';
import { changeSetFailed } from './change-set.ts';
import type { StackApi } from './stack-api.ts';

const text = 'Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n';
const spec = { name: 'lab', template: { file: 'cfn/infra.yaml', text } } as Parameters<
  typeof changeSetFailed
>[1];
const changeSet = { id: 'id', outcome: 'failed', reason: 'A check failed.' } as Parameters<
  typeof changeSetFailed
>[2];

const explain = (changeSetProblems: StackApi['changeSetProblems']) =>
  changeSetFailed({ changeSetProblems }, spec, changeSet);

describe('a failed change set', () => {
  it('is explained by the problem that early validation found, with its line', async () => {
    const problem = { logicalId: 'Vpc', type: 'AWS::EC2::VPC', path: '/CidrBlock', reason: 'bad' };
    const { failure } = await explain(async () => [problem]);
    expect(failure).toMatchObject({
      resource: 'stack lab: Vpc (AWS::EC2::VPC)',
      reason: '/CidrBlock: bad',
      file: 'cfn/infra.yaml',
      line: 2,
    });
  });

  it('is explained by the hook that refused it', async () => {
    const problem = { logicalId: '', type: '', path: 'hook Our::Guard', reason: 'not tagged' };
    expect((await explain(async () => [problem])).failure).toMatchObject({
      resource: 'stack lab: change set',
      reason: 'hook Our::Guard: not tagged',
    });
  });

  it.each([
    ['early validation found nothing', async () => [], 'A check failed.'],
    [
      'the role may not read the problems',
      async () => 'not-allowed' as const,
      'A check failed. (the role may not call cloudformation:DescribeEvents, which gives the details)',
    ],
    [
      'reading the problems fails',
      () => Promise.reject(new Error('connection lost')),
      'A check failed. (the details could not be read: connection lost)',
    ],
  ])("keeps CloudFormation's reason when %s", async (_name, problems, reason) => {
    const { failure } = await explain(problems);
    expect(failure).toMatchObject({ resource: 'stack lab: change set', reason });
  });
});
