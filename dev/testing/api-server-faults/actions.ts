import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseInputs } from '../../../src/configure-multus/inputs.ts';
import { configure } from '../../../src/configure-multus/run.ts';
import { probeCluster } from '../../../src/connectivity/probe/kubernetes-cluster.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { InputError, isExplained, messageOf } from '../../../src/core/errors.ts';
import { kubernetesApi } from '../../../src/kubernetes/api.ts';
import { connect } from '../../../src/kubernetes/connection.ts';
import { explainApiError } from '../../../src/kubernetes/explain.ts';
import { patientFor } from '../../../src/kubernetes/patience.ts';
import { releaseCloudResources } from '../../../src/kubernetes/release-cloud-resources.ts';
import { eksServer, restOf } from '../../../src/kubernetes/rest.ts';
import { accessNeeded } from '../../../src/verify/access.ts';
import { readVerifyInputs } from '../../../src/verify/inputs.ts';
import { verify } from '../../../src/verify/run.ts';
import { recordingLog } from '../fakes/recording-log.ts';

/** How the actions are told their cluster. */
export interface Told {
  readonly endpoint: string;
  /** Base64 of PEM. */
  readonly authority: string;
  /** The user of the kubeconfig; a token when not given. */
  readonly user?: object;
  readonly proxyUrl?: string;
}

/** The end of a run. */
export interface End {
  /** Undefined after success. */
  readonly error: unknown;
  /** How long the run took on its clock, in milliseconds. */
  readonly took: number;
  readonly log: readonly string[];
}

interface Run {
  readonly told: Told;
  readonly clock: Clock;
  /** The namespace of the networks and the test pods. */
  readonly namespace: string;
  /** Makes what the run writes its own: part of the name of a role and of a network. */
  readonly id: string;
  /** How long the action may take. */
  readonly minutes: number;
}

export const MINUTE = 60_000;
const KEYS = async () => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtn' });

/** Everything that talks to an API server, each with one minute: name, and the inputs that name the cluster. */
export const ACTIONS = {
  'configure-multus, access entries': (run: Run) =>
    configureWith(run, { ...partsOf(run.told), 'aws-region': 'ap-northeast-2' }),
  'configure-multus, aws-auth': (run: Run) =>
    withKubeconfig(run.told, (kubeconfig) =>
      configureWith(run, {
        kubeconfig,
        'aws-region': 'ap-northeast-2',
        authentication: 'aws-auth',
        'node-role-arns': `arn:aws:iam::111122223333:role/${run.id}`,
      }),
    ),
  verify: (run: Run) => withKubeconfig(run.told, (kubeconfig) => verifyWith(run, kubeconfig)),
  'provision destroy': releaseWith,
} as const satisfies Readonly<Record<string, (run: Run) => Promise<End>>>;

export type ActionName = keyof typeof ACTIONS;

function partsOf({ endpoint, authority }: Told) {
  return {
    'cluster-name': 'lab',
    'cluster-endpoint': endpoint,
    'cluster-certificate-authority': authority,
  };
}

async function withKubeconfig(told: Told, work: (path: string) => Promise<End>): Promise<End> {
  const folder = await mkdtemp(join(tmpdir(), 'told-'));
  try {
    const path = join(folder, 'kubeconfig');
    await writeFile(path, kubeconfigText(told));
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function kubeconfigText({ endpoint, authority, user, proxyUrl }: Told): string {
  const through = proxyUrl === undefined ? {} : { 'proxy-url': proxyUrl };
  const cluster = { server: endpoint, 'certificate-authority-data': authority, ...through };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'lab', cluster }],
    users: [{ name: 'ci', user: user ?? { token: 'a-token' } }],
    contexts: [{ name: 'c', context: { cluster: 'lab', user: 'ci' } }],
  });
}

async function ending(
  { clock }: Run,
  log: { readonly lines: readonly string[] },
  work: () => Promise<unknown>,
) {
  const began = clock.now();
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, took: clock.now() - began, log: log.lines };
}

function configureWith(run: Run, cluster: Readonly<Record<string, string>>): Promise<End> {
  const { clock, namespace, id, minutes } = run;
  const given: Readonly<Record<string, string>> = {
    ...cluster,
    networks: `- { name: ${id}, master: eth1, ipam: static }`,
    namespace,
    'timeout-minutes': String(minutes),
  };
  const inputs = parseInputs((name) => given[name] ?? '', undefined);
  const log = recordingLog();
  const tools = { log, clock, credentials: KEYS, report: async () => undefined };
  return ending(run, log, () => configure(inputs, tools));
}

function verifyWith(run: Run, kubeconfig: string): Promise<End> {
  const { clock, namespace, minutes } = run;
  const given: Readonly<Record<string, string>> = {
    kubeconfig,
    namespace,
    'timeout-minutes': String(minutes),
    retries: '0',
  };
  const inputs = readVerifyInputs(undefined, (name) => given[name] ?? '');
  const log = recordingLog();
  return ending(run, log, async () => {
    const deadline = clock.now() + inputs.timeoutMs;
    const connecting = { log, clock, credentials: KEYS, needs: accessNeeded(inputs), deadline };
    const connection = await connect(inputs.target.address, connecting);
    await verify(inputs, {
      clusterName: connection.cluster,
      cluster: probeCluster(connection, namespace),
      log,
      clock,
      deadline,
      explain: connection.explain,
      signal: new AbortController().signal,
      nodeInterfaces: async () => undefined,
    });
  });
}

/** What destroy does on the cluster. It goes on without the cluster when that fails, and logs the message. */
function releaseWith(run: Run): Promise<End> {
  const { clock, told, namespace } = run;
  const log = recordingLog();
  const address = {
    kind: 'eks',
    name: 'lab',
    endpoint: told.endpoint,
    certificateAuthority: told.authority,
    region: 'ap-northeast-2',
  } as const;
  const patience = patientFor(clock, MINUTE);
  const api = kubernetesApi(restOf(eksServer(address, KEYS), { patience }), patience);
  return ending(run, log, async () => {
    const deadline = clock.now() + MINUTE;
    await releaseCloudResources(api, { log, clock, deadline, namespace }).catch((error) => {
      throw explainApiError(error, { cluster: 'lab', address });
    });
  });
}

/** The message as the annotation of a run shows it; fails on what would be reported as a bug. */
export function shownMessage(error: unknown): string {
  if (isExplained(error) || error instanceof InputError) return error.message;
  throw new Error(`would be called a bug of the pack: ${messageOf(error)}`, { cause: error });
}
