import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { type ProvisionInputs, readProvisionInputs } from '../inputs.ts';
import { workingStack } from '../preflight/testing/good-account.ts';
import { givenUpZones, stayText } from './given-up-zones.ts';

const LAB = 'eks-multus-cluster';
const SEOUL = ['a', 'b', 'c'];
const zones = (letters: readonly string[]) =>
  `[${letters.map((letter) => `ap-northeast-2${letter}`).join()}]`;

function inputsOf(groups: string, changes: Readonly<Record<string, string>> = {}): ProvisionInputs {
  const given: Record<string, string> = {
    ...LAB_INPUTS,
    'availability-zones': SEOUL.map((letter) => `ap-northeast-2${letter}`).join(),
    'node-groups': groups,
    ...changes,
  };
  return readProvisionInputs((name) => given[name] ?? '');
}

/** A stack of an entry with zones, as a deploy has made it. */
function groupStack(entry: string, letter: string, more: Parameters<typeof workingStack>[1] = {}) {
  const parameters = { NodeGroupName: `${entry}-${letter}`, NodeGroupEntry: entry };
  return workingStack(`${LAB}-${entry}-${letter}`, { parameters, ...more });
}

const both = [groupStack('ng1', 'a'), groupStack('ng1', 'b')];
const removed = (inputs: ProvisionInputs, stacks = both) =>
  givenUpZones(inputs, [workingStack(LAB), ...stacks]).remove.map(({ name }) => name);

describe('a deploy removes', () => {
  it('exactly the groups of an entry whose zones it no longer lists', () => {
    const someLetters = fc.subarray(SEOUL, { minLength: 1 });
    fc.assert(
      fc.property(someLetters, someLetters, (before, after) => {
        const stacks = before.map((letter) => groupStack('ng1', letter));
        const inputs = inputsOf(`[{ name: ng1, zones: ${zones(after)}, desired: 1, max: 1 }]`);
        const gone = before.filter((letter) => !after.includes(letter));
        expect(removed(inputs, stacks)).toEqual(gone.map((letter) => `${LAB}-ng1-${letter}`));
      }),
    );
  });

  it.each([
    ['of an entry that is gone', '[{ name: other, zone: ap-northeast-2a }]'],
    ['of an entry that has one group now', '[{ name: ng1, zone: ap-northeast-2a }]'],
    ['that are all listed', `[{ name: ng1, zones: ${zones(['a', 'b'])} }]`],
  ])('no groups %s', (_, groups) => {
    expect(removed(inputsOf(groups))).toEqual([]);
  });

  it('no groups of others: another entry, another environment, another role, none at all', () => {
    const inputs = inputsOf(`[{ name: ng1, zones: ${zones(['a'])} }]`);
    const tags = { 'eks-multus:environment': 'eks-multus-cluster-two' };
    const others = [
      groupStack('ng2', 'b'),
      groupStack('ng1', 'b', { tags }),
      groupStack('ng1', 'b', { roleArn: 'arn:aws:iam::123456789012:role/somebody' }),
      workingStack(`${LAB}-ng1-b`),
      workingStack(`${LAB}-ng1-b`, { parameters: { NodeGroupEntry: '' } }),
    ];
    for (const other of others) expect(removed(inputs, [other])).toEqual([]);
  });
});

describe('a group stays', () => {
  const onlyA = `[{ name: ng1, zones: ${zones(['a'])} }]`;

  it('with rollout never', () => {
    const { remove, stay } = givenUpZones(inputsOf(onlyA, { rollout: 'never' }), both);
    expect(remove).toEqual([]);
    expect(stay.map(stayText)).toEqual([
      `${LAB}-ng1-b stays, although ng1 no longer lists its zone: rollout is never.`,
    ]);
  });

  it('while its termination protection is on, and is told how to take that away', () => {
    const stack = groupStack('ng1', 'b', { terminationProtection: true });
    const { remove, stay } = givenUpZones(inputsOf(onlyA), [stack]);
    expect(remove).toEqual([]);
    expect(stay.map(stayText).join()).toContain(
      `--no-enable-termination-protection --stack-name ${LAB}-ng1-b`,
    );
  });
});
