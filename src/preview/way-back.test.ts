import { expect, it } from 'vitest';
import { wayBack } from './way-back.ts';

const labels = ['Preview'];
it.each([
  [{ open: false, merged: true, labels }, 'preview', /open a new pull request/],
  [{ open: false, merged: false, labels }, 'preview', /^reopen this pull request$/],
  [{ open: false, merged: false, labels: [] }, 'preview', /^reopen .*, with the label `preview`$/],
  [{ open: false, merged: false, labels: [] }, undefined, /^reopen this pull request$/],
  [{ open: true, merged: false, labels: [] }, 'preview', /^add the label `preview`$/],
  [{ open: true, merged: false, labels }, 'preview', /push a commit, or remove the label/],
  [{ open: true, merged: false, labels }, undefined, /push a commit, or close .* reopen/],
])('%o with label %s: %s', (pull, label, expected) => {
  expect(wayBack(pull, label).text).toMatch(expected);
});
