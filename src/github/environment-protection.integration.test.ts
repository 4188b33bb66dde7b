import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GithubApi, startGithubApi } from '../../dev/stand-ins/github/api/server.ts';
import type { GithubEnvironment } from '../../dev/stand-ins/github/api/state.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { recordingServer, runSource } from '../../dev/testing/programs/run-bundle.ts';
import { warnOfOpenEnvironment } from './environment-protection.ts';

let api: GithubApi;

beforeAll(async () => {
  api = await startGithubApi(0);
});
afterAll(() => api.stop());

async function check(name: string, permissions: Parameters<GithubApi['token']>[1]) {
  const access = {
    repository: 'acme/lab',
    token: api.token('acme/lab', permissions),
    apiUrl: api.url,
  };
  const log = recordingLog();
  await warnOfOpenEnvironment(access, name, log, fastClock(1000));
  return log;
}

const job = { actions: 'read', contents: 'read' } as const;

describe('warnOfOpenEnvironment', () => {
  it.each<[string, GithubEnvironment['deployers'], readonly string[], RegExp | undefined]>([
    ['no rule', 'any', [], /it has no rule for deployment branches, so everybody who may push/],
    ['protected branches without any', 'protected-branches', [], /no branch has a protection rule/],
    ['protected branches', 'protected-branches', ['main'], undefined],
    ['the main branch', ['main'], [], undefined],
    ['previews', ['main', 'refs/pull/*/merge'], [], undefined],
    ['patterns that admit all', ['main', '*', '*/*'], [], /admits \* and \*\/\*/],
  ])('%s', async (_, deployers, protectedBranches, expected) => {
    const state = api.repository('acme/lab');
    state.environments.set('lab', { id: 1, name: 'lab', deployers });
    state.protectedBranches.clear();
    for (const branch of protectedBranches) state.protectedBranches.add(branch);
    const { warnings } = await check('lab', job);
    expect(warnings).toHaveLength(expected === undefined ? 0 : 1);
    if (expected !== undefined) expect(warnings[0]).toMatch(expected);
  });

  it('says in the log what a token needs that may not read the rules', async () => {
    const { warnings, lines } = await check('lab', { contents: 'read' });
    expect(warnings).toEqual([]);
    expect(lines.join('\n')).toMatch(
      /answers 403 to GET environments\/lab\. The job may need the permission `actions: read`/,
    );
  });

  it('tries again when GitHub fails, and then lets the run go on', async () => {
    const server = await recordingServer();
    const log = recordingLog();
    const access = { repository: 'acme/lab', token: 't', apiUrl: server.url };
    await warnOfOpenEnvironment(access, 'a lab', log, fastClock(1000));
    await server.close();
    expect(server.requests).toEqual(Array(3).fill('GET /repos/acme/lab/environments/a%20lab'));
    expect(log.warnings).toEqual([]);
    expect(log.lines.join()).toContain('Did not check the rules of the GitHub environment');
  });

  it('becomes an annotation of provision, whatever else fails', async () => {
    const { environments } = api.repository('acme/lab');
    environments.set('lab', { id: 1, name: 'lab', deployers: 'any' });
    const inputs = {
      command: 'destroy',
      environment: 'eks-multus-lab',
      'aws-region': 'ap-northeast-2',
      'role-to-assume': 'arn:aws:iam::123456789012:role/deployer',
      'github-environment': 'lab',
      'github-token': api.token('acme/lab', job),
    };
    const env = { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: 'acme/lab' };
    const { log, errors, exitCode } = await runSource('provision', inputs, env);
    expect(log).toMatch(/::warning.*GitHub environment lab: it has no rule/);
    expect(errors.join()).toContain('this job cannot request an ID token');
    expect(exitCode).toBe(1);
  });

  it('calls GitHub as its description says', () => {
    expect(api.calls.flatMap(({ problems }) => problems)).toEqual([]);
    expect(api.calls.length).toBeGreaterThan(6);
  });
});
