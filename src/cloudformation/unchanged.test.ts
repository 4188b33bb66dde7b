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

it('a stack with the same template, parameters and tags counts as unchanged, after one call', async () => {
  expect(await judge({})).toEqual({ same: true, calls: ['template lab'] });
  expect(await judge({ status: 'UPDATE_COMPLETE' })).toMatchObject({ same: true });
});

it.each<[string, Partial<Stack>]>([
  ['another parameter', { parameters: { Days: '8' } }],
  ['a missing parameter', { parameters: {} }],
  ['an additional parameter', { parameters: { Days: '7', Extra: '' } }],
  ['an additional tag', { tags: { ...spec.tags, run: '1', more: '' } }],
  ['a missing creation tag', { tags: spec.tags }],
  ['a parameter that is looked up elsewhere', { lookedUp: { ImageId: 'ami-1' } }],
  ['a failed update', { status: 'UPDATE_FAILED' }],
  ['a rolled-back update', { status: 'UPDATE_ROLLBACK_COMPLETE' }],
])('%s needs a change set, without a call', async (_, changes) => {
  expect(await judge(changes)).toEqual({ same: false, calls: [] });
});

it('another template needs a change set', async () => {
  expect(await judge({}, 'Resources: {}')).toMatchObject({ same: false });
});
