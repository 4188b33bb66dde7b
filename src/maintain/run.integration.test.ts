import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GithubApi, startGithubApi } from '../../dev/stand-ins/github/api/server.ts';
import { type Artifact, newPullRequest } from '../../dev/stand-ins/github/api/state.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { readMaintainInputs } from './inputs.ts';
import type { MaintainOutputs } from './outputs.ts';
import { HISTORY_PATH, maintain } from './run.ts';

const ARTIFACT = 'multus-maintenance-lab-ap-northeast-2';
const PERMISSIONS = { actions: 'read', issues: 'write' } as const;
let api: GithubApi;
let day: number;

beforeAll(async () => {
  api = await startGithubApi(0);
});
afterAll(() => api.stop());
beforeEach(() => {
  day = 0;
  const { artifacts, comments, issues, labels, pullRequests } = api.repository('acme/lab');
  for (const known of [artifacts, comments, issues, labels, pullRequests]) known.clear();
  Object.assign(api.repository('acme/lab'), { hasIssues: true, makesLabels: false });
});

/** The report of verify, in which these pods do not reach the other one. */
function report(...failing: readonly string[]) {
  const checks = failing.map((pod) => ({
    check: 'reachability',
    subject: `${pod} net1 → z net1`,
    outcome: 'failed',
    detail: 'no answer',
    explanation: `eth1 of ${pod} is down.`,
    nextStep: 'set it up',
  }));
  const counts = { passed: 9 - failing.length, failed: failing.length, skipped: 0 };
  return { result: failing.length === 0 ? 'passed' : 'failed', counts, checks };
}

interface Options {
  readonly permissions?: Parameters<GithubApi['token']>[1];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly keeps?: boolean;
}

/** The run of one day. What it writes is its artifact, as the workflow uploads it. */
async function runOn(
  found: unknown,
  { inputs = {}, keeps = true, permissions = PERMISSIONS }: Options = {},
) {
  day += 1;
  const log = recordingLog();
  const told = { outputs: {} as MaintainOutputs, summary: '', log };
  const token = api.token('acme/lab', permissions);
  const given: Readonly<Record<string, string>> = {
    environment: 'lab',
    'aws-region': 'ap-northeast-2',
    'github-token': token,
    'report-path': 'report.json',
    ...inputs,
  };
  await maintain({
    inputs: readMaintainInputs((name) => given[name] ?? ''),
    github: repositoryClient(token, 'acme/lab', api.url),
    branch: 'main',
    runUrl: `https://github.com/acme/lab/actions/runs/${day}`,
    now: () => Date.UTC(2026, 10, day),
    readFile: async () => JSON.stringify(found),
    async writeFile(path, text) {
      expect(path).toBe(HISTORY_PATH);
      if (keeps) keep(text);
    },
    log,
    setOutputs: (outputs) => Object.assign(told.outputs, outputs),
    addSummary: async (summary) => void Object.assign(told, { summary }),
  });
  return told;
}

/** Keeps a history as the artifact of a run. */
function keep(text: string, change: Partial<Artifact> = {}) {
  const { artifacts, nextId } = api.repository('acme/lab');
  const id = nextId();
  const createdAt = `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`;
  const zip = zipSync({ 'history.json': strToU8(text) });
  const run = { runId: day, branch: 'main', ofFork: false, expired: false };
  artifacts.set(id, { id, name: ARTIFACT, createdAt, zip, ...run, ...change });
}

const issues = () => [...api.repository('acme/lab').issues.values()];
const open = () => issues().filter(({ state }) => state === 'open');
const comments = () => [...api.repository('acme/lab').comments.values()].map(({ body }) => body);

