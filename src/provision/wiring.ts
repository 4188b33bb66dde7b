import { readFile } from 'node:fs/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { V1Node } from '@kubernetes/client-node';
import { type AwsCaller, createClient } from '../aws/clients.ts';
import { clusterTraces, logLines } from '../aws/cluster-traces.ts';
import type { RoleChoice } from '../aws/credential-fields.ts';
import { credentialProvider } from '../aws/credentials.ts';
import { callerIdentity } from '../aws/identity.ts';
import { imagesOf } from '../aws/images.ts';
import { ec2Of } from '../aws/network-interfaces.ts';
import { s3Staging } from '../aws/staging.ts';
import type { TokenSource } from '../aws/web-identity.ts';
import { callBudget } from '../cloudformation/polling.ts';
import { sdkStackApi } from '../cloudformation/sdk-stack-api.ts';
import { type StackInsides, stackInsides } from '../cloudformation/stack-resources.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { packFile } from '../core/pack-files.ts';
import { actionsLog, notice } from '../github/actions-log.ts';
import { idToken } from '../github/id-token.ts';
import { mask } from '../github/mask.ts';
import { addSummary, setOutputs } from '../github/outputs.ts';
import { workflowRun } from '../github/workflow-run.ts';
import { kubernetesApi } from '../kubernetes/api.ts';
import { connect } from '../kubernetes/connection.ts';
import { nodeState } from '../kubernetes/nodes.ts';
import { patientFor } from '../kubernetes/patience.ts';
import { eksServer, restOf } from '../kubernetes/rest.ts';
import { machinesOf } from '../rollout/machines.ts';
import { probeNode } from '../rollout/probe-node.ts';
import { scalingGroups } from '../rollout/scaling-group.ts';
import { spotPricesOf } from './capacity/spot-prices.ts';
import { askGivenCluster } from './given-cluster/ask-given-cluster.ts';
import { explainLaunches } from './launch-failures.ts';
import { askEc2 } from './preflight/account/ask-ec2.ts';
import { askVpc } from './preflight/account/ask-vpc.ts';
import { gatherWith } from './preflight/gather.ts';
import { reportMarkdown } from './report.ts';
import type { ClusterAddress } from './rollout/cluster-address.ts';
import type { CleanUp, ProvisionDeps, RolloutDeps } from './session.ts';
import { askCluster } from './upgrade/ask-cluster.ts';

/** What a test may replace. */
interface Options {
  /** Where ID tokens come from. */
  readonly tokens?: TokenSource;
  readonly clock?: Clock;
}

/** The real dependencies: AWS, with the chosen role or the job's own credentials, and the job's runner. */
export function realDeps(
  region: string,
  role: RoleChoice,
  { tokens = { idToken, mask }, clock = systemClock }: Options = {},
): ProvisionDeps {
  const run = workflowRun(process.env);
  const credentials = credentialProvider(
    { region, ...role, sessionName: `eks-multus-${run.id}` },
    tokens,
  );
  const budget = callBudget(clock);
  const caller = { region, credentials, runId: run.id };
  const counted = { ...caller, onCall: budget.spend };
  const cloudFormation = createClient(CloudFormationClient, counted);
  const logs = createClient(CloudWatchLogsClient, caller);
  const insides = stackInsides(cloudFormation);
  const rollout = rolloutOf(caller, role, clock);
  const cluster = askCluster(createClient(EKSClient, caller));
  return {
    stacks: sdkStackApi(cloudFormation),
    staging: s3Staging(createClient(S3Client, caller), { clock, log: actionsLog }),
    cleanUp: cleanUpOf(counted, insides, clock),
    rollout,
    explain: explainLaunches(insides, (group, text) => logLines(logs, group, text)),
    identity: () => callerIdentity(createClient(STSClient, caller)),
    addons: cluster,
    gather: gatherWith(caller, { cluster, nodes: nodesBy(rollout, clock) }),
    zones: () => askEc2(createClient(EC2Client, caller)).zones(),
    vpc: askVpc(createClient(EC2Client, caller)),
    givenCluster: askGivenCluster(
      createClient(EKSClient, caller),
      createClient(EC2Client, caller),
      (address) => {
        const deadline = clock.now() + PREFLIGHT_MS;
        return rollout.connect(address, deadline, [{ ...DAEMON_SETS, verb: 'patch' }]);
      },
    ),
    spotPrices: spotPricesOf(createClient(EC2Client, caller), clock.now),
    notice,
    packFile: (...path) => readFile(packFile(...path)),
    log: actionsLog,
    clock,
    budget,
    run,
    async publish(report) {
      setOutputs({ ...report.outputs });
      await addSummary(reportMarkdown(report));
    },
  };
}

function rolloutOf(caller: AwsCaller, role: RoleChoice, clock: Clock): RolloutDeps {
  const { credentials, region } = caller;
  const roleArn = role.chainedRoleArn ?? role.roleArn;
  return {
    groups: scalingGroups(
      createClient(AutoScalingClient, caller),
      createClient(AutoScalingClient, { ...caller, attempts: 1 }),
    ),
    machines: machinesOf(createClient(EC2Client, caller)),
    images: imagesOf(createClient(EC2Client, caller), createClient(SSMClient, caller)),
    connect: ({ name, endpoint, certificateAuthority }, deadline, needs = []) =>
      connect(
        { kind: 'eks', region, name, endpoint, certificateAuthority },
        { log: actionsLog, credentials, roleArn, clock, deadline, needs },
      ),
    probe: probeNode,
  };
}

/** What configure-multus writes in any case. */
const DAEMON_SETS = { group: 'apps', resource: 'daemonsets', namespace: 'kube-system' };

/** How long a preflight waits for an API server. */
const PREFLIGHT_MS = 15_000;

function nodesBy({ connect: connectTo }: RolloutDeps, clock: Clock) {
  return async (address: ClusterAddress) => {
    const { api } = await connectTo(address, clock.now() + PREFLIGHT_MS);
    return (await api.list<V1Node>('/api/v1/nodes')).map(nodeState);
  };
}

/** How long each request to a cluster that is being destroyed may take. One that does not answer must not stop a destroy. */
const CLUSTER_MS = 60_000;

function cleanUpOf(caller: AwsCaller, insides: StackInsides, clock: Clock): CleanUp {
  return {
    ...insides,
    ec2: ec2Of(createClient(EC2Client, caller)),
    traces: clusterTraces(
      createClient(EKSClient, caller),
      createClient(CloudWatchLogsClient, caller),
    ),
    kubernetes: (cluster) => {
      const address = { kind: 'eks', region: caller.region, ...cluster } as const;
      const patience = patientFor(clock, CLUSTER_MS);
      return kubernetesApi(restOf(eksServer(address, caller.credentials), { patience }), patience);
    },
  };
}
