import { describe, expect, it } from 'vitest';
import { dynamicFile, mappingOf } from './access-entries.ts';

const entry = (more: object) => ({
  principalArn: 'arn:aws:iam::123456789012:role/team/dev',
  type: 'STANDARD',
  username: '',
  kubernetesGroups: [],
  policyArns: [],
  ...more,
});
const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;

describe('the mapping of an access entry', () => {
  it('names a node by its private DNS name', () => {
    expect(mappingOf(entry({ type: 'EC2_LINUX', username: 'ignored' }))).toEqual({
      username: 'system:node:{{EC2PrivateDNSName}}',
      groups: ['system:bootstrappers', 'system:nodes'],
    });
  });

  it('maps the cluster admin policy to the group of administrators', () => {
    expect(mappingOf(entry({ policyArns: [policy('AmazonEKSClusterAdminPolicy')] }))).toEqual({
      username: 'arn:aws:sts::123456789012:assumed-role/dev/{{SessionName}}',
      groups: ['system:masters'],
    });
  });

  it('keeps a given username and given groups', () => {
    const given = { username: 'me', kubernetesGroups: ['readers'] };
    expect(mappingOf(entry({ ...given, policyArns: [policy('AmazonEKSViewPolicy')] }))).toEqual({
      username: 'me',
      groups: ['readers', 'eks-access-policy:AmazonEKSViewPolicy'],
    });
  });
});

describe('the file that the authenticator reads', () => {
  const users = entry({ principalArn: 'arn:aws:iam::123456789012:user/ann', username: 'ann' });
  const file = JSON.parse(dynamicFile([entry({ username: 'dev' }), users], 7, new Date(1_000_999)));

  it('looks a role up without its path, as STS names it', () => {
    expect(file.mapRoles).toEqual([
      { rolearn: 'arn:aws:iam::123456789012:role/dev', username: 'dev', groups: [] },
    ]);
  });

  it('keeps users apart from roles', () => {
    expect(file.mapUsers).toEqual([
      { userarn: 'arn:aws:iam::123456789012:user/ann', username: 'ann', groups: [] },
    ]);
  });

  it('carries its version and time', () => {
    expect(file).toMatchObject({ Version: '7', LastUpdatedDateTime: '1000' });
  });
});
