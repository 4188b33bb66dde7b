import { expect, it } from 'vitest';
import { wayBack } from './way-back.ts';

const labels = ['Preview'];
const draft = { open: true, merged: false, draft: true };

it.each([
  [{ open: false, merged: true, labels }, 'preview', /open a new pull request/],
  [{ open: false, merged: false, labels }, 'preview', /^reopen this pull request$/],
  [{ open: false, merged: false, labels: [] }, 'preview', /^reopen .*, with the label `preview`$/],
  [{ open: false, merged: false, labels: [] }, undefined, /^reopen this pull request$/],
  [{ open: true, merged: false, labels: [] }, 'preview', /^add the label `preview`$/],
  [{ open: true, merged: false, labels }, 'preview', /push a commit, or remove the label/],
  [{ open: true, merged: false, labels }, undefined, /push a commit, or close .* reopen/],
])('%o with label %s: %s', (pull, label, expected) => {
  expect(wayBack({ draft: false, ...pull }, { label, drafts: false }).text).toMatch(expected);
});

it.each([
  [labels, 'preview', /^mark this pull request as ready for review$/],
  [labels, undefined, /^mark this pull request as ready for review$/],
  [[], 'preview', /^mark .* ready for review, and add the label `preview`$/],
])('a draft with the labels %o, with label %s: %s', (has, label, expected) => {
  const pull = { ...draft, labels: has };
  expect(wayBack(pull, { label, drafts: false }).text).toMatch(expected);
  const { text } = wayBack(pull, { label, drafts: true });
  expect(text).toBe(wayBack({ ...pull, draft: false }, { label, drafts: false }).text);
});
