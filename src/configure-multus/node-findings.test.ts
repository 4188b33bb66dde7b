import type { V1Node } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { direct, lab } from '../../dev/testing/samples/configure-inputs.ts';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { networkInterface } from '../../dev/testing/samples/network-interface.ts';
import type { NetworkInterface } from '../aws/network-interfaces.ts';
import { systemClock } from '../core/clock.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import type { Target } from '../kubernetes/api.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { explainNodes, type NodeEvidence, nodeFindings } from './explain-nodes.ts';
import { parseInputs } from './inputs.ts';

const environment = labEnvironment();
const role = 'arn:aws:iam::123456789012:role/ng1-node';
const instance = (id: string, lifecycleState = 'InService') => ({
  id,
  group: 'asg',
  lifecycleState,
});
const attached = (instanceId: string, ...indexes: readonly number[]): NetworkInterface[] =>
  indexes.map((deviceIndex) =>
    networkInterface({ id: `eni-${instanceId}-${deviceIndex}`, instanceId, deviceIndex }),
  );
const node = (id: string, ready = true, taint?: string): V1Node => ({
  metadata: { name: `node-${id}` },
  spec: {
    providerID: `aws:///ap-northeast-2a/${id}`,
    taints: taint === undefined ? [] : [{ key: taint, effect: 'NoSchedule' }],
  },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const find = (evidence: Partial<NodeEvidence>) =>
  nodeFindings({
    environment,
    nodes: [],
    instances: [],
    interfaces: undefined,
    mapRoles: undefined,
    ...evidence,
  });

describe('finds the cause when', () => {
  const whole = { instances: [instance('i-1')], interfaces: attached('i-1', 1, 2) };
  it.each<[string, Partial<NodeEvidence>, RegExp, RegExp]>([
    [
      'the hook is pending',
      { instances: [instance('i-1', 'Pending:Wait')], interfaces: attached('i-1', 1) },
      /i-1 of asg is Pending:Wait and has no eth2: its launch hook has not been completed/,
      /HookLogs/,
    ],
    [
      'an interface is missing',
      { ...whole, interfaces: attached('i-1', 2) },
      /i-1 of asg is InService and has no eth1$/,
      /terminate i-1/,
    ],
    [
      'the role is not mapped',
      { ...whole, mapRoles: `- rolearn: ${role}-2\n` },
      /aws-auth does not map its role arn:aws:iam::123456789012:role\/ng1-node$/,
      /node-role-arns/,
    ],
    [
      'the role is mapped, but the node has not joined',
      { ...whole, mapRoles: `- rolearn: "${role}"\n` },
      /i-1 of asg is InService, but has not joined/,
      /get-console-output --latest --instance-id i-1/,
    ],
    [
      'the group removes the instance',
      { instances: [instance('i-1', 'Terminating:Wait')] },
      /its group is removing it/,
      /describe-scaling-activities .* asg/,
    ],
    [
      'the instance is gone',
      { nodes: [node('i-9', false)] },
      /i-9 of node node-i-9 is not, or no longer, in the environment's groups/,
      /kubectl delete node node-i-9/,
    ],
    [
      'the startup taint stays',
      { instances: [instance('i-1')], nodes: [node('i-1', true, STARTUP_TAINT.key)] },
      /node-i-1 is Ready, but its startup taint/,
      /once Multus runs/,
    ],
  ])('%s', (_name, evidence, what, nextStep) => {
    const findings = find(evidence);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.what).toMatch(what);
    expect(findings[0]?.nextStep).toMatch(nextStep);
  });

  it('has one finding for each instance without a node, whatever its state', () => {
    const state = fc.constantFrom('Pending', 'Pending:Wait', 'InService', 'Standby', 'Terminating');
    const one = fc.record({ state, joined: fc.boolean(), indexes: fc.subarray([1, 2]) });
    fc.assert(
      fc.property(fc.array(one), (all) => {
        const named = all.map((it, index) => ({ ...it, id: `i-${index}` }));
        const findings = find({
          instances: named.map(({ id, state }) => instance(id, state)),
          interfaces: named.flatMap(({ id, indexes }) => attached(id, ...indexes)),
          nodes: named.filter(({ joined }) => joined).map(({ id }) => node(id)),
        });
        const missing = named.filter(({ joined }) => !joined).map(({ id }) => id);
        expect(findings.map(({ what }) => what.split(' ')[1])).toEqual(missing);
      }),
      { seed: 7 },
    );
  });
});

describe('evidence', () => {
  const connectionTo = (objects: Readonly<Record<string, object>>, pods: readonly object[]) => {
    const get = async (target: Target) => {
      const [, object] =
        Object.entries(objects).find(([end]) => String(target).endsWith(end)) ?? [];
      if (object === undefined) throw new Error(`there is no ${target}`);
      return object as never;
    };
    const list = async () => pods as never;
    return { api: fakeKubernetesApi({ get, list }) } as Connection;
  };
  const multus = { '/daemonsets/kube-multus-ds': {} };
  const awsAuth = { '/configmaps/aws-auth': { data: { mapRoles: '' } } };
  const connection = connectionTo({ ...multus, ...awsAuth }, []);
  const read = (inputs: Readonly<Record<string, string>>) =>
    parseInputs((name) => inputs[name] ?? '', undefined);

  it('comes from Auto Scaling, EC2 and aws-auth', async () => {
    const findings = await explainNodes(connection, [], read(lab), {
      log: recordingLog(),
      clock: systemClock,
      instances: async (groups) => groups.map((group) => ({ ...instance('i-1'), group })),
      interfaces: async () => attached('i-1', 1, 2),
    });
    expect(findings).toMatchObject([{ what: expect.stringMatching(/aws-auth does not map/) }]);
  });

  it('comes from the pods of Multus, even without an environment', async () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    const pod = {
      metadata: { name: 'kube-multus-ds-1' },
      status: { containerStatuses: [{ name: 'kube-multus', state: { waiting } }] },
    };
    const broken = connectionTo(multus, [pod]);
    expect(
      await explainNodes(broken, [], read(direct), { log: recordingLog(), clock: systemClock }),
    ).toEqual([
      {
        what: expect.stringMatching(/kube-multus-ds-1: .*ImagePullBackOff: no such image/),
        nextStep: expect.stringMatching(/may pull from it/),
      },
    ]);
  });

  it('that AWS denies is left out and logged', async () => {
    const log = recordingLog();
    const denied = () => Promise.reject(new Error('not authorized'));
    const sources = { log, clock: systemClock, instances: denied, interfaces: denied };
    expect(await explainNodes(connection, [], read(lab), sources)).toEqual([]);
    expect(log.lines).toEqual([
      'Cannot read the Auto Scaling groups to explain the nodes: not authorized',
      'Cannot read network interfaces to explain the nodes: not authorized',
    ]);
    expect(await explainNodes(connection, [], read(direct), sources)).toEqual([]);
  });
});
