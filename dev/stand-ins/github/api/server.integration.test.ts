import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GithubApi, startGithubApi } from './server.ts';
import { deploymentStates, fakeSha, newPullRequest } from './state.ts';

const here = { owner: 'acme', repo: 'lab' };
let api: GithubApi;

beforeAll(async () => {
  api = await startGithubApi(0);
  api.repository('acme/lab').pullRequests.set(
    3,
    newPullRequest(3, {
      headBranch: 'more-networks',
      headRepository: 'acme/lab',
      labels: ['preview'],
    }),
  );
});
afterAll(() => api.stop());

const all = { 'pull-requests': 'write', deployments: 'write', contents: 'read' } as const;
function client(permissions: Parameters<GithubApi['token']>[1], repository = 'acme/lab') {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return getOctokit(api.token(repository, permissions), { baseUrl: api.url, log }).rest;
}

it('keeps comments, and lists them page by page', async () => {
  const { issues } = client(all);
  const written = await issues.createComment({ ...here, issue_number: 3, body: 'one' });
  await issues.createComment({ ...here, issue_number: 3, body: 'two' });
  await issues.updateComment({ ...here, comment_id: written.data.id, body: 'changed' });
  const page = await issues.listComments({ ...here, issue_number: 3, per_page: 1, page: 1 });
  expect(page.data.map(({ body, user }) => [body, user?.login])).toEqual([
    ['changed', 'github-actions[bot]'],
  ]);
});

it('returns a pull request', async () => {
  const { data } = await client(all).pulls.get({ ...here, pull_number: 3 });
  expect(data).toMatchObject({ number: 3, state: 'open', merged: false });
  expect(data.head).toMatchObject({ ref: 'more-networks', repo: { full_name: 'acme/lab' } });
  await expect(client(all).pulls.get({ ...here, pull_number: 9 })).rejects.toMatchObject({
    status: 404,
  });
});

it('keeps idle connections open, so that none closes during a call', async () => {
  const headers = { authorization: `Bearer ${api.token('acme/lab', all)}` };
  const answer = await fetch(`${api.url}/repos/acme/lab/pulls/3`, { headers });
  expect([answer.status, answer.headers.get('keep-alive')]).toEqual([200, null]);
});

it('knows branches', async () => {
  const { git } = client(all);
  expect((await git.getRef({ ...here, ref: 'heads/main' })).data.ref).toBe('refs/heads/main');
  await expect(git.getRef({ ...here, ref: 'heads/gone' })).rejects.toMatchObject({ status: 404 });
});

it('keeps issues, which it lists with the pull requests, by label and state', async () => {
  const { issues } = client({ issues: 'write' });
  const wanted = { ...here, labels: 'Kept', state: 'all' } as const;
  const label = { ...here, name: 'kept', color: 'ededed', description: '' };
  await issues.createLabel(label);
  await expect(issues.createLabel(label)).rejects.toMatchObject({
    status: 422,
  });
  const { data } = await issues.create({ ...here, title: 'one', labels: ['kept', 'unknown'] });
  expect(data).toMatchObject({ number: 4, state: 'open', labels: [{ name: 'kept' }] });
  const ofIssue = { ...here, issue_number: 4 };
  await issues.createComment({ ...ofIssue, body: 'told' });
  await issues.update({ ...ofIssue, state: 'closed', state_reason: 'not_planned' });
  expect((await issues.listForRepo({ ...here, labels: 'kept' })).data).toEqual([]);
  const found = (await issues.listForRepo(wanted)).data;
  expect(found).toMatchObject([{ number: 4, state: 'closed', state_reason: 'not_planned' }]);
  const open = (await issues.listForRepo(here)).data;
  expect(open).toMatchObject([{ number: 3, pull_request: {} }]);
});

