import { expect, it } from 'vitest';
import { checkovProblems, type Report } from './findings.ts';

const result = (check_id: string, file: string) => ({
  check_id,
  check_name: `name of ${check_id}`,
  file_path: `/${file}`,
  resource: 'Pod.default.x',
});
const report: Report = {
  results: {
    passed_checks: [result('A', 'cfn/infra.yaml')],
    failed_checks: [result('B', 'manifests/a.yaml'), result('C', 'manifests/b.yaml')],
    skipped_checks: [],
  },
};
const allow = (checks: readonly string[], ...files: readonly string[]) => ({
  checks,
  files,
  reason: 'why',
});

it('finds nothing when each failure is an exception', () => {
  const exceptions = [allow(['B'], 'a.yaml'), allow(['C'], 'b.yaml')];
  expect(checkovProblems([report, {}], exceptions, ['cfn/infra.yaml', 'a.yaml'])).toEqual([]);
});

it('names failures, exceptions that nothing needs, and files without a result', () => {
  const exceptions = [allow(['B', 'A'], 'a.yaml'), allow(['C'], 'a.yaml')];
  expect(checkovProblems([report], exceptions, ['provision.yml'])).toEqual([
    'C (name of C): /manifests/b.yaml Pod.default.x',
    'a.yaml passes A: remove the exception',
    'a.yaml passes C: remove the exception',
    'checkov did not look at provision.yml',
  ]);
});
