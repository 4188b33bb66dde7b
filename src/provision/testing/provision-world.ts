import { fakeCleanUp } from '../../../dev/testing/fakes/fake-clean-up.ts';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { fakeRollout } from '../../../dev/testing/fakes/fake-rollout.ts';
import { FakeStacks } from '../../../dev/testing/fakes/fake-stacks.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { callBudget } from '../../cloudformation/polling.ts';
import { readProvisionInputs } from '../inputs.ts';
import type { Report } from '../report.ts';
import { provision } from '../run.ts';
import type { ProvisionDeps } from '../session.ts';
import { fakeStaging } from './fake-staging.ts';

export const INFRA_OUTPUTS = {
  ClusterName: 'eks-multus-cluster',
  ClusterEndpoint: 'https://10.0.2.10',
  ClusterCertificateAuthority: 'Y2E=',
  ServiceCidr: '172.20.0.0/16',
  ClusterSecurityGroupId: 'sg-cluster',
  VpcId: 'vpc-1',
  VpcCidr: '10.0.0.0/16',
  PrivateSubnetIds: 'subnet-p1,subnet-p2',
  PublicSubnetIds: 'subnet-o1,subnet-o2',
  MultusSubnetIds: 'subnet-11,subnet-12,subnet-21,subnet-22',
  MultusSecurityGroupId: 'sg-multus',
  KubernetesVersion: '1.35',
  HookRoleArn: 'arn:aws:iam::123456789012:role/hooks',
  NodeRoleArn: 'arn:aws:iam::123456789012:role/nodes',
  NodeProfileArn: 'arn:aws:iam::123456789012:instance-profile/nodes',
};
export const NODE_OUTPUTS = {
  NodeInstanceRoleArn: 'arn:aws:iam::123456789012:role/node',
  NodeSecurityGroupId: 'sg-node',
  AutoScalingGroupName: 'eks-multus-cluster-ng1',
};

/**
 * The provision action with an account in memory. `run` takes changes to the lab's inputs.
 *
 * @param pullRequest the number of the pull request for which the action runs
 */
export function provisionWorld(pullRequest?: string) {
  const clock = fakeClock();
  const stacks = new FakeStacks(clock);
  stacks.outputs.set('eks-multus-cluster', INFRA_OUTPUTS);
  for (const name of ['ng1', 'ng2']) stacks.outputs.set(`eks-multus-cluster-${name}`, NODE_OUTPUTS);
  const reports: Report[] = [];
  const { cleanUp, state: account } = fakeCleanUp();
  const deps = {
    stacks,
    cleanUp,
    rollout: fakeRollout(),
    clock,
    staging: fakeStaging(),
    log: recordingLog(),
    budget: callBudget(clock),
    identity: async () => ({
      accountId: '123456789012',
      arn: 'arn:aws:sts::123456789012:assumed-role/deployer/eks-multus-7',
    }),
    addons: {
      addons: async () => [],
      addonVersion: async () => undefined,
    } as ProvisionDeps['addons'],
    // Nothing is asked, so nothing is wrong.
    gather: async () => ({}),
    zones: async (): ReturnType<ProvisionDeps['zones']> => ({ value: [] }),
    vpc: {
      present: async () => ({ value: undefined }),
      prefixReservations: async () => ({ value: new Map() }),
    } as ProvisionDeps['vpc'],
    givenCluster: {
      present: async () => ({ value: undefined }),
      privateSubnets: async () => ({ value: [] }),
      inside: async () => ({ unknown: 'nobody asked' }),
    } as ProvisionDeps['givenCluster'],
    spotPrices: async (): ReturnType<ProvisionDeps['spotPrices']> => ({ value: [] }),
    notice: () => undefined,
    packFile: async (...path: readonly string[]) => new TextEncoder().encode(path.join('/')),
    run: { id: '7', repository: 'o/r', pullRequest },
    publish: async (report: Report) => void reports.push(report),
  };
  const run = async (changes: Readonly<Record<string, string>> = {}) => {
    const inputs: Record<string, string> = { ...LAB_INPUTS, ...changes };
    await provision(
      readProvisionInputs((name) => inputs[name] ?? ''),
      deps,
    );
    return reports.at(-1);
  };
  return { deps, stacks, account, reports, run };
}
