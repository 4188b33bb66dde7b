import { describe, expect, it } from 'vitest';
import { fakeNamespaces } from '../../dev/testing/fakes/fake-namespaces.ts';
import { detachedInterface } from '../../dev/testing/samples/network-interface.ts';
import type { NetworkInterface } from '../aws/network-interfaces.ts';
import { mergeNodeRoles } from '../aws-auth/map-roles.ts';
import { environmentSchema } from '../environment/environment.ts';
import { NODE_OUTPUTS, provisionWorld } from './testing/provision-world.ts';

const BASE = 'eks-multus-cluster';
const NAME = 'eks-multus-pr-7';
const GROUP = '- { name: a, zone: ap-northeast-2b, min: 1, desired: 1, max: 2 }';
const OURS = {
  'app.kubernetes.io/managed-by': 'eks-multus-actions',
  'eks-multus-actions/environment': NAME,
};
const preview = (changes: Readonly<Record<string, string>> = {}) => ({
  environment: NAME,
  'base-environment': BASE,
  'node-groups': GROUP,
  'availability-zones': '',
  'vpc-cidr': '10.9.0.0/16',
  ...changes,
});
const destroy = preview({ command: 'destroy' });

/** A world in which the lab exists and is the base. */
async function worldWithBase() {
  const world = provisionWorld();
  await world.run();
  const { stacks } = world;
  stacks.outputs.set(`${NAME}-a`, NODE_OUTPUTS);
  stacks.calls.length = 0;
  stacks.requests.length = 0;
  const writes = () =>
    stacks.calls.filter((call) => !/^(list|describe|events|template)/.test(call));
  return { ...world, writes };
}

describe('deploy on a base', () => {
  it("creates only node groups, wired from the base's stack and with tags of their own", async () => {
    const { stacks, run } = await worldWithBase();
    const report = await run(preview());
    expect(stacks.requests).toMatchObject([
      {
        stackName: `${NAME}-a`,
        parameters: {
          ClusterName: BASE,
          EnvironmentName: NAME,
          NodeAccess: 'access-entry',
          HookRoleArn: '',
          NodeRoleArn: 'arn:aws:iam::123456789012:role/nodes',
          NodeProfileArn: 'arn:aws:iam::123456789012:instance-profile/nodes',
          SubnetId: 'subnet-p2',
          MultusSubnetIds: 'subnet-12,subnet-22',
          MultusPrefixCidrs: '10.0.5.128/25,10.0.7.128/25',
          MultusOtherZoneCidrs: '10.0.4.0/24,10.0.6.0/24',
          LambdaKey: expect.stringMatching(`^${NAME}/`),
        },
        tags: { 'eks-multus:environment': NAME, 'eks-multus:base': BASE },
      },
    ]);
    const environment = environmentSchema.parse(report?.outputs.environment);
    expect(environment).toMatchObject({
      name: NAME,
      shared: { base: BASE, namespace: NAME },
      cluster: { name: BASE },
      vpc: { cidr: '10.0.0.0/16' },
      nodeGroups: [{ name: 'a', desired: 1 }],
    });
    expect(environment.networks).toHaveLength(2);
    expect(report?.outputs['infra-stack-id']).toBeUndefined();
  });

  it('gives nodes their own role when aws-auth maps it, and keeps an existing role', async () => {
    const { stacks, run } = await worldWithBase();
    await run(preview({ authentication: 'aws-auth' }));
    const own = { NodeRoleArn: '', NodeProfileArn: '' };
    expect(stacks.requests[0]?.parameters).toMatchObject({ ...own, NodeAccess: 'aws-auth' });
    await run(preview({ 'node-groups': GROUP.replace('max: 2', 'max: 3') }));
    expect((await stacks.describe(`${NAME}-a`))?.parameters).toMatchObject(own);
  });

  it('changes nothing a second time', async () => {
    const { run, writes, stacks } = await worldWithBase();
    await run(preview());
    stacks.calls.length = 0;
    const report = await run(preview());
    expect(report?.stacks).toMatchObject([{ name: `${NAME}-a`, outcome: 'unchanged' }]);
    expect(writes()).toEqual([]);
  });

  it("uses the base's first zone, and as many of its networks as the input says", async () => {
    const { stacks, run } = await worldWithBase();
    stacks.outputs.set(`${NAME}-ng1`, NODE_OUTPUTS);
    const one = { 'node-groups': '', 'multus-networks': '1' };
    const report = await run(preview(one));
    expect(stacks.requests[0]?.parameters).toMatchObject({
      SubnetId: 'subnet-p1',
      MultusSubnetIds: 'subnet-11',
    });
    expect(report?.outputs.environment?.networks.map(({ network }) => network)).toEqual([1]);
  });

  it('creates nothing on a base that is being destroyed', async () => {
    const { stacks, run, deps } = await worldWithBase();
    const { id = '' } = (await stacks.describe(BASE)) ?? {};
    deps.staging.stage = async () => {
      await stacks.deleteStack(id);
      await deps.clock.sleep(1_000);
      return { outcome: 'uploaded', version: '1' };
    };
    await expect(run(preview())).rejects.toThrow(`stack ${BASE}: it is DELETE_IN_PROGRESS`);
    expect(stacks.requests).toEqual([]);
  });

  it('blames the destroy of the base when its node groups fail', async () => {
    const { stacks, run } = await worldWithBase();
    const { id = '' } = (await stacks.describe(BASE)) ?? {};
    const create = stacks.executeChangeSet.bind(stacks);
    stacks.executeChangeSet = async (changeSet) => {
      await stacks.deleteStack(id);
      await create(changeSet);
    };
    stacks.scripts.set(`${NAME}-a`, [
      { status: 'CREATE_IN_PROGRESS' },
      { status: 'CREATE_FAILED', resource: 'NodeSecurityGroup', reason: 'no such VPC' },
      { afterMs: 5_000, status: 'ROLLBACK_COMPLETE' },
    ]);
    await expect(run(preview())).rejects.toThrow(`stack ${BASE}: it is DELETE_IN_PROGRESS`);
  });

  it('is planned with change sets of its node groups', async () => {
    const { stacks, run } = await worldWithBase();
    const report = await run(preview({ command: 'plan' }));
    expect(report?.outputs.plan).toMatchObject([
      { stack: `${NAME}-a`, action: 'create', basis: 'change-set' },
    ]);
    expect(stacks.calls).not.toContain(`executeChangeSet ${NAME}-a`);
  });
});

