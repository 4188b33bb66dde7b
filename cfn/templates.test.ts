import { describe, expect, it } from 'vitest';
import { awsSpecification } from '../dev/stand-ins/aws/cloudformation/plan/specification.ts';
import { accountRoles } from '../dev/testing/samples/account-roles.ts';
import { statementsOf } from '../dev/testing/samples/policy-statements.ts';
import { readTemplate, type Template, templateText } from '../dev/testing/samples/read-template.ts';
import { TEMPLATE_BODY_LIMIT, templateBody } from '../src/cloudformation/template-body.ts';

const infra = readTemplate('infra');
const nodegroup = readTemplate('nodegroup');

/** What the provision action passes and reads, and what the node group takes from the cluster. */
const CONTRACT = [
  {
    name: 'infra',
    template: infra,
    parameters: [
      'ClusterName',
      'KubernetesVersion',
      'AddonsKubernetesVersion',
      'PodIdentityAgentVersion',
      'VpcCniVersion',
      'KubeProxyVersion',
      'VpcId',
      'PrivateSubnetIds',
      'VpcCidr',
      'AvailabilityZones',
      'PublicSubnetCidrs',
      'PrivateSubnetCidrs',
      'Multus1SubnetCidrs',
      'Multus2SubnetCidrs',
      'Multus3SubnetCidrs',
      'Multus4SubnetCidrs',
      'Multus1SubnetIds',
      'Multus2SubnetIds',
      'Multus3SubnetIds',
      'Multus4SubnetIds',
      'MultusCidr',
      'MultusIpFamily',
      'VpcIpv6Cidr',
      'MultusIpv6Cidrs',
      'MultusPeering1',
      'MultusPeering2',
      'MultusTransit1',
      'MultusTransit2',
      'MultusVpn',
      'GivenClusterName',
      'GivenClusterEndpoint',
      'GivenClusterCertificateAuthority',
      'GivenClusterSecurityGroupId',
      'GivenClusterServiceCidr',
      'GivenClusterAuthentication',
      'GivenClusterCustomNetworking',
      'NatGateways',
      'SecretsEncryption',
      'EndpointPublicAccessCidrs',
      'Internet',
      'ControlPlaneLogs',
      'AdminRoleArns',
      'PermissionsBoundaryArn',
      'VpcCniRights',
      'SessionManager',
    ],
    outputs: [
      'ClusterName',
      'ClusterTag',
      'CustomNetworking',
      'ClusterEndpoint',
      'ClusterCertificateAuthority',
      'ServiceCidr',
      'ClusterSecurityGroupId',
      'VpcId',
      'VpcCidr',
      'PrivateSubnetIds',
      'PublicSubnetIds',
      'MultusSubnetIds',
      'MultusIpv6Cidrs',
      'MultusSecurityGroupId',
      'KubernetesVersion',
      'AddonsKubernetesVersion',
      'OidcIssuer',
      'VpcCniRights',
      'HookRoleArn',
      'NodeRoleArn',
      'NodeProfileArn',
    ],
  },
  {
    name: 'nodegroup',
    template: nodegroup,
    parameters: [
      'ClusterName',
      'ClusterEndpoint',
      'ClusterCertificateAuthority',
      'ServiceCidr',
      'ClusterSecurityGroupId',
      'VpcId',
      'EnvironmentName',
      'ClusterTag',
      'CustomNetworking',
      'NodeGroupName',
      'NodeGroupEntry',
      'MinSize',
      'Asleep',
      'Capacity',
      'DesiredSize',
      'MaxSize',
      'InstanceType',
      'VolumeSize',
      'KeyName',
      'NodeImageIdSSMParam',
      'ImageId',
      'OwnImage',
      'VolumeType',
      'VolumeKeyArn',
      'PlacementGroup',
      'DetailedMonitoring',
      'NodeLabels',
      'NodeTaints',
      'UserDataPart',
      'Tag1',
      'Tag2',
      'Tag3',
      'Tag4',
      'Tag5',
      'SubnetId',
      'MultusSubnetIds',
      'MultusPrefixCidrs',
      'MultusOtherZoneCidrs',
      'MultusIpFamily',
      'MultusSecurityGroupId',
      'PrefixesPerInterface',
      'StartupTaint',
      'PodsWaitForMultus',
      'LambdaBucket',
      'LambdaKey',
      'LambdaObjectVersion',
      'NodeAccess',
      'HookRoleArn',
      'NodeRoleArn',
      'NodeProfileArn',
      'PermissionsBoundaryArn',
      'VpcCniRights',
      'SessionManager',
    ],
    outputs: ['NodeInstanceRoleArn', 'NodeSecurityGroupId', 'AutoScalingGroupName'],
  },
] as const;

