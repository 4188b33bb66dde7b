import type { V1DaemonSet } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { checkPlugins, lackingPlugins } from './check-plugins.ts';

const REGISTRY = '602401143452.dkr.ecr.ap-northeast-2.amazonaws.com';

function awsNode(version: string): V1DaemonSet {
  const containers = [{ name: 'aws-node', image: `${REGISTRY}/amazon-k8s-cni:${version}` }];
  const initContainers = [
    { name: 'aws-vpc-cni-init', image: `${REGISTRY}/amazon-k8s-cni-init:${version}` },
  ];
  const template = { spec: { containers, initContainers } };
  return { spec: { selector: {}, template } };
}

it.each(['v1.20.2-eksbuild.1', 'v1.20.3', 'v1.20.3-eksbuild.2'])('warns of %s', (version) => {
  const warning = lackingPlugins(awsNode(version), [{ type: 'ipvlan' }, { type: 'ipvlan' }]);
  expect(warning).toContain(`this cluster, ${version.slice(0, 7)}, does not`);
  expect(warning).toContain('(ipvlan)');
});

it.each(['v1.20.1-eksbuild.1', 'v1.20.4-eksbuild.1', 'v1.20.20', 'v1.21.2', 'latest'])(
  'says nothing of %s',
  (version) => expect(lackingPlugins(awsNode(version), [{ type: 'ipvlan' }])).toBeUndefined(),
);

it('says nothing without networks, and without a VPC CNI', () => {
  expect(lackingPlugins(awsNode('v1.20.2'), [])).toBeUndefined();
  expect(lackingPlugins(awsNode('v1.20.2'), [{ type: undefined }])).toBeUndefined();
  expect(lackingPlugins(undefined, [{ type: 'ipvlan' }])).toBeUndefined();
});

it('goes on when it may not look', async () => {
  const log = recordingLog();
  await checkPlugins(fakeKubernetesApi({}), [{ type: 'ipvlan' }], log);
  expect(log.lines).toEqual([
    'Cannot see which version of the VPC CNI the cluster has (the test expects no such request)',
  ]);
});
