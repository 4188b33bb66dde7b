import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GithubApi, startGithubApi } from '../../dev/stand-ins/github/api/server.ts';
import {
  addEnvironment,
  deploymentStates,
  fakeSha,
  type PullRequest,
} from '../../dev/stand-ins/github/api/state.ts';
import { pullRequestEvents } from '../../dev/stand-ins/github/events/pull-request.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { creationTags, stackTags } from '../environment/tags.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { toPreviewEvent } from './decide.ts';
import { readPreviewInputs } from './inputs.ts';
import type { PreviewOutputs } from './outputs.ts';
import { preview } from './run.ts';
import { fakePlaces } from './testing/fake-places.ts';

const NAME = 'eks-multus-pr-12';
const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-24T10:00:00Z');
const PERMISSIONS = { contents: 'read', 'pull-requests': 'write', deployments: 'write' } as const;
const pull: PullRequest = {
  number: 12,
  author: 'ann',
  headBranch: 'more-networks',
  headRepository: 'acme/lab',
  headSha: fakeSha('12'),
  labels: [],
  state: 'open',
  merged: false,
  conflict: false,
};

const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-cloudformation';
let api: GithubApi;
let stacks: Stack[];
let places: ReturnType<typeof fakePlaces>;
let folder: string;
/** What the last command has set, also when it failed. */
let outputs: PreviewOutputs;