describe('a deploy is refused before it changes anything', () => {
  it.each([
    ['without a base', { 'base-environment': 'eks-multus-none' }, 'there is no such environment'],
    ['in another zone', { 'node-groups': GROUP.replace('2b', '2c') }, '"ap-northeast-2c"'],
    ['with more networks', { 'multus-networks': '3' }, 'at most 2: eks-multus-cluster has no more'],
    ['with too many nodes', { 'node-groups': GROUP.replace('max: 2', 'max: 8') }, 'at most 7'],
    [
      'in a zone that is full',
      { 'node-groups': GROUP.replace('2b', '2a').replace('max: 2', 'max: 5') },
      'at most 4 prefixes',
    ],
    ['on itself', { environment: BASE }, 'another environment than this one'],
    ['with a name of Kubernetes', { environment: 'kube-system' }, 'another name'],
    ['with two groups of one name', { 'node-groups': `${GROUP}\n${GROUP}` }, 'a name other than a'],
  ])('%s', async (_, changes, text) => {
    const { run, writes } = await worldWithBase();
    for (const command of ['plan', 'deploy']) {
      await expect(run(preview({ command, ...changes }))).rejects.toThrow(text);
    }
    expect(writes()).toEqual([]);
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 'its stack is UPDATE_IN_PROGRESS\nNext step: wait until'],
    ['DELETE_IN_PROGRESS', 'its stack is DELETE_IN_PROGRESS\nNext step: provision it again'],
    ['ROLLBACK_COMPLETE', 'its stack is ROLLBACK_COMPLETE\nNext step: provision other again'],
  ] as const)('when the base is %s', async (status, text) => {
    const { run, stacks } = await worldWithBase();
    stacks.put('other', status, { tags: { 'eks-multus:environment': 'other' } });
    await expect(run(preview({ 'base-environment': 'other' }))).rejects.toThrow(text);
  });

  it('when provision did not create the base, or the base has a base itself', async () => {
    const { run, stacks } = await worldWithBase();
    stacks.put('theirs', 'CREATE_COMPLETE');
    await expect(run(preview({ 'base-environment': 'theirs' }))).rejects.toThrow('not made by');
    await run(preview());
    const nested = preview({ environment: 'eks-multus-pr-8', 'base-environment': NAME });
    await expect(run(nested)).rejects.toThrow(`name ${BASE} instead`);
  });

  it('when the environment exists elsewhere', async () => {
    const { run } = await worldWithBase();
    await run(preview());
    for (const command of ['plan', 'deploy']) {
      const own = { environment: NAME, command };
      await expect(run(own)).rejects.toThrow(`on the cluster of ${BASE}\nNext step: give base`);
    }
    await run({ environment: 'eks-multus-two' }).catch(() => undefined);
    const moved = preview({ environment: 'eks-multus-two' });
    await expect(run(moved)).rejects.toThrow('with a cluster of its own');
  });
});

