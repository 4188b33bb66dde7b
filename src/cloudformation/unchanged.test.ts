import { expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { FakeStacks } from '../../dev/testing/fakes/fake-stacks.ts';
import { logStack } from '../../dev/testing/fakes/stack-in-status.ts';
import { isAsSpecified } from './change-set.ts';
import type { Stack } from './stack-api.ts';

const spec = {
  ...logStack('lab', 7),
  parameters: { Days: '7' },
  creationTags: { run: '2' },
};

async function judge(changes: Partial<Stack>, template = spec.template.text) {
  const api = new FakeStacks(fakeClock());
  const tags = { ...spec.tags, run: '1' };
  const stack = Object.assign(api.put('lab', 'CREATE_COMPLETE', { tags }), {
    parameters: spec.parameters,
    template,
    ...changes,
  });
  return { same: await isAsSpecified({ api }, spec, stack), calls: api.calls };
}

it('a stack with the same template, parameters and tags is taken for unchanged, by one call', async () => {
  expect(await judge({})).toEqual({ same: true, calls: ['template lab'] });
  expect(await judge({ status: 'UPDATE_COMPLETE' })).toMatchObject({ same: true });
});

it.each<[string, Partial<Stack>]>([
  ['another parameter', { parameters: { Days: '8' } }],
  ['a parameter less', { parameters: {} }],
  ['a parameter more', { parameters: { Days: '7', Extra: '' } }],
  ['a tag more', { tags: { ...spec.tags, run: '1', more: '' } }],
  ['a tag of its creation less', { tags: spec.tags }],
  ['a value that is looked up elsewhere', { looksUpParameters: true }],
  ['an update that failed', { status: 'UPDATE_FAILED' }],
  ['an update that was rolled back', { status: 'UPDATE_ROLLBACK_COMPLETE' }],
])('%s needs a change set, and no call to know that', async (_, changes) => {
  expect(await judge(changes)).toEqual({ same: false, calls: [] });
});

it('another template needs a change set', async () => {
  expect(await judge({}, 'Resources: {}')).toMatchObject({ same: false });
});
