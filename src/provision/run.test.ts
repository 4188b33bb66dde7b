import { describe, expect, it } from 'vitest';
import type { FakeStacks } from '../../dev/testing/fakes/fake-stacks.ts';
import { environmentSchema } from '../environment/environment.ts';
import { reportMarkdown } from './report.ts';
import { INFRA_OUTPUTS, provisionWorld } from './testing/provision-world.ts';

const TWO_GROUPS =
  '[{ name: ng1, zone: ap-northeast-2a }, { name: ng2, zone: ap-northeast-2b, desired: 1 }]';

const parametersOf = (stacks: FakeStacks, name: string) =>
  stacks.requests.find((request) => request.stackName === name)?.parameters;

const ADDON_VERSIONS = [
  'PodIdentityAgentVersion',
  'VpcCniVersion',
  'KubeProxyVersion',
  'AddonsKubernetesVersion',
];

describe('an existing cluster', () => {
  it('keeps its administrators in their places, and its secrets as they are', async () => {
    const { stacks, run } = provisionWorld();
    const admins = ['a', 'b', 'c'].map((name) => `arn:aws:iam::123456789012:role/${name}`);
    await run({ 'admin-role-arns': admins.join(), 'secrets-encryption': 'false' });
    stacks.requests.length = 0;
    await run({ 'admin-role-arns': [admins[2], admins[0]].join() });
    expect(parametersOf(stacks, 'eks-multus-cluster')).toMatchObject({
      AdminRoleArns: `arn:aws:iam::123456789012:role/deployer,${admins[0]},,${admins[2]}`,
    });
    expect(stacks.requests[0]?.previous).toEqual([
      'KubernetesVersion',
      'SecretsEncryption',
      ...ADDON_VERSIONS,
    ]);
    const existing = await stacks.describe('eks-multus-cluster');
    expect(existing?.parameters['SecretsEncryption']).toBe('false');
  });
});