beforeAll(async () => {
  api = await startGithubApi(0);
  folder = mkdtempSync(join(tmpdir(), 'preview-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await api.stop();
});
beforeEach(() => {
  stacks = [];
  places = fakePlaces();
  const { pullRequests, comments, deployments, branches } = api.repository('acme/lab');
  for (const known of [comments, deployments]) known.clear();
  pullRequests.set(12, pull);
  branches.set('more-networks', pull.headSha);
});

const comments = () => [...api.repository('acme/lab').comments.values()].map(({ body }) => body);

function stack(
  environment: string,
  pullRequest: string | undefined,
  repository = 'acme/lab',
): Stack {
  const run = { id: '1', repository, pullRequest };
  const tags = { ...stackTags(environment), ...creationTags(run, { ttlHours: 24, now: NOW }) };
  const given = { parameters: {}, tags };
  return { name: environment, status: 'CREATE_COMPLETE', ...given } as Partial<Stack> as Stack;
}

/** Runs one command with these inputs, as the workflow would on a push to the pull request. */
async function run(given: Readonly<Record<string, string>>, permissions = PERMISSIONS, now = NOW) {
  outputs = {};
  const shown = { notices: [] as string[], warnings: [] as string[], summary: '' };
  const token = api.token('acme/lab', permissions);
  const inputs = readPreviewInputs(
    (name) => ({ 'aws-region': 'ap-northeast-2', 'github-token': token, ...given })[name] ?? '',
  );
  await preview({
    inputs,
    runUrl: 'https://github.com/acme/lab/actions/runs/1',
    actor: 'ann',
    stacks: { list: async () => stacks },
    places,
    github: repositoryClient(inputs.githubToken ?? '', 'acme/lab', api.url),
    administrator: repositoryClient(inputs.environmentToken ?? 'none', 'acme/lab', api.url),
    run: { id: '1', repository: 'acme/lab', repositoryId: '7', pullRequest: '12' },
    event: () => {
      const [event] = pullRequestEvents(api.repository('acme/lab'), pull, 'synchronize');
      return toPreviewEvent(event?.payload);
    },
    readFile: (path) => readFile(path, 'utf8'),
    now: () => now,
    log: { ...recordingLog(), warn: (message) => void shown.warnings.push(message) },
    notice: (message) => void shown.notices.push(message),
    setOutputs: (some) => {
      outputs = { ...outputs, ...some };
    },
    addSummary: async (markdown) => {
      shown.summary += markdown;
    },
  });
  return shown;
}

it('decides and names the environment', async () => {
  await run({ command: 'decide' });
  expect(outputs).toMatchObject({ decision: 'deploy', name: NAME });
  const times = { 'ttl-hours': 24, 'expiry-guard': false };
  const defaults = { label: '', drafts: true, ...times, prune: true };
  expect(outputs).toMatchObject(defaults);
});

describe('with a file of inputs', () => {
  const label = 'needs-networks';
  let file: string;
  beforeAll(() => {
    file = join(folder, 'multus.yaml');
    const lines = [`label: ${label}`, 'max-previews: 1', 'name-prefix: lab', 'prune: false'];
    writeFileSync(
      file,
      [...lines, 'ttl-hours: 0', 'expiry-guard: true', 'vpc-cidr: 10.64.0.0/16'].join('\n'),
    );
  });

  it('decides by the file, and hands on what is in it', async () => {
    const { notices } = await run({ command: 'decide', 'config-file': file });
    expect(notices).toEqual([expect.stringContaining(`once it has the label "${label}"`)]);
    const handed = { label, 'ttl-hours': 0, 'expiry-guard': true, prune: false };
    expect(outputs).toMatchObject({ decision: 'skip', name: 'lab-12', ...handed });
  });

  it('the job comes before the file', async () => {
    const given = { 'name-prefix': 'mine', 'ttl-hours': '5', prune: 'true' };
    await run({ command: 'decide', 'config-file': file, ...given });
    expect(outputs).toMatchObject({ name: 'mine-12', 'ttl-hours': 5, prune: true, label });
  });

  it('refuses one preview more than the file has', async () => {
    stacks = [stack('lab-1', '1')];
    api.repository('acme/lab').pullRequests.set(12, { ...pull, labels: [label] });
    const given = { command: 'begin', name: 'lab-12', 'config-file': file };
    const { notices } = await run(given);
    expect(notices).toEqual([
      expect.stringContaining('max-previews is 1, and there are 1 previews'),
    ]);
    expect(outputs).toEqual({ proceed: false, result: 'refused' });
  });
});

it('reports a preview from begin to end in one comment and in deployments', async () => {
  await run({ command: 'begin', name: NAME });
  const expiry = new Date(NOW + 24 * HOUR).toISOString();
  expect(outputs).toEqual({ proceed: true, 'expires-at': expiry });
  expect(comments()).toEqual([expect.stringContaining('being deployed')]);
  stacks = [stack(NAME, '12')];
  const path = join(folder, 'report.json');
  writeFileSync(
    path,
    JSON.stringify({ result: 'passed', counts: { passed: 38, failed: 0 }, checks: [] }),
  );
  const changes = [{ action: 'Add', logicalId: 'Vpc', type: 'AWS::EC2::VPC', replacement: '' }];
  const plan = JSON.stringify([{ stack: NAME, action: 'create', changes }]);
  const url = 'https://github.com/acme/lab/actions/runs/1/artifacts/7';
  await run({ command: 'report', name: NAME, plan, 'report-path': path, 'report-url': url });
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toMatch(
    /^<!-- eks-multus-actions preview eks-multus-pr-12 -->\n[\s\S]*ready[\s\S]*all 38 checks passed \(\[report\]\(https:\S+\/runs\/1\/artifacts\/7\)\)[\s\S]*2026-11-25 10:00 UTC[\s\S]*close this pull request[\s\S]*AWS::EC2::VPC/,
  );
  expect(deploymentStates(api.repository('acme/lab'))).toEqual({ [NAME]: 'success' });

  await run({ command: 'begin', name: NAME });
  await run({ command: 'report', name: NAME });
  const states = [...api.repository('acme/lab').deployments.values()].map(
    ({ statuses }) => statuses.at(-1)?.state,
  );
  expect(states).toEqual(['inactive', 'success']);

  await run({ command: 'end', name: NAME, reason: 'pull request #12 is closed' });
  expect(comments()).toEqual([
    expect.stringMatching(/destroyed[\s\S]*pull request #&#8203;12 is closed/),
  ]);
  expect(deploymentStates(api.repository('acme/lab'))).toEqual({ [NAME]: 'inactive' });
});

const FAILED = {
  title: 'AWS',
  resource: 'stack eks-multus-pr-12-ng1: AutoScalingGroup (AWS::AutoScaling::AutoScalingGroup)',
  reason: 'CREATE_FAILED: arn:aws:iam::123456789012:role/x has no room for @ann',
  'next-step': 'raise the quota, then run the action again',
};

it('shows what failed, why, and the next step, and hides accounts', async () => {
  await run({ command: 'begin', name: NAME });
  const given = { status: 'failure', failure: JSON.stringify(FAILED) };
  await run({ command: 'report', name: NAME, ...given });
  expect(outputs).toMatchObject({ result: 'failed', deployed: false, 'cluster-name': '' });
  const [text = ''] = comments();
  expect(text).toContain(`| What failed | AWS: ${FAILED.resource} |`);
  expect(text).toMatch(/\| Reason \| CREATE_FAILED: arn:aws:iam::…:role\/x has no room/);
  expect(text).toContain(`| Next step | ${FAILED['next-step']} |`);
  expect(text).not.toContain('123456789012');
  await run({ command: 'end', name: NAME, ...given });
  expect(comments()[0]).toMatch(/could not be destroyed[\s\S]*What failed/);
});

it('says how to get a destroyed preview back', async () => {
  const { pullRequests } = api.repository('acme/lab');
  const closed = { ...pull, state: 'closed' as const };
  for (const [now, way] of [
    [pull, /push a commit, or close this pull request and reopen it/],
    [closed, /reopen this pull request/],
    [{ ...closed, merged: true }, /open a new pull request/],
  ] as const) {
    pullRequests.set(12, pull);
    await run({ command: 'begin', name: NAME });
    pullRequests.set(12, now);
    await run({ command: 'end', name: NAME });
    expect(outputs).toEqual({ result: 'destroyed' });
    const [row = ''] = comments()[0]?.match(/\| To get it back .*/) ?? [];
    expect(row).toMatch(way);
  }
});

it('a push renews a preview, a label keeps it for a day, and its end is announced once', async () => {
  const expiry = () => /\| Expires \| (\S+ \S+) UTC/.exec(comments()[0] ?? '')?.[1];
  const at = (given: Readonly<Record<string, string>>, hours: number) =>
    run(given, PERMISSIONS, NOW + hours * HOUR);
  await at({ command: 'begin', name: NAME, 'ttl-hours': '24' }, 0);
  stacks = [stack(NAME, '12')];
  await at({ command: 'report', name: NAME }, 0.5);
  expect(expiry()).toBe('2026-11-25 10:00');
  await at({ command: 'begin', name: NAME, 'ttl-hours': '24' }, 20);
  await at({ command: 'report', name: NAME }, 20);
  expect(expiry()).toBe('2026-11-26 06:00');

  const reap = { command: 'list-expired', 'warn-hours': '4' };
  await at(reap, 39);
  expect(comments()).toHaveLength(1);
  for (const hours of [41, 43]) await at(reap, hours);
  expect(outputs.environments).toEqual([]);
  expect(comments()).toHaveLength(2);
  expect(comments()[1]).toMatch(/expires at 2026-11-26 06:00 UTC[\s\S]*`multus-preview-keep`/);

  await at({ command: 'renew', name: NAME }, 43.5);
  expect(outputs).toEqual({ result: 'renewed', 'expires-at': '2026-11-27T05:30:00.000Z' });
  expect(expiry()).toBe('2026-11-27 05:30');
  await at(reap, 50);
  expect(outputs.environments).toEqual([]);
  await at(reap, 68);
  expect(outputs.environments).toMatchObject([{ reason: 'expired at 2026-11-27T05:30Z' }]);
  await at({ command: 'end', name: NAME }, 68);
  await at({ command: 'renew', name: NAME }, 69);
  expect(outputs).toEqual({ result: 'skipped' });
});

it('adds to the comment how an application fared, and forgets it with the next push', async () => {
  await run({ command: 'application', name: NAME });
  expect(comments()).toEqual([]);
  await run({ command: 'begin', name: NAME });
  await run({ command: 'application', name: NAME, reason: '3 passed | @ann' });
  expect(comments()[0]).toMatch(
    /^\| To destroy it .*\n\| Application \| ✅ deployed and tested \(\[run\]\(https:\S+\)\)<br>3 passed .* \|$/m,
  );
  await run({ command: 'application', name: NAME, status: 'failure' });
  expect(comments()[0]?.match(/Application/g)).toHaveLength(1);
  expect(comments()[0]).toMatch(/^\| Application \| ❌ failed/m);
  await run({ command: 'begin', name: NAME });
  expect(comments()[0]).not.toContain('Application');
});

it('gives previews only to pull requests that change the given paths', async () => {
  const { pullRequests } = api.repository('acme/lab');
  const given = { command: 'decide', paths: 'charts/**,!**/*.md' };
  pullRequests.set(12, { ...pull, files: ['charts/README.md', 'src/a.ts'] });
  const { notices } = await run(given);
  expect(outputs.decision).toBe('skip');
  expect(notices).toEqual([expect.stringContaining('changes none of charts/')]);
  const many = Array.from({ length: 120 }, (_, index) => `src/${index}.ts`);
  pullRequests.set(12, { ...pull, files: [...many, 'charts/a.yaml'] });
  await run(given);
  expect(outputs.decision).toBe('deploy');
});

it('does not begin for a pull request that is a draft now, where drafts get no previews', async () => {
  api.repository('acme/lab').pullRequests.set(12, { ...pull, draft: true });
  await run({ command: 'begin', name: NAME, drafts: 'false' });
  expect(outputs).toEqual({ proceed: false, result: 'superseded' });
});

it('reports a failure, and keeps the deployment when a destroy failed', async () => {
  await run({ command: 'begin', name: NAME });
  await run({ command: 'report', name: NAME, status: 'failure' });
  expect(comments()[0]).toContain('failed');
  await run({ command: 'end', name: NAME, status: 'failure' });
  expect(comments()[0]).toContain('could not be destroyed');
  expect(deploymentStates(api.repository('acme/lab'))).toEqual({ [NAME]: 'failure' });
});

it('does not comment on a pull request without a preview, unless its destroy failed', async () => {
  await run({ command: 'end', name: NAME });
  expect(comments()).toEqual([]);
  await run({ command: 'end', name: NAME, status: 'failure' });
  expect(comments()).toEqual([expect.stringContaining('could not be destroyed')]);
});

it('ends the preview of a pull request that the repository does not have', async () => {
  await run({ command: 'end', name: 'eks-multus-pr-99', 'pull-request': '99' });
  expect(comments()).toEqual([]);
});

it.each([
  ['closed', { state: 'closed' as const }, /closed since/],
  ['unlabeled', { labels: ['bug'] }, /has lost the label "preview" since/],
  ['pushed to', { headSha: fakeSha('later'), labels: ['Preview'] }, /has a run of its own/],
])(
  'does not begin when the pull request has been %s in the meantime',
  async (_, change, expected) => {
    api.repository('acme/lab').pullRequests.set(12, { ...pull, ...change });
    const { notices } = await run({ command: 'begin', name: NAME, label: 'preview' });
    expect(outputs).toEqual({ proceed: false, result: 'superseded' });
    expect(notices).toEqual([expect.stringMatching(expected)]);
    expect(comments()).toEqual([]);
  },
);

it('refuses one preview too many, but not an update of an existing one', async () => {
  stacks = [stack('eks-multus-pr-1', '1'), stack('other-pr-2', '2', 'acme/other')];
  const { notices, summary } = await run({ command: 'begin', name: NAME, 'max-previews': '1' });
  const said =
    /max-previews is 1, and there are 1 previews: #1 \(eks-multus-pr-1, expires 2026-11-25 10:00 UTC at the earliest\)\. Close one/;
  expect(notices).toEqual([expect.stringMatching(said)]);
  expect(summary).toContain('eks-multus-pr-1');
  expect(outputs).toEqual({ proceed: false, result: 'refused' });
  expect(comments()).toEqual([expect.stringMatching(/refused[\s\S]*max-previews is 1/)]);
  expect(comments()[0]).not.toContain('To destroy it');
  stacks.push(stack(NAME, '12'));
  await run({ command: 'begin', name: NAME, 'max-previews': '1' });
  expect(outputs).toMatchObject({ proceed: true });
});

it('gives back the place of a deploy that failed before it made a stack', async () => {
  await run({ command: 'begin', name: NAME });
  expect([...places.taken.values()]).toMatchObject([{ environment: NAME, number: 1 }]);
  await run({ command: 'report', name: NAME, status: 'failure' });
  expect(places.taken.size).toBe(0);
  await run({ command: 'begin', name: NAME });
  stacks = [stack(NAME, '12')];
  await run({ command: 'report', name: NAME, status: 'failure' });
  expect(places.taken.size).toBe(1);
});

it('frees a place that nobody uses, and no place that GitHub sees in use', async () => {
  const since = NOW - 10 * HOUR;
  for (const environment of ['eks-multus-pr-1', 'eks-multus-pr-2']) {
    await places.take(places.taken.size + 1, { environment, since });
  }
  const { deployments, nextId } = api.repository('acme/lab');
  const id = nextId();
  const createdAt = new Date(NOW - HOUR).toISOString();
  const deployed = { ref: 'main', sha: pull.headSha, transient: true, production: false };
  const environment = 'eks-multus-pr-1';
  deployments.set(id, { id, ...deployed, environment, createdAt, statuses: [] });
  await run({ command: 'begin', name: NAME, 'max-previews': '2' });
  expect([...places.taken.values()].map((one) => one.environment).sort()).toEqual([
    'eks-multus-pr-1',
    NAME,
  ]);
});

it('knows its previews after the repository was renamed', async () => {
  const tags = { ...stack(NAME, '12', 'acme/old-name').tags, 'eks-multus:repository-id': '7' };
  stacks = [{ ...stack(NAME, '12'), tags }];
  await run({ command: 'begin', name: NAME });
  expect(outputs).toMatchObject({ proceed: true });
  const closed = { ...pull, state: 'closed' as const };
  api.repository('acme/lab').pullRequests.set(12, closed);
  await run({ command: 'list-expired' });
  expect(outputs.environments).toMatchObject([{ name: NAME }]);
});

it('leaves the preview of another repository alone', async () => {
  stacks = [stack(NAME, '12', 'acme/other')];
  await expect(run({ command: 'begin', name: NAME })).rejects.toThrow(
    /belongs to the repository acme\/other\nNext step: .*name-prefix/,
  );
  await expect(
    run({ command: 'begin', name: NAME, 'cloudformation-role-arn': ROLE }),
  ).rejects.toThrow(/belongs to the repository acme\/other/);
});

it('believes the tags of no stack that somebody else made', async () => {
  const foreign = { ...stack(NAME, '12'), name: `${NAME}-evil`, createdAt: 0 };
  const expired = { ...foreign.tags, 'eks-multus:expires-at': '2020-01-01T00:00:00Z' };
  stacks = [
    { ...foreign, tags: expired },
    { ...stack(NAME, '12'), roleArn: ROLE },
  ];
  for (const role of ['', ROLE]) {
    const { warnings } = await run({ command: 'list-expired', 'cloudformation-role-arn': role });
    expect(outputs).toEqual({ environments: [] });
    expect(warnings).toEqual([expect.stringContaining(`not believed: ${NAME}-evil. `)]);
  }
});

it('lists what has to be destroyed, and nothing of other repositories', async () => {
  const states = api.repository('acme/lab').pullRequests;
  states.set(13, { ...pull, number: 13, state: 'closed', merged: true });
  states.set(14, { ...pull, number: 14, headBranch: 'gone' });
  stacks = [12, 13, 14].map((number) => stack(`eks-multus-pr-${number}`, String(number)));
  stacks.push(stack('other-pr-2', '2', 'acme/other'));
  const { summary } = await run({ command: 'list-expired' });
  expect(outputs.environments).toEqual([
    { name: 'eks-multus-pr-13', 'pull-request': '13', reason: 'pull request #13 is merged' },
    { name: 'eks-multus-pr-14', 'pull-request': '14', reason: 'branch gone is gone' },
  ]);
  expect(summary).toContain('| eks-multus-pr-12 | #12 |');
  expect(summary).not.toContain('other-pr-2');
});

it('fails when the token cannot see the repository, instead of listing its previews', async () => {
  api.repository('acme/lab').pullRequests.clear();
  stacks = [stack(NAME, '12')];
  await run({ command: 'list-expired' });
  expect(outputs.environments).toMatchObject([{ reason: 'pull request #12 does not exist' }]);
  const foreign = { 'github-token': api.token('acme/other', PERMISSIONS) };
  await expect(run({ command: 'list-expired', ...foreign })).rejects.toThrow(
    /repository acme\/lab: Not Found.*\nNext step: .*github-token/,
  );
  expect(outputs).toEqual({});
});

it('leaves the comment about a begin that failed halfway to report', async () => {
  const few = { contents: 'read', 'pull-requests': 'write' } as unknown as typeof PERMISSIONS;
  await expect(run({ command: 'begin', name: NAME }, few)).rejects.toThrow(/deployments: write/);
  expect(outputs).toEqual({});
  await run({ command: 'report', name: NAME, status: 'failure' });
  expect(comments()).toEqual([expect.stringContaining('failed')]);
});

it('names the permission that the job lacks', async () => {
  const few = { contents: 'read', 'pull-requests': 'read' } as unknown as typeof PERMISSIONS;
  await expect(run({ command: 'begin', name: NAME }, few)).rejects.toThrow(
    /pull request #12: .*\nNext step: give the job.*pull-requests: write/,
  );
});

it("keeps to GitHub's description of the API", () => {
  expect(api.calls.length).toBeGreaterThan(20);
  expect(api.calls.flatMap(({ problems }) => problems)).toEqual([]);
});

describe('at night', () => {
  const group = (
    environment: string,
    pullRequest: string | undefined,
    asleep = 'false',
  ): Stack => ({
    ...stack(environment, pullRequest),
    name: `${environment}-ng1`,
    parameters: { Asleep: asleep },
  });
  const listed = async (given: Readonly<Record<string, string>>, now = NOW) => {
    const shown = await run(
      { command: 'list-idle', bases: 'eks-multus-lab', ...given },
      PERMISSIONS,
      now,
    );
    return { ...shown, environments: outputs['to-turn'], bases: outputs['bases-to-turn'] };
  };
  const item = { name: NAME, 'pull-request': '12' };

  it('previews sleep that are idle and have no label, and what bases names', async () => {
    stacks = [
      group(NAME, '12'),
      group('eks-multus-pr-9', '9', 'true'),
      group('eks-multus-lab', undefined),
    ];
    const { environments, bases, summary } = await listed({});
    expect(environments).toEqual([item]);
    expect(bases).toEqual([{ name: 'eks-multus-lab', 'pull-request': '' }]);
    expect(summary).toContain('| eks-multus-pr-9 | #9 | asleep | stays: asleep already |');
  });

  it('a preview stays awake that was deployed lately, or whose pull request has the label', async () => {
    stacks = [group(NAME, '12')];
    await run({ command: 'begin', name: NAME });
    const began = Date.now();
    expect((await listed({}, began)).environments).toEqual([]);
    expect((await listed({}, began + 3 * HOUR)).environments).toEqual([item]);
    const labels = ['multus-preview-awake'];
    api.repository('acme/lab').pullRequests.set(12, { ...pull, labels });
    const { summary } = await listed({}, began + 3 * HOUR);
    expect(summary).toContain('| stays: its pull request has the label multus-preview-awake |');
  });

  it('wakes what sleeps, and warns of a base that is not there', async () => {
    stacks = [group(NAME, '12', 'true'), group('eks-multus-pr-9', '9')];
    const { environments, warnings } = await listed({ turn: 'wake' });
    expect(environments).toEqual([item]);
    expect(warnings.join()).toContain(
      'eks-multus-lab, which bases names, is no environment of acme',
    );
  });

  it('tells the pull request, and forgets the sleep with the next deploy', async () => {
    stacks = [group(NAME, '12')];
    await run({ command: 'begin', name: NAME });
    await run({ command: 'report', name: NAME, status: 'success' });
    await run({ command: 'sleep', name: NAME, asleep: 'true', price: '0.1 dollars' });
    expect(outputs.result).toBe('asleep');
    expect(comments()).toEqual([
      expect.stringMatching(/: asleep\n[\s\S]*\| Sleep \| no nodes since/),
    ]);
    await run({ command: 'begin', name: NAME });
    expect(comments()).toEqual([expect.not.stringContaining('| Sleep |')]);
  });
});

describe("GitHub's environments of previews", () => {
  const names = () => [...api.repository('acme/lab').environments.keys()].sort();
  const closed = { ...pull, state: 'closed' } as const;
  const clean = (permissions: Readonly<Record<string, 'read' | 'write'>>) =>
    run({
      command: 'remove-environments',
      'environment-token': api.token('acme/lab', permissions),
    });
  const APP = { actions: 'read', administration: 'write' } as const;

  beforeEach(async () => {
    await run({ command: 'begin', name: NAME });
    for (const name of ['eks-multus-pr-lab', 'eks-multus-previews']) {
      addEnvironment(api.repository('acme/lab'), name);
    }
  });
  afterEach(() => api.repository('acme/lab').environments.clear());

  it('go when the pull request is closed and the preview destroyed, and no others', async () => {
    await run({ command: 'end', name: NAME });
    api.repository('acme/lab').pullRequests.set(12, closed);
    await clean(APP);
    expect(outputs['removed-environments']).toEqual([NAME]);
    expect(names()).toEqual(['eks-multus-pr-lab', 'eks-multus-previews']);
    await clean(APP);
    expect(outputs['removed-environments']).toEqual([]);
  });

  it('stay while the pull request is open, or while its preview may exist', async () => {
    await run({ command: 'end', name: NAME });
    await clean(APP);
    expect(names()).toContain(NAME);
    api.repository('acme/lab').pullRequests.set(12, pull);
    await run({ command: 'begin', name: NAME });
    api.repository('acme/lab').pullRequests.set(12, closed);
    await clean(APP);
    expect(names()).toContain(NAME);
  });

  it('are not deleted with the permissions that a job can have', async () => {
    await run({ command: 'end', name: NAME });
    api.repository('acme/lab').pullRequests.set(12, closed);
    await expect(clean({ actions: 'read', deployments: 'write' })).rejects.toThrow(
      /environment eks-multus-pr-12.*\n?.*`administration: write`/s,
    );
    expect(names()).toContain(NAME);
  });
});
