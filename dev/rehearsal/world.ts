import { join } from 'node:path';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { prepareAccount } from '../stand-ins/aws/account.ts';
import { type AwsStandIn, startAws } from '../stand-ins/aws/aws.ts';
import { type Inventory, takeInventory } from '../stand-ins/aws/inventory.ts';
import { startMoto } from '../stand-ins/aws/moto/moto.ts';
import { createControlPlanes } from '../stand-ins/cluster/control-plane.ts';
import { createNodeLifecycle } from '../stand-ins/cluster/node-lifecycle.ts';
import { GITHUB_ISSUER, startOidcIssuer } from '../stand-ins/github/oidc.ts';
import { PACK_WORKFLOWS } from '../stand-ins/github/repositories.ts';
import {
  type ActSetup,
  prepareAct,
  prepareRunner,
  type Runner,
  type RunnerOptions,
} from '../stand-ins/github/runner.ts';
import { createMachines, type Machines } from '../stand-ins/instance/machines.ts';
import { metadataSource } from '../stand-ins/instance/metadata.ts';
import { startMetadataServer } from '../stand-ins/instance/metadata-server.ts';
import { assignPodPrefix } from '../stand-ins/instance/vpc-cni.ts';
import { type Ec2State, readEc2State, together } from '../stand-ins/vpc/ec2-state.ts';
import { METADATA_ADDRESS } from '../stand-ins/vpc/filter.ts';
import { createVpc, prepareNamespace } from '../stand-ins/vpc/vpc.ts';
import { CHECKOUT } from '../tools/checkout.ts';
import type { Progress } from '../tools/progress.ts';
import {
  ACCOUNT,
  clientConfig,
  ec2Clients,
  existingStacks,
  GATEWAY,
  GATEWAY_PORT,
  REGION,
  scalingGroups,
} from './account-view.ts';
import type { ScalingGroup } from './deploy-facts.ts';
import { LOG_FOLDER, RUN_FOLDER } from './run-folder.ts';
import { scenarioName } from './scenarios/scenario-names.ts';
import { setUpOf } from './scenarios/set-up.ts';
import type { WorldPlan } from './world-messages.ts';

const REPOSITORY = 'acme/telecom-lab';
const WORKFLOW = '.github/workflows/provision.yml';
/** The workflows whose jobs the roles trust: the pack's, in the repository itself and as others call them, and the user's one job. */
export const TRUSTED_WORKFLOWS = [
  ...['provision.yml', 'destroy.yml', 'in-one-job.yml'].map(
    (file) => `${REPOSITORY}/.github/workflows/${file}@refs/heads/main`,
  ),
  ...PACK_WORKFLOWS,
];
const MOTO_PORT = 5000;
const OIDC_PORT = 4567;

/** The running stand-ins for GitHub, AWS and its machines. */
export interface StandIns {
  readonly runner: Runner;
  readonly act: ActSetup;
  readonly runnerOptions: RunnerOptions;
  /** The rehearsal's own access to AWS, as the account's owner. */
  readonly client: ReturnType<typeof clientConfig>;
  readonly aws: AwsStandIn;
  /** The role that the account's owner made for the repository; empty when a newcomer makes it. */
  readonly roleArn: string;
  /** The path of an administrator's kubeconfig for a cluster. */
  kubeconfig(cluster: string): string;
  /** The existing stacks in a region; by default the account's first region. */
  stacks(region?: string): Promise<readonly { readonly name: string; readonly status: string }[]>;
  /** The Auto Scaling groups of the account. */
  scalingGroups(): Promise<readonly ScalingGroup[]>;
  inventory(region?: string): Promise<Inventory>;
  /** The rehearsal's own EC2 client, and the state that EC2 reports. */
  readonly ec2: EC2Client;
  ec2State(): Promise<Ec2State>;
  readonly autoScaling: AutoScalingClient;
  /** The machines behind EC2's instances. */
  readonly machines: Machines;
  /** How far the time of EventBridge's schedules is ahead of the clock. Whoever sets it lets time pass for them. */
  readonly schedules: { aheadMs: number };
  stop(): Promise<void>;
}

