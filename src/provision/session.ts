import type { ClusterTraces } from '../aws/cluster-traces.ts';
import type { Identity } from '../aws/identity.ts';
import type { Images } from '../aws/images.ts';
import type { Ec2 } from '../aws/network-interfaces.ts';
import type { Staging } from '../aws/staging.ts';
import type { StagingBucket } from '../aws/staging-bucket.ts';
import type { Explain, StackEngine } from '../cloudformation/follow.ts';
import type { CallBudget } from '../cloudformation/polling.ts';
import type { StackApi } from '../cloudformation/stack-api.ts';
import type { StackInsides } from '../cloudformation/stack-resources.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { WorkflowRun } from '../github/workflow-run.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import type { Access, Connection } from '../kubernetes/connection.ts';
import type { Machines } from '../rollout/machines.ts';
import type { ProbeNode } from '../rollout/probe-node.ts';
import type { ScalingGroups } from '../rollout/scaling-group.ts';
import type { AskSpotPrices } from './capacity/spot-prices.ts';
import type { GivenClusterQuestions } from './given-cluster/ask-given-cluster.ts';
import type { ProvisionInputs } from './inputs.ts';
import type { VpcQuestions } from './preflight/account/ask-vpc.ts';
import type { Answer, Zone } from './preflight/facts.ts';
import type { Gather } from './preflight/gather.ts';
import type { Report } from './report.ts';
import type { ClusterAddress } from './rollout/cluster-address.ts';
import type { ClusterQuestions } from './upgrade/ask-cluster.ts';

/** What the action works with; tests replace parts of it. */
export interface ProvisionDeps {
  readonly stacks: StackApi;
  readonly staging: Staging;
  readonly cleanUp: CleanUp;
  readonly rollout: RolloutDeps;
  readonly identity: () => Promise<Identity>;
  /** Learns what the preflight needs to know of the account. */
  readonly gather: Gather;
  /** Knows the add-ons of a cluster that exists. */
  readonly addons: Pick<ClusterQuestions, 'addons' | 'addonVersion'>;
  /** The zones of the region in this account. */
  readonly zones: () => Promise<Answer<readonly Zone[]>>;
  /** Knows a VPC that others made. */
  readonly vpc: VpcQuestions;
  /** Knows a cluster that others made. */
  readonly givenCluster: GivenClusterQuestions;
  readonly spotPrices: AskSpotPrices;
  /** Shows a message on the page of the run, for what is correct but may surprise. */
  readonly notice: (message: string) => void;
  /** Reads a file of the pack, such as `('cfn', 'infra.yaml')`. */
  readonly packFile: (...path: readonly string[]) => Promise<Uint8Array>;
  readonly log: Log;
  readonly clock: Clock;
  /** Counts the calls to AWS that the parts above make. */
  readonly budget: CallBudget;
  /** Knows more than CloudFormation about resources that fail or take long. */
  readonly explain?: Explain;
  readonly run: WorkflowRun;
  /** Sets the outputs and writes the summary. Called once, at the end of every run, also of a failed one. */
  readonly publish: (report: Report) => Promise<void>;
}

/** What destroy works with beside stacks: it reaches everything that belongs to no stack. */
export interface CleanUp extends StackInsides {
  readonly ec2: Ec2;
  readonly traces: ClusterTraces;
  kubernetes(cluster: ClusterAddress): KubernetesApi;
}

/** What the replacement of nodes works with. */
export interface RolloutDeps {
  readonly groups: ScalingGroups;
  readonly machines: Machines;
  readonly images: Images;
  /**
   * @param deadline when the run ends, in the clock's time
   * @param needs what the role must be allowed there
   * @throws ClusterError when the cluster does not answer or does not let us in.
   */
  connect(
    cluster: ClusterAddress,
    deadline: number,
    needs?: readonly Access[],
  ): Promise<Connection>;
  readonly probe: ProbeNode;
}

/** A run in progress. */
export interface Session extends ProvisionDeps {
  readonly inputs: ProvisionInputs;
  readonly account: Identity;
  readonly bucket: StagingBucket;
  readonly engine: StackEngine;
  readonly report: Report;
}
