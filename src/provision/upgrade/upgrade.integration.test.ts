import { DescribeAddonCommand, DescribeClusterCommand } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { messageOf } from '../../core/errors.ts';
import { reportMarkdown } from '../report.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

type Texts = Readonly<Record<string, string>>;

const NAME = LAB_INPUTS['environment'] ?? '';
const NO_CLUSTER = fakeNamespaces().api;
/** The calls that the stand-in of AWS makes are those of its own key. */
const OWN_KEY = 'AKIAREHEARSALSERVICE';

let job: JobInAws;
beforeAll(async () => {
  job = await startJobInAws();
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

/** One run by the roles of `github-oidc.yaml`: its report, its failure and the calls that changed something. */
async function run(changes: Texts, dies = false) {
  const before = job.aws.aws.gateway.calls().length;
  const { report, failure } = await tryInProcess(
    { ...LAB_INPUTS, ...job.roles, rollout: 'never', ...changes },
    { speed: 20, kubernetes: NO_CLUSTER, ...(dies ? { addons: DEAD } : {}) },
  );
  const calls = job.aws.aws.gateway.calls().slice(before);
  return {
    markdown: reportMarkdown(report),
    message: failure === undefined ? '' : messageOf(failure),
    /** The permissions that EKS was asked with, in order. */
    eks: calls
      .filter(({ accessKey }) => accessKey !== OWN_KEY)
      .flatMap(({ permissions = [] }) => permissions)
      .filter((permission) => permission.startsWith('eks:Update')),
    changes: calls.filter(({ action }) => action === 'ExecuteChangeSet').length,
  };
}

/** A runner that dies when it is about to look at the add-ons. */
const DEAD = {
  addonVersion: () => Promise.reject(new Error('the runner died')),
  addons: () => Promise.reject(new Error('the runner died')),
};

async function versions() {
  const { eks } = job.aws.clients;
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: NAME }));
  const addons = ['vpc-cni', 'kube-proxy'].map(async (addonName) => {
    const { addon } = await eks.send(new DescribeAddonCommand({ clusterName: NAME, addonName }));
    return addon?.addonVersion;
  });
  return [cluster?.version, ...(await Promise.all(addons))];
}

// One environment goes from 1.33 to 1.35, through runs that are refused and a run that dies.

it('begins with 1.33', async () => {
  expect((await run({ 'kubernetes-version': '1.33' })).message).toBe('');
  expect(await versions()).toEqual(['1.33', 'v1.20.4-eksbuild.2', 'v1.33.0-eksbuild.2']);
});

it.each([
  [
    '1.35',
    'the cluster is 1.33, not 1.35: EKS upgrades one minor version at a time. Fix: give 1.34',
  ],
  ['1.32', 'the cluster is 1.33, not 1.32: this action does not go back to an older version'],
])('refuses %s before anything is made', async (version, says) => {
  for (const command of ['plan', 'deploy']) {
    const { changes, eks, message } = await run({ command, 'kubernetes-version': version });
    expect(message).toContain(says);
    expect({ changes, eks }).toEqual({ changes: 0, eks: [] });
  }
});

it('plans the control plane and the add-ons', async () => {
  const { markdown, message } = await run({ command: 'plan', 'kubernetes-version': '1.34' });
  expect(message).toBe('');
  expect(markdown).toContain('Kubernetes 1.33 to 1.34, one step after another');
  expect(markdown).toContain('v1.34.0-eksbuild.2');
  expect(markdown).toContain('| Upgrade insights of EKS | good |');
  expect(await versions()).toEqual(['1.33', 'v1.20.4-eksbuild.2', 'v1.33.0-eksbuild.2']);
});

it('goes on with the add-ons after a run that died between the two', async () => {
  const dead = await run({ 'kubernetes-version': '1.34' }, true);
  expect(dead.message).toBe('the runner died');
  expect(dead.eks).toEqual(['eks:UpdateClusterVersion']);
  expect(await versions()).toEqual(['1.34', 'v1.20.4-eksbuild.2', 'v1.33.0-eksbuild.2']);
  const next = await run({});
  expect(next.message).toBe('');
  expect(next.eks).toEqual(['eks:UpdateAddon']);
  expect(await versions()).toEqual(['1.34', 'v1.20.4-eksbuild.2', 'v1.34.0-eksbuild.2']);
});

it('stops at nodes that are too old, unless the insight is accepted by its id', async () => {
  const node = { name: 'ip-10-0-2-9', kubeletVersion: 'v1.31.9' };
  job.aws.joined.push(node);
  const refused = await run({ 'kubernetes-version': '1.35' });
  expect(refused.message).toContain('EKS insight "Kubelet version skew" is ERROR');
  expect(refused.message).toContain('ip-10-0-2-9 (v1.31.9)');
  expect(refused.changes).toBe(0);
  const id = /accept-insights: ([\da-f-]{36})/.exec(refused.message)?.[1] ?? '';
  const command = 'plan';
  const accepted = await run({ command, 'kubernetes-version': '1.35', 'accept-insights': id });
  expect(accepted.message).toBe('');
  expect(accepted.markdown).toContain('accepted by accept-insights');
  job.aws.joined.splice(0);
});

it('upgrades the control plane, then the add-ons, and then finds nothing more to do', async () => {
  const upgraded = await run({ 'kubernetes-version': '1.35' });
  expect(upgraded.message).toBe('');
  expect(upgraded.eks).toEqual(['eks:UpdateClusterVersion', 'eks:UpdateAddon']);
  expect(await versions()).toEqual(['1.35', 'v1.20.4-eksbuild.2', 'v1.35.0-eksbuild.2']);
  const again = await run({ 'kubernetes-version': '1.35' });
  expect(again).toMatchObject({ message: '', eks: [], changes: 0 });
});

it('says why a control plane does not come, leaves a stack that works, and can be tried again', async () => {
  const environment = 'eks-multus-stuck';
  expect((await run({ environment, 'kubernetes-version': '1.34' })).message).toBe('');
  for (const attempt of [1, 2]) {
    const { message } = await run({ environment, 'kubernetes-version': '1.35' });
    expect(message, `attempt ${attempt}`).toContain('no free addresses');
    expect(message).toContain('Cluster (AWS::EKS::Cluster)');
  }
  expect(await run({ environment })).toMatchObject({ message: '', eks: [] });
});
