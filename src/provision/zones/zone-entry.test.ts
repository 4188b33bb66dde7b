import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeGroup, nameProblems, nodeGroupsField } from '../node-groups.ts';
import { LONGEST_NAME } from './zone-entry.ts';
import { zoneNotes } from './zone-notes.ts';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
const REGION = 'ap-northeast-2';
/** What the template takes as NodeGroupName. A label's value also ends with a letter or a digit. */
const NAME = /^[a-z0-9][a-z0-9-]{0,19}$/;

interface WrittenEntry {
  readonly name: string;
  readonly zone?: string;
  readonly zones?: readonly string[];
  readonly desired?: number;
  readonly max?: number;
}

const toGroups = (...entries: readonly WrittenEntry[]): readonly NodeGroup[] =>
  nodeGroupsField().parse(JSON.stringify(entries));

const zoneOf = (letter: string) => `${REGION}${letter}`;
const someZones = fc.shuffledSubarray(LETTERS.map(zoneOf), { minLength: 1, maxLength: 3 });
/** Few letters, so that names of groups and entries often meet. */
const names = fc.stringMatching(/^[abx]([abx-]{0,2}[abx])?$/);
const longNames = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,16}[a-z0-9])?$/);
const entries: fc.Arbitrary<WrittenEntry> = fc.oneof(
  fc.record({ name: names, zones: someZones }),
  fc.record({ name: names, zone: fc.constantFrom(...LETTERS.map(zoneOf)) }),
);

/** A group without what its entry says of other groups. */
const withoutOthers = ({ entry: { name }, ...group }: NodeGroup) => ({ ...group, entry: name });

describe('an entry with zones', () => {
  it('has one group in each zone, with a name that the template takes and none other has', () => {
    fc.assert(
      fc.property(longNames, someZones, fc.integer({ min: 1, max: 9 }), (name, zones, desired) => {
        const groups = toGroups({ name, zones, desired, max: 9 });
        expect(groups.map(({ zone }) => zone)).toEqual(zones);
        expect(new Set(groups.map((group) => group.name)).size).toBe(zones.length);
        for (const group of groups) {
          expect(group.name).toMatch(NAME);
          expect(group.name.length).toBeLessThanOrEqual(LONGEST_NAME);
          expect(group).toMatchObject({
            min: 1,
            desired,
            max: 9,
            entry: { index: 0, name, zones },
          });
        }
      }),
    );
  });

  it('leaves each group as it is when another zone comes or goes, or the order changes', () => {
    fc.assert(
      fc.property(longNames, someZones, someZones, (name, before, after) => {
        const [old, changed] = [before, after].map((zones) => toGroups({ name, zones }));
        for (const group of old ?? []) {
          const same = changed?.find(({ zone }) => zone === group.zone);
          expect(same === undefined).toBe(!after.includes(group.zone));
          if (same !== undefined) expect(withoutOthers(same)).toEqual(withoutOthers(group));
        }
      }),
    );
  });

  it('says in words that the numbers of nodes are those of each zone', () => {
    const groups = toGroups(
      { name: 'one', zone: zoneOf('a') },
      { name: 'both', zones: ['a', 'b'].map(zoneOf), desired: 2, max: 4 },
    );
    expect(zoneNotes(groups)).toEqual([
      'Node group both: 2 nodes (1 to 4) in each of ap-northeast-2a, ap-northeast-2b, so 4 in all.',
    ]);
  });
});

describe('the names of several entries', () => {
  it('are refused exactly when two entries, or two groups, would have one name', () => {
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 5 }), (written) => {
        const groups = toGroups(...written);
        const entryNames = written.map(({ name }) => name);
        const groupNames = groups.map(({ name }) => name);
        const differ = [entryNames, groupNames].every((all) => new Set(all).size === all.length);
        expect(nameProblems(groups).length === 0).toBe(differ);
      }),
      { numRuns: 500 },
    );
  });

  it('are named with the first entry that is wrong, each entry once', () => {
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 5 }), (written) => {
        const problems = nameProblems(toGroups(...written));
        const places = problems.map(({ allowed }) => Number(allowed.split('.')[0]));
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        for (const { value } of problems) expect(written.map(({ name }) => name)).toContain(value);
      }),
    );
  });
});
