import { parse } from 'junit2json';
import { expect, it } from 'vitest';
import { faultyReport, HOSTILE, hostileReport } from '../testing/reported-clusters.ts';
import { junitXml } from './junit.ts';

async function parsed(text: string) {
  const root = await parse(text);
  if (root === undefined || root === null || !('testsuite' in root)) throw new Error('no suites');
  return root;
}

it('is read by a JUnit parser, with the same counts', async () => {
  const report = faultyReport();
  const root = await parsed(junitXml(report));
  const { passed, failed, skipped } = report.counts;
  expect(root).toMatchObject({ tests: passed + failed + skipped, failures: failed, errors: 0 });
  const suites = root.testsuite ?? [];
  const cases = suites.flatMap((suite) => ('testcase' in suite ? (suite.testcase ?? []) : []));
  expect(cases).toHaveLength(passed + failed + skipped);
  expect(cases.filter((one) => one.failure !== undefined)).toHaveLength(failed);
  expect(cases.filter((one) => one.skipped !== undefined)).toHaveLength(skipped);
  expect(suites.map(({ name }) => name)).toContain('reachability');
});

it('gives for a failure the observation, the cause and the next step', async () => {
  const report = faultyReport();
  const root = await parsed(junitXml(report));
  const failed = report.checks.find(({ outcome }) => outcome === 'failed');
  const cases = (root.testsuite ?? []).flatMap((suite) => suite.testcase ?? []);
  const [failure] = cases.find(({ name }) => name === failed?.subject && true)?.failure ?? [];
  expect(failure).toMatchObject({ message: failed?.detail, type: failed?.cause });
  expect(failure?.inner).toContain(failed?.explanation);
  expect(failure?.inner).toContain(`To do: ${failed?.nextStep}`);
});

it('is valid XML for any names and texts', async () => {
  const root = await parsed(junitXml(hostileReport()));
  const cases = (root.testsuite ?? []).flatMap((suite) => suite.testcase ?? []);
  const seen = HOSTILE.replace('\u0000', '');
  expect(cases.some(({ name }) => name?.includes(seen))).toBe(true);
});
