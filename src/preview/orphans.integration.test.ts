import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { eventually, REGION } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { type GithubApi, startGithubApi } from '../../dev/stand-ins/github/api/server.ts';
import { newPullRequest, type PullRequest } from '../../dev/stand-ins/github/api/state.ts';
import { pullRequestEvents } from '../../dev/stand-ins/github/events/pull-request.ts';
import { fakeNamespaces } from '../../dev/testing/fakes/fake-namespaces.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { type JobInAws, startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { templateText } from '../../dev/testing/samples/read-template.ts';
import { deployStack } from '../cloudformation/deploy-stack.ts';
import { callBudget } from '../cloudformation/polling.ts';
import { sdkStackApi } from '../cloudformation/sdk-stack-api.ts';
import type { StackApi } from '../cloudformation/stack-api.ts';
import { guardNameOf } from '../environment/guard-stack.ts';
import { creationTags, firstTags, stackTags } from '../environment/tags.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { guardRoleBeside } from '../provision/guard/guard-role.ts';
import { guardTimes } from '../provision/guard/guard-times.ts';
import { provisionInProcess } from '../provision/testing/provision-in-process.ts';
import { toPreviewEvent } from './decide.ts';
import { readPreviewInputs } from './inputs.ts';
import type { PreviewOutputs } from './outputs.ts';
import { preview } from './run.ts';
import { fakePlaces } from './testing/fake-places.ts';

/**
 * Previews that nobody would remove, each by another cause, and when they go, in the stand-in's time. Their stacks are small; all else is
 * the product and the stand-ins.
 */

const REPOSITORY = 'acme/telecom-lab';
/** The repositories in which nothing runs any more. */
const SCHEDULE_OFF = { repository: 'acme/schedule-off', repositoryId: '9' };
const WORKFLOW_DELETED = { repository: 'acme/workflow-deleted', repositoryId: '10' };
const PERMISSIONS = { contents: 'read', 'pull-requests': 'write', deployments: 'write' } as const;
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
const HOUR_MS = 3_600_000;
const TTL_HOURS = 24;
const clock = fastClock(20);

let job: JobInAws;
let api: GithubApi;
let stacks: StackApi;
/** How far the stand-in's time is ahead of the clock. */
let ahead = 0;
const began = Date.now();