/** Starts the stand-ins in the namespaces that this process is in. Needs root there. */
export async function startStandIns(plan: WorldPlan, progress: Progress): Promise<StandIns> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return await progress.step('start the stand-ins for GitHub and AWS', () =>
      start(plan, (end) => stops.push(end), stop),
    );
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { tools, switches, workflow }: WorldPlan,
  onStop: (end: () => Promise<void>) => void,
  stop: () => Promise<void>,
): Promise<StandIns> {
  await prepareNamespace();
  const client = clientConfig();
  const ec2In = ec2Clients(client);
  const eksIn = (region: string) => new EKSClient({ ...client, region });
  const autoScaling = new AutoScalingClient(client);
  const readState = async () =>
    together(await Promise.all(aws.regions().map((region) => readEc2State(ec2In(region)))));
  const folders = { runDir: RUN_FOLDER, logDir: LOG_FOLDER };
  const schedules = { aheadMs: 0 };

  const isNext = (imageId: string, region: string) =>
    aws.eksImages.kubernetesVersion(imageId, region) === (tools.next?.version ?? 'none');
  const controlPlanes = createControlPlanes({ ...folders, tools, gatewayUrl: GATEWAY, ec2In });
  const vpc = createVpc({ readState });
  const machines = createMachines({
    ...folders,
    tools,
    readState,
    vpc,
    amiOf: (imageId) =>
      aws.regions().some((region) => isNext(imageId, region)) ? tools.next?.ami : undefined,
    beforePowerOn: (instanceId) => assignPodPrefix({ ec2In, eksIn }, readState, instanceId),
  });
  const oidc = await startOidcIssuer(OIDC_PORT, {
    repository: REPOSITORY,
    ref: 'refs/heads/main',
    workflow: WORKFLOW,
  });
  onStop(oidc.stop);
  const aws = await startAws({
    startMoto: (log) =>
      startMoto({ python: join(tools.venv, 'bin', 'python'), port: MOTO_PORT, log }),
    port: GATEWAY_PORT,
    account: ACCOUNT,
    region: REGION,
    controlPlanes,
    machines,
    switches: withFailures(switches, workflow),
    scheduleTime: () => Date.now() + schedules.aheadMs,
    runFolder: RUN_FOLDER,
    logFolder: LOG_FOLDER,
    jwksUrls: { [GITHUB_ISSUER]: oidc.jwksUrl },
  });
  onStop(aws.stop);
  onStop(controlPlanes.stop);
  onStop(machines.stop);
  const metadata = await startMetadataServer({
    host: METADATA_ADDRESS,
    port: 80,
    lookUp: metadataSource({
      ec2In,
      iam: new IAMClient(client),
      sts: new STSClient(client),
      readState,
      accountId: ACCOUNT,
      noticeOf: ({ id }) => aws.spot.noticeOf(id),
    }),
    onError: (error) => console.error('instance metadata:', error),
  });
  onStop(metadata.stop);
  const nodes = createNodeLifecycle({
    kubectl: join(tools.bin, 'kubectl'),
    readState,
    kubeconfigs: controlPlanes.kubeconfigs,
  });
  const unfollow = followEc2(aws, [vpc, machines, nodes]);
  onStop(async () => unfollow());
  const act = await prepareAct({ bin: tools.bin, runFolder: RUN_FOLDER, logFolder: LOG_FOLDER });
  const runnerOptions = {
    source: CHECKOUT,
    repository: REPOSITORY,
    oidc,
    // Credentials come only from GitHub's ID token, as in a real job.
    env: { AWS_ENDPOINT_URL: GATEWAY, AWS_EC2_METADATA_DISABLED: 'true' },
  };
  const account = {
    ...client,
    account: ACCOUNT,
    repository: REPOSITORY,
    workflows: TRUSTED_WORKFLOWS,
  };
  return {
    aws,
    ec2: ec2In(REGION),
    autoScaling,
    machines,
    schedules,
    stop,
    ec2State: readState,
    roleArn: workflow === 'newcomer' ? '' : await prepareAccount(account),
    act,
    runnerOptions,
    runner: await prepareRunner(act, runnerOptions),
    client,
    kubeconfig: (cluster) => kubeconfigOf(controlPlanes, cluster),
    stacks: (region = REGION) => existingStacks(new CloudFormationClient({ ...client, region })),
    scalingGroups: () => scalingGroups(autoScaling),
    inventory: (region = REGION) => takeInventory({ ...client, region }),
  };
}

/** The switches of the command line, and what fails in the scenario. */
function withFailures(
  switches: WorldPlan['switches'],
  workflow: string | undefined,
): WorldPlan['switches'] {
  const { failures = [] } = setUpOf(scenarioName(workflow));
  return { ...switches, failures: [...failures, ...(switches.failures ?? [])] };
}

/** Keeps what is simulated around instances equal to EC2's state. Returns how to stop. */
function followEc2(
  { gateway }: AwsStandIn,
  followers: readonly { reconcile(): Promise<void> }[],
): () => void {
  return gateway.onMutation((service) => {
    if (service !== 'ec2') return;
    for (const { reconcile } of followers) {
      reconcile().catch((error: unknown) => console.error('follow EC2:', error));
    }
  });
}

function kubeconfigOf(
  controlPlanes: ReturnType<typeof createControlPlanes>,
  cluster: string,
): string {
  const path = controlPlanes.kubeconfig(cluster);
  if (path === undefined) throw new Error(`there is no cluster ${cluster}`);
  return path;
}