describe('the price', () => {
  it('is in the summary and the outputs, also of a plan', async () => {
    const { run } = provisionWorld();
    const report = await run({ command: 'plan' });
    expect(report?.outputs).toMatchObject({
      'price-per-hour': '0.648',
      price: expect.stringMatching(/^0\.648 dollars per hour \(on-demand prices of ap-northeast-2/),
    });
    const summary = report && reportMarkdown(report);
    expect(summary).toMatch(/\| m5\.xlarge \| 2 \| 0\.2360 \| 0\.4720 \|/);
    expect(summary).toMatch(/\| together \| {2}\| {2}\| 0\.648 \|/);
  });

  it('stops a deploy before anything is made when it is too high, or unknown', async () => {
    const { run, stacks } = provisionWorld();
    await expect(run({ 'max-price-per-hour': '0.64' })).rejects.toThrow(
      /"max-price-per-hour": got "0\.64"; allowed: at least 0\.649/,
    );
    const metal = '[{ name: ng1, zone: ap-northeast-2a, instance-type: m5.metal }]';
    await expect(run({ 'max-price-per-hour': '50', 'node-groups': metal })).rejects.toThrow(
      /the price is unknown: .* lacks m5\.metal in ap-northeast-2/,
    );
    expect(stacks.requests).toEqual([]);
    await run({ 'max-price-per-hour': '0.65' });
  });
});

describe('the role of nodes', () => {
  const own = { NodeRoleArn: '', NodeProfileArn: '' };
  const groupOf = async ({ stacks }: ReturnType<typeof provisionWorld>, name = 'ng1') =>
    (await stacks.describe(`eks-multus-cluster-${name}`))?.parameters;

  it.each(['aws-auth', 'both'])(
    'is one of the group itself with authentication %s',
    async (way) => {
      const world = provisionWorld();
      await world.run({ authentication: way });
      expect(await groupOf(world)).toMatchObject(own);
    },
  );

  it('stays that of an existing group, because running nodes would lose it', async () => {
    const world = provisionWorld();
    const { stacks, run } = world;
    const { NodeRoleArn: _, NodeProfileArn: __, ...older } = INFRA_OUTPUTS;
    stacks.outputs.set('eks-multus-cluster', older);
    await run();
    expect(await groupOf(world)).toMatchObject(own);
    stacks.outputs.set('eks-multus-cluster', INFRA_OUTPUTS);
    await run({ 'vpc-cni-rights': 'node-role', 'node-groups': TWO_GROUPS });
    expect(await groupOf(world)).toMatchObject(own);
    expect(await groupOf(world, 'ng2')).toMatchObject({ NodeRoleArn: INFRA_OUTPUTS.NodeRoleArn });
    await run({ authentication: 'aws-auth', 'node-groups': TWO_GROUPS });
    expect(await groupOf(world, 'ng2')).toMatchObject({ NodeRoleArn: INFRA_OUTPUTS.NodeRoleArn });
  });
});

describe('deploy', () => {
  it('wires the plan into the infra stack and its outputs into the node group', async () => {
    const { stacks, run } = provisionWorld();
    await run();
    expect(parametersOf(stacks, 'eks-multus-cluster')).toEqual({
      ClusterName: 'eks-multus-cluster',
      KubernetesVersion: '1.35',
      PodIdentityAgentVersion: '',
      VpcCniVersion: '',
      KubeProxyVersion: '',
      AddonsKubernetesVersion: '1.35',
      VpcId: '',
      PrivateSubnetIds: '',
      Multus1SubnetIds: '',
      Multus2SubnetIds: '',
      Multus3SubnetIds: '',
      Multus4SubnetIds: '',
      MultusCidr: '',
      MultusIpFamily: 'ipv4',
      MultusIpv6Cidrs: '',
      VpcIpv6Cidr: '',
      MultusPeering1: '',
      MultusPeering2: '',
      MultusTransit1: '',
      MultusTransit2: '',
      MultusVpn: '',
      GivenClusterName: '',
      GivenClusterEndpoint: '',
      GivenClusterCertificateAuthority: '',
      GivenClusterSecurityGroupId: '',
      GivenClusterServiceCidr: '',
      GivenClusterCustomNetworking: 'false',
      GivenClusterAuthentication: 'API_AND_CONFIG_MAP',
      VpcCidr: '10.0.0.0/16',
      AvailabilityZones: 'ap-northeast-2a,ap-northeast-2b',
      PublicSubnetCidrs: '10.0.0.0/24,10.0.1.0/24',
      PrivateSubnetCidrs: '10.0.2.0/24,10.0.3.0/24',
      Multus1SubnetCidrs: '10.0.4.0/24,10.0.5.0/24',
      Multus2SubnetCidrs: '10.0.6.0/24,10.0.7.0/24',
      Multus3SubnetCidrs: '',
      Multus4SubnetCidrs: '',
      NatGateways: 'one',
      SecretsEncryption: 'true',
      EndpointPublicAccessCidrs: '0.0.0.0/0',
      Internet: 'any',
      ControlPlaneLogs: 'api,audit,authenticator',
      AdminRoleArns: 'arn:aws:iam::123456789012:role/deployer',
      PermissionsBoundaryArn: '',
      VpcCniRights: 'pod-identity',
      SessionManager: 'false',
    });
    expect(parametersOf(stacks, 'eks-multus-cluster-ng1')).toMatchObject({
      ClusterEndpoint: 'https://10.0.2.10',
      NodeGroupName: 'ng1',
      MinSize: '1',
      DesiredSize: '2',
      MaxSize: '3',
      SubnetId: 'subnet-p1',
      MultusSubnetIds: 'subnet-11,subnet-21',
      MultusPrefixCidrs: '10.0.4.128/25,10.0.6.128/25',
      MultusOtherZoneCidrs: '10.0.5.0/24,10.0.7.0/24',
      LambdaBucket: 'eks-multus-123456789012-ap-northeast-2',
      LambdaKey: expect.stringMatching(/^eks-multus-cluster\/[0-9a-f]{64}\/attach-enis\.zip$/),
      LambdaObjectVersion: expect.stringMatching(/^version-of-eks-multus-cluster\//),
      NodeAccess: 'access-entry',
      HookRoleArn: 'arn:aws:iam::123456789012:role/hooks',
      NodeRoleArn: 'arn:aws:iam::123456789012:role/nodes',
      NodeProfileArn: 'arn:aws:iam::123456789012:instance-profile/nodes',
      NodeImageIdSSMParam:
        '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id',
    });
  });

  const IPV6 = Array.from({ length: 12 }, (_, place) => `2600:1f13:1:a0${place.toString(16)}::/64`);

  it('with IPv6, gives node groups the ranges of the other zones, and later steps all of them', async () => {
    const { stacks, run } = provisionWorld();
    stacks.outputs.set('eks-multus-cluster', { ...INFRA_OUTPUTS, MultusIpv6Cidrs: IPV6.join() });
    const report = await run({ 'multus-ip-family': 'dual-stack', 'node-groups': TWO_GROUPS });
    expect(parametersOf(stacks, 'eks-multus-cluster')).toMatchObject({
      MultusIpFamily: 'dual-stack',
      MultusIpv6Cidrs: '',
      VpcIpv6Cidr: '',
    });
    const groups = ['ng1', 'ng2'].map((name) => parametersOf(stacks, `eks-multus-cluster-${name}`));
    expect(groups).toMatchObject([
      {
        MultusIpFamily: 'dual-stack',
        MultusOtherZoneCidrs: `10.0.5.0/24 ${IPV6[1]},10.0.7.0/24 ${IPV6[4]}`,
      },
      {
        MultusIpFamily: 'dual-stack',
        MultusOtherZoneCidrs: `10.0.4.0/24 ${IPV6[0]},10.0.6.0/24 ${IPV6[3]}`,
      },
    ]);
    const networks = report?.outputs.environment?.networks ?? [];
    expect(networks.map(({ subnets }) => subnets.map(({ ipv6Cidr }) => ipv6Cidr))).toEqual([
      [IPV6[0], IPV6[1]],
      [IPV6[3], IPV6[4]],
    ]);
    const markdown = report ? reportMarkdown(report) : '';
    expect(markdown).toContain(`eth2: 10.0.6.0/24 (prefixes from 10.0.6.128/25) and ${IPV6[3]}`);
    expect(markdown).toContain('an IPv6 range (/56) that Amazon gives');
  });

  it('keeps IPv6 where it is: to take it away is refused, to add it is not', async () => {
    const { stacks, run } = provisionWorld();
    await run();
    expect(parametersOf(stacks, 'eks-multus-cluster-ng1')).toMatchObject({
      MultusIpFamily: 'ipv4',
    });
    stacks.outputs.set('eks-multus-cluster', { ...INFRA_OUTPUTS, MultusIpv6Cidrs: IPV6.join() });
    await run({ 'multus-ip-family': 'dual-stack' });
    stacks.requests.length = 0;
    await expect(run()).rejects.toThrow('its Multus networks have IPv6');
    expect(stacks.requests).toEqual([]);
  });

  it('publishes an environment, outputs and a summary', async () => {
    const { run, deps } = provisionWorld();
    const report = await run();
    const environment = environmentSchema.parse(report?.outputs.environment);
    expect(environment.networks[1]).toEqual({
      network: 2,
      interface: 'eth2',
      subnets: [
        {
          zone: 'ap-northeast-2a',
          id: 'subnet-21',
          cidr: '10.0.6.0/24',
          prefixCidr: '10.0.6.128/25',
        },
        {
          zone: 'ap-northeast-2b',
          id: 'subnet-22',
          cidr: '10.0.7.0/24',
          prefixCidr: '10.0.7.128/25',
        },
      ],
    });
    expect(environment.nodeGroups[0]).toMatchObject({ name: 'ng1', desired: 2 });
    expect(Object.keys(report?.outputs['node-group-stack-ids'] ?? {})).toEqual(['ng1']);
    const markdown = report ? reportMarkdown(report) : '';
    expect(markdown).toContain('| eks-multus-cluster-ng1 | created |');
    expect(markdown).toContain('eth2: 10.0.6.0/24 (prefixes from 10.0.6.128/25)');
    expect(markdown).toContain('### eks-multus-cluster-ng1: create, 1 change');
    expect(report?.outputs).toMatchObject({ 'has-changes': true });
    expect([...deps.staging.objects.keys()]).toEqual([expect.stringMatching(/attach-enis\.zip$/)]);
  });

  it('deploys node groups side by side, each in its own zone', async () => {
    const { stacks, run, deps } = provisionWorld();
    const before = deps.clock.now();
    await run({ 'node-groups': TWO_GROUPS });
    expect(parametersOf(stacks, 'eks-multus-cluster-ng2')).toMatchObject({
      SubnetId: 'subnet-p2',
      MultusSubnetIds: 'subnet-12,subnet-22',
    });
    expect(deps.clock.now() - before).toBeLessThan(100_000);
    const created = stacks.calls.indexOf('createChangeSet eks-multus-cluster-ng2 CREATE');
    expect(stacks.calls.lastIndexOf('events eks-multus-cluster-ng1')).toBeGreaterThan(created);
  });

  it('uploads nothing, creates no change set and changes nothing a second time', async () => {
    const { stacks, run, deps } = provisionWorld();
    const first = await run();
    deps.staging.objects.clear();
    stacks.calls.length = 0;
    const second = await run();
    expect(second?.stacks.map((stack) => stack.outcome)).toEqual(['unchanged', 'unchanged']);
    expect(stacks.calls).toEqual([
      'list',
      'template eks-multus-cluster',
      'template eks-multus-cluster-ng1',
    ]);
    expect(deps.staging.objects.size).toBe(0);
    expect(second?.outputs).toEqual({
      ...first?.outputs,
      'has-changes': false,
      plan: [
        { stack: 'eks-multus-cluster', action: 'none', basis: 'change-set', changes: [] },
        { stack: 'eks-multus-cluster-ng1', action: 'none', basis: 'change-set', changes: [] },
      ],
    });
  });

  it('keeps the Kubernetes version of a cluster until the input changes it', async () => {
    const { stacks, run } = provisionWorld();
    await run({ 'kubernetes-version': '1.33' });
    stacks.requests.length = 0;
    await run({ 'node-groups': '[{ name: ng1, zone: ap-northeast-2a, max: 4 }]' });
    expect(parametersOf(stacks, 'eks-multus-cluster')).toBeUndefined();
    await run({ 'kubernetes-version': '1.34' });
    expect(parametersOf(stacks, 'eks-multus-cluster')?.['KubernetesVersion']).toBe('1.34');
  });

  it('refuses an environment that is being destroyed, before it changes anything', async () => {
    const { stacks, run, deps } = provisionWorld();
    await run();
    await stacks.deleteStack((await stacks.describe('eks-multus-cluster-ng1'))?.id ?? '');
    await deps.clock.sleep(1_000);
    stacks.calls.length = 0;
    await expect(run()).rejects.toThrow(
      'eks-multus-cluster-ng1: it is DELETE_IN_PROGRESS: somebody is destroying this environment',
    );
    expect(stacks.calls.filter((call) => !/^(list|describe|events)/.test(call))).toEqual([]);
  });

  it('creates no node group on a cluster whose deletion has just begun', async () => {
    const { stacks, run, deps } = provisionWorld();
    await run();
    const [infra, group] = await stacks.list();
    stacks.scripts.set('delete eks-multus-cluster', [{ status: 'DELETE_IN_PROGRESS' }]);
    await stacks.deleteStack(group?.id ?? '');
    await deps.clock.sleep(60_000);
    stacks.calls.length = 0;
    stacks.onCall = () => {
      if (!stacks.calls.includes('list')) return;
      stacks.onCall = () => undefined;
      void stacks.deleteStack(infra?.id ?? '');
    };
    await expect(run()).rejects.toThrow('somebody is destroying this environment');
    expect(stacks.calls.filter((call) => /ng1/.test(call))).toEqual([]);
  });

  it('blames the destroy of the cluster when a node group fails', async () => {
    const { stacks, run } = provisionWorld();
    stacks.scripts.set('eks-multus-cluster-ng1', [
      { status: 'CREATE_IN_PROGRESS' },
      { status: 'CREATE_FAILED', resource: 'Vpc', reason: 'InvalidGroup.NotFound' },
      { status: 'ROLLBACK_COMPLETE' },
    ]);
    stacks.scripts.set('delete eks-multus-cluster', [{ status: 'DELETE_IN_PROGRESS' }]);
    stacks.onCall = () => {
      if (!stacks.calls.includes('executeChangeSet eks-multus-cluster-ng1')) return;
      stacks.onCall = () => undefined;
      void stacks
        .describe('eks-multus-cluster')
        .then((infra) => stacks.deleteStack(infra?.id ?? ''));
    };
    await expect(run()).rejects.toThrow('somebody is destroying this environment');
  });

  it('reports a node group that node-groups no longer lists, and leaves it', async () => {
    const { stacks, run, deps } = provisionWorld();
    await run({ 'node-groups': TWO_GROUPS });
    const report = await run();
    expect(report?.notes.join()).toContain('stay as they are: eks-multus-cluster-ng2.');
    expect(deps.log.warnings.join()).toContain('eks-multus-cluster-ng2');
    expect((await stacks.list()).map(({ name }) => name)).toContain('eks-multus-cluster-ng2');
  });

  it('waits for the other node groups when one fails, and publishes what exists', async () => {
    const { stacks, run, reports } = provisionWorld();
    stacks.scripts.set('eks-multus-cluster-ng1', [
      { status: 'CREATE_IN_PROGRESS' },
      { status: 'CREATE_FAILED', resource: 'Vpc', reason: 'no capacity' },
      { status: 'ROLLBACK_COMPLETE' },
    ]);
    await expect(run({ 'node-groups': TWO_GROUPS })).rejects.toThrow('no capacity');
    const [report] = reports;
    expect(report?.stacks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['eks-multus-cluster', 'created'],
      ['eks-multus-cluster-ng1', 'failed'],
      ['eks-multus-cluster-ng2', 'created'],
    ]);
    expect(report?.outputs['infra-stack-id']).toContain('eks-multus-cluster');
    expect(report?.outputs.environment).toBeUndefined();
  });

  it('makes the role of the input, with its path, the first administrator', async () => {
    const { stacks, run } = provisionWorld();
    const role = 'arn:aws:iam::123456789012:role/ci/deployer';
    await run({
      'role-to-assume': role,
      'admin-role-arns': `${role},arn:aws:iam::123456789012:role/ops`,
    });
    expect(parametersOf(stacks, 'eks-multus-cluster')?.['AdminRoleArns']).toBe(
      `${role},arn:aws:iam::123456789012:role/ops`,
    );
  });

  it('makes the chained role, which deploys, the first administrator', async () => {
    const { stacks, run } = provisionWorld();
    const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    await run({ 'role-to-assume': arn('first'), 'chained-role': arn('second') });
    expect(parametersOf(stacks, 'eks-multus-cluster')?.['AdminRoleArns']).toBe(arn('second'));
  });
});

describe('plan', () => {
  const plan = { command: 'plan' };

  it('of a new environment: a change set for the infra stack, the template for node groups', async () => {
    const { stacks, run, deps } = provisionWorld();
    const report = await run(plan);
    expect(report?.outputs).toMatchObject({
      'has-changes': true,
      plan: [
        { stack: 'eks-multus-cluster', action: 'create', basis: 'change-set' },
        {
          stack: 'eks-multus-cluster-ng1',
          action: 'create',
          basis: 'template',
          note: expect.stringContaining('does not exist yet'),
        },
      ],
    });
    expect(stacks.calls).not.toContain('executeChangeSet eks-multus-cluster');
    expect(await stacks.list()).toEqual([]);
    expect(deps.staging.objects.size).toBe(0);
    expect(report?.stacks).toEqual([]);
  });

  it('of an up-to-date environment: no changes', async () => {
    const { run } = provisionWorld();
    await run();
    const report = await run(plan);
    expect(report?.outputs['has-changes']).toBe(false);
    expect(report ? reportMarkdown(report) : '').toContain('### eks-multus-cluster: no changes');
  });

  it('names what changes and the parameters that cause it, and deletes the change set', async () => {
    const { stacks, run } = provisionWorld();
    await run();
    const details = [{ target: 'MaxSize', cause: 'MaxSize' }];
    const type = 'AWS::AutoScaling::AutoScalingGroup';
    const change = { action: 'Modify', logicalId: 'Nodes', type, replacement: 'False', details };
    stacks.changeSets.push({ status: 'CREATE_COMPLETE', reason: undefined, changes: [change] });
    const group = '[{ name: ng1, zone: ap-northeast-2a, max: 4 }]';
    stacks.calls.length = 0;
    const report = await run({ ...plan, 'node-groups': group });
    expect(report?.outputs.plan?.[1]).toEqual({
      stack: 'eks-multus-cluster-ng1',
      action: 'update',
      basis: 'change-set',
      changes: [
        {
          action: 'Modify',
          logicalId: 'Nodes',
          type,
          replacement: 'no',
          what: 'MaxSize (MaxSize 3 → 4)',
        },
      ],
    });
    expect(stacks.calls).toContain('deleteChangeSet eks-multus-cluster-ng1');
    expect(stacks.calls).not.toContain('executeChangeSet eks-multus-cluster-ng1');
  });
});

describe('destroy', () => {
  const destroy = { command: 'destroy' };

  it('removes node groups before the infra stack, then what was staged', async () => {
    const { stacks, run, deps } = provisionWorld();
    await run({ 'node-groups': TWO_GROUPS });
    const report = await run(destroy);
    expect(report?.stacks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['eks-multus-cluster-ng1', 'deleted'],
      ['eks-multus-cluster-ng2', 'deleted'],
      ['eks-multus-cluster', 'deleted'],
    ]);
    expect(await stacks.list()).toEqual([]);
    expect(deps.staging.objects.size).toBe(0);
    expect(report?.notes.join('\n')).toContain('Deleted the staging bucket');
  });

  it('reports that there is nothing to do when no environment exists', async () => {
    const { run } = provisionWorld();
    const report = await run(destroy);
    expect(report?.notes).toEqual(['Nothing to do: there is no environment eks-multus-cluster.']);
  });

  it('leaves stacks of other environments alone', async () => {
    const { stacks, run } = provisionWorld();
    stacks.put('eks-multus-cluster-two', 'CREATE_COMPLETE', {
      tags: { 'eks-multus:environment': 'eks-multus-cluster-two' },
    });
    await run();
    await run(destroy);
    expect((await stacks.list()).map((stack) => stack.name)).toEqual(['eks-multus-cluster-two']);
  });

  it('removes a half-built environment', async () => {
    const { stacks, run } = provisionWorld();
    stacks.put('eks-multus-cluster', 'REVIEW_IN_PROGRESS');
    const report = await run(destroy);
    expect(report?.stacks).toMatchObject([{ name: 'eks-multus-cluster', outcome: 'deleted' }]);
  });

  it('keeps the infra stack when a node group cannot be removed', async () => {
    const { stacks, run } = provisionWorld();
    await run();
    stacks.scripts.set('delete eks-multus-cluster-ng1', [
      { status: 'DELETE_IN_PROGRESS' },
      { status: 'DELETE_FAILED', resource: 'AutoScalingGroup', reason: 'in use' },
      { status: 'DELETE_FAILED' },
    ]);
    await expect(run(destroy)).rejects.toThrow('in use');
    expect(stacks.calls).not.toContain('deleteStack eks-multus-cluster');
  });
});