describe('destroy on a base', () => {
  it('removes the namespace, then node groups, then rows of aws-auth, and nothing else', async () => {
    const { run, stacks, account } = await worldWithBase();
    await run(preview({ authentication: 'aws-auth' }));
    const cluster = fakeNamespaces();
    account.kubernetes = cluster.api;
    cluster.put(NAME, OURS);
    cluster.put(BASE, OURS);
    const others = mergeNodeRoles('', ['arn:aws:iam::123456789012:role/other']).mapRoles;
    cluster.setMapRoles(mergeNodeRoles(others, [NODE_OUTPUTS.NodeInstanceRoleArn]).mapRoles);
    stacks.calls.length = 0;
    account.calls = stacks.calls;
    const report = await run(destroy);
    expect(cluster.has(NAME)).toBe(false);
    expect(cluster.has(BASE)).toBe(true);
    expect(cluster.mapRoles()).toBe(others);
    expect(stacks.calls.filter((call) => /^(deleteStack|remove)/.test(call))).toEqual([
      `deleteStack ${NAME}-a`,
    ]);
    expect((await stacks.list()).map(({ name }) => name)).toEqual([BASE, `${BASE}-ng1`]);
    expect(report?.endState?.at(-1)).toEqual({ what: expect.stringContaining(BASE), found: [] });
    expect((await run(destroy))?.stacks).toEqual([]);
  });

  it("keeps the row of the cluster's own role, which other nodes have", async () => {
    const { run, account } = await worldWithBase();
    await run(preview());
    await run(preview({ authentication: 'aws-auth' }));
    const cluster = fakeNamespaces();
    account.kubernetes = cluster.api;
    const rows = mergeNodeRoles('', [NODE_OUTPUTS.NodeInstanceRoleArn]).mapRoles;
    cluster.setMapRoles(rows);
    await run(destroy);
    expect(cluster.mapRoles()).toBe(rows);
  });

  it('finds the base by the tags of the stacks, and fails when its cluster does not answer', async () => {
    const { run, stacks, account } = await worldWithBase();
    await run(preview({ authentication: 'both' }));
    const refused = () => Promise.reject(new Error('connect ECONNREFUSED'));
    account.kubernetes = { ...fakeNamespaces().api, read: refused };
    await expect(run({ ...destroy, 'base-environment': '' })).rejects.toThrow(
      `Namespace in the cluster of ${BASE}: ${NAME}, perhaps`,
    );
    expect((await stacks.list()).map(({ name }) => name)).toEqual([BASE, `${BASE}-ng1`]);
  });

  it('leaves a namespace that is not its own, and one whose cluster no longer exists', async () => {
    const { run, account } = await worldWithBase();
    await run(preview());
    const cluster = fakeNamespaces();
    account.kubernetes = cluster.api;
    cluster.put(NAME, {});
    expect((await run(destroy))?.notes.join()).toContain(`Namespace ${NAME} is not touched`);
    expect(cluster.has(NAME)).toBe(true);
    const gone = await run({ ...destroy, 'base-environment': 'eks-multus-none' });
    expect(gone?.notes.join()).toContain('eks-multus-none no longer has a cluster');
  });

  it('removes interfaces that its nodes left, and none of others', async () => {
    const { run, account, stacks } = await worldWithBase();
    await run(preview());
    account.kubernetes = fakeNamespaces().api;
    account.nodeGroupId = 'sg-a';
    const left = (id: string, changes: Partial<NetworkInterface>) =>
      detachedInterface({ id, description: 'aws-K8S-i-1', ...changes });
    account.interfaces = [
      left('eni-cni', { securityGroupIds: ['sg-a'] }),
      left('eni-hook', { tags: { 'eks-multus:environment': NAME } }),
      left('eni-base', {}),
    ];
    stacks.scripts.set(`delete ${NAME}-a`, [
      { status: 'DELETE_IN_PROGRESS' },
      { status: 'DELETE_FAILED', resource: 'NodeSecurityGroup', reason: 'has a dependent object' },
      { status: 'DELETE_FAILED' },
    ]);
    account.onRemoved = () => void stacks.scripts.delete(`delete ${NAME}-a`);
    await run(destroy);
    expect(account.interfaces.map(({ id }) => id)).toEqual(['eni-base']);
  });
});

describe('destroy of a base', () => {
  it('is refused while others are on it, and names them', async () => {
    const { run, writes, account } = await worldWithBase();
    await run(preview());
    const before = writes().length;
    await expect(run({ command: 'destroy' })).rejects.toThrow(
      `environment ${BASE}: other environments are on its cluster: ${NAME}`,
    );
    expect(writes()).toHaveLength(before);
    account.kubernetes = fakeNamespaces().api;
    await run(destroy);
    expect((await run({ command: 'destroy' }))?.stacks).toHaveLength(2);
  });
});