describe('one issue', () => {
  it('is opened, updated and closed, and says since when and what', async () => {
    expect((await runOn(report())).outputs).toMatchObject({ result: 'well', 'issue-url': '' });
    expect(issues()).toEqual([]);

    const { outputs, summary } = await runOn(report('a'));
    expect(outputs).toMatchObject({
      result: 'not-well',
      'issue-url': 'https://github.com/acme/lab/issues/1',
      'history-path': HISTORY_PATH,
      'history-artifact': ARTIFACT,
    });
    const [opened] = open();
    expect(opened).toMatchObject({
      title: 'Multus environment lab (ap-northeast-2) is not well',
      labels: ['multus-maintenance'],
    });
    expect(opened?.body).toMatch(/^<!-- eks-multus-actions maintain lab ap-northeast-2 -->\n/);
    for (const text of [opened?.body, summary]) {
      expect(text).toContain('Not well since 2026-11-02 00:00 UTC');
      expect(text).toContain('found it well was at 2026-11-01 00:00 UTC');
      expect(text).toContain('eth1 of a is down. To do: set it up');
    }

    await runOn(report('a'));
    expect(comments()).toEqual([]);
    await runOn(report('b', 'a'));
    expect(issues()).toHaveLength(1);
    expect(open()[0]?.body).toMatch(/`reachability b net1 → z net1` \| 2026-11-04/);
    expect(open()[0]?.body).toMatch(/`reachability a net1 → z net1` \| 2026-11-02/);
    expect(comments()).toEqual([expect.stringMatching(/It fails now:\n\n- `reachability b net1/)]);

    expect((await runOn(report())).outputs).toMatchObject({ result: 'well', 'issue-url': '' });
    expect(issues()).toMatchObject([{ state: 'closed', stateReason: 'completed' }]);
    expect(comments().at(-1)).toContain('It had not been well since 2026-11-02 00:00 UTC.');
    await runOn(report());
    expect(comments()).toHaveLength(2);
  });

  it('is opened anew when the environment is not well again', async () => {
    for (const found of [report('a'), report(), report('a')]) await runOn(found);
    expect(issues().map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  it.each([true, false])(
    'is one when two runs find the same, where new issues make labels: %s',
    async (makesLabels) => {
      api.repository('acme/lab').makesLabels = makesLabels;
      await Promise.all([runOn(report('a')), runOn(report('a')), runOn(report('a'))]);
      expect(open()).toHaveLength(1);
      await runOn(report('a'));
      expect(open()).toHaveLength(1);
      await runOn(report());
      expect(open()).toEqual([]);
    },
  );

  it('is not the one of another environment, of a person, or a pull request', async () => {
    const others = {
      title: 'x',
      state: 'open',
      stateReason: null,
      createdAt: '',
      updatedAt: '',
    } as const;
    const labels = ['multus-maintenance'];
    const bot = 'github-actions[bot]';
    const mark = '<!-- eks-multus-actions maintain lab ap-northeast-2 -->';
    const { issues: known, labels: all, pullRequests } = api.repository('acme/lab');
    all.add('multus-maintenance');
    pullRequests.set(3, newPullRequest(3, { labels }));
    const at = { createdAt: '2026-11-01T00:00:00Z', updatedAt: '2026-11-01T00:00:00Z' };
    known.set(1, { ...others, ...at, number: 1, author: 'mallory', labels, body: mark });
    known.set(2, {
      ...others,
      ...at,
      number: 2,
      author: bot,
      labels,
      body: '<!-- eks-multus-actions maintain lab-2 ap-northeast-2 -->',
    });
    await runOn(report('a'));
    expect(open().map(({ number }) => number)).toEqual([1, 2, 4]);
    await runOn(report());
    expect(open().map(({ number }) => number)).toEqual([1, 2]);
  });
});

describe('the history', () => {
  it('goes on from the newest artifact of the branch, and not from one of a fork or another branch', async () => {
    await runOn(report());
    await runOn(report('a'));
    keep('{}', { ofFork: true, createdAt: '2026-12-01T00:00:00Z' });
    keep('{}', { branch: 'other', createdAt: '2026-12-01T00:00:00Z' });
    keep('{}', { expired: true, createdAt: '2026-12-01T00:00:00Z' });
    const { summary } = await runOn(report('a'));
    expect(summary).toContain('Not well since 2026-11-02');
  });

  it('begins anew where the last one is lost, and the issue stays the same', async () => {
    await runOn(report('a'), { keeps: false });
    const { outputs } = await runOn(report('a'));
    expect(outputs['issue-url']).toContain('/issues/1');
    expect(open()).toHaveLength(1);
    expect(open()[0]?.body).toContain('No run that is remembered has found it well.');
  });

  it('is found on the second page of the artifacts', async () => {
    await runOn(report());
    for (let count = 0; count < 120; count += 1) keep('{}', { branch: 'other' });
    await runOn(report('a'));
    expect(open()[0]?.body).toContain('found it well was at 2026-11-01');
  });
});

it('changes nothing when a step was cancelled', async () => {
  await runOn(report('a'));
  const { outputs } = await runOn(report(), { inputs: { 'verify-outcome': 'cancelled' } });
  expect(outputs).toMatchObject({ result: 'unknown', 'history-path': '' });
  expect(open()).toHaveLength(1);
});

it('makes what a report says inert', async () => {
  await runOn(report('@everyone <b>'));
  const body = open()[0]?.body ?? '';
  expect(body).toContain('`reachability @everyone <b> net1 → z net1`');
  expect(body).toContain('eth1 of @&#8203;everyone &#60;b&#62; is down');
});

it.each([
  [{ issues: 'write' }, /artifacts: .*\nNext step: .*`actions: read`/],
  [
    { actions: 'read', issues: 'read' },
    /label multus-maintenance: .*\nNext step: .*`issues: write`/,
  ],
] as const)('says which permission a job lacks: %j', async (permissions, message) => {
  await expect(runOn(report('a'), { permissions })).rejects.toThrow(message);
});

it('says what to do where the repository has no issues', async () => {
  api.repository('acme/lab').hasIssues = false;
  await expect(runOn(report('a'))).rejects.toThrow(
    /Issues has been disabled in this repository\..*\nNext step: switch on/,
  );
});

it("makes no call that differs from GitHub's description", () => {
  expect(api.calls.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(new Set(api.calls.map(({ operation }) => operation)).size).toBe(7);
});
