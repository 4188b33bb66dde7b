import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../../src/core/in-parallel.ts';
import { type PatientClock, patientClock } from '../fakes/fast-clock.ts';
import {
  type Gateway,
  type GatewayIdentity,
  gatewayIdentity,
  startGateway,
  type Treatment,
} from '../servers/gateway.ts';
import { joinNode } from '../servers/join-node.ts';
import { applyManifest, whenServed } from '../servers/lab-cluster.ts';
import { setUpApiServer } from '../setup/api-server.ts';
import { ACTIONS, type ActionName, type End, MINUTE, shownMessage, type Told } from './actions.ts';
import {
  afterReviews,
  asClient,
  conflicting,
  during,
  late,
  PASSING,
  unknownPaths,
} from './faults.ts';
import {
  askWebhook,
  DEAD_WEBHOOK_USER,
  DENIES,
  denyByPolicy,
  POLICY_USER,
  WEBHOOK_USER,
} from './policies.ts';
import { startRefusingProxy } from './refusing-proxy.ts';

/** A minute of the actions that wait takes at least six seconds here. */
const SPEED = 10;
/** Actions that end at once need the patience that they have for a slow answer: at least five seconds here. */
const SPEED_AT_ONCE = 4;
/** By how much a run may miss its deadline, on its clock. */
const LATE_MS = 5_000;

const cluster = setUpApiServer({ alone: true });
let folder: string;
let identity: GatewayIdentity;
let webhook: Gateway;
let clocks: { readonly fast: PatientClock; readonly slower: PatientClock };
let playing = true;
let played: Promise<void>;
let runs = 0;

/** Rows of the table, in the order in which they were made. */
const table: { fault: string; action: string; outcome: string }[] = [];

beforeAll(async () => {
  clocks = { fast: patientClock(SPEED), slower: patientClock(SPEED_AT_ONCE) };
  folder = await mkdtemp(join(tmpdir(), 'fault-table-'));
  identity = await gatewayIdentity(join(folder, 'gateway'));
  const { connection } = cluster;
  await applyManifest(connection, 'multus', 'definition.yaml');
  await joinNode(connection, 'node-a');
  const untainted = { metadata: { name: 'node-a' }, spec: { taints: [] } };
  await connection.api.merge('/api/v1/nodes/node-a', untainted);
  await denyByPolicy(connection);
  webhook = await startGateway(server(), identity, DENIES);
  const { authority } = identity;
  const dead = { url: 'https://127.0.0.1:1/', authority };
  await askWebhook(connection, DEAD_WEBHOOK_USER, dead);
  await askWebhook(connection, WEBHOOK_USER, { url: `${webhook.endpoint}/`, authority });
  played = playControllers();
});

afterAll(async () => {
  playing = false;
  await played;
  await webhook.stop();
  clocks.fast.stop();
  clocks.slower.stop();
  await rm(folder, { recursive: true });
  const byFault = table.toSorted((one, other) => one.fault.localeCompare(other.fault));
  const lines = byFault.map(({ fault, action, outcome }) => `${fault} | ${action} | ${outcome}`);
  console.log(['fault | action | outcome', ...lines].join('\n'));
});

const server = () => ({ connection: cluster.connection });

/** Plays the kubelets, which make pods Ready, and the controller that counts them. */
async function playControllers(): Promise<void> {
  const { api } = cluster.connection;
  const set = '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds';
  while (playing) {
    const selection = { labelSelector: 'app.kubernetes.io/managed-by=eks-multus-actions' };
    const pods = await api.list<V1Pod>('/api/v1/pods', selection);
    for (const pod of pods.filter(({ status }) => status?.phase !== 'Running')) {
      const { namespace, name } = pod.metadata ?? {};
      const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
      await api
        .merge(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status })
        .catch(() => undefined);
    }
    const found = await api.read<Counted>(set);
    if (found !== undefined && found.status?.observedGeneration !== found.metadata.generation) {
      const count = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
      const { generation: observedGeneration } = found.metadata;
      const status = { ...count, observedGeneration, currentNumberScheduled: 1 };
      const more = { numberMisscheduled: 0, numberReady: 1 };
      await api.merge(`${set}/status`, { status: { ...status, ...more } }).catch(() => undefined);
    }
    // A second of the fast clock.
    await new Promise((resolve) => setTimeout(resolve, 1_000 / SPEED));
  }
}

/** The DaemonSet, and the generation of it that has been counted. */
interface Counted {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly observedGeneration?: number };
}

interface Trial {
  readonly fault: string;
  readonly action: ActionName;
  readonly treat?: (clock: PatientClock) => Treatment;
  /** What the inputs say, where that is not the gateway's own address. */
  readonly told?: Partial<Told>;
  /** Prepares the namespace of the run. */
  readonly prepare?: (namespace: string) => Promise<void>;
  readonly namespace?: string;
  /** How long the action may take; one minute when not given. */
  readonly minutes?: number;
  /** The clock of the action; the fast one when not given. */
  readonly clock?: keyof typeof clocks;
}

