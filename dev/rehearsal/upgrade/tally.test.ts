import { describe, expect, it } from 'vitest';
import { guardedFinding, type Tally, tallyTable, unguardedFinding } from './tally.ts';

const tally = (more: Partial<Tally> = {}): Tally => ({
  attached: 10,
  alone: 0,
  interrupted: 0,
  stuck: 0,
  longestMs: 2_000,
  leaked: 0,
  ...more,
});

describe('the tally of pods', () => {
  it('has a line for each disturbance and their sum', () => {
    const lines = tallyTable([
      ['kill', tally()],
      ['restart', tally({ alone: 1, longestMs: 9_400 })],
    ]).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[3]?.split(/ {2,}/)).toEqual(['all', '20', '1', '0', '0', '9 s', '0']);
  });

  it.each([
    ['each pod has its networks', tally(), true],
    ['a pod has none', tally({ alone: 1 }), false],
    ['a pod never ends', tally({ stuck: 1 }), false],
    ['an address is lost', tally({ leaked: 1 }), false],
    ['there are too few pods', tally({ attached: 9 }), false],
    ['a disturbance did not work', tally({ failure: 'no node to reboot' }), false],
    ['a pod ended with its node', tally({ interrupted: 1 }), true],
  ])('with the guard, %s', (_, one, ok) => {
    expect(guardedFinding([['kill', one]], 10).ok).toBe(ok);
  });

  it('without the guard must find a pod without its networks', () => {
    expect(unguardedFinding([['kill', tally({ alone: 1 })]]).ok).toBe(true);
    expect(unguardedFinding([['kill', tally()]]).ok).toBe(false);
  });
});
