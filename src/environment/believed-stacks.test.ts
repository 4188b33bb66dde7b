import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believedStacks, type TaggedStack } from './believed-stacks.ts';

const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-cloudformation';
const stack = (name: string, roleArn: string | undefined, createdAt: number): TaggedStack => ({
  name,
  roleArn,
  createdAt,
  tags: {},
});
const infra = stack('lab', ROLE, 20);
const group = stack('lab-ng1', ROLE, 30);
const namesOf = (stacks: readonly TaggedStack[]) => stacks.map(({ name }) => name);

describe('tags of a foreign stack are not believed', () => {
  it.each([
    ['of another name', stack('evil', ROLE, 1)],
    ['without the role', stack('lab-evil', undefined, 1)],
    ['with another role', stack('lab-evil', `${ROLE}-of-others`, 1)],
  ])('%s, even when it is older', (_, foreign) => {
    expect(namesOf(believedStacks('lab', [foreign, group, infra], undefined))).toEqual([
      'lab',
      'lab-ng1',
    ]);
    expect(namesOf(believedStacks('lab', [foreign, group], ROLE))).toEqual(['lab-ng1']);
  });

  it('when the environment is on a base and nobody says the role', () => {
    const foreign = stack('lab-evil', undefined, 1);
    expect(namesOf(believedStacks('lab', [foreign, group], undefined))).toEqual(['lab-ng1']);
  });

  it('when no stack has the role that was given', () => {
    expect(believedStacks('lab', [stack('lab', undefined, 1)], ROLE)).toEqual([]);
  });
});

it('never lets a stack decide that lacks the role, whatever else exists', () => {
  const foreign = fc.record({
    name: fc.constantFrom('lab-a', 'lab-ng1-x', 'lab', 'other', 'la'),
    roleArn: fc.constantFrom(undefined, 'arn:aws:iam::123456789012:role/other'),
    createdAt: fc.integer({ min: 0, max: 100 }),
    tags: fc.constant({}),
  });
  fc.assert(
    fc.property(fc.array(foreign), fc.boolean(), (others, onBase) => {
      const ours = onBase ? [group] : [infra, group];
      // The name of an existing stack is taken.
      const possible = others.filter(({ name }) => !ours.some((one) => one.name === name));
      expect(believedStacks('lab', [...possible, ...ours], ROLE)).toEqual(ours);
    }),
  );
});
