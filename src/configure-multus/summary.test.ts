import { describe, expect, it } from 'vitest';
import { attachmentsOf } from '../../dev/testing/samples/attachments.ts';
import { FAILURE_OUTPUT } from '../github/shown-failure.ts';
import { type ConfigureResult, outputNames, toOutputs } from './outputs.ts';
import { toSummary } from './summary.ts';

const [attachment, other] = attachmentsOf([
  { name: 'ipvlan-conf-1', network: 1, ipam: 'host-local', range: '10.0.4.70-10.0.4.80' },
  { name: 'eni-prefix-1', network: 1 },
]);
const node = {
  name: 'n1',
  ready: true,
  reason: '',
  zone: 'a',
  address: '10.0.2.11',
  version: 'v1.34.4',
};
const all: ConfigureResult = {
  cluster: 'eks-multus-cluster',
  user: 'deployer',
  multus: { mode: 'thick', image: 'multus:1' },
  awsAuth: { changed: true, diff: [' - rolearn: a', '+- rolearn: b'] },
  rollout: { done: true, ready: 1, desired: 1, text: '' },
  nodes: [node, { ...node, name: 'n2', ready: false, reason: 'no | network' }],
  attachments: [attachment, other].filter((one) => one !== undefined),
};

describe('outputs', () => {
  it('are those that action.yml lists', () => {
    const outputs = toOutputs(all);
    expect([...Object.keys(outputs), FAILURE_OUTPUT]).toEqual([...outputNames]);
    expect(JSON.parse(JSON.stringify(outputs))).toEqual({
      networks: [
        {
          name: 'ipvlan-conf-1',
          namespace: 'default',
          network: 1,
          master: 'eth1',
          ipam: 'host-local',
          subnet: '10.0.4.0/24',
          range: '10.0.4.70-10.0.4.80',
        },
        {
          name: 'eni-prefix-1',
          namespace: 'default',
          network: 1,
          master: 'eth1',
          ipam: 'eni-prefix',
        },
      ],
      nodes: [
        { name: 'n1', zone: 'a', address: '10.0.2.11', version: 'v1.34.4', ready: true },
        { name: 'n2', zone: 'a', address: '10.0.2.11', version: 'v1.34.4', ready: false },
      ],
      'aws-auth-changed': 'true',
    });
  });

  it('are set after a failure, too', () => {
    expect(toOutputs({})).toEqual({ networks: [], nodes: [], 'aws-auth-changed': 'false' });
  });
});

describe('the summary', () => {
  it('shows nodes, Multus, networks and what changed in aws-auth', () => {
    const summary = toSummary(all);
    expect(summary).toContain('| n1 | Ready | a | 10.0.2.11 | v1.34.4 |');
    expect(summary).toContain('| n2 | not Ready: no &#124; network |');
    expect(summary).toContain('`multus:1`: running on 1 nodes.');
    expect(summary).toContain(
      '| default/ipvlan-conf-1 | ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80 | 10.0.4.0/24 | 10.0.4.1 |',
    );
    expect(summary).toContain('```diff\n - rolearn: a\n+- rolearn: b\n```');
  });

  it('shows how far a failed run came', () => {
    expect(toSummary({})).toBe('');
    const summary = toSummary({
      cluster: 'c',
      user: 'u',
      multus: { mode: 'thick', image: 'multus:1' },
      awsAuth: { changed: false, diff: [] },
    });
    expect(summary).toContain('The expected nodes are not Ready.');
    expect(summary).toContain('`multus:1`: not rolled out.');
    expect(summary).toContain('nothing was changed');
    expect(summary).not.toContain('### Networks');
    expect(toSummary({ cluster: 'c' })).not.toContain('aws-auth');
  });
});
