import { expect, it } from 'vitest';
import { CloudError, InputError } from '../core/errors.ts';
import { shownFailureSchema, toShownFailure } from './shown-failure.ts';

const TOKEN = `ghs_${'a1'.repeat(20)}`;
const explained = new CloudError({
  resource: 'stack eks-multus-lab',
  reason: `it failed with ${TOKEN}`,
  nextStep: 'run the action again',
});

it.each([
  ['a failure of AWS', explained, 'AWS', 'stack eks-multus-lab', 'run the action again'],
  [
    'bad inputs',
    new InputError([{ input: 'label', value: TOKEN, allowed: 'the name of a label' }]),
    'Invalid input',
    'the inputs',
    'correct them, then run the job again',
  ],
  ['a bug', new Error(`no ${TOKEN}`), 'Bug', 'this pack', "report it, with the job's log"],
  ['a text', `no ${TOKEN}`, 'Bug', 'this pack', "report it, with the job's log"],
])('describes %s without credentials', (_, error, title, resource, nextStep) => {
  const shown = toShownFailure(error);
  expect(shown).toMatchObject({ title, resource, 'next-step': nextStep });
  expect(shown.reason).toContain('[removed]');
  expect(JSON.stringify(shown)).not.toContain(TOKEN);
  expect(shownFailureSchema.parse(JSON.parse(JSON.stringify(shown)))).toEqual(shown);
});
