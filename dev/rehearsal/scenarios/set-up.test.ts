import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { adapt } from '../../stand-ins/github/repositories.ts';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { SCENARIOS, scenarioName } from './scenario-names.ts';
import { adaptationOf, setUpOf } from './set-up.ts';

const example = (file: string) => readFileSync(join(CHECKOUT, 'examples', file), 'utf8');

it.each(Object.keys(SCENARIOS))('%s: the inputs of its previews are YAML', (name) => {
  const scenario = scenarioName(name) ?? 'preview';
  const { account, inputs, previewsBy = 'pull-request-preview.yml' } = adaptationOf(scenario);
  const { jobs } = parse(adapt(example(previewsBy), { account, inputs }));
  expect(jobs.preview.with).toMatchObject({ 'max-previews': 2, label: 'multus-preview' });
});

it('a repository whose drafts get no preview hears of drafts, and uses the outputs', () => {
  const { account, inputs, more, files = {} } = adaptationOf('preview-on-base');
  const file = 'tested-preview.yml';
  const { on, jobs } = parse(adapt(example(file), { account, inputs }) + more?.[file]);
  expect(on.pull_request.types).toEqual([
    'opened',
    'synchronize',
    'reopened',
    'labeled',
    'unlabeled',
    'ready_for_review',
    'converted_to_draft',
  ]);
  expect(Object.keys(jobs)).toEqual(['preview', 'application', 'outputs']);
  expect(jobs.preview.with).toMatchObject({ drafts: 'false', paths: 'deploy/**' });
  expect(Object.keys(files).sort()).toEqual([
    'deploy/Chart.yaml',
    'deploy/templates/deployment.yaml',
    'deploy/values.yaml',
  ]);
  expect(parse(files['deploy/values.yaml'] ?? '').image).toBe(BUSYBOX_IMAGE);
});

it('nothing fails, and nothing more is built, where no scenario asks for it', () => {
  for (const name of [undefined, 'preview'] as const) {
    const { failures, needs } = setUpOf(name);
    expect({ failures, needs }).toEqual({});
  }
});
