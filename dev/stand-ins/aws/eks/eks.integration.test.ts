import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreateClusterCommand,
  DeleteAccessEntryCommand,
  DeleteAddonCommand,
  DeleteClusterCommand,
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeAddonVersionsCommand,
  DescribeClusterCommand,
  DescribeInsightCommand,
  DescribeUpdateCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ListClustersCommand,
  ListInsightsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateClusterConfigCommand,
  UpdateClusterVersionCommand,
} from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, REGION } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';

const ACCOUNT = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
const POLICY = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

let test: TestAws;
let subnetIds: string[];
let roleArn: string;

beforeAll(async () => {
  test = await startTestAws();
  const { ec2, iam } = test.clients;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const subnets = ['a', 'b'].map((zone, i) =>
    ec2.send(
      new CreateSubnetCommand({
        VpcId: Vpc?.VpcId,
        CidrBlock: `10.0.${i}.0/24`,
        AvailabilityZone: `${REGION}${zone}`,
      }),
    ),
  );
  subnetIds = (await Promise.all(subnets)).map((each) => each.Subnet?.SubnetId ?? '');
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const made = await iam.send(
    new CreateRoleCommand({ RoleName: 'node', Path: '/lab/', AssumeRolePolicyDocument }),
  );
  roleArn = made.Role?.Arn ?? '';
});

afterAll(() => test?.stop());

describe('a cluster', () => {
  it('is CREATING until its control plane answers, then ACTIVE with a security group', async () => {
    const { cluster } = await create('eks');
    expect(cluster).toMatchObject({ status: 'CREATING', version: '1.34' });
    expect(cluster?.createdAt).toBeInstanceOf(Date);
    const active = await whenStatus('eks', 'ACTIVE');
    expect(active).toMatchObject({
      endpoint: 'https://eks',
      identity: { oidc: { issuer: 'https://oidc/eks' } },
      accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16' },
    });
    const GroupIds = [active?.resourcesVpcConfig?.clusterSecurityGroupId ?? ''];
    const { SecurityGroups } = await test.clients.ec2.send(
      new DescribeSecurityGroupsCommand({ GroupIds }),
    );
    expect(SecurityGroups?.[0]?.GroupName).toMatch(/^eks-cluster-sg-eks-\d+$/);
    expect(SecurityGroups?.[0]?.Tags).toContainEqual({ Key: 'aws:eks:cluster-name', Value: 'eks' });
    await expect(create('eks')).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  it('is refused with one zone, an unknown subnet or an unknown version', async () => {
    const name = 'InvalidParameterException';
    await expect(create('one', subnetIds.slice(0, 1))).rejects.toMatchObject({ name });
    await expect(create('none', ['subnet-0'])).rejects.toMatchObject({ name });
    await expect(create('old', subnetIds, '1.2')).rejects.toMatchObject({ name });
  });

  it('is refused with a subnet in a zone that EKS does not take', async () => {
    const config = { endpoint: test.endpoint, region: 'us-east-1', credentials: ACCOUNT };
    const [ec2, eks] = [new EC2Client(config), new EKSClient(config)];
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const ids = ['a', 'e'].map(async (zone, index) => {
      const place = { CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `us-east-1${zone}` };
      const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, ...place }));
      return Subnet?.SubnetId ?? '';
    });
    const resourcesVpcConfig = { subnetIds: await Promise.all(ids) };
    const cluster = { name: 'full', roleArn, resourcesVpcConfig };
    await expect(eks.send(new CreateClusterCommand(cluster))).rejects.toMatchObject({
      name: 'UnsupportedAvailabilityZoneException',
      message: expect.stringContaining("'full' because us-east-1e, the targeted"),
    });
  });

  it('is FAILED, with the reason, when its control plane cannot be created', async () => {
    await create('broken');
    const failed = await whenStatus('broken', 'FAILED');
    expect(failed?.health?.issues?.[0]?.message).toBe('no room for etcd');
    await remove('broken');
  });

  it('goes to the next version and to no other, one update at a time', async () => {
    const update = (version: string, force = false) =>
      test.clients.eks.send(new UpdateClusterVersionCommand({ name: 'eks', version, force }));
    for (const version of ['1.33', '1.34']) {
      await expect(update(version)).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: `Unsupported Kubernetes minor version update from 1.34 to ${version}`,
      });
    }
    await expect(update('1.36')).rejects.toThrow('unsupported Kubernetes version');
    const { update: begun } = await update('1.35');
    expect(begun).toMatchObject({ type: 'VersionUpdate', status: 'InProgress' });
    await expect(update('1.35')).rejects.toThrow(
      `Cannot VersionUpdate because cluster eks currently has update ${begun?.id} in progress`,
    );
    expect(await whenStatus('eks', 'ACTIVE')).toMatchObject({ version: '1.35' });
    const { update: ended } = await test.clients.eks.send(
      new DescribeUpdateCommand({ name: 'eks', updateId: begun?.id }),
    );
    expect(ended?.status).toBe('Successful');
  });

  it('stays at its version when the new control plane does not come', async () => {
    await create('stuck');
    await whenStatus('stuck', 'ACTIVE');
    const { update } = await test.clients.eks.send(
      new UpdateClusterVersionCommand({ name: 'stuck', version: '1.35' }),
    );
    expect(await whenStatus('stuck', 'ACTIVE')).toMatchObject({ version: '1.34' });
    const ended = await test.clients.eks.send(
      new DescribeUpdateCommand({ name: 'stuck', updateId: update?.id }),
    );
    expect(ended.update).toMatchObject({
      status: 'Failed',
      errors: [{ errorMessage: 'no free addresses' }],
    });
    await remove('stuck');
  });

  it('is not upgraded while a node is too old, which an insight says, without force', async () => {
    await create('aged');
    await whenStatus('aged', 'ACTIVE');
    test.joined.push({ name: 'old', kubeletVersion: 'v1.31.0' });
    const { insights = [] } = await test.clients.eks.send(
      new ListInsightsCommand({ clusterName: 'aged', filter: { statuses: ['ERROR'] } }),
    );
    expect(insights.map(({ name }) => name)).toEqual(['Kubelet version skew']);
    const detail = new DescribeInsightCommand({ clusterName: 'aged', id: insights[0]?.id });
    const { insight } = await test.clients.eks.send(detail);
    expect(insight?.insightStatus?.reason).toContain('old (v1.31.0)');
    const update = { name: 'aged', version: '1.35' };
    await expect(test.clients.eks.send(new UpdateClusterVersionCommand(update))).rejects.toThrow(
      'Kubelet version skew',
    );
    await test.clients.eks.send(new UpdateClusterVersionCommand({ ...update, force: true }));
    test.joined.splice(0);
    await whenStatus('aged', 'ACTIVE');
    await remove('aged');
  });

  it('makes the caller an administrator only on request', async () => {
    expect(test.admitted[0]).toEqual([]);
    await create('owned', subnetIds, '1.34', true);
    await whenStatus('owned', 'ACTIVE');
    expect(test.admitted[0]).toMatchObject([{ type: 'STANDARD', policyArns: [POLICY] }]);
    await remove('owned');
  });

  it('changes its settings and tags', async () => {
    const { eks } = test.clients;
    const protect = new UpdateClusterConfigCommand({ name: 'eks', deletionProtection: true });
    expect((await eks.send(protect)).update?.id).toBeDefined();
    const resourceArn = `arn:aws:eks:${REGION}:123456789012:cluster/eks`;
    await eks.send(new TagResourceCommand({ resourceArn, tags: { ttl: '4h' } }));
    const { tags } = await eks.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ lab: 'yes', ttl: '4h' });
    const end = new DeleteClusterCommand({ name: 'eks' });
    await expect(eks.send(end)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await eks.send(new UpdateClusterConfigCommand({ name: 'eks', deletionProtection: false }));
  });
});