it('lists artifacts, and sends whoever downloads one to another server', async () => {
  const { artifacts } = api.repository('acme/lab');
  const zip = Buffer.from('zipped');
  const of = { runId: 7, branch: 'main', createdAt: '2026-11-01T00:00:00Z', zip };
  artifacts.set(1, { id: 1, name: 'kept', ofFork: false, expired: false, ...of });
  artifacts.set(2, { id: 2, name: 'kept', ofFork: true, expired: true, ...of });
  artifacts.set(3, { id: 3, name: 'other', ofFork: false, expired: false, ...of });
  const { actions } = client({ actions: 'read' });
  const { data } = await actions.listArtifactsForRepo({ ...here, name: 'kept' });
  expect(data.artifacts).toMatchObject([
    { id: 2, expired: true, workflow_run: { repository_id: 1, head_repository_id: 2 } },
    { id: 1, expired: false, workflow_run: { repository_id: 1, head_repository_id: 1 } },
  ]);
  const wanted = { ...here, archive_format: 'zip' };
  const file = await actions.downloadArtifact({ ...wanted, artifact_id: 1 });
  expect(Buffer.from(file.data as ArrayBuffer).toString()).toBe('zipped');
  const gone = actions.downloadArtifact({ ...wanted, artifact_id: 2 });
  await expect(gone).rejects.toMatchObject({ status: 410 });
  await expect(fetch(file.url)).resolves.toMatchObject({ status: 404 });
});

it('follows a deployment through its states', async () => {
  const { repos } = client(all);
  const { data } = await repos.createDeployment({
    ...here,
    ref: fakeSha('change 3'),
    environment: 'lab-pr-3',
    auto_merge: false,
    required_contexts: [],
    transient_environment: true,
  });
  if (!('id' in data)) throw new Error(data.message);
  for (const state of ['in_progress', 'success'] as const) {
    await repos.createDeploymentStatus({ ...here, deployment_id: data.id, state });
  }
  const found = await repos.listDeployments({ ...here, environment: 'lab-pr-3' });
  expect(found.data.map(({ id }) => id)).toEqual([data.id]);
  expect(deploymentStates(api.repository('acme/lab'))).toEqual({ 'lab-pr-3': 'success' });
});

it('keeps the rules of environments, and lets only administrators change them', async () => {
  const environment = { ...here, environment_name: 'lab' };
  const admin = client({ administration: 'write', actions: 'read', contents: 'read' }).repos;
  const policy = { protected_branches: false, custom_branch_policies: true };
  const changed = { ...environment, deployment_branch_policy: policy };
  await admin.createOrUpdateEnvironment(changed);
  await admin.createDeploymentBranchPolicy({ ...environment, name: 'main' });
  await admin.createOrUpdateEnvironment(changed);

  const { repos } = client({ actions: 'read', contents: 'read' });
  expect((await repos.getEnvironment(environment)).data.deployment_branch_policy).toEqual(policy);
  const { data } = await repos.listDeploymentBranchPolicies(environment);
  expect(data.branch_policies.map(({ name }) => name)).toEqual(['main']);
  expect((await repos.listBranches({ ...here, protected: true })).data).toEqual([]);
  await expect(repos.createOrUpdateEnvironment(environment)).rejects.toMatchObject({ status: 403 });
  const absent = { ...environment, environment_name: 'absent' };
  await expect(repos.getEnvironment(absent)).rejects.toMatchObject({ status: 404 });
  const blind = client({ contents: 'read' }).repos;
  await expect(blind.getEnvironment(environment)).rejects.toMatchObject({ status: 403 });
});

it("refuses calls beyond the token's permissions, and other repositories", async () => {
  const { issues, pulls } = client({ contents: 'read', 'pull-requests': 'read' });
  await expect(
    issues.createComment({ ...here, issue_number: 3, body: 'no' }),
  ).rejects.toMatchObject({ status: 403 });
  expect((await pulls.get({ ...here, pull_number: 3 })).status).toBe(200);
  await expect(
    client(all, 'acme/other').pulls.get({ ...here, pull_number: 3 }),
  ).rejects.toMatchObject({ status: 404 });
});

it('reports differences from the description, and none in the calls above', async () => {
  expect(api.calls.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(api.calls.length).toBeGreaterThan(10);
  const bare = {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token('acme/lab', all)}` },
  };
  const url = `${api.url}/repos/acme/lab/issues/3/comments`;
  const answer = await fetch(url, { ...bare, body: JSON.stringify({ body: 7 }) });
  expect(answer.status).toBe(422);
  await fetch(`${api.url}/repos/acme/lab/milestones`, bare);
  expect(api.calls.slice(-2)).toEqual([
    {
      operation: 'issues/create-comment',
      status: 422,
      problems: ['request: /body must be string'],
    },
    { operation: 'issues/create-milestone', status: 501, problems: ['not served by the stand-in'] },
  ]);
});