beforeAll(async () => {
  const scheduleTime = () => Date.now() + ahead;
  const aws = startJobInAws({ pacing: steadyPacing(20), scheduleTime });
  [job, api] = await Promise.all([aws, startGithubApi(0)]);
  const client = { endpoint: job.aws.endpoint, region: REGION, credentials: CREDENTIALS };
  stacks = sdkStackApi(new CloudFormationClient(client));
  vi.stubEnv('AWS_ENDPOINT_URL', job.aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
  await api?.stop();
});

const nameOf = (number: number) => `eks-multus-pr-${number}`;
const SMALL = 'Resources: { Logs: { Type: AWS::Logs::LogGroup } }';

interface Made {
  readonly repository?: string;
  readonly repositoryId?: string;
  readonly ttlHours?: number;
  readonly guarded?: boolean;
}

/** What a deploy makes for a preview: a stack with its tags, and the guard of the stack. */
async function make(name: string, pullRequest: string | undefined, made: Made = {}) {
  const { repository = REPOSITORY, repositoryId = '7', ttlHours = TTL_HOURS } = made;
  const run = { id: '1', repository, repositoryId, pullRequest };
  const engine = {
    api: stacks,
    log: recordingLog(),
    clock,
    deadline: clock.now() + HOUR_MS,
    budget: callBudget(clock),
  };
  const roleArn = job.roles['cloudformation-role-arn'];
  const spec = {
    tags: stackTags(name),
    firstTags: firstTags(run),
    creationTags: creationTags(run, { ttlHours, now: began }),
    onFailure: 'rollback',
    allowReplacement: [],
    revertDrift: false,
    terminationProtection: undefined,
    roleArn,
    runId: '1',
  } as const;
  const small = { file: 'small.yaml', text: SMALL };
  await deployStack(engine, { ...spec, name, template: small, parameters: {} });
  if (made.guarded === false) return;
  const expiresAt = began + ttlHours * HOUR_MS;
  const { arn, group } = guardRoleBeside(roleArn);
  await deployStack(engine, {
    ...spec,
    name: guardNameOf(name),
    template: { file: 'cfn/guard.yaml', text: templateText('guard') },
    parameters: {
      GuardedStack: name,
      ...guardTimes({ expiresAt, now: began, hasCluster: true }),
      GuardRoleArn: arn,
      ScheduleGroup: group,
    },
  });
}

/** Runs a command of the action, as a workflow of a repository would. */
async function command(
  given: Readonly<Record<string, string>>,
  { pull, repository = REPOSITORY, repositoryId = '7' }: Caller = {},
) {
  let outputs: PreviewOutputs = {};
  const token = api.token(repository, PERMISSIONS);
  const texts: Record<string, string> = { 'aws-region': REGION, 'github-token': token, ...given };
  await preview({
    inputs: readPreviewInputs((name) => texts[name] ?? ''),
    places: fakePlaces(),
    runUrl: 'https://github.test/run',
    actor: 'ann',
    stacks,
    github: repositoryClient(token, repository, api.url),
    run: { id: '2', repository, repositoryId, pullRequest: undefined },
    event: () => {
      const closed = pull ?? newPullRequest(1);
      return toPreviewEvent(
        pullRequestEvents(api.repository(REPOSITORY), closed, 'closed')[0]?.payload,
      );
    },
    readFile: async () => '',
    now: () => Date.now() + ahead,
    log: recordingLog(),
    notice: () => undefined,
    setOutputs: (some) => {
      outputs = { ...outputs, ...some };
    },
    addSummary: async () => undefined,
  });
  return outputs;
}

interface Caller {
  readonly pull?: PullRequest;
  readonly repository?: string;
  readonly repositoryId?: string;
}

const destroy = (environment: string) =>
  provisionInProcess(
    { command: 'destroy', environment, 'aws-region': REGION },
    { speed: 20, kubernetes: fakeNamespaces().api },
  );

/** The environments and other stacks that there are, without guards. */
async function present(): Promise<readonly string[]> {
  const names = (await stacks.list()).map(({ name }) => name);
  return names.filter((name) => !name.endsWith('-Guard')).sort();
}

/** Each number is that of a pull request in one repository only. */
function setPull(pull: PullRequest, hasBranch = true): void {
  for (const repository of [REPOSITORY, SCHEDULE_OFF.repository, WORKFLOW_DELETED.repository]) {
    const { pullRequests, branches } = api.repository(repository);
    pullRequests.set(pull.number, { ...pull, headRepository: repository });
    if (hasBranch) branches.set(pull.headBranch, pull.headSha);
    else branches.delete(pull.headBranch);
  }
}

/** What is not the repository's, or never expires. */
const OTHERS = ['eks-multus-lab', 'eks-multus-other-1'];

interface Orphan {
  readonly number: number;
  readonly cause: string;
  /** Hours after the deploys at which nobody wants the preview any more. */
  readonly since: number;
  /** Hours after that in which it has to be gone. */
  readonly bound: number;
  /** What happens then. */
  readonly happens: () => Promise<void> | void;
  readonly made?: Made;
}

/** The schedule of examples/scheduled-teardown.yml. */
const REAP_HOURS = 3;
/** The guard of a stack with a cluster. */
const GUARD_HOURS = 5;

const close = (number: number) => setPull(newPullRequest(number, { state: 'closed' }));

const ORPHANS: readonly Orphan[] = [
  { number: 1, cause: 'closed', since: 1, bound: 0, happens: closedEvent },
  {
    number: 2,
    cause: 'branch gone',
    since: 2,
    bound: REAP_HOURS,
    happens: () => setPull(newPullRequest(2), false),
  },
  {
    number: 3,
    cause: 'repository renamed, then closed, and no run saw it',
    since: 4,
    bound: REAP_HOURS,
    happens: () => close(3),
    made: { repository: 'acme/earlier-name' },
  },
  {
    number: 4,
    cause: 'closed, and no run saw it',
    since: 4,
    bound: REAP_HOURS,
    happens: () => close(4),
  },
  {
    number: 5,
    cause: 'closed and reopened, then expired',
    since: TTL_HOURS,
    bound: REAP_HOURS,
    happens: () => setPull(newPullRequest(5)),
  },
  {
    number: 6,
    cause: 'schedule off, and expired',
    since: TTL_HOURS,
    bound: GUARD_HOURS,
    happens: () => undefined,
    made: SCHEDULE_OFF,
  },
  {
    number: 7,
    cause: 'workflow deleted, and expired',
    since: TTL_HOURS,
    bound: GUARD_HOURS,
    happens: () => undefined,
    made: WORKFLOW_DELETED,
  },
];

/** The run that GitHub starts for a closed pull request. */
async function closedEvent(): Promise<void> {
  close(1);
  const pull = newPullRequest(1, { state: 'closed' });
  const { decision, name = '' } = await command({ command: 'decide' }, { pull });
  expect(decision).toBe('destroy');
  await destroy(name);
}

/** One run of the schedule of a repository: what has to go, goes. */
async function reap(caller: Caller = {}): Promise<readonly string[]> {
  const { environments = [] } = await command({ command: 'list-expired' }, caller);
  await Promise.all(environments.map(({ name }) => destroy(name)));
  return environments.map(({ name, reason }) => `${name}: ${reason}`);
}

it('makes previews, and environments that have to stay', async () => {
  for (const { number } of ORPHANS) setPull(newPullRequest(number));
  await Promise.all([
    ...ORPHANS.map(({ number, made }) => make(nameOf(number), String(number), made)),
    make('eks-multus-lab', undefined, { ttlHours: 0, guarded: false }),
    make('eks-multus-other-1', '1', {
      repository: 'acme/other',
      repositoryId: '8',
      ttlHours: 1,
      guarded: false,
    }),
  ]);
  const names = ORPHANS.map(({ number }) => nameOf(number));
  expect(await present()).toEqual([...OTHERS, ...names].sort());
});

it('each goes within its bound, and not before', { timeout: 300_000 }, async () => {
  const { scheduler } = job.aws.aws;
  const gone = new Map<number, number>();
  const reasons: string[] = [];
  for (let hour = 0; hour <= TTL_HOURS + GUARD_HOURS; hour += 1) {
    // A minute later, because everything takes a moment.
    ahead = hour * HOUR_MS + 60_000;
    await scheduler.runDue();
    for (const { happens } of ORPHANS.filter(({ since }) => since === hour)) await happens();
    if (hour % REAP_HOURS === 0) reasons.push(...(await reap()));
    if (hour >= TTL_HOURS + GUARD_HOURS) {
      await eventually(async () => (await present()).length === OTHERS.length);
    }
    const left = await present();
    for (const { number } of ORPHANS) {
      if (!left.includes(nameOf(number)) && !gone.has(number)) gone.set(number, hour);
    }
  }
  const took = ORPHANS.map(({ number, cause, since, bound }) => {
    const hours = (gone.get(number) ?? Number.NaN) - since;
    return { cause, inTime: hours >= 0 && hours <= bound };
  });
  expect(took).toEqual(ORPHANS.map(({ cause }) => ({ cause, inTime: true })));
  expect(await present()).toEqual(OTHERS);
  const expired = new Date(began + TTL_HOURS * HOUR_MS).toISOString().slice(0, 16);
  expect(reasons).toEqual([
    `${nameOf(2)}: branch change-2 is gone`,
    `${nameOf(3)}: pull request #3 is closed`,
    `${nameOf(4)}: pull request #4 is closed`,
    `${nameOf(5)}: expired at ${expired}Z`,
  ]);
  const calls = scheduler.invocations();
  expect(calls.map(({ schedule }) => schedule).sort()).toEqual([6, 7].map(nameOf));
  expect(calls.flatMap(({ failure = [] }) => failure)).toEqual([]);
});

it('reap, once it runs again, removes the rest, and leaves alone what others have', async () => {
  for (const repository of [SCHEDULE_OFF, WORKFLOW_DELETED]) {
    expect(await reap(repository)).toHaveLength(1);
  }
  expect((await stacks.list()).map(({ name }) => name).sort()).toEqual(OTHERS);
  expect(job.aws.aws.scheduler.schedules()).toEqual([]);
});