describe('access entries', () => {
  const clusterName = 'eks';

  it('reach the control plane when they are created, changed and deleted', async () => {
    const { eks } = test.clients;
    const entry = { clusterName, principalArn: roleArn };
    await eks.send(new CreateAccessEntryCommand({ ...entry, kubernetesGroups: ['viewers'] }));
    expect(test.admitted[0]).toMatchObject([
      { principalArn: roleArn, kubernetesGroups: ['viewers'], policyArns: [] },
    ]);
    await eks.send(
      new AssociateAccessPolicyCommand({
        ...entry,
        policyArn: POLICY,
        accessScope: { type: 'cluster' },
      }),
    );
    expect(test.admitted[0]).toMatchObject([{ policyArns: [POLICY] }]);
    const policies = await eks.send(new ListAssociatedAccessPoliciesCommand(entry));
    expect(policies.associatedAccessPolicies).toMatchObject([{ policyArn: POLICY }]);
    const again = new CreateAccessEntryCommand(entry);
    await expect(eks.send(again)).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await eks.send(new DeleteAccessEntryCommand(entry));
    expect(test.admitted[0]).toEqual([]);
    const gone = new DescribeAccessEntryCommand(entry);
    await expect(eks.send(gone)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('of nodes have the username and group that nodes need', async () => {
    const { eks } = test.clients;
    const entry = { clusterName, principalArn: roleArn };
    const made = await eks.send(new CreateAccessEntryCommand({ ...entry, type: 'EC2_LINUX' }));
    expect(made.accessEntry).toMatchObject({
      username: 'system:node:{{EC2PrivateDNSName}}',
      kubernetesGroups: ['system:nodes'],
    });
    const listed = await eks.send(new ListAccessEntriesCommand({ clusterName }));
    expect(listed.accessEntries).toEqual([roleArn]);
  });

  it.each([
    ['a principal that does not exist', { principalArn: 'arn:aws:iam::123456789012:role/nobody' }],
    ['a reserved group', { principalArn: 'ROLE', kubernetesGroups: ['system:masters'] }],
  ])('are refused for %s', async (_, given) => {
    const principalArn = given.principalArn === 'ROLE' ? roleArn : given.principalArn;
    const other = new DeleteAccessEntryCommand({ clusterName, principalArn });
    await test.clients.eks.send(other).catch(() => undefined);
    const entry = new CreateAccessEntryCommand({ clusterName, ...given, principalArn });
    await expect(test.clients.eks.send(entry)).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

it('has add-ons that become ACTIVE and can be deleted', async () => {
  const { eks } = test.clients;
  const addon = { clusterName: 'eks', addonName: 'vpc-cni' };
  expect((await eks.send(new CreateAddonCommand(addon))).addon?.status).toBe('CREATING');
  await eventually(
    async () => (await eks.send(new DescribeAddonCommand(addon))).addon?.status === 'ACTIVE',
  );
  expect(test.aws.eks.activeAddons('eks')).toEqual(['vpc-cni']);
  const again = new CreateAddonCommand(addon);
  await expect(eks.send(again)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  const { addons } = await eks.send(new DescribeAddonVersionsCommand({ addonName: 'coredns' }));
  expect(addons?.[0]?.addonVersions?.[0]?.addonVersion).toMatch(/^v1\./);
  await eks.send(new DeleteAddonCommand(addon));
  await eventually(async () => test.aws.eks.activeAddons('eks').length === 0);
});

it('gives an add-on an association of Pod Identity, for its own service account only', async () => {
  const { eks } = test.clients;
  const gone = () =>
    eks.send(new DescribeAddonCommand({ clusterName: 'eks', addonName: 'vpc-cni' })).then(
      () => false,
      () => true,
    );
  await eventually(gone);
  const create = (addonName: string, serviceAccount: string) =>
    eks.send(
      new CreateAddonCommand({
        clusterName: 'eks',
        addonName,
        podIdentityAssociations: [{ serviceAccount, roleArn }],
      }),
    );
  await expect(create('kube-proxy', 'kube-proxy')).rejects.toThrow('Pod Identity feature');
  await expect(create('vpc-cni', 'default')).rejects.toThrow('Service account default');
  const { addon } = await create('vpc-cni', 'aws-node');
  expect(addon?.podIdentityAssociations).toEqual([
    expect.stringMatching(/:podidentityassociation\/eks\/a-/),
  ]);
  await eks.send(new DeleteAddonCommand({ clusterName: 'eks', addonName: 'vpc-cni' }));
  await eventually(gone);
});

it('is DELETING, then gone together with its security group', async () => {
  await remove('eks');
  expect((await test.clients.eks.send(new ListClustersCommand({}))).clusters).toEqual([]);
  expect([...test.controlPlanes]).toEqual([]);
  const { SecurityGroups } = await test.clients.ec2.send(new DescribeSecurityGroupsCommand({}));
  expect(SecurityGroups?.filter((each) => each.GroupName?.startsWith('eks-'))).toEqual([]);
  expect(test.aws.gateway.failures()).toEqual([]);
});

function create(name: string, subnets = subnetIds, version = '1.34', bootstrap = false) {
  return test.clients.eks.send(
    new CreateClusterCommand({
      name,
      version,
      roleArn: 'arn:aws:iam::123456789012:role/cluster',
      tags: { lab: 'yes' },
      resourcesVpcConfig: { subnetIds: subnets, endpointPrivateAccess: true },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16' },
      accessConfig: {
        authenticationMode: 'API_AND_CONFIG_MAP',
        bootstrapClusterCreatorAdminPermissions: bootstrap,
      },
    }),
  );
}

function whenStatus(name: string, status: string) {
  return eventually(async () => {
    const { cluster } = await test.clients.eks.send(new DescribeClusterCommand({ name }));
    return cluster?.status === status && cluster;
  });
}

async function remove(name: string) {
  const { cluster } = await test.clients.eks.send(new DeleteClusterCommand({ name }));
  expect(cluster?.status).toBe('DELETING');
  await eventually(async () => {
    const { clusters = [] } = await test.clients.eks.send(new ListClustersCommand({}));
    return !clusters.includes(name);
  });
}
