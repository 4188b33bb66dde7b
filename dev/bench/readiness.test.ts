import { expect, it } from 'vitest';
import type { Operation } from './observed-stacks.ts';
import { partsAfterActive } from './readiness.ts';

const event = (logicalId: string, status: string, second: number) => ({
  id: `${logicalId}-${status}-${second}`,
  time: new Date(second * 1000),
  logicalId,
  type: 'any',
  status: status as 'CREATE_COMPLETE',
  reason: undefined,
  ofStack: false,
});

function created(
  stackName: string,
  [began, ended]: readonly [number, number],
  resources: Operation['resources'],
): Operation {
  const status = 'CREATE_COMPLETE';
  const [beganAt, endedAt] = [began * 1000, ended * 1000];
  return { stackName, status, beganAt, endedAt, knownAt: endedAt, resources };
}

const infra = created('lab', [0, 640], [event('Cluster', 'CREATE_COMPLETE', 600)]);
const group = (name: string, end: number) =>
  created(
    name,
    [650, end],
    [
      event('AutoScalingGroup', 'CREATE_IN_PROGRESS', 742),
      event('AutoScalingGroup', 'CREATE_IN_PROGRESS', 740),
    ],
  );

it('names the parts in order, for the slowest node group', () => {
  const parts = partsAfterActive([infra, group('lab-a', 770), group('lab-b', 780)], 'lab');
  expect(parts.map(({ seconds }) => seconds)).toEqual([40, 10, 90, 40, 30]);
});

it('adds no time for nodes that are Ready before their stack', () => {
  const parts = partsAfterActive([infra, group('lab-a', 900)], 'lab');
  expect(parts.at(-1)?.seconds).toBe(0);
});

it('fails when there was no cluster or no node group', () => {
  expect(() => partsAfterActive([infra], 'lab')).toThrow('a stack was not created');
  const empty = { ...infra, resources: [] };
  expect(() => partsAfterActive([empty, group('lab-a', 770)], 'lab')).toThrow(
    'no CREATE_COMPLETE of Cluster in stack lab',
  );
});