const TAG = 'eks-multus:environment';

describe.each(CONTRACT)('the $name template', ({ name, template, parameters, outputs }) => {
  it('has exactly the parameters and outputs that provision knows', () => {
    expect(Object.keys(template.Parameters).sort()).toEqual([...parameters].sort());
    expect(Object.keys(template.Outputs).sort()).toEqual([...outputs].sort());
  });

  it('fits into a request and is plain ASCII', () => {
    const text = templateText(name);
    const body = templateBody({ file: name, text });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(TEMPLATE_BODY_LIMIT);
    expect(text).toMatch(/^[\n -~]+$/);
  });

  it('opens nothing to the world', () => {
    expect(groups(template).length).toBeGreaterThan(0);
    expect(JSON.stringify(groups(template))).not.toMatch(/0\.0\.0\.0\/0|::\/0/);
  });

  // The service role may change and delete only what has this tag; a stack's tags do not come onto every type.
  it('tags what does not get the tags of its stack', async () => {
    const specOf = await awsSpecification();
    const untagged = Object.entries(template.Resources).filter(([, { Type, Properties }]) => {
      const spec = specOf(Type);
      const itself =
        spec?.tagProperty === undefined && 'TagSpecifications' in (spec?.properties ?? {});
      return itself && !JSON.stringify(Properties['TagSpecifications'] ?? '').includes(TAG);
    });
    expect(untagged.map(([id]) => id)).toEqual([]);
  });

  it('gives every role the permissions boundary', () => {
    const roles = ofType(template, 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(1);
    const boundary = { Ref: 'PermissionsBoundaryArn' };
    for (const { Properties } of roles) {
      expect(Properties['PermissionsBoundary']).toEqual({
        'Fn::If': ['HasBoundary', boundary, { Ref: 'AWS::NoValue' }],
      });
    }
  });

  it('names its roles as the service role may make them', () => {
    const statements = accountRoles().service.policies.flatMap(statementsOf);
    const making = statements.find(({ Sid }) => Sid === 'BoundedRoles');
    const names = [making?.Resource].flat().join();
    const roles = Object.entries(template.Resources).filter(([, one]) =>
      one.Type.endsWith('::Role'),
    );
    for (const [id] of roles) expect(names).toContain(`:role/eks-multus-*-${id}-*`);
  });

  it('makes no bucket and no custom resource', () => {
    const types = Object.values(template.Resources).map((resource) => resource.Type);
    expect(
      types.filter((type) => /^(AWS::S3::|Custom::|AWS::CloudFormation::)/.test(type)),
    ).toEqual([]);
  });
});

// https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3057
it("pins the version of the launch hook's code", () => {
  const hook = nodegroup.Resources['HookFunction']?.Properties?.['Code'];
  expect(JSON.stringify(hook)).toContain('LambdaObjectVersion');
});

describe('EC2, which has a name of its own in the regions of China', () => {
  const name = { 'Fn::Sub': 'ec2.${AWS::URLSuffix}' };

  it.each(CONTRACT)('may take on the node role of the $name template', ({ template }) => {
    expect(property(template, 'NodeRole', 'AssumeRolePolicyDocument')).toMatchObject({
      Statement: [{ Principal: { Service: name } }],
    });
  });

  it('is given node roles by CloudFormation', () => {
    const policies = JSON.stringify(
      property(readTemplate('github-oidc'), 'ServiceRole', 'Policies'),
    );
    const services = /"iam:PassedToService":(\[[^\]]*\])/.exec(policies)?.[1] ?? '[]';
    expect(JSON.parse(services)).toEqual(expect.arrayContaining(['ec2.amazonaws.com', name]));
  });
});