/** Runs an action through a gateway with a fault, in a namespace of its own, and notes the outcome. */
async function tried(trial: Trial): Promise<End> {
  runs += 1;
  const id = `run-${runs}`;
  const namespace = trial.namespace ?? id;
  if (trial.namespace === undefined) await makeNamespace(namespace);
  await trial.prepare?.(namespace);
  const clock = clocks[trial.clock ?? 'fast'];
  const gateway = await startGateway(
    server(),
    identity,
    trial.treat?.(clock) ?? (({ pass }) => pass()),
  );
  try {
    const told = { endpoint: gateway.endpoint, authority: identity.authority, ...trial.told };
    const end = await ACTIONS[trial.action]({
      told,
      clock,
      namespace,
      id,
      minutes: trial.minutes ?? 1,
    });
    const outcome = end.error === undefined ? 'works' : oneLine(shownMessage(end.error), gateway);
    const after = `after ${Math.round(end.took / 1000)} s`;
    table.push({ fault: trial.fault, action: trial.action, outcome: `${outcome} (${after})` });
    return end;
  } finally {
    await gateway.stop();
  }
}

function oneLine(text: string, { endpoint }: Gateway): string {
  return text
    .replaceAll(endpoint, 'https://API')
    .replaceAll(/\/\S*\/told-\w+\//g, '')
    .replaceAll('\n', ' ');
}

async function makeNamespace(name: string): Promise<void> {
  const { api } = cluster.connection;
  await api.create('/api/v1/namespaces', { metadata: { name } });
  const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${name}/network-attachment-definitions`;
  const labels = { 'app.kubernetes.io/managed-by': 'eks-multus-actions' };
  for (const network of [1, 2]) {
    const config = JSON.stringify({
      cniVersion: '0.3.1',
      type: 'ipvlan',
      master: `eth${network}`,
      ipam: { type: 'host-local', subnet: `10.0.${network}.0/24` },
    });
    const metadata = { name: `net-${network}`, labels };
    const definition = {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata,
      spec: { config },
    };
    await whenServed(async () => void (await api.create(path, definition)));
  }
}

/** What the message of each fault that lasts must say. */
const LASTING: readonly (readonly [fault: RegExp, words: RegExp])[] = [
  [/429/, /has too much to do \(429 Too many requests.*longer timeout-minutes/s],
  [/503/, /the API server failed \(503 apiserver not ready\)/],
  [/502/, /HTTP 502 with the HTML page "502 Bad Gateway"\).*is the address of an API server/s],
  [/captive/, /HTTP 200 with the HTML page "Guest network: sign in"\).*sign-in page/s],
  [/reset/, /(socket hang up|ECONNRESET).*that of a running cluster/s],
  [/silence|byte/, /no answer within [\d.]+ seconds\).*that of a running cluster/s],
];

/** What the message of each fault that waiting cannot heal must say. */
const AT_ONCE_SAID: Readonly<Record<string, RegExp>> = {
  'wrong certificate authority': /(self-signed|unable to).*certificate/,
  'another server: 404 page not found': /no usable answer.*404 page not found/,
  'missing exec plugin': /the program aws-from-nowhere, which gets its credentials, is not on this/,
  'failing exec plugin': /the program sh, .* failed \(token expired, run sso login\)/,
  'proxy that asks for a password': /the proxy answered 407.*HTTPS_PROXY/s,
  'no right to anything': /403 .*give user nobody the right to (list|get|patch) [\w-]+/s,
  'admission policy': /change freeze until Monday.*owners of change-freeze/s,
  'admission webhook': /ask #team-network for an exemption.*owners of owners\.example\.com/s,
  'token that expires': /401 Unauthorized/,
  'conflicts without end': /409|changed 20 times/,
  'missing namespace': /namespace nowhere: .*kubectl create namespace nowhere/s,
};

const NAMES = Object.keys(ACTIONS) as ActionName[];
/** The actions that read a kubeconfig here. */
const BY_KUBECONFIG = ['configure-multus, aws-auth', 'verify'] as const;
/** Those that write; destroy finds nothing to delete here. */
const WRITING = NAMES.filter((name) => name !== 'provision destroy');

const every = (
  fault: string,
  more: Omit<Trial, 'fault' | 'action'>,
  actions: readonly ActionName[] = NAMES,
) => actions.map((action) => ({ fault, action, ...more }));

const AT_ONCE = 16;

type Ended = Trial & End & { readonly message: string };

/** Runs trials at the same time, each in a namespace of its own. */
function all(trials: readonly Trial[]): Promise<Ended[]> {
  return inParallel(trials, AT_ONCE, async (trial) => {
    const end = await tried(trial);
    return { ...trial, ...end, message: end.error === undefined ? '' : shownMessage(end.error) };
  });
}

/** The runs that end after their minute. */
function afterDeadline(ends: readonly Ended[]): readonly string[] {
  return ends.filter(({ took }) => took > MINUTE + LATE_MS).map(place);
}

const place = ({ fault, action, message, took }: Ended) =>
  `${fault}, ${action}: ${message} after ${took} ms`;

// The tests are slow on a busy machine, as their clock is.
describe('each action', { timeout: 600_000 }, () => {
  it('works without a fault', async () => {
    // One after the other: the first run installs Multus, and the others find it.
    for (const trial of every('none', {})) expect((await tried(trial)).error).toBeUndefined();
  });

  it('waits until a fault is over', async () => {
    const passing = Object.entries(PASSING).flatMap(([fault, strike]) =>
      every(`for 20 s: ${fault}`, { treat: (clock) => during(strike, 20_000, clock), minutes: 5 }),
    );
    const slow = every('each answer half a second late', { treat: () => late(50), minutes: 5 });
    const ends = await all([
      ...passing.filter(({ fault }) => !/silence|byte/.test(fault)),
      ...slow,
    ]);
    expect(ends.filter(({ error }) => error !== undefined).map(place)).toEqual([]);
    const log = ends.find(({ fault }) => fault.includes('429'))?.log ?? [];
    expect(log.filter((line) => line.includes('Waiting for the API server'))).toHaveLength(1);
  });

  it('ends at its deadline while a fault lasts, and says what the API server does', async () => {
    const ends = await all(
      Object.entries(PASSING).flatMap(([fault, strike]) => [
        ...every(`from the start: ${fault}`, { treat: () => strike }),
        ...every(`then for good: ${fault}`, {
          treat: (clock) => during(strike, Number.POSITIVE_INFINITY, clock),
        }),
      ]),
    );
    expect(afterDeadline(ends)).toEqual([]);
    for (const end of ends) {
      const words = LASTING.find(([fault]) => fault.test(end.fault))?.[1];
      expect(place(end)).toMatch(words ?? /no words are listed/);
    }
    // A page of another server never gets into an annotation, and nobody is told to look at access policies.
    expect(ends.filter(({ message }) => /<|access policy|access entry/.test(message))).toEqual([]);
  });

  it('says at once what waiting cannot heal', async () => {
    const wrong = await gatewayIdentity(join(folder, 'wrong'));
    const exec = (command: string, args: readonly string[] = []) => ({
      user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args } },
    });
    const proxyThatRefuses = await startRefusingProxy();
    const trials = [
      ...every('wrong certificate authority', { told: { authority: wrong.authority } }),
      ...every('another server: 404 page not found', { treat: () => unknownPaths }, WRITING),
      ...every('missing exec plugin', { told: exec('aws-from-nowhere') }, BY_KUBECONFIG),
      ...every(
        'failing exec plugin',
        { told: exec('sh', ['-c', 'echo token expired, run sso login >&2; exit 255']) },
        BY_KUBECONFIG,
      ),
      ...every(
        'proxy that asks for a password',
        { told: { proxyUrl: proxyThatRefuses.url } },
        BY_KUBECONFIG,
      ),
      ...every('no right to anything', { treat: () => afterReviews({ user: 'nobody' }) }, NAMES),
      ...every('admission policy', { treat: () => afterReviews(POLICY_USER) }, WRITING),
      ...every('admission webhook', { treat: () => afterReviews(WEBHOOK_USER) }, WRITING),
      ...every('token that expires', { treat: () => afterReviews('client') }, NAMES),
      ...every('conflicts without end', { treat: () => conflicting }, WRITING),
      ...every('missing namespace', { namespace: 'nowhere' }, WRITING),
    ];
    const ends = await all(trials.map((trial) => ({ ...trial, clock: 'slower' as const })));
    await proxyThatRefuses.stop();
    for (const end of ends) expect(place(end)).toMatch(AT_ONCE_SAID[end.fault] ?? /no words/);
  });

  it('explains an identity that stays unknown by the inputs that name it', async () => {
    const ends = await all(every('unknown token', { treat: () => asClient }, WRITING));
    expect(afterDeadline(ends)).toEqual([]);
    for (const end of ends) {
      const eks = end.action.endsWith('access entries');
      expect(place(end)).toMatch(eks ? /create-access-entry/ : /current user in the kubeconfig/);
    }
  });

  it('says that a webhook does not answer, when that lasts', async () => {
    const treat = () => afterReviews(DEAD_WEBHOOK_USER);
    for (const end of await all(every('webhook that is gone', { treat }, WRITING))) {
      expect(place(end)).toMatch(/failed calling webhook.*repair the webhook/s);
    }
  });

  it('says that aws-auth is immutable', async () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
    await cluster.connection.api.merge(path, { immutable: true });
    const [end] = await all(every('immutable aws-auth', {}, ['configure-multus, aws-auth']));
    await cluster.connection.api.remove(path);
    expect(end?.message).toMatch(/aws-auth: it is marked as immutable.*access-entries/s);
  });
});
