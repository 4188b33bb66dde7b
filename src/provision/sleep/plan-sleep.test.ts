import type { StackStatus } from '@aws-sdk/client-cloudformation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAsleep } from '../../environment/asleep.ts';
import { planSleep, type Sleeper, type Turn } from './plan-sleep.ts';

const SIZES = { MinSize: '1', DesiredSize: '2', MaxSize: '3' };
const turns = fc.constantFrom<Turn>('sleep', 'wake');
const statuses = fc.constantFrom<StackStatus>(
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_IN_PROGRESS',
  'UPDATE_FAILED',
  'ROLLBACK_COMPLETE',
  'DELETE_IN_PROGRESS',
  'DELETE_FAILED',
);
const sleeper = fc.record({
  name: fc.string(),
  status: statuses,
  ofThisPack: fc.boolean(),
  parameters: fc.record({ Asleep: fc.constantFrom('true', 'false') }).map((asleep) => ({
    ...SIZES,
    ...asleep,
  })),
});
const groups = fc.uniqueArray(sleeper, { selector: ({ name }) => name, maxLength: 6 });

/** What CloudFormation makes of a group that is changed. */
function turned(group: Sleeper, turn: Turn): Sleeper {
  const parameters = { ...group.parameters, Asleep: String(turn === 'sleep') };
  return { ...group, status: 'UPDATE_COMPLETE', parameters };
}

/** The groups after the first `count` changes of a plan. A run that is killed makes only some. */
function turnedBy(all: readonly Sleeper[], turn: Turn, count = Number.POSITIVE_INFINITY) {
  const done = planSleep(turn, all).change.slice(0, count);
  return all.map((group) => (done.includes(group) ? turned(group, turn) : group));
}

describe('a plan', () => {
  it('leaves nothing to change when it is done twice', () => {
    fc.assert(
      fc.property(groups, turns, (all, turn) => {
        expect(planSleep(turn, turnedBy(all, turn)).change).toEqual([]);
      }),
    );
  });

  it('is taken up where a run was killed, and ends the same', () => {
    fc.assert(
      fc.property(groups, turns, fc.nat(6), (all, turn, count) => {
        expect(turnedBy(turnedBy(all, turn, count), turn)).toEqual(turnedBy(all, turn));
      }),
    );
  });

  it('gives each group that slept the sizes that it had', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const awake = turnedBy(all, 'wake');
        expect(
          turnedBy(turnedBy(awake, 'sleep'), 'wake').map(({ parameters }) => parameters),
        ).toEqual(awake.map(({ parameters }) => parameters));
      }),
    );
  });

  it('changes a group, says why it stays, or finds it as it should be: one of these', () => {
    fc.assert(
      fc.property(groups, turns, (all, turn) => {
        const { change, stay } = planSleep(turn, all);
        for (const group of all) {
          const changes = change.includes(group);
          const stays = stay.some(({ name }) => name === group.name);
          expect(changes && stays).toBe(false);
          if (!changes && !stays) expect(isAsleep(group)).toBe(turn === 'sleep');
        }
      }),
    );
  });

  it('changes nothing that is being deleted, that never worked, or whose template is another one', () => {
    fc.assert(
      fc.property(groups, turns, (all, turn) => {
        for (const { status, ofThisPack } of planSleep(turn, all).change) {
          expect(ofThisPack).toBe(true);
          expect(status).toMatch(/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$|^UPDATE_IN_PROGRESS$/);
        }
      }),
    );
  });

  it('lets no base sleep under guests that are awake, and wakes it all the same', () => {
    fc.assert(
      fc.property(groups, fc.array(fc.string(), { minLength: 1 }), (all, guests) => {
        expect(planSleep('sleep', all, guests).change).toEqual([]);
        expect(planSleep('wake', all, guests)).toEqual(planSleep('wake', all));
      }),
    );
  });
});
