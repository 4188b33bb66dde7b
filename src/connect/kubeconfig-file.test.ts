import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { InputError } from '../core/errors.ts';
import { readConnectInputs } from './inputs.ts';
import { kubeconfigText, TOKEN_COMMAND } from './kubeconfig-file.ts';
import { connectOutputs } from './outputs.ts';

const PROGRAM = { command: '/node24/bin/node', script: '/pack/actions/connect/dist/index.js' };

const read = (given: Readonly<Record<string, string>>) =>
  readConnectInputs((name) => given[name] ?? '');

const environment = (change: object = {}) => JSON.stringify({ ...labEnvironment(), ...change });

it('names the cluster, the namespace and the program that gets tokens, and no secret', () => {
  const inputs = read({ environment: environment() });
  const config = parse(kubeconfigText(inputs, PROGRAM));
  const { cluster } = labEnvironment();
  expect(config.clusters).toEqual([
    {
      name: cluster.name,
      cluster: {
        server: cluster.endpoint,
        'certificate-authority-data': cluster.certificateAuthority,
      },
    },
  ]);
  expect(config.contexts[0].context).toEqual({
    cluster: cluster.name,
    user: cluster.name,
    namespace: 'default',
  });
  const { exec } = config.users[0].user;
  expect([exec.command, ...exec.args]).toEqual([PROGRAM.command, PROGRAM.script, TOKEN_COMMAND]);
  expect(Object.keys(config.users[0].user)).toEqual(['exec']);
});

it.each([
  [{}, '', 'default'],
  [{ name: 'pr-7', shared: { base: 'eks-multus-lab', namespace: 'pr-7' } }, '', 'pr-7'],
  [{ name: 'pr-7', shared: { base: 'eks-multus-lab', namespace: 'pr-7' } }, 'mine', 'mine'],
])('%j with namespace "%s" uses the namespace %s', (change, namespace, expected) => {
  const inputs = read({ environment: environment(change), namespace });
  const outputs = connectOutputs(inputs, '/tmp/kubeconfig');
  expect(outputs.namespace).toBe(expected);
  expect(outputs['node-selector']).toEqual({
    'eks-multus-actions/environment': inputs.environment.name,
  });
});

it.each([
  [{}, 'environment'],
  [{ environment: '{}' }, 'environment'],
  [{ environment: environment(), namespace: 'My Space' }, 'namespace'],
  [{ environment: environment(), 'role-to-assume': 'deployer' }, 'role-to-assume'],
])('%j is refused', (given, input) => {
  expect(() => read(given)).toThrow(InputError);
  expect(() => read(given)).toThrow(`Input "${input}"`);
});