describe('infra.yaml', () => {
  it("has the lab's layout as its defaults", () => {
    expect(infra.Parameters).toMatchObject({
      VpcCidr: { Default: '10.0.0.0/16' },
      PublicSubnetCidrs: { Default: '10.0.0.0/24,10.0.1.0/24' },
      PrivateSubnetCidrs: { Default: '10.0.2.0/24,10.0.3.0/24' },
      Multus1SubnetCidrs: { Default: '10.0.4.0/24,10.0.5.0/24' },
      Multus2SubnetCidrs: { Default: '10.0.6.0/24,10.0.7.0/24' },
      Multus3SubnetCidrs: { Default: '' },
      Multus4SubnetCidrs: { Default: '' },
    });
  });

  it('makes only the given administrators', () => {
    expect(property(infra, 'Cluster', 'AccessConfig')).toEqual({
      AuthenticationMode: 'API_AND_CONFIG_MAP',
      BootstrapClusterCreatorAdminPermissions: false,
    });
  });

  // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html#KMS-CreateKey-request-Policy
  it('makes its key for roles that may not change policies of keys', () => {
    expect(property(infra, 'SecretsKey', 'EnableKeyRotation')).toBe(true);
    expect(infra.Resources['SecretsKey']?.Properties).not.toHaveProperty('KeyPolicy');
  });

  it('does not wait for nodes, which come after it: no CoreDNS add-on', () => {
    const addons = ofType(infra, 'AWS::EKS::Addon').map((addon) => addon.Properties['AddonName']);
    expect(addons.sort()).toEqual(['eks-pod-identity-agent', 'kube-proxy', 'vpc-cni']);
  });
});

describe('a role that both templates make', () => {
  const account = '${AWS::Region}:${AWS::AccountId}';
  const none = { Ref: 'AWS::NoValue' };
  const network = { 'Fn::If': ['MakesVpc', { Ref: 'Vpc' }, { Ref: 'VpcId' }] };
  const vpcCni = sub('arn:${AWS::Partition}:iam::aws:policy/AmazonEKS_CNI_Policy');
  const group = `arn:\${AWS::Partition}:autoscaling:${account}:autoScalingGroup:*:autoScalingGroupName/`;
  const logs = `arn:\${AWS::Partition}:logs:${account}:log-group:`;
  const vpc = `arn:\${AWS::Partition}:ec2:${account}:vpc/`;

  it.each<[id: string, differences: [own: object, shared: object][]]>([
    [
      'HookRole',
      [
        [
          { 'Fn::If': ['HasClusterTag', { Ref: 'ClusterTag' }, { Ref: 'ClusterName' }] },
          { Ref: 'ClusterName' },
        ],
        [sub(`${vpc}\${VpcId}`), sub([`${vpc}\${Network}`, { Network: network }])],
        [
          sub([`${group}\${Group}`, { Group: { Ref: 'AWS::StackName' } }]),
          sub(`${group}\${ClusterName}-*`),
        ],
        [{ 'Fn::GetAtt': ['HookLogs', 'Arn'] }, sub(`${logs}\${ClusterName}-*-HookLogs-*`)],
      ],
    ],
    [
      'NodeRole',
      [
        [
          { 'Fn::If': ['HasVpcCniRights', vpcCni, none] },
          { 'Fn::If': ['HasVpcCniRole', none, vpcCni] },
        ],
      ],
    ],
  ])('%s has the same rights for one group and for all groups', (id, differences) => {
    const [own, shared] = [nodegroup, infra].map(({ Resources }) => Resources[id]?.Properties);
    let text = JSON.stringify(own);
    for (const [from, to] of differences) {
      expect(text).toContain(JSON.stringify(from));
      text = text.replaceAll(JSON.stringify(from), () => JSON.stringify(to));
    }
    expect(JSON.parse(text)).toEqual(shared);
  });
});

