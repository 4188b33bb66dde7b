import { expect, it } from 'vitest';
import type { Stack } from '../cloudformation/stack-api.ts';
import { creationTags, stackTags } from '../environment/tags.ts';
import { environmentsOf } from './tagged-environments.ts';

const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-cloudformation';
const NOW = Date.parse('2026-11-24T10:00:00Z');

function stack(name: string, tags: Readonly<Record<string, string | undefined>>): Stack {
  const known = Object.entries(tags).filter(([, value]) => value !== undefined);
  const createdAt = name.length;
  const given = { parameters: {}, tags: Object.fromEntries(known) };
  return { name, status: 'CREATE_COMPLETE', ...given, createdAt } as Partial<Stack> as Stack;
}

function tagged(
  environment: string,
  pullRequest: string | undefined,
  ttlHours: number | undefined,
) {
  const run = { id: '1', repository: 'acme/lab', pullRequest };
  return { ...stackTags(environment), ...creationTags(run, { ttlHours, now: NOW }) };
}

it('groups stacks by the tags that provision gives them', () => {
  const found = environmentsOf(
    [
      stack('eks-multus-pr-7-ng1', tagged('eks-multus-pr-7', '7', 2)),
      stack('eks-multus-pr-7', tagged('eks-multus-pr-7', '7', 1)),
      stack('eks-multus-lab', tagged('eks-multus-lab', undefined, undefined)),
      stack('somebody-elses', {}),
    ],
    undefined,
  );
  expect(found).toEqual([
    {
      name: 'eks-multus-lab',
      repository: 'acme/lab',
      repositoryId: undefined,
      pullRequest: undefined,
      expiresAt: undefined,
      stacks: [{ name: 'eks-multus-lab', status: 'CREATE_COMPLETE' }],
      asleep: false,
      foreign: [],
    },
    {
      name: 'eks-multus-pr-7',
      repository: 'acme/lab',
      repositoryId: undefined,
      pullRequest: 7,
      expiresAt: NOW + 3_600_000,
      stacks: [
        { name: 'eks-multus-pr-7', status: 'CREATE_COMPLETE' },
        { name: 'eks-multus-pr-7-ng1', status: 'CREATE_COMPLETE' },
      ],
      asleep: false,
      foreign: [],
    },
  ]);
});

it('does not let a foreign stack end an environment, or take it over', () => {
  const ours = { ...stack('pr-7', tagged('pr-7', '7', 10)), roleArn: ROLE };
  const tags = { ...tagged('pr-7', '8', -1), 'eks-multus:repository': 'evil/lab' };
  const foreign = [stack('pr-7-evil', tags), { ...stack('evil', tags), roleArn: ROLE }];
  for (const role of [undefined, ROLE]) {
    expect(environmentsOf([...foreign, ours], role)).toMatchObject([
      {
        name: 'pr-7',
        repository: 'acme/lab',
        pullRequest: 7,
        expiresAt: NOW + 36_000_000,
        foreign,
      },
    ]);
  }
});

it('sleeps when all of its node groups do, whatever its guards are', () => {
  const tags = tagged('pr-7', '7', 10);
  const group = (name: string, asleep: string) => ({
    ...stack(name, tags),
    parameters: { Asleep: asleep },
  });
  const own = [stack('pr-7', tags), stack('pr-7-ng1-Guard', tags)];
  const asleep = (...groups: Stack[]) => environmentsOf([...own, ...groups], undefined)[0]?.asleep;
  expect(asleep(group('pr-7-ng1', 'true'), group('pr-7-ng2', 'true'))).toBe(true);
  expect(asleep(group('pr-7-ng1', 'true'), group('pr-7-ng2', 'false'))).toBe(false);
  expect(asleep(group('pr-7-ng1', 'true'), stack('pr-7-ng2', tags))).toBe(false);
  expect(asleep()).toBe(false);
});
