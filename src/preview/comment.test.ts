import { expect, it } from 'vitest';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { commentMarkdown } from './comment.ts';

const facts = {
  environment: 'pr-7',
  state: 'ready',
  runUrl: 'https://github.test/run',
  exists: true,
};

it('a preview on a shared cluster says whose cluster it is, and which namespace it has', () => {
  const shared = { base: 'eks-multus-cluster', namespace: 'pr-7' };
  const described = { ...labEnvironment(), name: 'pr-7', shared };
  const text = commentMarkdown({ ...facts, described });
  expect(text).toContain('shared: it belongs to eks-multus-cluster |');
  expect(text).toContain('| Namespace | `pr-7` |');
});

it('a preview with its own cluster mentions neither', () => {
  const text = commentMarkdown({ ...facts, described: labEnvironment() });
  expect(text).not.toMatch(/shared|Namespace/);
});