describe('nodegroup.yaml', () => {
  it('has the hooks in the group itself, and what answers them before it', () => {
    expect(property(nodegroup, 'AutoScalingGroup', 'LifecycleHookSpecificationList')).toMatchObject(
      [
        { LifecycleHookName: 'multus-attach-enis', DefaultResult: 'ABANDON' },
        { LifecycleHookName: 'multus-release-enis', DefaultResult: 'CONTINUE' },
      ],
    );
    const group = nodegroup.Resources['AutoScalingGroup'];
    expect(group?.DependsOn).toEqual(['HookRule', 'HookPermission']);
  });

  it('sends the hooks of this group, and of no other, to the function', () => {
    expect(property(nodegroup, 'HookRule', 'EventPattern')).toMatchObject({
      detail: {
        AutoScalingGroupName: [property(nodegroup, 'AutoScalingGroup', 'AutoScalingGroupName')],
        LifecycleHookName: ['multus-attach-enis', 'multus-release-enis'],
      },
    });
  });

  it('admits nodes by an access entry only when asked to', () => {
    const entry = nodegroup.Resources['NodeAccessEntry'];
    expect(entry).toMatchObject({ Condition: 'HasAccessEntry', DependsOn: 'NodeProfile' });
    expect(nodegroup.Conditions['HasAccessEntry']).toEqual({
      'Fn::And': [
        { Condition: 'HasOwnRole' },
        { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'NodeAccess' }, 'aws-auth'] }] },
      ],
    });
  });

  it('has nodes wait for Multus unless told otherwise, as the boot script spells it', () => {
    expect(nodegroup.Parameters['PodsWaitForMultus']).toMatchObject({
      Default: 'true',
      AllowedValues: ['true', 'false'],
    });
    expect(templateText('nodegroup')).toContain('[[ $pods_wait_for_multus == true ]]');
  });

  it('requires IMDSv2 and encrypts the disk', () => {
    const data = property(nodegroup, 'LaunchTemplate', 'LaunchTemplateData');
    expect(data).toMatchObject({
      MetadataOptions: { HttpTokens: 'required' },
      BlockDeviceMappings: [{ Ebs: { VolumeType: { Ref: 'VolumeType' }, Encrypted: true } }],
    });
  });

  it('names nothing but the group, so that environments cannot collide', () => {
    const names = ['RoleName', 'LogGroupName', 'Name', 'LaunchTemplateName', 'GroupName'];
    const named = Object.entries(nodegroup.Resources).filter(([, { Properties }]) =>
      names.some((name) => name in Properties),
    );
    expect(named.map(([id]) => id)).toEqual([]);
    expect(nodegroup.Resources['HookFunction']?.Properties).not.toHaveProperty('FunctionName');
  });
});

function sub(value: unknown) {
  return { 'Fn::Sub': value };
}

function ofType(template: Template, type: string) {
  return Object.values(template.Resources).filter((resource) => resource.Type === type);
}

function groups(template: Template) {
  return ofType(template, 'AWS::EC2::SecurityGroup').concat(
    ofType(template, 'AWS::EC2::SecurityGroupIngress'),
  );
}

function property(template: Template, id: string, name: string): unknown {
  const value = template.Resources[id]?.Properties[name];
  expect(value, `${id}.${name}`).toBeDefined();
  return value;
}
