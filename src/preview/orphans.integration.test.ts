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

/** Previews that nobody would remove, each by another cause. Their stacks are small; all else is the product and the stand-ins. */

const REPOSITORY = 'acme/telecom-lab';
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

/** Runs a command of the action, as a workflow of the repository would. */
async function command(given: Readonly<Record<string, string>>, pull?: PullRequest) {
  let outputs: PreviewOutputs = {};
  const token = api.token(REPOSITORY, PERMISSIONS);
  const texts: Record<string, string> = { 'aws-region': REGION, 'github-token': token, ...given };
  await preview({
    inputs: readPreviewInputs((name) => texts[name] ?? ''),
    places: fakePlaces(),
    runUrl: 'https://github.test/run',
    actor: 'ann',
    stacks,
    github: repositoryClient(token, REPOSITORY, api.url),
    run: { id: '2', repository: REPOSITORY, repositoryId: '7', pullRequest: undefined },
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

function setPull(pull: PullRequest, hasBranch = true): void {
  const { pullRequests, branches } = api.repository(REPOSITORY);
  pullRequests.set(pull.number, pull);
  if (hasBranch) branches.set(pull.headBranch, pull.headSha);
  else branches.delete(pull.headBranch);
}

/** What is not the repository's, or never expires. */
const OTHERS = ['eks-multus-lab', 'eks-multus-other-1'];

it('makes previews, and environments that have to stay', async () => {
  for (const number of [1, 2, 3, 4, 5, 6]) setPull(newPullRequest(number));
  await Promise.all([
    ...[1, 2, 4, 5, 6].map((number) => make(nameOf(number), String(number))),
    make(nameOf(3), '3', { repository: 'acme/earlier-name' }),
    make('eks-multus-lab', undefined, { ttlHours: 0, guarded: false }),
    make('eks-multus-other-1', '1', {
      repository: 'acme/other',
      repositoryId: '8',
      ttlHours: 1,
      guarded: false,
    }),
  ]);
  expect(await present()).toEqual([...OTHERS, ...[1, 2, 3, 4, 5, 6].map(nameOf)].sort());
});

it('a pull request that is closed: the event destroys its preview', async () => {
  const closed = newPullRequest(1, { state: 'closed' });
  setPull(closed);
  const { decision, name } = await command({ command: 'decide' }, closed);
  expect({ decision, name }).toEqual({ decision: 'destroy', name: nameOf(1) });
  await destroy(nameOf(1));
  expect(await present()).not.toContain(nameOf(1));
});

it('a deleted branch, a renamed repository, a close of which no run knows: the next run of reap', async () => {
  setPull(newPullRequest(2), false);
  setPull(newPullRequest(3, { state: 'closed' }));
  setPull(newPullRequest(4, { state: 'closed' }));
  // Closed and open again before reap has run.
  setPull(newPullRequest(5));
  const { environments = [] } = await command({ command: 'list-expired' });
  expect(environments.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    `${nameOf(2)}: branch change-2 is gone`,
    `${nameOf(3)}: pull request #3 is closed`,
    `${nameOf(4)}: pull request #4 is closed`,
  ]);
  await Promise.all(environments.map(({ name }) => destroy(name)));
  expect(await present()).toEqual([...OTHERS, nameOf(5), nameOf(6)].sort());
  const guards = (await stacks.list())
    .map(({ name }) => name)
    .filter((name) => /Guard$/.test(name));
  expect(guards.sort()).toEqual([nameOf(5), nameOf(6)].map(guardNameOf));
});

it('a schedule that is off, a workflow that is deleted: AWS, five hours after the expiry', async () => {
  const { scheduler } = job.aws.aws;
  ahead = (TTL_HOURS + 4.9) * HOUR_MS;
  await scheduler.runDue();
  expect(await present()).toEqual([...OTHERS, nameOf(5), nameOf(6)].sort());
  ahead = (TTL_HOURS + 5.1) * HOUR_MS;
  await scheduler.runDue();
  await eventually(async () => (await present()).length === OTHERS.length);
  expect(await present()).toEqual(OTHERS);
  expect(scheduler.invocations().map(({ failure }) => failure)).toEqual([undefined, undefined]);
});

it('reap, once it runs again, removes the rest, and leaves alone what others have', async () => {
  const { environments = [] } = await command({ command: 'list-expired' });
  expect(environments.map(({ name }) => name)).toEqual([nameOf(5), nameOf(6)]);
  await Promise.all(environments.map(({ name }) => destroy(name)));
  expect((await stacks.list()).map(({ name }) => name).sort()).toEqual(OTHERS);
  expect(job.aws.aws.scheduler.schedules()).toEqual([]);
});
