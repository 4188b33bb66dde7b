import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../stand-ins/aws/testing/stand-in.ts';
import { type GithubApi, startGithubApi } from '../../stand-ins/github/api/server.ts';
import { mayDeploy } from '../../stand-ins/github/environment-rules.ts';
import {
  GITHUB_ISSUER,
  type OidcIssuer,
  type OidcJob,
  startOidcIssuer,
} from '../../stand-ins/github/oidc.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { commandsBetween, ghFolder, runCommands } from '../programs/document-commands.ts';

/** The names that the README leaves to its reader. */
const REPOSITORY = 'OWNER/REPOSITORY';
const PACK = 'OWNER/eks-multus-actions/.github/workflows';
const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-deployer';
const MAIN = 'refs/heads/main';

let aws: TestAws;
let github: GithubApi;
let issuer: OidcIssuer;
let folder: string;
let printed: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const { venv } = await ensureTools(['moto'], consoleProgress());
  github = await startGithubApi(0);
  issuer = await startOidcIssuer(0, { repository: REPOSITORY, ref: MAIN, workflow: 'x.yml' });
  aws = await startTestAws({ jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl } });
  folder = ghFolder();
  const administrator = { administration: 'write', actions: 'read', contents: 'read' } as const;
  env = {
    PATH: `${folder}:${join(venv, 'bin')}:${process.env['PATH']}`,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAREHEARSALACCOUNT',
    AWS_SECRET_ACCESS_KEY: 'secret',
    GITHUB_API_URL: github.url,
    GH_TOKEN: github.token(REPOSITORY, administrator),
  };
  printed = '';
  for (const commands of commandsBetween('README.md', '**1. Protect', '**3. A workflow')) {
    printed += await runCommands(commands, env);
  }
}, 600_000);

afterAll(async () => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  await aws?.stop();
  await issuer?.stop();
  await github?.stop();
});

/** A job that calls `provision.yml` of the pack on the main branch, with what a row changes. */
function jobWith(change: Partial<OidcJob>): OidcJob {
  return {
    repository: REPOSITORY,
    ref: MAIN,
    workflow: '.github/workflows/lab.yml',
    environment: 'eks-multus',
    calledWorkflow: `${PACK}/provision.yml@refs/tags/v1`,
    ...change,
  };
}

/** What becomes of a job that asks for the role: GitHub may not start it, STS may not trust its token. */
async function outcomeOf(job: OidcJob): Promise<string> {
  const { environment, ref, repository } = job;
  const state = github.repository(repository);
  if (environment !== undefined && !mayDeploy(state, environment, ref)) return 'not started';
  const url = `${issuer.requestUrl}&audience=sts.amazonaws.com`;
  const headers = { authorization: `Bearer ${issuer.requestTokenFor(job)}` };
  const { value } = (await (await fetch(url, { headers })).json()) as { value: string };
  const sts = new STSClient({ endpoint: aws.endpoint, region: REGION });
  const asked = { RoleArn: ROLE, RoleSessionName: 'run-1', WebIdentityToken: value };
  try {
    const { AssumedRoleUser: user } = await sts.send(new AssumeRoleWithWebIdentityCommand(asked));
    return user?.Arn?.includes('assumed-role/eks-multus-deployer') ? 'assumes the role' : 'strange';
  } catch (error) {
    return (error as Error).name;
  }
}

