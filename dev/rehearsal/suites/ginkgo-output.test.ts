import { expect, it } from 'vitest';
import { readGinkgoOutput, readGinkgoReport } from './ginkgo-output.ts';

const rule = '-'.repeat(30);
const place = 'example.com/addresses@v1.0.0/e2e/e2e_test.go';

it('reads the specs of Ginkgo 1 from what it prints', () => {
  const lines = [
    'Running Suite: addresses',
    'Will run 4 of 4 specs',
    '',
    'Addresses One pod ',
    '  gets an address',
    `  ${place}:100`,
    'STEP: creating a pod',
    '• [SLOW TEST:7.100 seconds]',
    'Addresses',
    `${place}:47`,
    '  gets an address',
    `  ${place}:100`,
    rule,
    'Addresses Many pods ',
    '  get addresses',
    `  ${place}:120`,
    '•',
    rule,
    'Addresses Many pods ',
    '  get different addresses',
    `  ${place}:140`,
    'STEP: creating pods',
    '',
    '• Failure in Spec Setup (BeforeEach) [11.000 seconds]',
    'Addresses',
    `${place}:47`,
    '  Many pods',
    `  ${place}:110`,
    '    get different addresses [BeforeEach]',
    `    ${place}:140`,
    '',
    '    Unexpected error:',
    '        context deadline exceeded',
    '    occurred',
    '',
    `    ${place}:142`,
    rule,
    'Addresses Other nodes ',
    '  get addresses',
    `  ${place}:160`,
    '',
    'S [SKIPPING] [0.001 seconds]',
    'Addresses',
    `${place}:47`,
    '  there is one node',
    '',
    `  ${place}:161`,
    rule,
    '',
    'Summarizing 1 Failure:',
    '',
    'Ran 4 of 4 Specs in 20.001 seconds',
    'FAIL! -- 2 Passed | 1 Failed | 0 Pending | 1 Skipped',
  ];
  expect(readGinkgoOutput(lines.slice(0, -1)).at(-1)).toEqual({
    name: 'all specs',
    outcome: 'failed',
    reason: 'read: 2 Passed | 1 Failed; the program says: no closing line',
  });
  expect(readGinkgoOutput(lines)).toEqual([
    { name: 'Addresses One pod gets an address', outcome: 'passed', reason: '' },
    { name: 'Addresses Many pods get addresses', outcome: 'passed', reason: '' },
    {
      name: 'Addresses Many pods get different addresses',
      outcome: 'failed',
      reason: 'Unexpected error: context deadline exceeded occurred',
    },
    {
      name: 'Addresses Other nodes get addresses',
      outcome: 'skipped',
      reason: 'there is one node',
    },
  ]);
});

it('reads the specs of Ginkgo 2 from its report, without those that nobody asked for', () => {
  const spec = (LeafNodeText: string, State: string, Message?: string, LeafNodeType = 'It') => ({
    ContainerHierarchyTexts: ['[sig-network]', 'DNS'],
    LeafNodeType,
    LeafNodeText,
    State,
    ...(Message === undefined ? {} : { Failure: { Message } }),
  });
  const SpecReports = [
    spec('resolves names', 'passed'),
    spec('resolves other names', 'timedout', 'after a minute'),
    spec('resolves IPv6', 'skipped', 'the cluster is IPv4'),
    spec('mounts volumes', 'skipped'),
    spec('one day', 'pending'),
    spec('', 'passed', undefined, 'SynchronizedBeforeSuite'),
    spec('', 'failed', 'no node is ready', 'SynchronizedAfterSuite'),
  ];
  expect(readGinkgoReport(JSON.stringify([{ SpecReports }, { SpecReports: null }]))).toEqual([
    { name: '[sig-network] DNS resolves names', outcome: 'passed', reason: '' },
    {
      name: '[sig-network] DNS resolves other names',
      outcome: 'failed',
      reason: 'timedout: after a minute',
    },
    {
      name: '[sig-network] DNS resolves IPv6',
      outcome: 'skipped',
      reason: 'the cluster is IPv4',
    },
    {
      name: '[sig-network] DNS SynchronizedAfterSuite',
      outcome: 'failed',
      reason: 'failed: no node is ready',
    },
  ]);
});