describe('the first set-up with the commands of the README', () => {
  it('makes the roles, and calls GitHub as its description says', () => {
    expect(printed).toContain('Successfully created/updated stack - github-for-eks-multus');
    expect(printed).toContain(`"${ROLE}"`);
    expect(printed).toContain('"arn:aws:iam::123456789012:role/eks-multus-cloudformation"');
    expect(github.calls.flatMap(({ problems }) => problems)).toEqual([]);
    expect(github.calls.length).toBeGreaterThanOrEqual(5);
  });

  it('protects the environment and the main branch', () => {
    const { environments, rulesets } = github.repository(REPOSITORY);
    expect([...environments.values()]).toMatchObject([{ name: 'eks-multus', deployers: ['main'] }]);
    expect(rulesets).toMatchObject([
      {
        enforcement: 'active',
        conditions: { ref_name: { include: ['~DEFAULT_BRANCH'] } },
        rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }, { type: 'pull_request' }],
      },
    ]);
  });

  it('changes nothing when the roles are made again', async () => {
    const [commands = ''] = commandsBetween('README.md', '**2. The roles', '**3. A workflow');
    // Version 1 of the AWS CLI calls this a failure.
    const again = await runCommands(commands, env).catch(
      (error: { stderr: string }) => error.stderr,
    );
    expect(again).toContain('No changes to deploy');
  });

  it.each(['provision', 'destroy', 'reap'])(
    '%s.yml of the pack, on the main branch, assumes the role',
    async (name) => {
      const calledWorkflow = `${PACK}/${name}.yml@refs/tags/v1`;
      expect(await outcomeOf(jobWith({ calledWorkflow }))).toBe('assumes the role');
    },
  );

  it('gives previews an environment that admits pull requests and the main branch', async () => {
    const [commands = ''] = commandsBetween(
      'README.md',
      '## Pull request previews',
      '## What is in',
    );
    await runCommands(commands, env);
    const state = github.repository(REPOSITORY);
    const refs = [MAIN, 'refs/pull/7/merge', 'refs/heads/change', 'refs/tags/v1'];
    expect(refs.filter((ref) => mayDeploy(state, 'eks-multus-previews', ref))).toEqual([
      MAIN,
      'refs/pull/7/merge',
    ]);
    // Its jobs get the role only when the stack trusts it, too.
    const preview = {
      environment: 'eks-multus-previews',
      calledWorkflow: `${PACK}/preview.yml@refs/tags/v1`,
    };
    expect(await outcomeOf(jobWith(preview))).toBe('AccessDenied');
  });

  const exampleIds = { owner: 1, repository: 1296269 };

  it('a repository whose tokens have ids assumes the role', async () => {
    const [owner, repository] = await Promise.all(
      ['.owner.id', '.id'].map((path) =>
        runCommands(`gh api repos/${REPOSITORY} --jq ${path}`, env),
      ),
    );
    expect({ owner: Number(owner), repository: Number(repository) }).toEqual(exampleIds);
    expect(await outcomeOf(jobWith({ ids: exampleIds }))).toBe('assumes the role');
  });

  it.each<[string, Partial<OidcJob>, string]>([
    ['the pack on a branch of its own', { ref: 'refs/heads/change' }, 'not started'],
    [
      'the pack in a pull request',
      { ref: 'refs/pull/7/merge', event: 'pull_request' },
      'not started',
    ],
    [
      'a workflow of the repository in the environment',
      { calledWorkflow: `${REPOSITORY}/.github/workflows/lab.yml@${MAIN}` },
      'AccessDenied',
    ],
    [
      'another workflow of the pack',
      { calledWorkflow: `${PACK}/ci.yml@refs/tags/v1` },
      'AccessDenied',
    ],
    [
      'the pack at another ref',
      { calledWorkflow: `${PACK}/provision.yml@refs/heads/main` },
      'AccessDenied',
    ],
    [
      'the pack at a branch whose name ends like the tag',
      { calledWorkflow: `${PACK}/provision.yml@refs/heads/x@refs/tags/v1` },
      'AccessDenied',
    ],
    [
      'a fork of the pack',
      { calledWorkflow: `evil/eks-multus-actions/.github/workflows/provision.yml@refs/tags/v1` },
      'AccessDenied',
    ],
    ['no environment', { environment: undefined }, 'AccessDenied'],
    [
      'a pull request without an environment',
      { environment: undefined, event: 'pull_request', ref: 'refs/pull/7/merge' },
      'AccessDenied',
    ],
    ['an environment that a job creates', { environment: 'pr-1' }, 'AccessDenied'],
    ['an environment of a longer name', { environment: 'eks-multus-2' }, 'AccessDenied'],
    ['another repository', { repository: 'OWNER/OTHER' }, 'AccessDenied'],
    [
      'a repository of the same name with another id',
      { ids: { ...exampleIds, repository: 2 } },
      'AccessDenied',
    ],
  ])('%s does not', async (_, change, expected) => {
    expect(await outcomeOf(jobWith(change))).toBe(expected);
  });
});
